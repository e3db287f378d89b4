package acceptance

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// serve serves the page of the SMTP plugin; a request with the header Actor is let in.
func serve(t *testing.T, path string, options ...host.Option) string {
	t.Helper()
	h := supervised(t, path, append([]host.Option{host.WithAuthorize(func(r *http.Request) (string, error) {
		if actor := r.Header.Get("Actor"); actor != "" {
			return actor, nil
		}
		return "", errors.New("please sign in")
	})}, options...)...)
	server := httptest.NewServer(h.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// ask sends a request and returns the status and the whole answer.
func ask(t *testing.T, method, address, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	answer, err := (&http.Client{CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer, readAll(t, answer.Body)
}

var anna = map[string]string{"Actor": "anna"}

var routes = []struct{ method, path string }{
	{"GET", "/"}, {"GET", "/state"}, {"GET", "/history"}, {"GET", "/return-sign_in"},
	{"POST", "/validate"}, {"POST", "/test"}, {"POST", "/save"}, {"POST", "/apply"},
	{"POST", "/action"}, {"POST", "/merge"},
	{"POST", "/restore"}, {"POST", "/restart"},
}

// TestHandlerIsClosed looks at who may use which route, from where, and how.
func TestHandlerIsClosed(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	address := serve(t, path)
	without := supervised(t, manifest(t, "smtp", "smtp-plugin"))
	open := httptest.NewServer(without.Handler())
	defer open.Close()
	for _, route := range routes {
		name := route.method + " " + route.path
		answer, text := ask(t, route.method, address+route.path, "", nil)
		if answer.StatusCode != http.StatusForbidden || !strings.Contains(text, "please sign in") {
			t.Errorf("%s without authorisation: %s %s", name, answer.Status, text)
		}
		answer, text = ask(t, route.method, open.URL+route.path, "", anna)
		if answer.StatusCode != http.StatusForbidden || !strings.Contains(text, "host.WithAuthorize") {
			t.Errorf("%s of a Console that does not say who may: %s %s", name, answer.Status, text)
		}
		if route.method != "POST" {
			continue
		}
		answer, _ = ask(t, "GET", address+route.path, "", anna)
		if answer.StatusCode != http.StatusMethodNotAllowed && answer.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: %s", route.path, answer.Status)
		}
		for _, foreign := range []map[string]string{
			{"Actor": "anna", "Origin": "https://evil.example"}, {"Actor": "anna", "Sec-Fetch-Site": "cross-site"},
			{"Actor": "anna", "Sec-Fetch-Site": "same-site"},
		} {
			if answer, _ := ask(t, "POST", address+route.path, "", foreign); answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s from elsewhere (%v): %s", name, foreign, answer.Status)
			}
		}
	}
	answer, _ := ask(t, "POST", address+"/save", "value.server="+strings.Repeat("x", 600<<10), anna)
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("an oversized form: %s", answer.Status)
	}
	answer, _ = ask(t, "POST", address+"/save", "%zz=%", anna)
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a form that cannot be read: %s", answer.Status)
	}
	answer, _ = ask(t, "GET", address+"/", "", anna)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := answer.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q", name, got)
		}
	}
	if policy := answer.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows what is unsafe: %s", policy)
	}
}

// TestOneTestAtATime keeps one actor from testing twice at once, and from testing all the time.
func TestOneTestAtATime(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("hello-silent")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	address := serve(t, manifest(t, "smtp", "smtp-plugin"))
	filled := settingsForm(map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(server.Port()),
		"login": "me@practice.example"},
		map[string]string{"password": "x"}).Encode()
	first := make(chan string, 1)
	go func() {
		_, text := ask(t, "POST", address+"/test", filled, anna)
		first <- text
	}()
	<-server.Stalled()
	for _, accept := range []string{"text/html", "application/x-ndjson"} {
		answer, text := ask(t, "POST", address+"/test", filled, map[string]string{"Actor": "anna", "Accept": accept})
		if answer.StatusCode != http.StatusTooManyRequests || !strings.Contains(text, "A test of yours is still running.") {
			t.Errorf("a second test: %s %.200s", answer.Status, text)
		}
	}
	server.Close()
	if text := <-first; !strings.Contains(text, "Test connection failed") {
		t.Errorf("the first test: %.300s", text)
	}
	empty := settingsForm(map[string]string{"server": ""}, nil).Encode()
	last := 0
	for range 12 {
		answer, _ := ask(t, "POST", address+"/test", empty, anna)
		last = answer.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the twelfth test in a moment: %d", last)
	}
	answer, _ := ask(t, "POST", address+"/test", empty, map[string]string{"Actor": "bob"})
	if answer.StatusCode != http.StatusOK {
		t.Errorf("another actor's first test: %s", answer.Status)
	}
}

