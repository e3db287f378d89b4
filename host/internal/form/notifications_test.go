package form_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// heldNotifier has notifications that are held, and one that was delivered at the second attempt.
type heldNotifier struct {
	shared.Notifier
	shared.NotificationOperator
	held     int64
	released []shared.ReleaseHeldRequest
	fails    error
}

var (
	refusedFirst = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	delivered    = shared.NotificationEntry{
		ID: "7", To: "you@email.com", Subject: "Disk <b>full</b>", State: shared.NotificationDelivered, Attempts: 2,
		Thread: "disk-42", Category: "disk-space", Priority: shared.PriorityHigh, Reply: "250 2.0.0 queued as 4711",
		Created: refusedFirst, Expires: refusedFirst.Add(24 * time.Hour), Finished: refusedFirst.Add(time.Minute),
	}
)

func (n *heldNotifier) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	status := shared.ServiceStatus{State: shared.ServiceRunning}
	if n.held > 0 {
		status.Held = &shared.HeldNotifications{Count: n.held,
			Reason: shared.Diagnostic{Code: "held_after_restore", Summary: "5 are held.", Detail: "Deliver or discard them."}}
	}
	return status, nil
}

func (n *heldNotifier) List(context.Context, shared.ListRequest) (shared.NotificationList, error) {
	return shared.NotificationList{Entries: []shared.NotificationEntry{delivered}}, nil
}

func (n *heldNotifier) ReleaseHeld(
	_ context.Context, request shared.ReleaseHeldRequest,
) (shared.ReleaseHeldResult, error) {
	n.released = append(n.released, request)
	count := n.held
	n.held = 0
	return shared.ReleaseHeldResult{Count: count}, n.fails
}

func (n *heldNotifier) Show(_ context.Context, request shared.ShowRequest) (shared.NotificationDetail, error) {
	if request.ID != delivered.ID {
		return shared.NotificationDetail{}, shared.ErrNoNotification
	}
	return shared.NotificationDetail{
		NotificationEntry: delivered, Operator: "bert", Operated: refusedFirst,
		Operations: []shared.OperationRecord{{Operation: shared.OperationRetry, Operator: "bert", At: refusedFirst}},
		Attempts: []shared.NotificationAttempt{
			{Number: 1, Ended: refusedFirst, Duration: shared.Elapsed(1500 * time.Millisecond), Node: "console-1:12",
				Server: "mail.example:587", Revision: 3, Uncounted: true,
				Failure: &shared.Diagnostic{Summary: "It waits.", Evidence: &shared.Evidence{Code: 451, Text: "later"}}},
			{Number: 1, Ended: refusedFirst, Reply: delivered.Reply},
		},
	}, nil
}

func (n *heldNotifier) Statistics(
	_ context.Context, request shared.StatisticsRequest,
) ([]shared.StatisticsBucket, error) {
	hour := time.Now().UTC().Truncate(time.Hour)
	return []shared.StatisticsBucket{
		{Began: hour.Add(-8 * 24 * time.Hour), Delivered: 1_000_000},
		{Began: hour.Add(-2 * time.Hour).Truncate(request.Width), Delivered: 12_345, FailedAttempts: 30, Dead: 7},
	}, nil
}

