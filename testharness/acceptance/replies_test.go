package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// reply is a line of replies.jsonl; docs/replies.md explains its keys.
type reply struct {
	ID           string   `json:"id"`
	Step         string   `json:"step"`
	Reply        string   `json:"reply"`
	Login        bool     `json:"login"`
	TLS          string   `json:"tls"`
	Host         string   `json:"host"`
	Banner       string   `json:"banner"`
	EHLO         []string `json:"ehlo"`
	Cause        string   `json:"cause"`
	Also         []string `json:"also"`
	Scope        string   `json:"scope"`
	ScopeAlso    []string `json:"scope_also"`
	Lasting      string   `json:"lasting"`
	LastingAlso  []string `json:"lasting_also"`
	Headline     string   `json:"headline"`
	HeadlineAlso []string `json:"headline_also"`
}

// TestReplies has real replies of real servers said in a real conversation, and judges what the test of the settings
// makes of them: headline, cause, scope and lasting. The replies are in the directory that the variable REPLIES names;
// without it they are left out.
func TestReplies(t *testing.T) {
	t.Parallel()
	replies, err := readReplies(os.Getenv("REPLIES"))
	if err != nil {
		t.Fatal(err)
	}
	if replies == nil {
		t.Log("left out: REPLIES names no directory of replies")
		return
	}
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	c := conversations{
		host:      supervised(t, manifest(t, "smtp", "smtp-plugin"), host.WithTestLimit(noTestLimit)),
		authority: authority, proxy: startForwarder(t),
	}
	var mu sync.Mutex
	right := map[string]int{}
	t.Run("all", func(t *testing.T) {
		for _, one := range replies {
			t.Run(one.ID, func(t *testing.T) {
				t.Parallel()
				verdicts := c.judge(t, one)
				mu.Lock()
				defer mu.Unlock()
				for what, holds := range verdicts {
					if holds {
						right[what]++
					}
				}
			})
		}
	})
	for what, least := range map[string]float64{"headline": 99, "cause": 97, "scope": 97, "lasting": 97} {
		share := 100 * float64(right[what]) / float64(len(replies))
		t.Logf("%s: %.1f %% of %d", what, share, len(replies))
		if share < least {
			t.Errorf("%s is right in %.1f %%, want %.0f %%", what, share, least)
		}
	}
}

// readReplies reads the replies of a directory. An empty name means that there are none to be read; a directory without
// any is an error.
func readReplies(directory string) ([]reply, error) {
	if directory == "" {
		return nil, nil
	}
	path := filepath.Join(directory, "replies.jsonl")
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var replies []reply
	decoder := json.NewDecoder(bufio.NewReader(file))
	for {
		var one reply
		switch err := decoder.Decode(&one); {
		case err == io.EOF && len(replies) == 0:
			return nil, fmt.Errorf("%s has no replies", path)
		case err == io.EOF:
			return replies, nil
		case err != nil:
			return nil, fmt.Errorf("%s: line %d: %w", path, len(replies)+1, err)
		}
		replies = append(replies, one)
	}
}

// TestRepliesAreReadOrLeftOut: replies that are named and cannot be read are not left out.
func TestRepliesAreReadOrLeftOut(t *testing.T) {
	t.Parallel()
	if replies, err := readReplies(""); replies != nil || err != nil {
		t.Errorf("without a directory: %d replies, %v", len(replies), err)
	}
	for name, content := range map[string]string{"empty": "", "broken": `{"step": "auth"`, "other": "no JSON"} {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, "replies.jsonl"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if replies, err := readReplies(directory); err == nil {
			t.Errorf("%s: %d replies and no error", name, len(replies))
		}
	}
	if _, err := readReplies(t.TempDir()); err == nil {
		t.Error("a directory without replies.jsonl is no error")
	}
}

// conversations are had through one plugin and one proxy, which knows all names.
type conversations struct {
	host      *host.Host
	authority *mailserver.Authority
	proxy     string
}

