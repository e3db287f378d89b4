package form_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtp-settings/smtp-settings/shared"
)

const stream = "application/x-ndjson"

func (p *kindsPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	p.tested = &request
	return p.Page.Test(ctx, request, send)
}

func (p *kindsPage) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	p.validated = request.Draft
	return p.Page.Validate(ctx, request)
}

func (p *kindsPage) RunAction(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	p.acted = &request
	return p.Page.RunAction(ctx, request, send)
}

// TestOptionsAreFields posts the test's options as they stand on the page, and then changed: a default is none that has
// to be chosen, a box that is ticked by default can be unticked, and what was chosen stands there afterwards.
func TestOptionsAreFields(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	if _, body := page.post(t, "/test", "", posted); !strings.Contains(body, "Tested: depth quick, send true") {
		t.Errorf("with the defaults:\n%s", body)
	}
	posted.Set("option.depth", "deep")
	posted.Del("option.send")
	_, body := page.post(t, "/test", "", posted)
	if !strings.Contains(body, "Tested: depth deep, send false") {
		t.Errorf("changed: %v", page.tested.Options)
	}
	if shown := element(t, body, "option-depth"); !strings.Contains(shown, `value="deep" selected`) {
		t.Errorf("what was chosen is forgotten:\n%s", shown)
	}
	if shown := element(t, body, "option-send"); strings.Contains(shown, "checked>") {
		t.Errorf("what was unticked is ticked:\n%s", shown)
	}
	if shown := element(t, body, "option-tries"); !strings.Contains(shown, "data-concealed") {
		t.Errorf("an option follows no other:\n%s", shown)
	}
	for _, client := range []url.Values{{}, {"option.depth": {""}}} { // One that knows nothing of what is present.
		client.Set("present", "name")
		client.Set("value.name", "x")
		if page.post(t, "/test", "", client); len(page.tested.Options) != 0 {
			t.Errorf("%v was asked for", page.tested.Options)
		}
	}
}

// TestActionWithoutScripts runs an action by a plain form: what it found stands in the form, nothing is saved, and the
// secrets of the form go only to those that need them.
func TestActionWithoutScripts(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("action", "find_buckets")
	posted.Set("action.find_buckets.region", "us")
	posted.Set("secret.password", "s3cret")
	posted.Set("value.contact", "a@b.example")
	status, body := page.post(t, "/action", "", posted)
	if status != http.StatusOK || !strings.Contains(body, "Found two buckets") {
		t.Fatalf("status %d\n%s", status, body)
	}
	for field, want := range map[string]string{
		"bucket": `value="us-photos"`, "mirrors": `value="us-backups"`, "contact": `value="a@b.example"`,
		"action-find_buckets-region": `value="us" selected`,
	} {
		if shown := element(t, body, field); !strings.Contains(shown, want) {
			t.Errorf("%s: no %s in\n%s", field, want, shown)
		}
	}
	for _, want := range []string{"2 values for “Bucket” were found.", "&#34;us-backups&#34;}\">Backups</button>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not offer %q", want)
		}
	}
	if len(page.acted.Draft.Secrets) > 0 || page.acted.Draft.Values["contact"] != shared.Text("a@b.example") {
		t.Errorf("the action was given %v", page.acted.Draft)
	}
	posted.Set("action", "test_login")
	_, body = page.post(t, "/action", "", posted)
	if page.acted.Draft.Secrets["password"].Action != shared.SecretReplace {
		t.Error("an action that needs secrets has none")
	}
	if shown := element(t, body, "action-test_login-person"); !strings.Contains(shown, "must be filled in") {
		t.Errorf("what is wrong with an option does not stand beside it:\n%s", shown)
	}
	posted.Set("action", "unheard_of")
	if status, _ := page.post(t, "/action", "", posted); status != http.StatusBadRequest {
		t.Errorf("an action that is not declared: %d", status)
	}
}