// asked sends a request to the page of the notifier, as a browser does that is at the page, or at another one.
func asked(n shared.Notifier, method, path, body string, header ...string) *httptest.ResponseRecorder {
	operator, _ := n.(shared.NotificationOperator)
	releaser, _ := n.(shared.HeldReleaser)
	handler := form.NewNotifications(n, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Operator: func() shared.NotificationOperator { return operator },
		Releaser: func() shared.HeldReleaser { return releaser },
	})
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// TestReleaseOfWhatIsHeld presses the two buttons.
func TestReleaseOfWhatIsHeld(t *testing.T) {
	for what, deliver := range map[string]bool{"deliver": true, "discard": false} {
		n := &heldNotifier{held: 5}
		page := asked(n, "GET", "/", "").Body.String()
		for _, want := range []string{"5 are held.", "Deliver or discard them.", `action="held"`,
			`name="what" value="` + what + `"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q:\n%s", want, page)
			}
		}
		w := asked(n, "POST", "/held", url.Values{"what": {what}}.Encode())
		if w.Code != http.StatusSeeOther || len(n.released) != 1 ||
			n.released[0] != (shared.ReleaseHeldRequest{Actor: "anna", Deliver: deliver}) {
			t.Errorf("%s: status %d, %+v", what, w.Code, n.released)
		}
		if page := asked(n, "GET", "/", "").Body.String(); strings.Contains(page, `action="held"`) {
			t.Errorf("the button is there after it was pressed:\n%s", page)
		}
	}
}

// TestReleaseIsRefused posts what is no button of ours, from elsewhere, and to a service that fails or holds nothing.
func TestReleaseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		body, header, value string
		status              int
	}{
		"neither button":    {"what=keep", "", "", http.StatusBadRequest},
		"no button":         {"", "", "", http.StatusBadRequest},
		"from another site": {"what=deliver", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		"by another origin": {"what=deliver", "Origin", "https://evil.example", http.StatusForbidden},
	} {
		n := &heldNotifier{held: 5}
		w := asked(n, "POST", "/held", c.body, c.header, c.value)
		if w.Code != c.status || len(n.released) != 0 {
			t.Errorf("%s: status %d, %+v", name, w.Code, n.released)
		}
	}
	n := &heldNotifier{held: 5, fails: errors.New("the disk is full")}
	if w := asked(n, "POST", "/held", "what=deliver"); w.Code < 500 || w.Body.Len() == 0 {
		t.Errorf("a service that fails: status %d", w.Code)
	}
	if w := asked(n, "GET", "/held", ""); w.Code == http.StatusOK || len(n.released) != 1 {
		t.Errorf("a link to it: status %d", w.Code)
	}
	type withoutHold struct{ shared.Notifier }
	if w := asked(withoutHold{n}, "POST", "/held", "what=deliver"); w.Code != http.StatusNotFound {
		t.Errorf("a service that holds nothing: status %d", w.Code)
	}
}

// TestOnlyWhatThePluginOffersIsLinked has a plugin that neither shows single notifications nor releases what it holds,
// as a host says, whose own types can do all that there is.
func TestOnlyWhatThePluginOffersIsLinked(t *testing.T) {
	type onlyNotifier struct{ shared.Notifier }
	n := onlyNotifier{&heldNotifier{held: 5}}
	for _, path := range []string{"/", "/state"} {
		shown := asked(n, "GET", path, "").Body.String()
		if !strings.Contains(shown, "5 are held.") || strings.Contains(shown, "notification?id=") ||
			strings.Contains(shown, "Deliver what is held") {
			t.Errorf("%s shows\n%s", path, shown)
		}
	}
	for _, path := range []string{"/notification?id=7", "/held?what=deliver"} {
		if w := asked(n, "GET", path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// TestNotificationPage shows all that is known of a notification, to people and to programs.
func TestNotificationPage(t *testing.T) {
	n := &heldNotifier{}
	if page := asked(n, "GET", "/", "").Body.String(); !strings.Contains(page, `href="notification?id=7"`) {
		t.Errorf("the list does not lead there:\n%s", page)
	}
	page := asked(n, "GET", "/notification?id=7", "").Body.String()
	for _, want := range []string{
		"you@email.com", "Disk &lt;b&gt;full&lt;/b&gt;", "disk-42", "disk-space", "high", "3 January 2026, 03:04:05 UTC",
		`250 2.0.0 queued as <strong id="queue-id">4711</strong>`, "1.5 s", "console-1:12",
		"mail.example:587", "does not count", "It waits.",
		"451 ", "bert", "Retry",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	said := asked(n, "GET", "/notification?id=7", "", "Accept", "application/json").Body.String()
	for _, want := range []string{`"thread":"disk-42"`, `"category":"disk-space"`, `"expires":"2026-01-03T03:04:05Z"`,
		`"reply":"250 2.0.0 queued as 4711"`, `"duration_ms":1500`, `"node":"console-1:12"`, `"revision":3`} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %s:\n%s", want, said)
		}
	}
	if w := asked(n, "GET", "/notification?id=8", ""); w.Code != http.StatusNotFound {
		t.Errorf("one that there is not: status %d", w.Code)
	}
}
