package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// signInPage signs in by a page that sends the browser back.
type signInPage struct {
	*kindsPage
	asked []shared.ActionRequest
}

func (p *signInPage) RunAction(_ context.Context, r shared.ActionRequest, send func(shared.TestEvent) error) error {
	p.asked = append(p.asked, r)
	report := shared.TestReport{Outcome: "sent", Headline: "Go on there", Status: shared.StatusWarning}
	if r.Returned == "" {
		if err := send(shared.Prompt{Text: "Allow access.", URL: "https://login.example/?back=" + r.ReturnURL}); err != nil {
			return err
		}
		return send(shared.Completed{Report: report})
	}
	report.Headline, report.Status = "Access was allowed", shared.StatusPassed
	return send(shared.Completed{Report: report, Result: shared.ActionResult{
		Tickets: map[string]shared.SecretText{"account": shared.NewSecretText("ticket-2")},
	}})
}

// TestSignInReturns sends the reader to a page that sends the browser back: what it brings goes to the action, and what
// that gives can be saved.
func TestSignInReturns(t *testing.T) {
	page := &signInPage{kindsPage: newKinds(t)}
	public, _ := url.Parse("https://console.example/admin")
	page.handler = form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Actions: func() shared.ActionRunner { return page }, Logger: hclog.NewNullLogger(), PublicURL: public,
	})
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	page.post(t, "/save", "", posted)
	posted.Set("action", "sign_in")
	if _, body := page.post(t, "/action", "", posted); !strings.Contains(body, `href="https://login.example/?back=`) {
		t.Errorf("where to go is not on the page:\n%s", element(t, body, "account"))
	}
	back := page.asked[0].ReturnURL
	if back != "https://console.example/admin/return-sign_in" {
		t.Fatalf("the browser is to come back to %s", back)
	}
	come := func(action, query string) (int, string) {
		answer := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/return-"+action+"?"+query, nil)
		r.Header.Set("Sec-Fetch-Dest", "document")
		page.handler.ServeHTTP(answer, r)
		return answer.Code, answer.Body.String()
	}
	status, body := come("sign_in", "code=c%26d&state=s&action=rotate")
	if status != http.StatusOK || page.asked[1].Returned != "action=rotate&code=c%26d&state=s" {
		t.Fatalf("status %d, the action was asked with %+v", status, page.asked)
	}
	if page.asked[1].ReturnURL != back {
		t.Errorf("the second time the browser is to come back to %s", page.asked[1].ReturnURL)
	}
	for _, dest := range []string{"image", "iframe", "empty", "script"} { // It stands in a page of any site.
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/return-sign_in?code=c", nil)
		r.Header.Set("Sec-Fetch-Dest", dest)
		answer := httptest.NewRecorder()
		if page.handler.ServeHTTP(answer, r); answer.Code != http.StatusForbidden || len(page.asked) != 2 {
			t.Errorf("as %s: status %d, %d calls", dest, answer.Code, len(page.asked))
		}
	}
	form := filledIn(t, body)
	if form.Get("secret.account") != "ticket-2" || form.Get("value.name") != "x" {
		t.Errorf("the form holds %v", form)
	}
	if status, body := page.post(t, "/save", "", form); status != http.StatusSeeOther {
		t.Errorf("saving it: %d\n%s", status, body)
	}
	for _, action := range []string{"rotate", "find_buckets", "unheard_of", ""} {
		if status, _ := come(action, "code=c&action=sign_in"); status != http.StatusBadRequest || len(page.asked) != 2 {
			t.Errorf("%s: status %d, %d calls", action, status, len(page.asked))
		}
	}
}
