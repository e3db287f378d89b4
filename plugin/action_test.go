package plugin

import (
	"errors"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFindServer runs the action of the page with a login whose domain has a known server, and without one.
func TestFindServer(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), Resolver: answers{}})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	schema, err := page.Schema(t.Context(), shared.SchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	action, declared := schema.Action("find_server")
	login, _ := schema.Field("login")
	if !declared || action.Label != "Find server from e-mail address" || action.NeedsSecrets ||
		login.Action != action.Name {
		t.Errorf("the schema declares %+v, beside the login %q", action, login.Action)
	}
	for typed, want := range map[string]string{"anna@gmail.com": "server_found", "anna": "nothing_found"} {
		var verdict shared.TestReport
		request := shared.ActionRequest{
			Action: action.Name, Locale: "de", Draft: shared.Draft{Values: shared.Values{"login": shared.Text(typed)}},
		}
		err := page.RunAction(t.Context(), request, func(event shared.TestEvent) error {
			verdict = event.(shared.Completed).Report
			return nil
		})
		if err != nil || verdict.Outcome != want {
			t.Errorf("%s: %+v, %v", typed, verdict, err)
		}
		if found := want == "server_found"; found != (verdict.Status == shared.StatusPassed) ||
			found && verdict.Diagnostics[0].Fixes[0].Values["server"] != shared.Text("smtp.gmail.com") {
			t.Errorf("%s: %+v", typed, verdict)
		}
	}
	err = page.RunAction(t.Context(), shared.ActionRequest{Action: "dance"}, nil)
	if !errors.Is(err, shared.ErrInvalidRequest) {
		t.Errorf("an unknown action: %v", err)
	}
}
