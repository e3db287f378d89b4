package form_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// countingPage notes each call. It plays the optional companions as well, so that their calls are noted too.
type countingPage struct {
	shared.SettingsPage
	shared.SettingsHistory
	shared.Notifier
	mu    sync.Mutex
	calls []string
}

func (p *countingPage) note(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
}

func (p *countingPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	p.note("Schema")
	schema, err := p.SettingsPage.Schema(ctx, request)
	fields := append(slices.Clone(schema.Sections[0].Fields), shared.Field{
		Name: "elsewhere", Label: "Not on the form", Kind: shared.KindText,
	})
	for i := range fields {
		if fields[i].Name == "timeout" {
			fields[i].DefaultWhen = []shared.ConditionalDefault{
				{When: shared.IsSet("address"), Value: shared.Text("7s")},
			}
		}
	}
	schema.Sections = []shared.Section{{Name: "server", Fields: fields}}
	return schema, err
}

func (p *countingPage) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	p.note("Load")
	return p.SettingsPage.Load(ctx, request)
}

func (p *countingPage) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	p.note("Validate")
	return p.SettingsPage.Validate(ctx, request)
}

func (p *countingPage) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	p.note("Save")
	return p.SettingsPage.Save(ctx, request)
}

func (p *countingPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	p.note("Test")
	return p.SettingsPage.Test(ctx, request, send)
}

func (p *countingPage) Revisions(context.Context, shared.RevisionsRequest) (shared.RevisionList, error) {
	p.note("Revisions")
	return shared.RevisionList{}, nil
}

// Restore is refused: it finds a newer revision.
func (p *countingPage) Restore(ctx context.Context, _ shared.RestoreRequest) (shared.SaveResult, error) {
	p.note("Restore")
	snapshot, err := p.SettingsPage.Load(ctx, shared.LoadRequest{})
	return shared.SaveResult{Conflict: true, Snapshot: snapshot, Diagnostics: shared.Diagnostics{
		{Severity: shared.SeverityError, Code: "revision_conflict", Summary: "There is a newer one."},
	}}, err
}

func (p *countingPage) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	p.note("Status")
	return shared.ServiceStatus{State: shared.ServiceRunning}, nil
}

// newCounting returns a page whose newest revision is 1, and its handler.
func newCounting(t *testing.T) (*countingPage, http.Handler) {
	t.Helper()
	opened, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	saved, err := opened.Save(t.Context(), shared.SaveRequest{
		Draft: shared.Draft{Values: shared.Values{"address": shared.Text("in-force.example:514")}},
	})
	if err != nil || !saved.Saved {
		t.Fatal(saved, err)
	}
	page := &countingPage{SettingsPage: opened}
	return page, form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		History:  func() shared.SettingsHistory { return page },
		Notifier: func() shared.Notifier { return page },
		Logger:   hclog.NewNullLogger(),
	})
}

// TestCalls holds how often each route calls the plugin. Each call is a round trip, and opens the settings once more.
func TestCalls(t *testing.T) {
	valid := url.Values{"revision": {"1"}, "present": {"address"}, "value.address": {"127.0.0.1:1"}}
	invalid := url.Values{"revision": {"1"}, "present": {"address"}, "value.address": {"no port"}}
	// The default of an untouched field depends on one that is on the form, while another field is not.
	untouched := url.Values{
		"revision": {"1"}, "present": {"address", "timeout"}, "unset": {"timeout"}, "value.address": {"127.0.0.1:1"},
		"value.timeout": {"7s"},
	}
	outdated := url.Values{"revision": {"0"}, "present": {"address"}, "value.address": {"127.0.0.1:1"}}
	withBase := maps.Clone(outdated)
	withBase.Set("base", `{"values":{}}`)
	for name, test := range map[string]struct {
		method, route, accept string
		posted                url.Values
		status                int
		shown                 string // in the answer
		calls                 string
	}{
		"the page":       {"GET", "/", "", nil, 200, "in-force.example:514", "Schema Load Validate Status"},
		"state":          {"GET", "/state", "", nil, 200, "Revision 1", "Schema Load Status"},
		"history":        {"GET", "/history", "", nil, 200, "Back to the settings", "Schema Load Revisions"},
		"validate":       {"POST", "/validate", "", valid, 200, "Will connect to 127.0.0.1:1", "Schema Validate"},
		"save":           {"POST", "/save", "", valid, 303, "", "Schema Save"},
		"save, refused":  {"POST", "/save", "", invalid, 422, `value="no port"`, "Schema Save Validate"},
		"save, conflict": {"POST", "/save", "", outdated, 409, `value="127.0.0.1:1"`, "Schema Save Validate Revisions"},
		"save, conflict, form that says what it was": {
			"POST", "/save", "", withBase, 409, `value="127.0.0.1:1"`, "Schema Save Validate",
		},
		"save, refused, script": {
			"POST", "/save", "application/json", invalid, 200, "Nothing was saved", "Schema Save",
		},
		"save, conflict, script": {
			"POST", "/save", "application/json", outdated, 200, `"revision":1`, "Schema Save Revisions",
		},
		"save, default":  {"POST", "/save", "", untouched, 303, "", "Schema Save"},
		"apply":          {"POST", "/apply", "", valid, 200, `value="127.0.0.1:1"`, "Schema Load Validate"},
		"test":           {"POST", "/test", "", valid, 200, "unreachable", "Schema Test Load Validate"},
		"test, streamed": {"POST", "/test", "application/x-ndjson", valid, 200, "unreachable", "Schema Test"},
		"restore, refused": {"POST", "/restore", "", url.Values{"number": {"1"}, "revision": {"1"}}, 409,
			"There is a newer one.", "Restore Schema Validate"},
	} {
		t.Run(name, func(t *testing.T) {
			page, handler := newCounting(t)
			body := strings.NewReader(test.posted.Encode())
			request := httptest.NewRequestWithContext(t.Context(), test.method, test.route, body)
			if test.posted != nil {
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			request.Header.Set("Accept", test.accept)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.shown) {
				t.Errorf("status %d instead of %d, or no %q in\n%s", answer.Code, test.status, test.shown, answer.Body)
			}
			want := strings.Fields(test.calls)
			slices.Sort(want)
			slices.Sort(page.calls)
			if !slices.Equal(page.calls, want) {
				t.Errorf("calls %v, want %v", page.calls, want)
			}
		})
	}
}
