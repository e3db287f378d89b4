package plugin

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// ran is what came of an action.
type ran struct {
	shared.Completed
	prompt shared.Prompt
}

func (r ran) codes() string { return codes(r.Report.Diagnostics) }

func run(ctx context.Context, t *testing.T, page *Page, request shared.ActionRequest) (came ran) {
	t.Helper()
	if request.Actor == "" {
		request.Actor = "anna"
	}
	err := page.RunAction(ctx, request, func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.Prompt:
			came.prompt = event
		case shared.Completed:
			came.Completed = event
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return came
}

const returnURL = "https://console.example/settings/return-sign_in"

func (p *signInServer) begin(t *testing.T, page *Page, draft shared.Draft) url.Values {
	t.Helper()
	came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: draft, ReturnURL: returnURL})
	there, err := url.Parse(came.prompt.URL)
	if err != nil || !strings.HasPrefix(came.prompt.URL, p.URL+"/authorize?") || came.Report.Outcome != "sign_in_begun" ||
		came.codes() != "redirect_uri " || !strings.Contains(came.Report.Diagnostics[0].Summary, returnURL) {
		t.Fatalf("%+v, %v", came, err)
	}
	return there.Query()
}

// back is the query with which the browser comes back.
func (p *signInServer) back(sent url.Values) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.code = "c0de~of-the-provider"
	return url.Values{"code": {p.code}, "state": {sent.Get("state")}, "iss": {p.URL}}.Encode()
}

// signedIn is the draft after its owner has signed in, without what was typed as a secret: the browser has left.
func (p *signInServer) signedIn(t *testing.T, page *Page) (shared.Draft, ran) {
	t.Helper()
	sent := p.begin(t, page, p.draft())
	came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Returned: p.back(sent),
		ReturnURL: returnURL})
	ticket := came.Result.Tickets["oauth_grant"]
	if came.Report.Outcome != "signed_in" || ticket.IsEmpty() {
		t.Fatalf("%+v", came)
	}
	return shared.Draft{Values: came.Result.Values, Secrets: map[string]shared.SecretChange{
		"oauth_grant": shared.ReplaceSecret(ticket.Reveal()),
	}}, came
}

// TestSignInWithBrowser signs in from a form that was never saved, tests, saves, delivers and signs out.
func TestSignInWithBrowser(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	if got := codes(testReport(t, page, p.draft()).Diagnostics); got != "not_signed_in oauth_grant" {
		t.Errorf("before: %s", got)
	}
	draft, came := p.signedIn(t, page)
	if came.codes() != "signed_in oauth_grant" ||
		!strings.Contains(came.Report.Diagnostics[0].Summary, "me@example.com has signed in") {
		t.Errorf("%+v", came.Report.Diagnostics)
	}
	form := p.forms[0]
	if form.Get("redirect_uri") != returnURL || form.Get("code_verifier") == "" ||
		form.Get("client_secret") != signInSecret {
		t.Errorf("the provider was asked with %v", form)
	}
	shown := fmt.Sprintf("%+v %s", came, came.Result.Tickets["oauth_grant"].Reveal())
	for _, hidden := range []string{signInSecret, signInRefresh, signInAccess, form.Get("code"),
		form.Get("code_verifier")} {
		if strings.Contains(shown, hidden) {
			t.Errorf("the answer shows %q", hidden)
		}
	}
	if report := testReport(t, page, draft); report.Outcome != "complete" {
		t.Fatalf("the draft: %s, %+v", report.Outcome, report.Diagnostics)
	}
	save(t, page, draft.Values, draft.Secrets)
	snapshot, err := page.Load(t.Context(), shared.LoadRequest{})
	if state := snapshot.Secrets["oauth_grant"]; err != nil || state.Hint != "me@example.com" || state.Since.IsZero() {
		t.Errorf("%+v, %v", state, err)
	}
	if report := testReport(t, page, shared.Draft{}); report.Outcome != "complete" || p.given != 1 {
		t.Fatalf("saved: %s, %+v, %d tokens", report.Outcome, report.Diagnostics, p.given)
	}
	delivery, missing, err := newDeliveries(page).current(t.Context())
	if err != nil || missing != nil {
		t.Fatalf("%v, %v", missing, err)
	}
	if token, err := delivery.Target.Tokens.Token(t.Context(), shared.SecretText{}); err != nil || token.Fetched {
		t.Errorf("a delivery fetches another token: %v", err)
	}
	p.signOut(t, page)
}

