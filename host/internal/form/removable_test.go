package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// secretPage has secrets that must be filled in always, and under conditions. All of them are stored.
type secretPage struct{ *kindsPage }

func (p secretPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	schema, err := p.kindsPage.Schema(ctx, request)
	filled, secret := shared.IsSet("name"), shared.Field{Kind: shared.KindText, Sensitive: true}
	var fields []shared.Field
	for name, change := range map[string]func(*shared.Field){
		"optional": func(*shared.Field) {}, "always": func(f *shared.Field) { f.Required = true },
		"sometimes":    func(f *shared.Field) { f.RequiredWhen = filled },
		"when_visible": func(f *shared.Field) { f.Required, f.VisibleWhen = true, filled },
		"when_enabled": func(f *shared.Field) { f.Required, f.EnabledWhen = true, filled },
	} {
		field := secret
		field.Name, field.Label = name, name
		change(&field)
		fields = append(fields, field)
	}
	schema.Sections = append(schema.Sections, shared.Section{Name: "more", Fields: fields})
	return schema, err
}

func (p secretPage) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	snapshot, err := p.kindsPage.Load(ctx, request)
	for _, name := range []string{"optional", "always", "sometimes", "when_visible", "when_enabled"} {
		snapshot.Secrets[name] = shared.SecretState{Set: true}
	}
	return snapshot, err
}

// TestNeededSecretIsNotRemoved offers to remove a stored secret only where a form without it could be saved.
func TestNeededSecretIsNotRemoved(t *testing.T) {
	answer := httptest.NewRecorder()
	serveKinds(secretPage{newKinds(t)}, nil).
		ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	page := answer.Body.String()
	for name, removable := range map[string]bool{
		"optional": true, "always": false, "sometimes": true, "when_visible": true, "when_enabled": true,
	} {
		if shown := strings.Contains(page, `name="clear.`+name+`"`); shown != removable {
			t.Errorf("%s: it is offered to remove the stored one: %t", name, shown)
		}
	}
}