// TestActionIsAgreedToFirst asks before an action that says so, with and without scripts.
func TestActionIsAgreedToFirst(t *testing.T) {
	const sentence = "The callback in use stops working."
	for _, accept := range []string{"", stream} {
		page := newKinds(t)
		posted := filledIn(t, page.get(t))
		posted.Set("action", "rotate")
		_, body := page.post(t, "/action", accept, posted)
		if page.acted != nil || !strings.Contains(body, sentence) {
			t.Errorf("nobody was asked:\n%s", body)
		}
		posted.Set("confirmed.sign_in", sentence) // Agreed to something else.
		posted.Set("agreed", "sign_in")
		if page.post(t, "/action", accept, posted); page.acted != nil && page.acted.Action == "rotate" {
			t.Error("what was agreed to for another action counts")
		}
		if page.acted, posted = nil, filledIn(t, page.get(t)); accept == "" {
			posted = filledIn(t, body)
		} else {
			posted.Set("confirmed.rotate", sentence) // It stands on the page as long as the question does.
		}
		posted.Set("action", "rotate") // The same button once more.
		if _, body = page.post(t, "/action", accept, posted); page.acted != nil || !strings.Contains(body, sentence) {
			t.Errorf("who asks for it twice is taken to agree:\n%s", body)
		}
		posted.Del("action")
		posted.Set("agreed", "rotate") // The button beside the question.
		if _, body = page.post(t, "/action", accept, posted); page.acted == nil ||
			!strings.Contains(body, "What is in force has changed.") {
			t.Errorf("what was agreed to did not begin, or the page does not say what it changed:\n%s", body)
		}
	}
}