func (p *signInServer) signOut(t *testing.T, page *Page) {
	t.Helper()
	refresh := p.refresh
	came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_out"})
	if came.Report.Outcome != "signed_out" || came.codes() != "grant_withdrawn " ||
		strings.Join(p.revoked, " ") != refresh {
		t.Errorf("%+v, revoked %q", came.Report, p.revoked)
	}
	if got := codes(testReport(t, page, shared.Draft{}).Diagnostics); got != "not_signed_in oauth_grant" {
		t.Errorf("after: %s", got)
	}
	if _, missing, err := newDeliveries(page).current(t.Context()); err != nil || missing == nil ||
		missing.Code != "not_signed_in" {
		t.Errorf("a delivery: %v, %v", missing, err)
	}
	snapshot, _ := page.Load(t.Context(), shared.LoadRequest{})
	if snapshot.Secrets["oauth_grant"].Set || snapshot.Secrets["oauth_client_secret"].Set == false {
		t.Errorf("%+v", snapshot.Secrets)
	}
	old := restore(t, page, snapshot.Revision.Number-1)
	if report := testReport(t, page, shared.Draft{}); report.Outcome == "complete" {
		t.Errorf("an older revision signs in again: %+v", old.Diagnostics)
	}
	if came := run(t.Context(), t, page,
		shared.ActionRequest{Action: "sign_out"}); came.Report.Outcome != "nobody_signed_in" {
		t.Errorf("once more: %+v", came.Report)
	}
}

// TestSignInIsUsedOnce goes on with each sign-in once, for the one who has begun it, in any process of the database and
// after a restart; and not after a save.
func TestSignInIsUsedOnce(t *testing.T) {
	p := newSignInServer(t)
	directory := t.TempDir()
	page, other := openPage(t, Configuration{DataDir: directory}), openPage(t, Configuration{DataDir: directory})
	comeBack := func(page *Page, actor, returned string) ran {
		return run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Actor: actor, Returned: returned})
	}
	const unknown, finished = "oauth_sign_in_unknown oauth_grant", "oauth_sign_in_finished oauth_grant"
	sent := p.begin(t, page, p.draft())
	if got := comeBack(other, "bob", p.back(sent)).codes(); got != unknown {
		t.Errorf("another administrator: %s", got)
	}
	if got := comeBack(other, "anna", p.back(sent)); got.Report.Outcome != "signed_in" {
		t.Errorf("another process: %+v", got.Report)
	}
	for _, one := range []*Page{page, other, openPage(t, Configuration{DataDir: directory})} {
		if got := comeBack(one, "anna", p.back(sent)).codes(); got != finished {
			t.Errorf("once more: %s", got)
		}
		if got := comeBack(one, "bob", p.back(sent)).codes(); got != unknown {
			t.Errorf("another administrator, once more: %s", got)
		}
	}
	for _, returned := range []string{"code=c", "code=c&state=", "state=x&code=c", "%zz", "error=access_denied"} {
		if got := comeBack(page, "anna", returned).codes(); got != unknown {
			t.Errorf("%s: %s", returned, got)
		}
	}
	var wg sync.WaitGroup
	sent = p.begin(t, page, p.draft())
	returned, outcomes := p.back(sent), make(chan string, 8)
	for i := range 8 {
		wg.Go(func() { outcomes <- comeBack([]*Page{page, other}[i%2], "anna", returned).Report.Outcome })
	}
	wg.Wait()
	close(outcomes)
	won := 0
	for outcome := range outcomes {
		if outcome == "signed_in" {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 tabs have signed in", won)
	}
	sent = p.begin(t, page, p.draft())
	save(t, page, noLogin(), nil)
	if got := comeBack(page, "anna", p.back(sent)).codes(); got != "sign_in_overtaken oauth_grant" {
		t.Errorf("after a save: %s", got)
	}
}

// TestSignInElsewhere locks a sign-in where the destination differs, and voids none that is stored.
func TestSignInElsewhere(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	draft, _ := p.signedIn(t, page)
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the other provider is asked")
	}))
	defer evil.Close()
	changes := shared.Values{
		"server": shared.Text("localhost"), "port": shared.Integer(2525), "login": shared.Text("you@example.com"),
		"use_ssl": shared.Boolean(true), "proxy": shared.Text("http://127.0.0.1:9"),
		"pinned_certificate": shared.Text(strings.Repeat("ab", 32)), "oauth_client_id": shared.Text("another"),
		"oauth_issuer": shared.Text(evil.URL),
	}
	for field, value := range changes {
		moved := shared.Draft{Values: maps.Clone(draft.Values), Secrets: draft.Secrets}
		moved.Values[field] = value
		if got := codes(testReport(t, page, moved).Diagnostics); !strings.Contains(got, "secret_needed_again oauth_grant") ||
			!strings.Contains(got, "secret_needed_again oauth_client_secret") {
			t.Errorf("not saved, %s: %s", field, got)
		}
		came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: moved, ReturnURL: returnURL})
		if !strings.Contains(came.codes(), "secret_needed_again oauth_client_secret") {
			t.Errorf("signing in again with %s: %s", field, came.codes())
		}
	}
	save(t, page, draft.Values, draft.Secrets)
	for field, value := range changes {
		moved := shared.Draft{Values: shared.Values{field: value}}
		if got := codes(testReport(t, page, moved).Diagnostics); !strings.Contains(got, "secret_needed_again oauth_grant") {
			t.Errorf("%s: %s", field, got)
		}
		if result := trySave(t, page, moved.Values, nil); result.Saved {
			t.Errorf("%s was saved", field)
		}
	}
	if report := testReport(t, page, shared.Draft{}); report.Outcome != "complete" {
		t.Errorf("changed back: %s %s", report.Outcome, codes(report.Diagnostics))
	}
}