var presentField = regexp.MustCompile(`name="present" value="(\w+)"`)

// TestNoMarkupGetsThrough puts markup into every field.
func TestNoMarkupGetsThrough(t *testing.T) {
	t.Parallel()
	address := serve(t, manifest(t, "smtp", "smtp-plugin"), host.WithTestLimit(noTestLimit))
	const markup = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	_, form := ask(t, "GET", address, "", map[string]string{"Actor": "anna"})
	var fields []string
	for _, match := range presentField.FindAllStringSubmatch(form, -1) {
		fields = append(fields, match[1])
	}
	if len(fields) == 0 {
		t.Fatal("the page has no fields")
	}
	for _, field := range append(fields, "revision", "number", "fix", "preset", "option.recipient", "secret.password") {
		filled := settingsForm(map[string]string{"server": "127.0.0.1", "port": "1", "use_other_account": "true"},
			map[string]string{"password": ""})
		filled.Add("present", field)
		filled.Set("value."+field, markup)
		filled.Set(field, markup)
		for _, route := range routes[3:] {
			for _, accept := range []string{"text/html", "application/x-ndjson"} {
				answer, text := ask(t, "POST", address+route.path, filled.Encode(), map[string]string{
					"Actor": `anna<script>alert(1)</script>`, "Accept": accept,
				})
				if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") &&
					answer.Header.Get("X-Content-Type-Options") == "nosniff" {
					continue // A browser shows it as it is.
				}
				if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x") {
					t.Errorf("%s, field %s: markup got through:\n%.500s", route.path, field, text)
				}
			}
		}
	}
}

// TestServerMarkupIsEscaped has a server say markup to a browser without scripts.
func TestServerMarkupIsEscaped(t *testing.T) {
	t.Parallel()
	address := serve(t, manifest(t, "smtp", "smtp-plugin"))
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("recipient-html")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	filled := settingsForm(map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(server.Port()),
		"login": "me@practice.example"}, map[string]string{"password": "x"})
	_, text := ask(t, "POST", address+"/test", filled.Encode(), anna)
	if strings.Contains(text, "<script>alert") || !strings.Contains(text, "&lt;script&gt;alert(1)") {
		t.Errorf("a server's markup got through, or was not shown:\n%s", text)
	}
}

// TestServerMarkupInBrowser has a server say markup to a page with scripts.
func TestServerMarkupInBrowser(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.practise("recipient-html")
	if headline := b.testConnection(); headline != "Test connection failed" {
		t.Errorf("the headline is %q", headline)
	}
	if b.questions.Load() != 0 || read[int](b, `document.querySelectorAll("#report script, #report img").length`) != 0 {
		t.Error("the server's words became part of the page")
	}
	said := read[string](b, `document.querySelector("#report blockquote").textContent`)
	if !strings.Contains(said, "<script>alert(1)</script>") {
		t.Errorf("the server's words are shown as %q", said)
	}
}

// TestPolicies holds what the operator of plugin.hcl limits: where a test connects to, and whom it names as recipient.
func TestPolicies(t *testing.T) {
	t.Parallel()
	run := func(path string, args ...string) shared.TestReport {
		return verdict(t, harness(t, "x", append([]string{"test", "--json", "--manifest", path,
			"--set", "login=me@own.example", "--secret", "password=env:SECRET"}, args...)...))
	}
	first := func(report shared.TestReport) string { return report.Diagnostics[0].Code }
	open := manifest(t, "smtp", "smtp-plugin")
	for _, server := range []string{"169.254.169.254", "[fe80::1]", "::ffff:169.254.169.254", "fd00:ec2::254",
		"224.0.0.1", "0.0.0.0"} {
		report := run(open, "--set", "server="+server)
		if code := first(report); code != "address_not_permitted" && code != "no_usable_address" {
			t.Errorf("%s: %s", server, code)
		}
	}
	if code := first(run(open, "--set", "server=127.0.0.1", "--set", "port=1")); code != "connection_refused" {
		t.Errorf("an internal relay is not allowed by default: %s", code)
	}
	limited := manifest(t, "smtp", "smtp-plugin", `allow = ["192.0.2.0/24"]`, `deny = ["192.0.2.7"]`,
		`test_recipients = ["@allowed.example", "ops@other.example"]`)
	for _, server := range []string{"127.0.0.1", "192.0.2.7", "localhost"} {
		if code := first(run(limited, "--set", "server="+server)); code != "address_not_permitted" {
			t.Errorf("%s against the policy: %s", server, code)
		}
	}
	for recipient, permitted := range map[string]bool{
		"a@allowed.example": true, "A@ALLOWED.example": true, "ops@other.example": true, "me@own.example": true,
		"b@other.example": false, "a@sub.allowed.example": false, "a@evil.example": false,
	} {
		code := first(run(limited, "--set", "server=127.0.0.1", "--recipient", recipient))
		if (code != "recipient_not_permitted") != permitted {
			t.Errorf("the recipient %s: %s", recipient, code)
		}
	}
}

