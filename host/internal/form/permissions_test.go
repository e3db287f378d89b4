package form_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

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
