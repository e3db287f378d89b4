package plugin

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// comeBack goes on with a sign-in as a browser that is back.
func comeBack(t *testing.T, page *Page, browser, returned string) ran {
	t.Helper()
	return run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Browser: browser, Returned: returned})
}

// TestSignInOfAnotherBrowser goes on only in the browser that has begun: an address with which another one would come
// back from a sign-in of its own leads nobody to a mailbox that is not theirs, even under the same name.
func TestSignInOfAnotherBrowser(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	begun := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: p.draft(), ReturnURL: returnURL,
		Browser: "of the attacker"})
	there, err := url.Parse(begun.prompt.URL)
	if err != nil {
		t.Fatal(err)
	}
	returned := p.back(there.Query())
	for _, browser := range []string{"of the victim", ""} {
		came := comeBack(t, page, browser, returned)
		if came.codes() != "oauth_sign_in_unknown oauth_grant" || len(came.Result.Tickets) != 0 || len(p.forms) != 0 {
			t.Errorf("%q: %s, %d token requests", browser, came.codes(), len(p.forms))
		}
	}
	if came := comeBack(t, page, "of the attacker", returned); came.Report.Outcome != "signed_in" {
		t.Errorf("the browser that has begun: %+v", came.Report)
	}
	if got := comeBack(t, page, "of the victim", returned).codes(); got != "oauth_sign_in_unknown oauth_grant" {
		t.Errorf("the victim afterwards: %s", got)
	}
}

// TestSignInTicketIsUsedOnce saves with a ticket once, in all processes of a database, and says so; what was not saved
// has not used it.
func TestSignInTicketIsUsedOnce(t *testing.T) {
	p := newSignInServer(t)
	directory := t.TempDir()
	page, other := openPage(t, Configuration{DataDir: directory}), openPage(t, Configuration{DataDir: directory})
	draft, _ := p.signedIn(t, page)
	late := shared.SaveRequest{Draft: draft, Revision: 7, Actor: "anna"}
	if result, err := other.Save(t.Context(), late); err != nil || result.Saved || !result.Conflict {
		t.Fatalf("%+v, %v", result, err)
	}
	if report := testReport(t, other, draft); report.Outcome != "complete" {
		t.Fatalf("after a save that was refused: %s, %+v", report.Outcome, report.Diagnostics)
	}
	save(t, page, draft.Values, draft.Secrets)
	run(t.Context(), t, page, shared.ActionRequest{Action: "sign_out"})
	for _, written := range otherwiseWritten(draft.Secrets["oauth_grant"].Text.Reveal()) {
		same := shared.ReplaceSecret(written)
		if result := trySave(t, page, draft.Values, map[string]shared.SecretChange{"oauth_grant": same}); result.Saved {
			t.Errorf("saved once more with the same ticket in another notation: %q", written)
		}
	}
	for name, one := range map[string]*Page{
		"the same process": page, "another": other, "a later one": openPage(t, Configuration{DataDir: directory}),
	} {
		result := trySave(t, one, draft.Values, draft.Secrets)
		if got := codes(result.Diagnostics); result.Saved || !strings.Contains(got, "sign_in_finished oauth_grant") {
			t.Errorf("%s: saved %t, %s", name, result.Saved, got)
		}
		if got := codes(testReport(t, one, draft).Diagnostics); !strings.Contains(got, "sign_in_finished oauth_grant") {
			t.Errorf("%s, a test: %s", name, got)
		}
	}
}

// otherwiseWritten are notations that a lenient reader takes for the same ticket.
func otherwiseWritten(ticket string) []string {
	parts := strings.Split(ticket, ".")
	return []string{
		ticket + "\n", ticket[:len(ticket)-2] + "\r\n" + ticket[len(ticket)-2:],
		parts[0] + ".0" + parts[1] + "." + parts[2], parts[0] + ".+" + parts[1] + "." + parts[2],
	}
}

// TestDeniedSignInKeepsTheForm brings the form back as it stood when access was denied, without what was typed as a
// secret, and says of the next visit that it is over.
func TestDeniedSignInKeepsTheForm(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	sent := p.begin(t, page, p.draft())
	denied := url.Values{"error": {"access_denied"}, "state": {sent.Get("state")}, "iss": {p.URL}}.Encode()
	came := comeBack(t, page, "", denied)
	if came.codes() != "oauth_sign_in_denied oauth_grant" ||
		came.Result.Values["oauth_client_id"] != shared.Text("console") || len(came.Result.Tickets) != 0 ||
		strings.Contains(came.Result.Values["oauth_client_id"].String()+came.codes(), signInSecret) {
		t.Errorf("%+v", came)
	}
	if got := comeBack(t, page, "", denied).codes(); got != "oauth_sign_in_finished oauth_grant" {
		t.Errorf("once more: %s", got)
	}
	sent = p.begin(t, page, p.draft())
	save(t, page, noLogin(), nil)
	if came := comeBack(t, page, "", p.back(sent)); came.codes() != "sign_in_overtaken oauth_grant" ||
		len(came.Result.Values) != 0 {
		t.Errorf("what another one has saved is overwritten: %+v", came)
	}
}

// beginDevice begins a sign-in by a code, for which the host does not wait.
func beginDevice(t *testing.T, page *Page, p *signInServer) (resume string) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	err := page.RunAction(ctx, shared.ActionRequest{Action: "sign_in", Actor: "anna", Browser: "b", Draft: p.draft()},
		func(event shared.TestEvent) error {
			if prompt, asks := event.(shared.Prompt); asks {
				resume = prompt.Resume
				leave()
			}
			return nil
		})
	if err != nil || resume == "" {
		t.Fatalf("%q, %v", resume, err)
	}
	return resume
}