func (c conversations) judge(t *testing.T, one reply) map[string]bool {
	server, err := one.server().Start(c.authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	found := c.test(t, one, server.Port())
	first := found.Diagnostics[0]
	is := func(got, want string, also []string) bool { return got == want || slices.Contains(also, got) }
	verdicts := map[string]bool{
		"headline": is(found.Outcome, one.Headline, one.HeadlineAlso), "cause": is(first.Code, one.Cause, one.Also),
		"scope": is(first.Scope, one.Scope, one.ScopeAlso), "lasting": is(first.Lasting, one.Lasting, one.LastingAlso),
	}
	for what, holds := range verdicts {
		if !holds {
			t.Logf("%s: %s, %s, %s, %s at %s; want %s, %s, %s, %s", what, found.Outcome, first.Code, first.Scope, first.Lasting,
				first.Step, one.Headline, one.Cause, one.Scope, one.Lasting)
		}
	}
	return verdicts
}

// document is what scripts read of a test's JSON.
type document struct {
	Outcome     string
	Diagnostics []struct{ Code, Scope, Lasting, Step string }
}

func (c conversations) test(t *testing.T, one reply, port int) document {
	request := shared.TestRequest{Actor: one.ID, Draft: one.draft(c, port), Options: shared.Values{
		"recipient":    shared.Text("bob@example.net"),
		"send_message": shared.Boolean(one.Step == "data" || one.Step == "message"),
	}}
	var report shared.TestReport
	err := c.host.Page().Test(t.Context(), request, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			report = completed.Report
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var found document
	if err := json.Unmarshal(encoded, &found); err != nil || len(found.Diagnostics) == 0 {
		t.Fatalf("no verdict: %v: %s", err, encoded)
	}
	return found
}

// name is the name of the server.
func (r reply) name() string {
	if r.Host == "" {
		return "mail.example"
	}
	return r.Host
}

func (r reply) draft(c conversations, port int) shared.Draft {
	draft := shared.Draft{
		Values: shared.Values{
			"server": shared.Text(r.name()), "port": shared.Integer(int64(port)), "use_ssl": shared.Boolean(r.TLS != "none"),
			"ca_certificate": shared.Text(string(c.authority.PEM())), "proxy": shared.Text(c.proxy),
		},
		Secrets: map[string]shared.SecretChange{},
	}
	if r.Login {
		draft.Values["login"] = shared.Text("alice@example.com")
		draft.Secrets["password"] = shared.ReplaceSecret("not-the-password")
		return draft
	}
	draft.Values["use_other_account"], draft.Values["email"] = shared.Boolean(true), shared.Text("alice@example.com")
	return draft
}

var verbs = map[string][]string{
	"greeting": {"greeting"}, "hello": {"EHLO", "HELO"}, "starttls": {"STARTTLS"}, "auth": {"AUTH"}, "sender": {"MAIL"},
	"recipient": {"RCPT"}, "data": {"DATA"}, "message": {"."},
}

// server is one that says the reply at its step.
func (r reply) server() mailserver.Fault {
	said := map[string]string{"greeting": "220 " + r.name() + " ESMTP"}
	if r.Banner != "" {
		said["greeting"] = strings.ReplaceAll(r.Banner, "\n", "\r\n")
	}
	if r.Step == "sender" {
		said["RCPT"] = "503 5.5.1 Need MAIL first"
	}
	for _, verb := range verbs[r.Step] {
		said[verb] = asLines(r.Reply)
	}
	offers := r.EHLO
	if len(offers) == 0 {
		offers = []string{"PIPELINING", "SIZE 10485760", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"}
		if r.Login {
			offers = append(offers, "AUTH PLAIN LOGIN")
		}
	}
	certificate := mailserver.Request{Names: []string{r.name()}}
	fault := mailserver.Fault{Name: r.ID}
	switch {
	case r.TLS == "implicit":
		return fault.Answering(said).Offering(offers...).Presenting(certificate)
	case r.TLS == "starttls" || r.Step == "starttls":
		if masked := slices.ContainsFunc(offers, func(one string) bool { return strings.HasPrefix(one, "XXX") }); !masked {
			offers = append(offers, "STARTTLS")
		}
		fault = fault.Encrypting(certificate)
	}
	return fault.Answering(said).Offering(offers...)
}

// asLines gives the lines of a reply their dashes.
func asLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines[:len(lines)-1] {
		if len(line) > 3 && line[3] == ' ' {
			lines[i] = line[:3] + "-" + line[4:]
		}
	}
	return strings.Join(lines, "\r\n")
}

// startForwarder runs a SOCKS5 proxy (RFC 1928) that knows every name: all are on this machine.
func startForwarder(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("socks5://%s", acceptEach(t, forward))
}

func forward(client net.Conn) {
	defer client.Close()
	reader := bufio.NewReader(client)
	port, err := wantedPort(reader, client)
	if err != nil {
		return
	}
	server, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return
	}
	defer server.Close()
	if _, err := client.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, byte(port >> 8), byte(port)}); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, reader)
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, server)
}

// wantedPort has the client say where it wants to go.
func wantedPort(reader *bufio.Reader, client io.Writer) (int, error) {
	methods := make([]byte, 2)
	if _, err := io.ReadFull(reader, methods); err != nil {
		return 0, err
	}
	if _, err := reader.Discard(int(methods[1])); err != nil {
		return 0, err
	}
	if _, err := client.Write([]byte{5, 0}); err != nil {
		return 0, err
	}
	request := make([]byte, 5)
	if _, err := io.ReadFull(reader, request); err != nil {
		return 0, err
	}
	rest := map[byte]int{1: 3, 3: int(request[4]), 4: 15}[request[3]]
	if _, err := reader.Discard(rest); err != nil {
		return 0, err
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(reader, port); err != nil {
		return 0, err
	}
	return int(port[0])<<8 | int(port[1]), nil
}