// TestActionIsStreamed reads the lines of an action as the script does.
func TestActionIsStreamed(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("action", "find_buckets")
	_, body := page.post(t, "/action", stream, posted)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	var last struct {
		Event   string
		HTML    string
		Values  map[string]any
		Choices map[string]string
		Tickets map[string]string
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 3 {
		t.Fatal(err, body)
	}
	if last.Event != "completed" || last.Values["bucket"] != "eu-photos" ||
		!strings.Contains(last.Choices["bucket"], `<option value="eu-backups" label="Backups">`) ||
		!strings.Contains(last.Choices["mirrors"], `type="checkbox" name="value.mirrors" value="eu-backups"`) {
		t.Errorf("the last line is %s", lines[2])
	}
	if !strings.Contains(last.HTML, "2 values for “Bucket” were found.") ||
		!strings.Contains(last.HTML, "2 values for “Mirrors” were found.") ||
		!strings.Contains(last.HTML, `name="fix" value="{&#34;bucket&#34;:&#34;eu-backups&#34;}">Backups</button>`) {
		t.Errorf("what was found does not stand below the verdict:\n%s", last.HTML)
	}
	if len(last.Tickets) > 0 {
		t.Errorf("what gives no authorization has the tickets %v", last.Tickets)
	}
	posted.Set("secret.account", "ticket-0") // One that waits to be saved.
	if _, body = page.post(t, "/action", stream, posted); !strings.Contains(body, `"tickets":{}`) {
		t.Errorf("an authorization is given anew by an action that gives none:\n%s", body)
	}
	posted.Set("action", "sign_in")
	_, body = page.post(t, "/action", stream, posted)
	prompt, ticket := strings.Index(body, `"event":"prompt"`), strings.Index(body, `"tickets":{"account":"ticket-1"}`)
	if prompt < 0 || ticket < prompt || !strings.Contains(body, "ABCD-1234") {
		t.Errorf("signing in:\n%s", body)
	}
}

// TestSignInWithoutScripts carries the ticket of an authorization on, also through a save that is refused.
func TestSignInWithoutScripts(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("action", "sign_in")
	_, body := page.post(t, "/action", "", posted)
	posted = filledIn(t, body)
	if posted.Get("secret.account") != "ticket-1" {
		t.Fatalf("the ticket is not in the form:\n%s", element(t, body, "account"))
	}
	posted.Set("value.name", "BIG")
	if _, body = page.post(t, "/save", "", posted); !strings.Contains(element(t, body, "account"), "Given just now") {
		t.Error("a refused save loses the ticket")
	}
	posted = filledIn(t, body)
	posted.Set("value.name", "x")
	page.post(t, "/save", "", posted)
	if snapshot, _ := page.Load(t.Context(), shared.LoadRequest{}); !snapshot.Secrets["account"].Set {
		t.Error("the authorization was not saved")
	}
}

// TestSaveIsAgreedTo asks when the plugin wants agreement to a save, with and without scripts.
func TestSaveIsAgreedTo(t *testing.T) {
	const sentence = "This switches the page off for everybody."
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	posted.Del("value.active")
	posted.Set("secret.password", "s3cret")
	status, body := page.post(t, "/save", "", posted)
	if status != http.StatusPreconditionRequired || !strings.Contains(body, sentence) ||
		!strings.Contains(body, `name="confirmed" value="`+sentence) || strings.Contains(body, "s3cret") ||
		!strings.Contains(body, "Nothing was saved yet.") || !strings.Contains(body, `href="#save-agree"`) {
		t.Fatalf("status %d\n%s", status, body)
	}
	_, body = page.post(t, "/save", "application/json", posted)
	var reply map[string]string
	if err := json.Unmarshal([]byte(body), &reply); err != nil || !strings.Contains(reply["confirm"], sentence) {
		t.Errorf("the script is told %s", body)
	}
	posted.Set("confirmed", "something else")
	if status, _ = page.post(t, "/save", "", posted); status != http.StatusPreconditionRequired {
		t.Errorf("agreed to something else: %d", status)
	}
	posted.Set("confirmed", sentence)
	if _, body = page.post(t, "/save", "application/json", posted); !strings.Contains(body, `"location":"./?saved"`) {
		t.Errorf("the script is told %s", body)
	}
	// It has been saved meanwhile.
	_, body = page.post(t, "/save", "application/json", posted)
	var refused struct {
		Said     string
		Revision int64
	}
	if err := json.Unmarshal([]byte(body), &refused); err != nil || refused.Revision != 1 ||
		!strings.Contains(refused.Said, "revision 1") || strings.Contains(refused.Said, "typed again") {
		t.Errorf("of a conflict the script is told %s", body)
	}
}

// TestRefusedSaveIsSaidAtOnce has the script told in the same answer why nothing was saved, beside which field or above
// the form, and why the plugin cannot be asked. It never posts the form a second time for that.
func TestRefusedSaveIsSaidAtOnce(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "BIG")
	posted.Set("secret.password", "s3cret")
	status, body := page.post(t, "/save", "application/json", posted)
	var reply struct {
		Said     string
		Findings map[string]string
	}
	if err := json.Unmarshal([]byte(body), &reply); err != nil || status != http.StatusOK ||
		!strings.Contains(reply.Said, "Nothing was saved.") || !strings.Contains(reply.Findings["name"], "finding error") ||
		strings.Contains(reply.Said, "diagnostic ") || strings.Contains(body, "s3cret") {
		t.Errorf("%v, status %d: %s", err, status, body)
	}
}

// TestPageWithoutActions has a plugin that runs no actions: none is shown.
func TestPageWithoutActions(t *testing.T) {
	page := newKinds(t)
	page.handler = page.serve(nil)
	shown := page.get(t)
	if strings.Contains(shown, "Find buckets") || strings.Contains(shown, "Test a login") {
		t.Error("an action that cannot be run is on the page")
	}
}

// waitingPage sends the reader elsewhere and waits until the call is given up.
type waitingPage struct{ *kindsPage }

func (p waitingPage) RunAction(ctx context.Context, _ shared.ActionRequest, send func(shared.TestEvent) error) error {
	if err := send(shared.Prompt{Text: "Allow access.", URL: "https://login.example/", Code: "WXYZ"}); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// TestPromptWithoutScripts shows where to go although the action waits for that: the page does not wait with it.
func TestPromptWithoutScripts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := newKinds(t)
		page.handler = page.serve(func() shared.ActionRunner { return waitingPage{page} })
		posted := filledIn(t, page.get(t))
		posted.Set("action", "sign_in")
		status, body := page.post(t, "/action", "", posted)
		if status != http.StatusOK || !strings.Contains(body, "WXYZ") || strings.Contains(body, "could not be done") {
			t.Errorf("status %d\n%s", status, body)
		}
	})
}