// TestTestMailsAreLimited sends test e-mails until there are too many.
func TestTestMailsAreLimited(t *testing.T) {
	t.Parallel()
	server := &mailserver.Server{Login: "me@practice.example", Password: "x"}
	if err := server.Start(0); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	h := supervised(t, manifest(t, "smtp", "smtp-plugin"))
	request := shared.TestRequest{Actor: "anna", Options: shared.Values{"send_message": shared.Boolean(true)},
		Draft: shared.Draft{
			Values: shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(server.Port())),
				"login": shared.Text("me@practice.example")},
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("x")},
		}}
	last := ""
	for range 6 {
		err := h.Page().Test(t.Context(), request, func(event shared.TestEvent) error {
			if completed, ok := event.(shared.Completed); ok {
				last = completed.Report.Diagnostics[0].Code
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if sent := len(server.Inbox()); sent != 5 || last != "too_many_test_mails" {
		t.Errorf("%d test e-mails were sent, the last answer was %s", sent, last)
	}
}

// TestLocks fixes fields by the environment: the page shows them disabled, with the variable's name, and saves of them
// are refused with that reason.
func TestLocks(t *testing.T) {
	t.Setenv("SMTP_SERVER", "fixed.example")
	t.Setenv("SMTP_USE_SSL", "true")
	path := manifest(t, "smtp", "smtp-plugin")
	address := serve(t, path)
	_, page := ask(t, "GET", address+"/", "", anna)
	for _, want := range []string{`Fixed by the environment variable SMTP_SERVER.`, `value="fixed.example"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	forged := url.Values{
		"present": {"server", "login"}, "value.server": {"evil.example"}, "value.login": {"a@b.example"}, "revision": {"0"},
	}
	_, text := ask(t, "POST", address+"/save", forged.Encode(), anna)
	if !strings.Contains(text, "“SMTP server” is fixed by the environment variable SMTP_SERVER.") {
		t.Errorf("a forged save of a locked field: %.500s", text)
	}
	r := harness(t, "x", "save", "--json", "--manifest", path, "--set", "server=evil.example",
		"--set", "login=a@b.example", "--secret", "password=env:SECRET")
	if r.status != 1 || !strings.Contains(r.stdout, "field_locked") {
		t.Errorf("on the command line: exit status %d\n%s", r.status, r.stdout)
	}
	r = harness(t, "x", "save", "--json", "--manifest", path, "--set", "login=a@b.example",
		"--secret", "password=env:SECRET")
	if r.status != 0 {
		t.Errorf("a save of the other fields: exit status %d\n%s", r.status, r.stdout)
	}
}

// TestOddPosts sends the handler what no browser would.
func TestOddPosts(t *testing.T) {
	t.Parallel()
	address := serve(t, manifest(t, "smtp", "smtp-plugin"))
	for _, route := range []string{"/save", "/test", "/validate", "/action"} {
		answer, text := ask(t, "POST", address+route, `{"value.server": "smtp.email.com"}`, map[string]string{
			"Actor": "anna", "Content-Type": "application/json",
		})
		if answer.StatusCode != http.StatusUnsupportedMediaType ||
			!strings.Contains(text, "application/x-www-form-urlencoded") {
			t.Errorf("%s: %s: %s", route, answer.Status, text)
		}
	}
	if answer, _ := ask(t, "GET", address+"/assets/", "", anna); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the files are listed: %s", answer.Status)
	}
	if answer, _ := ask(t, "GET", address+"/assets/form.css", "", anna); answer.StatusCode != http.StatusOK {
		t.Errorf("the style sheet: %s", answer.Status)
	}
}
