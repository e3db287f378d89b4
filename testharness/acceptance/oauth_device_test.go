package acceptance

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	inputTag    = regexp.MustCompile(`<input[^>]*>`)
	nameOfInput = regexp.MustCompile(` name="([^"]*)"`)
	itsValue    = regexp.MustCompile(` value="([^"]*)"`)
)

// enterCode walks through the provider's pages as a person who enters a code for a device, signs in for the mailbox and
// agrees.
func (p *oauthProvider) enterCode(t testing.TB, address, code, mailbox string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	answer, err := browser.Get(address)
	for range 6 {
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		action := formAction.FindSubmatch(content)
		if action == nil {
			if !strings.Contains(string(content), "Sign-in Success") {
				t.Fatalf("%s: %s", answer.Request.URL, content)
			}
			return
		}
		form := url.Values{}
		for _, input := range inputTag.FindAllString(string(content), -1) {
			name, value := nameOfInput.FindStringSubmatch(input), itsValue.FindStringSubmatch(input)
			switch {
			case name == nil:
			case name[1] == "user_code":
				form.Set("user_code", code)
			case name[1] == "login":
				form.Set("login", mailbox)
			case name[1] == "password":
				form.Set("password", "x")
			case value != nil:
				form.Set(name[1], value[1])
			}
		}
		next, errURL := answer.Request.URL.Parse(string(action[1]))
		if errURL != nil {
			t.Fatal(errURL)
		}
		answer, err = browser.PostForm(next.String(), form)
	}
	t.Fatal("the provider never has enough")
}

// waitingSignIn is a command that waits for a user to enter its code.
type waitingSignIn struct {
	command       *exec.Cmd
	stdout        recorder
	stderr        recorder
	address, code string
}

var (
	printedAddress = regexp.MustCompile(`http://\S+`)
	printedCode    = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)
)

// signInOnCommandLine begins to sign in on the command line, and returns when it has said where to go.
func (s *signedIn) signInOnCommandLine(t *testing.T, more ...string) *waitingSignIn {
	t.Helper()
	args := []string{"action", "sign_in", "--manifest", s.manifest, "--secret", "oauth_client_secret=env:SECRET"}
	for field, value := range s.values {
		if field == "ca_certificate" {
			args = append(args, "--set", "ca_certificate=@"+s.servers.ca)
			continue
		}
		args = append(args, "--set", fmt.Sprintf("%s=%s", field, value))
	}
	w := &waitingSignIn{command: exec.Command(binary("testharness"), append(args, more...)...)}
	w.command.Env = append(w.command.Environ(), "SECRET="+s.client.Secret)
	w.command.Stdout, w.command.Stderr = &w.stdout, &w.stderr
	if err := w.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.command.Process.Kill() })
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		w.address, w.code = printedAddress.FindString(w.stderr.String()), printedCode.FindString(w.stderr.String())
		if w.address != "" && w.code != "" {
			return w
		}
		if time.Now().After(late) {
			t.Fatalf("the command never says where to go: %s%s", w.stdout.String(), w.stderr.String())
		}
	}
}

// TestOAuthSignInOnCommandLine signs in with a code that is entered elsewhere: the command prints it, waits, saves and
// tests; cancelled, it saves nothing.
func TestOAuthSignInOnCommandLine(t *testing.T) {
	t.Parallel()
	s := &signedIn{delivering: delivering{chain: startChain(t, "xoauth2 oauthbearer"),
		manifest: manifest(t, "smtp", "smtp-plugin")}}
	server := s.servers.postfix
	s.client = s.provider.client(t, "by device", server.login, signsIn("http://127.0.0.1:9/none"))
	s.fillIn(t, server.starttls)
	cancelled := s.signInOnCommandLine(t, "--save", "--yes")
	if err := cancelled.command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cancelled.command.Wait(); err == nil {
		t.Errorf("a cancelled command succeeds: %s", cancelled.stdout.String())
	}
	if r := harness(t, "", "test", "--json", "--manifest", s.manifest); r.status == 0 {
		t.Errorf("something was saved: %s", r.stdout)
	}
	waiting := s.signInOnCommandLine(t, "--save", "--yes")
	s.provider.enterCode(t, waiting.address, waiting.code, server.login)
	if err := waiting.command.Wait(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, waiting.stdout.String(), waiting.stderr.String())
	}
	said := waiting.stdout.String() + waiting.stderr.String()
	if !strings.Contains(said, server.login+" has signed in.") || len(leaks(said, s.client.Secret)) > 0 {
		t.Errorf("%s", said)
	}
	if report := verdict(t, harness(t, "", "test", "--json", "--manifest", s.manifest)); report.Outcome != "complete" {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	out := harness(t, "", "action", "sign_out", "--yes", "--json", "--manifest", s.manifest)
	if out.status != 0 || !strings.Contains(out.stdout, "grant_withdrawn") {
		t.Errorf("%d: %s%s", out.status, out.stdout, out.stderr)
	}
	for _, one := range s.provider.requests(t, s.client.ID) {
		if one.Grant == "refresh_token" {
			t.Errorf("a refresh token was used: %+v", one)
		}
	}
}
