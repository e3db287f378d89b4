package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/html"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text/texttest"
)

// then is a time long ago.
var then = time.Date(2025, 3, 9, 16, 40, 7, 0, time.UTC)

// datedPage is a page with every kind of time: since when a secret is stored, when it ends, when the settings were
// tested and saved.
type datedPage struct{ shared.SettingsPage }

func (p datedPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	schema, err := p.SettingsPage.Schema(ctx, request)
	schema.Sections = append(slices.Clone(schema.Sections), shared.Section{Name: "dated", Fields: []shared.Field{
		{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
		{Name: "grant", Label: "Grant", Kind: shared.KindAuthorization, Sensitive: true},
	}})
	return schema, err
}

func (p datedPage) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	snapshot, err := p.SettingsPage.Load(ctx, request)
	snapshot.Secrets = map[string]shared.SecretState{
		"token": {Set: true, Since: then, Expires: then.AddDate(0, 1, 0)}, "grant": {Set: true, Since: then},
	}
	snapshot.Verified = &shared.Verification{At: then, Actor: "anna", Changed: []string{"token"}}
	snapshot.Revision = shared.Revision{Number: 2, Author: "anna", At: then}
	return snapshot, err
}

// datedTrail is a history of two revisions.
type datedTrail struct{ shared.SettingsHistory }

func (datedTrail) Revisions(context.Context, shared.RevisionsRequest) (shared.RevisionList, error) {
	return shared.RevisionList{Entries: []shared.RevisionEntry{
		{Revision: shared.Revision{Number: 2, At: then, Author: "anna"}, RestoredFrom: 1,
			Changes: []shared.Change{{Field: "address", Before: shared.Text("a"), After: shared.Text("b")}}},
		{Revision: shared.Revision{Number: 1, At: then}},
	}}, nil
}

// brokenHealth says that the saved settings have not worked for a long time.
type brokenHealth struct{}

func (brokenHealth) Health(_ context.Context, _ shared.HealthRequest, send func(shared.Health) error) error {
	return send(shared.Health{State: shared.HealthBroken, Since: then, Cause: &shared.Diagnostic{Summary: "It is away."}})
}

// visible are the texts that a reader of a page meets: what stands on it, and what is said of its controls. What a
// server has said and what is to be typed stays as it is.
func visible(t *testing.T, page string) (texts []string) {
	t.Helper()
	parsed, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var read func(*html.Node)
	read = func(node *html.Node) {
		if slices.Contains([]string{"pre", "bdi", "code", "script", "style", "template", "textarea"}, node.Data) {
			return
		}
		if node.Type == html.TextNode {
			texts = append(texts, node.Data)
		}
		for _, one := range node.Attr {
			// Of a field that is no secret the placeholder is an example of what to type.
			example := one.Key == "placeholder" && !slices.Contains(node.Attr, html.Attribute{Key: "type", Val: "password"})
			if slices.Contains([]string{"aria-label", "title", "placeholder"}, one.Key) && !example {
				texts = append(texts, one.Val)
			}
		}
		for child := range node.ChildNodes() {
			read(child)
		}
	}
	read(parsed)
	return texts
}

// TestPagesAreWrittenForPeople renders the pages in every language: no visible text has a date, a length of time, a
// number or a subject as programs write them, or a name in braces that nothing was filled in for.
func TestPagesAreWrittenForPeople(t *testing.T) {
	counting, _ := newCounting(t)
	page, b := datedPage{counting}, newBoard()
	b.status = shared.ServiceStatus{
		State: shared.ServiceDegraded, Since: then, NextAttempt: time.Now().Add(90 * time.Second), OldestWaiting: then,
		Reason: &shared.Diagnostic{Summary: "It is away."},
	}
	settings := func(tag string) http.Handler {
		return form.New(page, form.Options{
			Authorize:   func(*http.Request) (string, error) { return "anna", nil },
			PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
			History: func() shared.SettingsHistory { return datedTrail{} }, Notifier: func() shared.Notifier { return b },
			Health: func() shared.HealthReporter { return brokenHealth{} },
			Logger: hclog.NewNullLogger(), Language: func(*http.Request) string { return tag },
		})
	}
	board := func(tag string) http.Handler {
		return form.NewNotifications(b, form.Options{
			Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
			Operator: func() shared.NotificationOperator { return b }, Language: func(*http.Request) string { return tag },
		})
	}
	for _, tag := range []string{"en", "de", "es", "fr", "ja", "pt", "ru", "zh"} {
		for name, shown := range map[string]*httptest.ResponseRecorder{
			"settings": ask(t, settings(tag), "GET", "/", ""), "history": ask(t, settings(tag), "GET", "/history?show=1", ""),
			"notifications":  ask(t, board(tag), "GET", "/?chart=90d", ""),
			"a notification": ask(t, board(tag), "GET", "/notification?id=3", ""),
			"a question":     ask(t, board(tag), "GET", "/operate?operation=retry&state=dead", ""),
		} {
			if shown.Code != http.StatusOK {
				t.Errorf("%s, %s: status %d", name, tag, shown.Code)
			}
			for _, written := range visible(t, shown.Body.String()) {
				if odd := texttest.ForPrograms(written); odd != "" || strings.ContainsAny(written, "{}") {
					t.Errorf("%s, %s: %q is not written for people in %q", name, tag, odd, written)
				}
			}
		}
	}
}
