package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/html"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// TestPermissionsOfNotifications tries every route as readers who may do more and less: what is not permitted is
// refused, does nothing, and is not offered.
func TestPermissionsOfNotifications(t *testing.T) {
	view := form.Permissions{View: true}
	operate := form.Permissions{View: true, Operate: true}
	for _, c := range []struct {
		method, path, body string
		needs              form.Permissions
	}{
		{"GET", "/", "", view}, {"GET", "/state", "", view}, {"GET", "/notification?id=3", "", view},
		{"GET", "/export?format=csv", "", view}, {"GET", "/operate?operation=retry&state=dead", "", operate},
		{"POST", "/operate", "operation=retry&state=dead", operate}, {"POST", "/retry", "id=3", operate},
		{"POST", "/cancel", "id=3", operate}, {"GET", "/held?what=deliver", "", operate},
		{"POST", "/held", "what=deliver", operate},
	} {
		for _, may := range []form.Permissions{{}, {Change: true, Operate: true, ReadText: true}, view,
			{View: true, Change: true, ReadText: true}, operate} {
			b := newBoard()
			w := permitted(b, may, c.method, c.path, c.body)
			allowed := may.View && (may.Operate || !c.needs.Operate)
			if refused := w.Code == http.StatusForbidden; refused == allowed {
				t.Errorf("%s %s with %+v: status %d", c.method, c.path, may, w.Code)
			}
			if !allowed && len(b.operated) > 0 {
				t.Errorf("%s %s with %+v was done", c.method, c.path, may)
			}
		}
	}
	b := newBoard()
	for _, path := range []string{"/", "/notification?id=3", "/?search=disk"} {
		if page := permitted(b, view, "GET", path, "").Body.String(); strings.Contains(page, "operat") {
			t.Errorf("%s offers what is not permitted:\n%s", path, page)
		}
	}
}

// permitted sends a request of a reader who may do so much.
func permitted(b *board, may form.Permissions, method, path, body string) *httptest.ResponseRecorder {
	handler := form.NewNotifications(b, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Permissions: func(*http.Request) form.Permissions { return may },
		Operator:    func() shared.NotificationOperator { return b },
	})
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// TestPermissionsOfSettings tries every route of the settings page likewise.
func TestPermissionsOfSettings(t *testing.T) {
	page, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var may form.Permissions
	settings := form.New(page, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Permissions: func(*http.Request) form.Permissions { return may },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
	})
	for _, c := range []struct {
		method, path string
		needs        func(form.Permissions) bool
	}{
		{"GET", "/", nil}, {"GET", "/state", nil}, {"GET", "/history", nil},
		{"POST", "/validate", change}, {"POST", "/test", change}, {"POST", "/action", change},
		{"GET", "/return", change}, {"POST", "/save", change}, {"POST", "/apply", change}, {"POST", "/merge", change},
		{"POST", "/restore", change},
		{"POST", "/restart", func(may form.Permissions) bool { return may.Operate }},
	} {
		for _, may = range []form.Permissions{{}, {View: true}, {View: true, Change: true}, {View: true, Operate: true},
			{Change: true, Operate: true}} {
			w := ask(t, settings, c.method, c.path, "x=y")
			allowed := may.View && (c.needs == nil || c.needs(may))
			if refused := w.Code == http.StatusForbidden; refused == allowed {
				t.Errorf("%s %s with %+v: status %d", c.method, c.path, may, w.Code)
			}
		}
	}
}

func change(may form.Permissions) bool { return may.Change }

// TestViewedSettings holds what a reader finds who may look and not change: every button that would post can be reached
// with the keyboard, posts nothing and says why; nothing can be typed, and no script edits.
func TestViewedSettings(t *testing.T) {
	page := newKinds(t)
	trail := &trailOfTwo{}
	handler := form.New(page, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Permissions: func(*http.Request) form.Permissions { return form.Permissions{View: true} },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Actions: func() shared.ActionRunner { return page }, History: func() shared.SettingsHistory { return trail },
	})
	down := form.New(downPage{}, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Permissions: func(*http.Request) form.Permissions { return form.Permissions{View: true, Change: true} },
		PluginState: func() form.PluginState { return form.PluginState{} }, Restart: func() {},
	})
	for name, c := range map[string]struct {
		handler http.Handler
		path    string
		says    string
		least   int // buttons
	}{
		"the page":    {handler, "/", "You may look at these settings.", 4},
		"the history": {handler, "/history?show=1", "You may look at these settings.", 1},
		"down":        {down, "/", "The Console does not permit you to restart it.", 1},
	} {
		shown := ask(t, c.handler, "GET", c.path, "").Body.String()
		parsed, err := html.Parse(strings.NewReader(shown))
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for node := range parsed.Descendants() {
			given := map[string]string{}
			for _, one := range node.Attr {
				given[one.Key] = one.Val
			}
			_, hidden := given["hidden"]
			_, disabled := given["disabled"]
			switch {
			case node.Data == "button" && given["type"] == "submit":
				t.Errorf("%s: the button %v posts", name, given)
			case node.Data == "button" && given["aria-disabled"] == "true":
				if disabled || given["aria-describedby"] != "not-permitted" || given["title"] == "" {
					t.Errorf("%s: the button %v cannot be reached, or does not say why", name, given)
				}
				refused++
			case (node.Data == "input" || node.Data == "select" || node.Data == "textarea") && given["type"] != "hidden":
				_, computed := given["readonly"]
				if !disabled && !hidden && !computed {
					t.Errorf("%s: %v can be filled in", name, given)
				}
			}
		}
		if refused < c.least || !strings.Contains(shown, c.says) || strings.Count(shown, `id="not-permitted"`) != 1 {
			t.Errorf("%s: %d buttons are refused, at least %d should be, or the reason %q is missing", name, refused, c.least,
				c.says)
		}
		if strings.Contains(shown, "assets/form.js") || !strings.Contains(shown, "assets/viewed.js") {
			t.Errorf("%s: its script edits", name)
		}
	}
}

// trailOfTwo is a history of two revisions.
type trailOfTwo struct{ shared.SettingsHistory }

func (trailOfTwo) Revisions(context.Context, shared.RevisionsRequest) (shared.RevisionList, error) {
	return shared.RevisionList{Entries: []shared.RevisionEntry{
		{Revision: shared.Revision{Number: 2}}, {Revision: shared.Revision{Number: 1}},
	}}, nil
}
