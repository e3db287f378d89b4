package acceptance

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// The canaries: secrets that must not be found in anything that comes out.
const (
	canaryPassword = "c4nary.Pa55word/9f3b"
	canaryToken    = "c4nary.T0ken/51ce77"
)

// forms are the ways in which a secret could show: as it is, in hexadecimal, as part of a web address, or somewhere in
// a longer text in Base64, where its first and last characters depend on what stands around it.
func forms(secret string) []string {
	found := []string{secret, hex.EncodeToString([]byte(secret)), url.QueryEscape(secret)}
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		found = append(found, strings.TrimRight(encoded, "=")[(shift*8+5)/6:len(encoded)-4])
	}
	return found
}

// leaks names the canaries that are found in the text.
func leaks(text string, secrets ...string) []string {
	var found []string
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if at := strings.Index(text, form); at >= 0 {
				found = append(found, fmt.Sprintf("…%s…", text[max(0, at-60):min(len(text), at+60)]))
			}
		}
	}
	return found
}

// recorder collects what comes out.
type recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// recordReplies are interceptors that write down every message of the plugin.
func recordReplies(to io.Writer) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn,
			invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
			err := invoke(ctx, method, request, reply, conn, options...)
			fmt.Fprintln(to, method, reply, err)
			return err
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn,
			method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			stream, err := open(ctx, description, conn, method, options...)
			return &recordedStream{stream, to}, err
		}),
	}
}

type recordedStream struct {
	grpc.ClientStream
	to io.Writer
}

func (s *recordedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	fmt.Fprintln(s.to, message, err)
	return err
}

// canaryHost is the real plugin behind the handler, with everything that comes out recorded.
type canaryHost struct {
	host          *host.Host
	server        *httptest.Server
	log, replies  recorder
	manifest, dir string
}

func startCanaryHost(t *testing.T, config ...string) *canaryHost {
	t.Helper()
	return startCanaryHostOf(t, manifest(t, "smtp", "smtp-plugin", config...))
}

// startCanaryHostOf is startCanaryHost for the plugin of a manifest, with more that is recorded.
func startCanaryHostOf(t *testing.T, path string, recorded ...grpc.DialOption) *canaryHost {
	t.Helper()
	return openCanaryHost(t, path, host.WithDialOptions(recorded...))
}

// openCanaryHost is startCanaryHostOf with other options.
func openCanaryHost(t *testing.T, path string, options ...host.Option) *canaryHost {
	t.Helper()
	c := &canaryHost{manifest: path}
	c.dir = filepath.Join(filepath.Dir(c.manifest), "data")
	var err error
	c.host, err = host.Open(t.Context(), c.manifest, append([]host.Option{
		host.WithLogger(hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &c.log})),
		host.WithDialOptions(recordReplies(&c.replies)...),
		host.WithAuthorize(func(r *http.Request) (string, error) { return r.Header.Get("Actor"), nil }),
		host.WithTestLimit(noTestLimit)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.host.Close)
	c.server = httptest.NewServer(c.host.Handler())
	t.Cleanup(c.server.Close)
	return c
}

// post sends a form as the actor and returns the whole answer.
func (c *canaryHost) post(t testing.TB, actor, route, accept string, filled url.Values) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.server.URL+route,
		strings.NewReader(filled.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", accept)
	request.Header.Set("Actor", actor)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(answer.Header) + string(content)
}

// settingsForm is the page's form, filled in.
func settingsForm(values map[string]string, secrets map[string]string) url.Values {
	filled := url.Values{"revision": {"0"}}
	for name, value := range values {
		filled.Add("present", name)
		if value != "" {
			filled.Set("value."+name, value)
		}
	}
	for name, value := range secrets {
		filled.Add("present", name)
		filled.Set("secret."+name, value)
	}
	return filled
}

// TestCanaryOverEveryFault tests against every fault with a password that must not be found in anything that comes out:
// both processes' log at trace level, the answers of the handler, the plugin's messages.
func TestCanaryOverEveryFault(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	c := startCanaryHost(t)
	t.Run("faults", func(t *testing.T) {
		for _, fault := range mailserver.Faults() {
			t.Run(fault.Name, func(t *testing.T) {
				t.Parallel()
				c.testFault(t, fault, authority)
			})
		}
	})
	if log := c.log.String(); !strings.Contains(log, "[TRACE]") && !strings.Contains(log, "[DEBUG]") {
		t.Errorf("the log is not at trace level:\n%s", log)
	}
	c.check(t)
}