// TestSignInWithDevice waits for a code that is entered elsewhere, where the browser cannot come back.
func TestSignInWithDevice(t *testing.T) {
	p := newSignInServer(t)
	p.pending = 1
	page := openPage(t, Configuration{})
	came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: p.draft()})
	if came.prompt.Code != "WXYZ-1234" || came.prompt.URL != p.URL+"/enter" || came.prompt.Expires.IsZero() ||
		came.Report.Outcome != "signed_in" || came.Result.Tickets["oauth_grant"].IsEmpty() {
		t.Errorf("%+v", came)
	}
	p.refusing = "access_denied"
	if got := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: p.draft()}); got.codes() !=
		"oauth_sign_in_denied oauth_grant" {
		t.Errorf("denied: %s", got.codes())
	}
	p.refusing = "authorization_pending"
	ctx, cancel := context.WithCancel(t.Context())
	err := page.RunAction(ctx, shared.ActionRequest{Action: "sign_in", Draft: p.draft()},
		func(event shared.TestEvent) error {
			switch event := event.(type) {
			case shared.Prompt:
				cancel()
			case shared.Completed:
				if event.Report.Outcome != "cancelled" {
					t.Errorf("%+v", event.Report)
				}
			}
			return nil
		})
	if err != nil {
		t.Error(err)
	}
	p.without = "device_authorization"
	if got := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: p.draft()}); got.codes() !=
		"sign_in_needs_address oauth_provider" {
		t.Errorf("without a device flow: %s", got.codes())
	}
}

// TestSignInOfAnother says when another user has signed in than the login names.
func TestSignInOfAnother(t *testing.T) {
	p := newSignInServer(t)
	p.account = "bob@example.com"
	page := openPage(t, Configuration{})
	draft, came := p.signedIn(t, page)
	const warned = "other_account_signed_in oauth_grant"
	if !strings.Contains(came.codes(), warned) {
		t.Errorf("%s", came.codes())
	}
	save(t, page, draft.Values, draft.Secrets)
	report := testReport(t, page, shared.Draft{})
	if got := codes(report.Diagnostics); report.Outcome != "login_failed" || !strings.Contains(got, warned) {
		t.Errorf("%s: %s", report.Outcome, got)
	}
	validation, err := page.Validate(t.Context(), shared.ValidateRequest{})
	if err != nil || !strings.Contains(codes(validation.Diagnostics), warned) {
		t.Errorf("%s, %v", codes(validation.Diagnostics), err)
	}
}

// TestSignInNeedsTheRest begins only with a form that is complete.
func TestSignInNeedsTheRest(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	for field, want := range map[string]string{
		"server": "required server", "oauth_client_id": "required oauth_client_id", "oauth_issuer": "required oauth_issuer",
		"authentication": "password_missing password",
	} {
		draft := p.draft()
		draft.Values[field] = shared.Value{}
		came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: draft, ReturnURL: returnURL})
		if came.Report.Status != shared.StatusFailed || !strings.Contains(came.codes(), want) || came.prompt.URL != "" {
			t.Errorf("without %s: %s", field, came.codes())
		}
	}
	if came := run(t.Context(), t, page,
		shared.ActionRequest{Action: "sign_in"}); came.Report.Status != shared.StatusFailed {
		t.Errorf("an empty form: %+v", came.Report)
	}
}

// TestSignOutWhenItHadEnded says that the provider had ended the permission before, which is what was wanted; and of
// another refusal that the permission holds there.
func TestSignOutWhenItHadEnded(t *testing.T) {
	for refusing, want := range map[string]string{
		"invalid_token": "grant_ended_before ", "invalid_grant": "grant_ended_before ",
		"invalid_client": "grant_not_withdrawn ; oauth_revocation_refused ",
	} {
		p := newSignInServer(t)
		page := openPage(t, Configuration{})
		draft, _ := p.signedIn(t, page)
		save(t, page, draft.Values, draft.Secrets)
		p.refusing = refusing
		came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_out"})
		if came.Report.Outcome != "signed_out" || came.codes() != want {
			t.Errorf("%s: %s", refusing, came.codes())
		}
	}
}
