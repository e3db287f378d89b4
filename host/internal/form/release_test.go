package form_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// holdingNotifier holds three notifications until they are released.
type holdingNotifier struct {
	shared.Notifier
	held     int64
	released []shared.ReleaseHeldRequest
}

func (n *holdingNotifier) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	status := shared.ServiceStatus{State: shared.ServiceRunning}
	if n.held > 0 {
		status.Held = &shared.HeldNotifications{Count: n.held, Reason: shared.Diagnostic{
			Code: "held_after_restore", Summary: "3 notifications are held.", Detail: "It may be a <backup>.",
		}}
	}
	return status, nil
}

func (n *holdingNotifier) List(context.Context, shared.ListRequest) (shared.NotificationList, error) {
	return shared.NotificationList{}, nil
}

func (n *holdingNotifier) ReleaseHeld(
	_ context.Context, request shared.ReleaseHeldRequest,
) (shared.ReleaseHeldResult, error) {
	n.released = append(n.released, request)
	count := n.held
	n.held = 0
	return shared.ReleaseHeldResult{Count: count}, nil
}

// holding returns the settings page and the page of the notifications of a service that holds some.
func holding(t *testing.T) (notifier *holdingNotifier, settings, notifications http.Handler) {
	t.Helper()
	page, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	notifier = &holdingNotifier{held: 3}
	options := form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Notifier: func() shared.Notifier { return notifier }, Logger: hclog.NewNullLogger(),
		Releaser: func() shared.HeldReleaser { return notifier },
	}
	return notifier, form.New(page, options), form.NewNotifications(notifier, options)
}

// ask makes a request, with a body as a form.
func ask(t *testing.T, handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

// formTag is a form in a page, with where it leads.
var formTag = regexp.MustCompile(`<form method="(get|post)" action="([^"]*)"`)

// TestPagesLeadSomewhere holds that every form that a page shows, and what its state puts into it later, leads to a
// route of that page's handler.
func TestPagesLeadSomewhere(t *testing.T) {
	_, settings, notifications := holding(t)
	for name, handler := range map[string]http.Handler{"settings": settings, "notifications": notifications} {
		for _, path := range []string{"/", "/state"} {
			answer := ask(t, handler, http.MethodGet, path, "")
			shown := answer.Body.String()
			if path == "/state" {
				shown = stateOf(t, answer)
			}
			if !strings.Contains(shown, "3 notifications are held.") {
				t.Errorf("%s%s does not say what is held", name, path)
			}
			for _, tag := range formTag.FindAllStringSubmatch(shown, -1) {
				to, _, _ := strings.Cut("/"+strings.TrimPrefix(tag[2], "./"), "#")
				if answer := ask(t, handler, strings.ToUpper(tag[1]), to, "x=y"); answer.Code == http.StatusNotFound {
					t.Errorf("%s%s has a form that leads to %s, which is not there", name, path, to)
				}
			}
		}
	}
}

// stateOf is all HTML of a state.
func stateOf(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	var state map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &state); err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, part := range state {
		if html, ok := part.(string); ok {
			all += html
		}
	}
	return all
}

// TestReleaseAsksOnce goes the way of a browser without scripts: the page leads to a question with the number of the
// notifications, the answer releases them, and the page says how many it were.
func TestReleaseAsksOnce(t *testing.T) {
	for what, says := range map[string]struct{ question, report string }{
		"deliver": {"Deliver 3 notifications", "3 notifications wait for delivery again."},
		"discard": {"Discard 3 notifications", "3 notifications were discarded."},
	} {
		notifier, _, handler := holding(t)
		page := ask(t, handler, http.MethodGet, "/", "").Body.String()
		if strings.Contains(page, `method="post" action="held"`) ||
			!strings.Contains(page, `name="what" value="`+what+`"`) {
			t.Errorf("%s: the page does not lead to a question", what)
		}
		question := ask(t, handler, http.MethodGet, "/held?what="+what, "")
		shown := question.Body.String()
		if question.Code != http.StatusOK || !strings.Contains(shown, says.question) ||
			!strings.Contains(shown, "It may be a &lt;backup&gt;.") ||
			!strings.Contains(shown, `<form method="post" action="held"`) || len(notifier.released) != 0 {
			t.Errorf("%s: status %d, %+v\n%s", what, question.Code, notifier.released, shown)
		}
		answer := ask(t, handler, http.MethodPost, "/held", "what="+what)
		want := shared.ReleaseHeldRequest{Actor: "anna", Deliver: what == "deliver"}
		if answer.Code != http.StatusSeeOther || len(notifier.released) != 1 || notifier.released[0] != want {
			t.Fatalf("%s: status %d, %+v", what, answer.Code, notifier.released)
		}
		report := ask(t, handler, http.MethodGet, "/"+strings.TrimPrefix(answer.Header().Get("Location"), "./"), "")
		if !strings.Contains(report.Body.String(), says.report) || strings.Contains(report.Body.String(), "are held") {
			t.Errorf("%s: the page does not say %q\n%s", what, says.report, report.Body)
		}
		if answer := ask(t, handler, http.MethodGet, "/held?what="+what, ""); answer.Code != http.StatusSeeOther {
			t.Errorf("%s: nothing is held, and it asks: status %d", what, answer.Code)
		}
		for _, wrong := range []string{"/held", "/held?what=all", "/?released=all", "/?released=deliver&count=x"} {
			if answer := ask(t, handler, http.MethodGet, wrong, ""); answer.Code != http.StatusBadRequest {
				t.Errorf("%s: status %d", wrong, answer.Code)
			}
		}
	}
}