// TestResumeDevice goes on with a code that was entered elsewhere when the host has not waited for it.
func TestResumeDevice(t *testing.T) {
	p := newSignInServer(t)
	p.pending = 1000
	page := openPage(t, Configuration{})
	resume := beginDevice(t, page, p)
	came := comeBack(t, page, "b", resume)
	if came.Report.Outcome != "sign_in_begun" || came.codes() != "sign_in_pending " || came.prompt.Code != "WXYZ-1234" ||
		came.prompt.Resume != resume || came.Result.Values["oauth_client_id"] != shared.Text("console") {
		t.Errorf("not entered yet: %+v", came)
	}
	if got := comeBack(t, page, "another", resume).codes(); got != "oauth_sign_in_unknown oauth_grant" {
		t.Errorf("another browser: %s", got)
	}
	p.allow(0)
	came = comeBack(t, page, "b", resume)
	draft := shared.Draft{Values: came.Result.Values, Secrets: map[string]shared.SecretChange{
		"oauth_grant": shared.ReplaceSecret(came.Result.Tickets["oauth_grant"].Reveal()),
	}}
	if report := testReport(t, page, draft); came.Report.Outcome != "signed_in" || report.Outcome != "complete" {
		t.Errorf("entered: %+v, %+v", came.Report, report.Diagnostics)
	}
	if got := comeBack(t, page, "b", resume).codes(); got != "oauth_sign_in_finished oauth_grant" {
		t.Errorf("once more: %s", got)
	}
}

// changeDevice changes a code for a device as it is kept, and returns it as it was.
func changeDevice(t *testing.T, page *Page, resume string, change func(*sentDevice)) (before sentDevice) {
	t.Helper()
	s := &signingIn{page: page, began: time.Now(), request: shared.ActionRequest{Actor: "anna", Browser: "b"}}
	state := oauth.StateOf(resume)
	away, kept, wrong, err := s.recognize(t.Context(), state)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	before = *away.Device
	change(away.Device)
	if err := s.keep(t.Context(), state, away, kept); err != nil {
		t.Fatal(err)
	}
	return before
}

// TestResumeDeviceOfAnother goes on with a code that a process began whose clock is ahead or behind: it neither waits
// for that clock nor takes the code for expired by it, and asks less often when the provider says so.
func TestResumeDeviceOfAnother(t *testing.T) {
	p := newSignInServer(t)
	p.pending = 1000
	page := openPage(t, Configuration{})
	resume := beginDevice(t, page, p)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		changeDevice(t, page, resume, func(d *sentDevice) {
			d.Asked, d.Expires = time.Now().Add(ahead), time.Now().Add(ahead)
		})
		came := run(ctx, t, page, shared.ActionRequest{Action: "sign_in", Actor: "anna", Browser: "b", Returned: resume})
		if came.codes() != "sign_in_pending " {
			t.Errorf("%s ahead: %+v", ahead, came.Report)
		}
	}
	p.refusing = "slow_down"
	if came := comeBack(t, page, "b", resume); came.codes() != "sign_in_pending " {
		t.Errorf("%+v", came.Report)
	}
	p.refusing = "server_error"
	if came := comeBack(t, page, "b", resume); came.codes() != "oauth_endpoint_busy " ||
		came.Report.Outcome != "sign_in_begun" || came.prompt.Code != "WXYZ-1234" {
		t.Errorf("%+v", came.Report)
	}
	if kept := changeDevice(t, page, resume, func(*sentDevice) {}); kept.Interval != 11*time.Second {
		t.Errorf("asked to slow down, it asks after %s", kept.Interval)
	}
}

// TestSignInThatHasExpired says so for a day; nothing sealed is kept of it as soon as another one begins.
func TestSignInThatHasExpired(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	returned := p.back(p.begin(t, page, p.draft()))
	name := nameOf(oauth.StateOf(returned))
	kept, _, err := page.store.SignIn(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	expireAt := func(expires time.Time) {
		kept.Expires, kept.Until = expires, time.Time{}
		if err := page.store.AddSignIn(t.Context(), name, kept, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	expireAt(time.Now().Add(-time.Second))
	if got := comeBack(t, page, "", returned).codes(); got != "oauth_sign_in_expired oauth_grant" || len(p.forms) != 0 {
		t.Errorf("%s, %d token requests", got, len(p.forms))
	}
	p.begin(t, page, p.draft())
	if kept, found, err := page.store.SignIn(t.Context(), name); err != nil || !found || kept.Sealed != nil {
		t.Errorf("found: %t, %d bytes sealed, %v", found, len(kept.Sealed), err)
	}
	expireAt(time.Now().Add(-25 * time.Hour))
	p.begin(t, page, p.draft())
	if _, found, err := page.store.SignIn(t.Context(), name); err != nil || found {
		t.Errorf("after a day: found: %t, %v", found, err)
	}
}

// TestSignInOverRekey turns to a new key while the browser is at the provider: it comes back, and is known.
func TestSignInOverRekey(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	returned := p.back(p.begin(t, page, p.draft()))
	if _, err := page.Rekey(t.Context(), shared.RekeyRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := comeBack(t, page, "", returned); got.Report.Outcome != "signed_in" {
		t.Errorf("%+v", got.Report)
	}
}
