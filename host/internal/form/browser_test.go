package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// servedAt serves a page under a public address.
func servedAt(t *testing.T, page *signInPage, address string) {
	t.Helper()
	public, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	page.handler = form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Actions: func() shared.ActionRunner { return page }, Logger: hclog.NewNullLogger(), PublicURL: public,
	})
}

// browse asks for a page as a browser with a cookie does, and returns the cookies that it is given.
func browse(t *testing.T, page *signInPage, method, route, cookie string, posted url.Values) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, route, strings.NewReader(posted.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "settings_browser", Value: cookie})
	}
	answer := httptest.NewRecorder()
	page.handler.ServeHTTP(answer, r)
	return answer.Result()
}

// TestBrowserOfSignIn tells an action which browser asks and which comes back, by a cookie that nothing else sets, that
// no script reads and that no page of another site has sent along.
func TestBrowserOfSignIn(t *testing.T) {
	page := &signInPage{kindsPage: newKinds(t)}
	servedAt(t, page, "https://console.example/admin")
	posted := filledIn(t, page.get(t))
	begin := func(action, cookie string) *http.Response {
		posted.Set("action", action)
		return browse(t, page, http.MethodPost, "/action", cookie, posted)
	}
	for _, answer := range []*http.Response{
		browse(t, page, http.MethodGet, "/", "", nil), begin("find_buckets", ""),
		browse(t, page, http.MethodGet, "/return-sign_in?code=c&state=s", "", nil),
	} {
		if len(answer.Cookies()) != 0 || page.lastBrowser() != "" {
			t.Errorf("%v, the action was told of the browser %q", answer.Cookies(), page.lastBrowser())
		}
	}
	given := begin("sign_in", "").Cookies()
	if len(given) != 1 || !given[0].HttpOnly || !given[0].Secure || given[0].SameSite != http.SameSiteLaxMode ||
		given[0].Path != "" || given[0].Domain != "" || given[0].MaxAge != 0 {
		t.Fatalf("%+v", given)
	}
	cookie, browser := given[0].Value, page.lastBrowser()
	if browser == "" || len(browser) > 64 || strings.Contains(browser, cookie) {
		t.Errorf("the browser is told as %q, the cookie is %q", browser, cookie)
	}
	if again := begin("sign_in", cookie); len(again.Cookies()) != 0 || page.lastBrowser() != browser {
		t.Errorf("in another tab: %v, %q", again.Cookies(), page.lastBrowser())
	}
	for held, want := range map[string]string{cookie: browser, "": "", strings.Repeat("x", 4000): ""} {
		answer := browse(t, page, http.MethodGet, "/return-sign_in?code=c&state=s", held, nil)
		if page.lastBrowser() != want || answer.Header.Get("Referrer-Policy") != "strict-origin" {
			t.Errorf("it comes back as %q with %v", page.lastBrowser(), answer.Header)
		}
	}
	if begin("sign_in", ""); page.lastBrowser() == browser {
		t.Error("two browsers are taken for one")
	}
	asked := len(page.asked)
	answer := browse(t, page, http.MethodGet, "/return-sign_in?code="+strings.Repeat("c", 20<<10), cookie, nil)
	if answer.StatusCode != http.StatusRequestURITooLong || len(page.asked) != asked {
		t.Errorf("an address without an end: status %d, %d calls", answer.StatusCode, len(page.asked)-asked)
	}
}

// lastBrowser is the browser of the last request.
func (p *signInPage) lastBrowser() string {
	if len(p.asked) == 0 {
		return ""
	}
	return p.asked[len(p.asked)-1].Browser
}

// devicePage waits for a code that is entered elsewhere.
type devicePage struct {
	*kindsPage
	returned []string
	allowed  bool
}

