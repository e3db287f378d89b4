package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
)

// sentActions writes down every request that runs an action, as it goes to the plugin.
func sentActions(to io.Writer) grpc.DialOption {
	return grpc.WithChainStreamInterceptor(func(ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn,
		method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
		stream, err := open(ctx, description, conn, method, options...)
		if err == nil && strings.HasSuffix(method, "/RunAction") {
			stream = &sentStream{stream, to}
		}
		return stream, err
	})
}

type sentStream struct {
	grpc.ClientStream
	to io.Writer
}

func (s *sentStream) SendMsg(message any) error {
	fmt.Fprintln(s.to, message)
	return s.ClientStream.SendMsg(message)
}

// act runs an action by a plain form and as the script does, and returns both answers.
func (c *canaryHost) act(t *testing.T, action string, form url.Values) string {
	t.Helper()
	form.Set("action", action)
	return c.post(t, "anna", "/action", "", form) + c.post(t, "bob", "/action", "application/x-ndjson", form)
}

// checkRecorded looks for the secrets in the log and, with messages, in those of the plugin.
func (c *canaryHost) checkRecorded(t *testing.T, messages bool, secrets ...string) {
	t.Helper()
	places := map[string]string{"the log": c.log.String()}
	if messages {
		places["the plugin's messages"] = c.replies.String()
	}
	for place, text := range places {
		for _, leak := range leaks(text, secrets...) {
			t.Errorf("a secret is in %s: %s", place, leak)
		}
	}
}

// TestCanaryOverActions types secrets into a form and runs its actions: they go only with those that need them, and
// come back with none; what is typed into an option, what a browser brings back from a sign-in and what that gives is
// in no log, and what was saved in nothing that comes out.
func TestCanaryOverActions(t *testing.T) {
	t.Parallel()
	var sent recorder
	c := startCanaryHostOf(t, manifest(t, "kinds", oddPlugin(t, "every-kind")), sentActions(&sent))
	form := settingsForm(map[string]string{"name": "x"},
		map[string]string{"password": canaryPassword, "private_key": canaryToken})
	answers := c.act(t, "find_buckets", form)
	if !strings.Contains(answers, "eu-photos") {
		t.Errorf("the action found nothing: %s", answers)
	}
	for _, leak := range leaks(sent.String(), canaryPassword, canaryToken) {
		t.Errorf("an action that needs no secrets was sent one: %s", leak)
	}
	form.Set("action.test_login.person", "anna")
	answers += c.act(t, "test_login", form)
	if len(leaks(sent.String(), canaryPassword)) == 0 {
		t.Error("the action that needs them was sent no secrets, so nothing was shown")
	}
	for _, leak := range leaks(answers, canaryPassword, canaryToken) {
		t.Errorf("a secret is in an answer: %s", leak)
	}
	c.checkRecorded(t, true, canaryPassword, canaryToken)

	const typedInOption, ticket = "c4nary.0ption/77", "ticket-1"
	form.Set("action.test_login.person", typedInOption)
	if said := c.act(t, "test_login", form); !strings.Contains(said, typedInOption) {
		t.Errorf("the option did not arrive: %s", said)
	}
	if given := c.act(t, "sign_in", form); !strings.Contains(given, ticket) {
		t.Errorf("no authorization was given: %s", given)
	}
	for action, says := range map[string]string{"sign_in": ticket, "rotate": "action"} {
		back := c.get(t, "/return-"+action+"?code="+url.QueryEscape(canaryToken))
		if !strings.Contains(back, says) || len(leaks(back, canaryToken)) > 0 {
			t.Errorf("back for %s: %s", action, back)
		}
	}
	c.checkRecorded(t, false, canaryPassword, canaryToken, typedInOption, ticket)

	form = settingsForm(map[string]string{"name": "x"}, map[string]string{"account": canaryToken})
	shown := c.post(t, "anna", "/save", "", form) + c.get(t, "/") + c.get(t, "/?saved") + c.get(t, "/state")
	if !strings.Contains(shown, "ends in 4711") {
		t.Errorf("the authorization was not saved: %s", shown)
	}
	for _, leak := range leaks(shown, canaryToken) {
		t.Errorf("the authorization comes out again: %s", leak)
	}
	c.checkRecorded(t, true, canaryPassword, canaryToken)
}

func (c *canaryHost) get(t *testing.T, route string) string {
	t.Helper()
	answer, err := http.Get(c.server.URL + route)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return fmt.Sprint(answer.Header) + readAll(t, answer.Body)
}

// TestCanaryOverDirectory runs both tests and the action of a directory's page with passwords that a real server takes,
// and with one that it refuses.
func TestCanaryOverDirectory(t *testing.T) {
	t.Parallel()
	server := startSlapd(t, nil, "")
	c := startCanaryHostOf(t, manifest(t, "ldap", "ldap-plugin"))
	for _, password := range []string{slapdPassword, canaryPassword} {
		form := settingsForm(map[string]string{
			"servers": server.plain, "encryption": "none", "bind_dn": "cn=console,dc=example,dc=com",
			"base_dn": "dc=example,dc=com",
		}, map[string]string{"password": slapdPassword, "login_password": password})
		form.Set("action.test_login.user", "anna")
		answers := c.act(t, "test_login", form)
		if works := strings.Contains(answers, "The login works"); works != (password == slapdPassword) {
			t.Errorf("with %s: %s", password, answers)
		}
		form.Set("secret.password", password)
		answers += c.act(t, "find_base_dns", form) + c.post(t, "anna", "/test", "", form) +
			c.post(t, "anna", "/save", "", form) + c.get(t, "/")
		for _, leak := range leaks(answers, slapdPassword, canaryPassword) {
			t.Errorf("a secret is in an answer: %s", leak)
		}
	}
	c.checkRecorded(t, true, slapdPassword, canaryPassword)
}

// TestCanaryOverExport exports settings with a secret, and imports a document that somebody has written one into: no
// secret comes out, and none is taken from there.
func TestCanaryOverExport(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	saved := harness(t, canaryPassword, "save", "--manifest", path, "--set", "server=127.0.0.1", "--set",
		"login=me@practice.example", "--secret", "password=env:SECRET", "--json")
	exported := harness(t, "", "export", "--json", "--manifest", path)
	var document shared.Export
	if err := json.Unmarshal([]byte(exported.stdout), &document); err != nil || saved.status != 0 {
		t.Fatal(err, saved, exported)
	}
	document.Values["access_token"] = shared.Text(canaryToken)
	document.Values["password"] = shared.Text(canaryToken)
	content, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "settings.json")
	write(t, file, string(content), 0o600)
	imported := harness(t, "", "import", "--manifest", path, "--json", file)
	loaded := harness(t, "", "load", "--manifest", path, "--json")
	var now shared.Snapshot
	if err := json.Unmarshal([]byte(loaded.stdout), &now); err != nil || !now.Secrets["password"].Set ||
		now.Secrets["access_token"].Set {
		t.Errorf("after the import: %v, %s\n%s", err, loaded.stdout, imported.stdout)
	}
	if !strings.Contains(imported.stdout, "access_token") {
		t.Errorf("what has no place is not named: %s", imported.stdout)
	}
	for _, r := range []result{saved, exported, imported, loaded} {
		for _, leak := range leaks(r.stdout+r.stderr, canaryPassword, canaryToken) {
			t.Errorf("a secret is printed: %s", leak)
		}
	}
}
