package plugin

import (
	"errors"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestActions holds what the page declares, and that it runs nothing else.
func TestActions(t *testing.T) {
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
	err = page.RunAction(t.Context(), shared.ActionRequest{Action: "dance"}, nil)
	if !errors.Is(err, shared.ErrInvalidRequest) {
		t.Errorf("an unknown action: %v", err)
	}
}
