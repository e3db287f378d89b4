package transport

import (
	"context"
	"errors"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// actingPage has an action that needs secrets and one that does not, and keeps what they were given.
type actingPage struct {
	plainPage
	given map[string]shared.Draft
	send  shared.TestEvent
}

func (p *actingPage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return shared.Schema{
		Title: "Acting", Test: shared.TestAction{Label: "Test"},
		Sections: []shared.Section{{Name: "all", Fields: []shared.Field{
			{Name: "base", Label: "Base", Kind: shared.KindChoice, OptionsFrom: "look"},
			{Name: "other", Label: "Other", Kind: shared.KindChoice, OptionsFrom: "sign_in"},
			{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
			{Name: "account", Label: "Account", Kind: shared.KindAuthorization, Sensitive: true, Action: "sign_in"},
			{Name: "link", Label: "Link", Kind: shared.KindURL, ReadOnly: true},
		}}},
		Actions: []shared.Action{
			{Name: "look", Label: "Look"}, {Name: "sign_in", Label: "Sign in", NeedsSecrets: true},
		},
	}, nil
}

func (p *actingPage) RunAction(
	_ context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	p.given[request.Action] = request.Draft
	if p.send != nil {
		return send(p.send)
	}
	return send(shared.Completed{Report: passed})
}

var passed = shared.TestReport{Outcome: "found", Headline: "Found", Status: shared.StatusPassed}

// acting connects to an acting page.
func acting(t *testing.T, page *actingPage) (*Connection, shared.ActionRunner) {
	t.Helper()
	page.given = map[string]shared.Draft{}
	connection, _, _ := serve(t, page)
	runner, err := Companion[shared.ActionRunner](connection)
	if err != nil {
		t.Fatal(err)
	}
	return connection, runner
}

// TestActionIsGivenSecretsOnlyWhenItNeedsThem has a host send the whole form to each action, before and after it knows
// the form.
func TestActionIsGivenSecretsOnlyWhenItNeedsThem(t *testing.T) {
	page := &actingPage{}
	connection, runner := acting(t, page)
	draft := shared.Draft{
		Values:  shared.Values{"base": shared.Text("dc=a")},
		Secrets: map[string]shared.SecretChange{"token": shared.ReplaceSecret("s3cret")},
	}
	run := func(action string) int {
		request := shared.ActionRequest{Action: action, Draft: draft}
		if err := runner.RunAction(t.Context(), request, func(shared.TestEvent) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if page.given[action].Values["base"] != shared.Text("dc=a") {
			t.Errorf("%s was given %v", action, page.given[action].Values)
		}
		return len(page.given[action].Secrets)
	}
	if run("look") != 0 || run("sign_in") != 0 {
		t.Error("an action was given secrets before it was known whether it needs them")
	}
	if _, err := connection.Schema(t.Context(), shared.SchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	if run("look") != 0 || run("sign_in") != 1 {
		t.Errorf("they were given %v", page.given)
	}
	if len(draft.Secrets) != 1 {
		t.Error("the caller's draft was changed")
	}
}

// TestResultsOfActionsAreInspected has an action find what it may not.
func TestResultsOfActionsAreInspected(t *testing.T) {
	found := func(result shared.ActionResult) shared.TestEvent {
		return shared.Completed{Report: passed, Result: result}
	}
	fills := func(name string, value shared.Value) shared.TestEvent {
		return found(shared.ActionResult{Values: shared.Values{name: value}})
	}
	options := func(field string, options ...shared.Option) shared.TestEvent {
		return found(shared.ActionResult{Choices: map[string][]shared.Option{field: options}})
	}
	ticket := func(field string) shared.TestEvent {
		return found(shared.ActionResult{Tickets: map[string]shared.SecretText{field: shared.NewSecretText("t")}})
	}
	for name, c := range map[string]struct {
		event shared.TestEvent
		fits  bool
	}{
		"a value": {fills("base", shared.Text("dc=a")), true}, "a secret": {fills("token", shared.Text("x")), false},
		"what is computed":       {fills("link", shared.Text("https://a.example")), false},
		"what is not declared":   {fills("none", shared.Text("x")), false},
		"a wrong value":          {fills("base", shared.Integer(1)), false},
		"options":                {options("base", shared.Option{Value: "dc=a", Label: "a"}), true},
		"options of another":     {options("other", shared.Option{Value: "dc=a", Label: "a"}), false},
		"an option twice":        {options("base", shared.Option{Value: "a"}, shared.Option{Value: "a"}), false},
		"an empty option":        {options("base", shared.Option{}), false},
		"an escape in an option": {options("base", shared.Option{Value: "\x1b[2J"}), false},
		"very many options":      {options("base", make([]shared.Option, maxFound+1)...), false},
		"a ticket":               {ticket("account"), true}, "a ticket for a secret": {ticket("token"), false},
	} {
		page := &actingPage{send: c.event}
		connection, runner := acting(t, page)
		if _, err := connection.Schema(t.Context(), shared.SchemaRequest{}); err != nil {
			t.Fatal(err)
		}
		request := shared.ActionRequest{Action: "look"}
		err := runner.RunAction(t.Context(), request, func(shared.TestEvent) error { return nil })
		if (err == nil) != c.fits || err != nil && !errors.Is(err, shared.ErrContractBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPromptsAreInspected has an action, and a test, ask to go somewhere.
func TestPromptsAreInspected(t *testing.T) {
	for url, fits := range map[string]bool{
		"https://login.example/device?x=1#y": true, "http://localhost:8080/x": true, "http://127.0.0.1/": true,
		"http://[::1]:80": true, "http://login.example": false, "javascript:alert(1)": false, "https://u:p@a.example": false,
		"": false, "https://a.example/\r\n": false, "//a.example": false, "http://localhost.evil.example": false,
		"http://127.0.0.1@evil.example/": false, "data:text/html,x": false, "https://a.example\\@b.example": false,
	} {
		stream := testStream{action: "sign_in"}
		if _, err := stream.take(shared.Prompt{Text: "Go there.", URL: url}); (err == nil) != fits {
			t.Errorf("%q: %v", url, err)
		}
	}
	stream := testStream{}
	if _, err := stream.take(shared.Prompt{Text: "Go there.", URL: "https://a.example"}); err == nil {
		t.Error("a test may ask to go elsewhere")
	}
	stream = testStream{action: "sign_in"}
	if _, err := stream.take(shared.Prompt{URL: "https://a.example"}); err == nil {
		t.Error("a prompt need not say what to do")
	}
}