// TestCanaryOverEveryMechanism has servers repeat each line of each kind of login, as it came, in what they answer.
func TestCanaryOverEveryMechanism(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	c := startCanaryHost(t)
	const challenge = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
	t.Run("mechanisms", func(t *testing.T) {
		for mechanism, replies := range map[string]map[string]string{
			"PLAIN":       {"AUTH": "535 5.7.8 Not understood: {line}"},
			"PLAIN later": {"AUTH": "334 {line}", "AUTH 2": "535 5.7.8 {line} {password}"},
			"LOGIN": {"AUTH": "334 VXNlcm5hbWU6", "AUTH 2": "334 UGFzc3dvcmQ6",
				"AUTH 3": "535-5.7.8 {line}\r\n535 5.7.8 {password}"},
			"CRAM-MD5":      {"AUTH": challenge, "AUTH 2": "535 5.7.8 {line} {password}"},
			"SCRAM-SHA-256": {"AUTH": "535 5.7.8 {line} {password}"},
			"XOAUTH2":       {"AUTH": "334 {line}", "AUTH 2": "535 5.7.8 {line} {password}"},
			"OAUTHBEARER":   {"AUTH": "535 5.7.8 Not understood: {line}", "AUTH 2": "535 5.7.8 {line} {password}"},
		} {
			t.Run(mechanism, func(t *testing.T) {
				t.Parallel()
				name, _, _ := strings.Cut(mechanism, " ")
				fault := mailserver.Fault{Name: "echo-" + mechanism}.Offering("AUTH " + name).Answering(replies)
				received := c.testFault(t, fault, authority)
				if !slices.ContainsFunc(received, func(line string) bool { return strings.HasPrefix(line, "AUTH "+name) }) {
					t.Errorf("there was no login by %s: %q", name, received)
				}
			})
		}
	})
	c.check(t)
}

func (c *canaryHost) testFault(
	t *testing.T, fault mailserver.Fault, authority *mailserver.Authority,
) (received []string) {
	t.Helper()
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	values := map[string]string{
		"server": "127.0.0.1", "port": fmt.Sprint(server.Port()), "login": "me@practice.example", "use_ssl": "",
		"time_limit":     "3s",
		"ca_certificate": string(authority.PEM()),
	}
	if fault.UseSSL {
		values["use_ssl"] = "true"
	}
	secrets := map[string]string{"password": canaryPassword}
	if strings.Contains(fault.Name, "OAUTH") {
		values["authentication"], secrets = "oauth2", map[string]string{"access_token": canaryToken}
	}
	filled := settingsForm(values, secrets)
	accept := "application/x-ndjson"
	if fault.Slow {
		accept = "text/html"
	}
	answer := c.post(t, fault.Name, "/test", accept, filled)
	if !strings.Contains(answer, "headline") {
		t.Errorf("there was no verdict: %.300s", answer)
	}
	for _, leak := range leaks(answer, canaryPassword, canaryToken) {
		t.Errorf("a secret is in the answer: %s", leak)
	}
	return server.Received()
}

// check looks at everything that was recorded, at the files and at the processes, for the secrets of the settings and
// others.
func (c *canaryHost) check(t *testing.T, others ...string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(c.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := append([]string{canaryPassword, canaryToken, strings.TrimSpace(string(key))}, others...)
	places := map[string]string{"the log": c.log.String(), "the plugin's messages": c.replies.String()}
	for _, pid := range processesWith(t, c.manifest) {
		for _, file := range []string{"environ", "cmdline"} {
			content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil {
				t.Fatal(err)
			}
			places[fmt.Sprintf("%s of process %d", file, pid)] = string(content)
		}
	}
	err = filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "key" {
			return err
		}
		content, err := os.ReadFile(path)
		places[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range places {
		for _, leak := range leaks(text, secrets...) {
			t.Errorf("a secret is in %s: %s", place, leak)
		}
	}
}

// TestCanaryCanBeFound makes sure that the search would find something.
func TestCanaryCanBeFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"x" + canaryPassword + "x", base64.StdEncoding.EncodeToString([]byte("\x00me\x00" + canaryPassword)),
		base64.StdEncoding.EncodeToString([]byte("ab" + canaryPassword + "yz")),
		"0" + hex.EncodeToString([]byte(canaryPassword)),
		"secret.password=" + url.QueryEscape(canaryPassword),
	} {
		if len(leaks(text, canaryPassword)) == 0 {
			t.Errorf("not found in %q", text)
		}
	}
}

// TestCanaryOverEveryRoute saves secrets and asks everything that the handler answers.
func TestCanaryOverEveryRoute(t *testing.T) {
	t.Parallel()
	c := startCanaryHost(t)
	values := map[string]string{"server": "127.0.0.1", "port": "1", "login": "me@practice.example", "use_ssl": "true"}
	secrets := map[string]string{"password": canaryPassword, "access_token": canaryToken}
	var answers strings.Builder
	answers.WriteString(c.post(t, "anna", "/save", "", settingsForm(values, secrets)))
	answers.WriteString(c.post(t, "anna", "/save", "", settingsForm(values, secrets))) // a conflict
	values["port"] = "none"
	for _, route := range routes {
		if route.method == http.MethodPost {
			answers.WriteString(c.post(t, "anna", route.path, "", settingsForm(values, secrets)))
		}
	}
	for _, route := range []string{"/", "/?saved", "/state", "/history", "/assets/form.js"} {
		answer, err := http.Get(c.server.URL + route)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", route, answer.Status, err)
		}
		answers.Write(content)
	}
	if !strings.Contains(answers.String(), "stored since") {
		t.Error("the secrets were not saved, so nothing was shown")
	}
	for _, leak := range leaks(answers.String(), canaryPassword, canaryToken) {
		t.Errorf("a secret is in an answer: %s", leak)
	}
	c.check(t)
}

func readAll(t testing.TB, from io.Reader) string {
	t.Helper()
	content, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// noTestLimit lets a campaign test as often as it likes.
var noTestLimit = host.TestLimit{}