func (p *devicePage) RunAction(ctx context.Context, r shared.ActionRequest, send func(shared.TestEvent) error) error {
	p.returned = append(p.returned, r.Returned)
	report := shared.TestReport{Outcome: "begun", Headline: "Go on there", Status: shared.StatusWarning}
	result := shared.ActionResult{Values: shared.Values{"name": shared.Text("as it was typed")}}
	if p.allowed {
		report.Status, result.Tickets = shared.StatusPassed, map[string]shared.SecretText{
			"account": shared.NewSecretText("ticket-9")}
		return send(shared.Completed{Report: report, Result: result})
	}
	prompt := shared.Prompt{Text: "Allow access.", URL: "https://login.example/", Code: "WXYZ", Resume: "state=s%26x"}
	if err := send(prompt); err != nil {
		return err
	}
	if r.Returned != "" {
		return send(shared.Completed{Report: report, Result: result})
	}
	<-ctx.Done() // It waits for as long as the host does.
	return ctx.Err()
}

// TestGoOnWithoutScripts has a reader without scripts enter a code elsewhere, and go on by a link: too early first.
func TestGoOnWithoutScripts(t *testing.T) {
	page := &devicePage{kindsPage: newKinds(t)}
	page.handler = serveKinds(page, func() shared.ActionRunner { return page })
	posted := filledIn(t, page.get(t))
	posted.Set("action", "sign_in")
	_, body := page.post(t, "/action", "", posted)
	const goOn = "return-sign_in?state=s%26x"
	for _, want := range []string{`href="` + goOn + `"`, "WXYZ", "Go on here"} {
		if !strings.Contains(body, want) {
			t.Fatalf("%q is not on the page:\n%s", want, element(t, body, "account"))
		}
	}
	come := func() string {
		answer := httptest.NewRecorder()
		page.handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+goOn, nil))
		return answer.Body.String()
	}
	if body = come(); !strings.Contains(body, `href="`+goOn+`"`) || !strings.Contains(body, "as it was typed") ||
		page.returned[1] != "state=s%26x" {
		t.Errorf("too early, the action was asked with %q:\n%s", page.returned, element(t, body, "account"))
	}
	page.allowed = true
	body = come()
	if form := filledIn(t, body); form.Get("secret.account") != "ticket-9" || strings.Contains(body, goOn) {
		t.Errorf("the form holds %v", form)
	}
}

// unofferedPage does not offer the sign-in with what is in force, and goes on with none.
type unofferedPage struct{ *kindsPage }

func (p *unofferedPage) Schema(ctx context.Context, r shared.SchemaRequest) (shared.Schema, error) {
	schema, err := p.kindsPage.Schema(ctx, r)
	schema.Actions = slices.Clone(schema.Actions)
	for i := range schema.Actions {
		schema.Actions[i].VisibleWhen = shared.Equals("name", shared.Text("of another form"))
	}
	return schema, err
}

func (p *unofferedPage) RunAction(_ context.Context, _ shared.ActionRequest, send func(shared.TestEvent) error) error {
	return send(shared.Completed{Report: shared.TestReport{
		Outcome: "no", Headline: "Nobody has signed in", Status: shared.StatusFailed,
		Diagnostics: shared.Diagnostics{{Severity: shared.SeverityError, Field: "account", Code: "finished",
			Summary: "This was already finished.", Detail: "Begin again."}},
	}})
}

// TestReturnIsAnsweredInSight says why nothing came of a return also where what is in force does not show the action:
// the form that the browser has left was never saved.
func TestReturnIsAnsweredInSight(t *testing.T) {
	page := &unofferedPage{kindsPage: newKinds(t)}
	page.handler = serveKinds(page, func() shared.ActionRunner { return page })
	answer := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/return-sign_in?code=c&state=s", nil)
	page.handler.ServeHTTP(answer, r)
	_, said, _ := strings.Cut(answer.Body.String(), `id="said"`)
	said, _, _ = strings.Cut(said, "<form")
	if !strings.Contains(said, "This was already finished.") || !strings.Contains(said, "Begin again.") {
		t.Errorf("above the form stands:\n%s", said)
	}
}
