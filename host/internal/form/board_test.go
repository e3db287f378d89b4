package form_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// board is a notification service that holds what a test says.
type board struct {
	shared.Notifier
	shared.NotificationOperator
	mu       sync.Mutex
	entries  []shared.NotificationEntry // newest first
	status   shared.ServiceStatus
	operated []shared.OperateRequest
}

func (b *board) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	status := b.status
	status.Counts = map[shared.NotificationState]int64{}
	for _, one := range b.entries {
		if one.SetAsideAt.IsZero() {
			status.Counts[one.State]++
		}
	}
	return status, nil
}

// matching are those that a request chooses.
func (b *board) matching(state shared.NotificationState, filter shared.NotificationFilter) (found []int) {
	for i, one := range b.entries {
		cause := ""
		if one.Failure != nil {
			cause = one.Failure.Code
		}
		if (state == "" || one.State == state) && (filter.Cause == "" || filter.Cause == cause) &&
			(!filter.Unseen || one.SetAsideAt.IsZero()) && (len(filter.IDs) == 0 || slices.Contains(filter.IDs, one.ID)) {
			found = append(found, i)
		}
	}
	return found
}

func (b *board) List(_ context.Context, request shared.ListRequest) (list shared.NotificationList, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, _ := strconv.Atoi(request.Before)
	for _, i := range b.matching(request.State, request.NotificationFilter) {
		one := b.entries[i]
		switch id, _ := strconv.Atoi(one.ID); {
		case before > 0 && id >= before:
		case len(list.Entries) == request.Bounded():
			list.More = true
		default:
			list.Entries = append(list.Entries, one)
		}
	}
	return list, nil
}

func (b *board) Operate(_ context.Context, request shared.OperateRequest) (report shared.OperateReport, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.operated = append(b.operated, request)
	for _, i := range b.matching(request.State, request.NotificationFilter) {
		report.Matched++
		report.Changed++
		switch request.Operation {
		case shared.OperationSetAside:
			b.entries[i].SetAsideAt, b.entries[i].PutAwayBy = time.Now(), request.Actor
		case shared.OperationRetry:
			b.entries[i].State = shared.NotificationQueued
		}
	}
	return report, nil
}

func (b *board) Show(_ context.Context, request shared.ShowRequest) (shared.NotificationDetail, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.entries {
		if one.ID == request.ID {
			return shared.NotificationDetail{NotificationEntry: one}, nil
		}
	}
	return shared.NotificationDetail{}, shared.ErrNoNotification
}

func (b *board) Statistics(context.Context, shared.StatisticsRequest) ([]shared.StatisticsBucket, error) {
	return nil, nil
}

// newBoard holds what an outage has left: dead letters of two causes, one that is tried again, and one that was
// delivered.
func newBoard() *board {
	b := &board{status: shared.ServiceStatus{State: shared.ServiceRunning}}
	for i := range 300 {
		to := fmt.Sprintf("user%d@email.com", i)
		failure := &shared.Diagnostic{Code: "mailbox_unknown", Summary: "The server does not know the mailbox " + to + "."}
		if i%3 == 0 {
			failure = &shared.Diagnostic{Code: "relay_denied", Summary: "The server does not relay."}
		}
		b.entries = append(b.entries, shared.NotificationEntry{
			ID: fmt.Sprint(1000 - i), To: to, Subject: "=?UTF-8?B?RMO8c2VubG/DpA==?=", State: shared.NotificationDead,
			Created: time.Now().Add(-time.Hour), Failure: failure,
		})
	}
	b.entries = append(b.entries, shared.NotificationEntry{
		ID: "3", To: "later@email.com", State: shared.NotificationRetrying, Created: time.Now(),
		NextAttempt: time.Now().Add(time.Hour), Failure: &shared.Diagnostic{Code: "greylisted", Summary: "It is greylisted."},
	}, shared.NotificationEntry{ID: "2", To: "done@email.com", State: shared.NotificationDelivered, Created: time.Now()})
	return b
}

// TestGroupsByCause sorts three hundred dead letters by their cause, with their number, asks before it does something
// with one of the groups, does it with these alone, says so, and counts no longer what was seen.
func TestGroupsByCause(t *testing.T) {
	b := newBoard()
	page := asked(b, "GET", "/", "").Body.String()
	for _, want := range []string{
		`<span class="count number">200</span>`,
		"The server does not know the mailbox user1@email.com (&#43;199).", "200 recipients",
		`<span class="count number">100</span>`, `<span class="number bad">300</span>`,
		"operate?operation=retry&amp;cause=mailbox_unknown&amp;state=dead", "Düsenloä", "It is greylisted.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	const query = "operation=set_aside&cause=relay_denied&state=dead"
	question := asked(b, "GET", "/operate?"+query, "").Body.String()
	for _, want := range []string{"Set 100 notifications aside?", "Set 100 aside", `name="cause" value="relay_denied"`} {
		if !strings.Contains(question, want) {
			t.Errorf("the question does not say %q:\n%s", want, question)
		}
	}
	if fragment := asked(b, "GET", "/operate?"+query, "", "Accept", "application/json"); !strings.Contains(
		fragment.Body.String(), "Set 100 aside") || strings.Contains(fragment.Body.String(), "doctype") {
		t.Errorf("for the script the question is %s", fragment.Body)
	}
	if len(b.operated) > 0 {
		t.Fatal("it is done before it is agreed to")
	}
	answer := asked(b, "POST", "/operate", query)
	if answer.Code != http.StatusSeeOther || len(b.operated) != 1 || b.operated[0].Actor != "anna" ||
		b.operated[0].Cause != "relay_denied" || !b.operated[0].Unseen {
		t.Fatalf("status %d, %+v", answer.Code, b.operated)
	}
	page = asked(b, "GET", "/"+strings.TrimPrefix(answer.Header().Get("Location"), "./"), "").Body.String()
	if !strings.Contains(page, "100 notifications were set aside.") || strings.Contains(page, "relay_denied") {
		t.Errorf("afterwards the page is\n%s", page)
	}
	for path, want := range map[string]int{"/?state=dead&cause=relay_denied": 0,
		"/?state=dead&cause=relay_denied&seen=1": 50, "/?state=dead": 50} {
		if rows := strings.Count(asked(b, "GET", path, "").Body.String(), `<tr id="notification-`); rows != want {
			t.Errorf("%s lists %d, want %d", path, rows, want)
		}
	}
	for _, wrong := range []string{"operation=purge&state=dead", "operation=retry", "operation=retry&state=lost",
		"state=dead"} {
		if w := asked(b, "POST", "/operate", wrong); w.Code != http.StatusBadRequest || len(b.operated) != 1 {
			t.Errorf("%s: status %d", wrong, w.Code)
		}
	}
}

// TestExport gives what is filtered, all of it, as CSV that no spreadsheet takes for formulas, and as JSON.
func TestExport(t *testing.T) {
	b := newBoard()
	b.entries[0].Subject, b.entries[1].Subject = `=HYPERLINK("http://evil.example")`, "-1+1,\"quoted\"\r\nsecond line"
	b.entries[2].Subject, b.entries[4].Subject = " @SUM(A1)", "plain – ü"
	w := asked(b, "GET", "/export?format=csv&state=dead", "")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 301 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") ||
		!strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d rows, %v, %v", len(rows), w.Header(), err)
	}
	for i, want := range []string{"subject", `'=HYPERLINK("http://evil.example")`, "'-1+1,\"quoted\"\nsecond line",
		"' @SUM(A1)", "'" + b.entries[3].Subject, "plain – ü"} {
		if got := rows[i][3]; got != want {
			t.Errorf("the subject is %q, want %q", got, want)
		}
	}
	var entries []shared.NotificationEntry
	w = asked(b, "GET", "/export?format=json&state=dead&cause=relay_denied", "")
	if err := json.Unmarshal(w.Body.Bytes(), &entries); err != nil || len(entries) != 100 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	w = asked(b, "GET", "/export?format=json&state=expired", "")
	if err := json.Unmarshal(w.Body.Bytes(), &entries); err != nil || len(entries) != 0 {
		t.Errorf("none: %s, %v", w.Body, err)
	}
	if w := asked(b, "GET", "/export?format=xml", ""); w.Code != http.StatusBadRequest {
		t.Errorf("another format: status %d", w.Code)
	}
}

func (b *board) Retry(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error) {
	return shared.NotificationEntry{}, nil
}

func (b *board) Cancel(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error) {
	return shared.NotificationEntry{}, nil
}

// TestExportOfPaused: a file says why a notification is paused, as the page does.
func TestExportOfPaused(t *testing.T) {
	b := &board{
		status: shared.ServiceStatus{State: shared.ServiceDegraded, Reason: &shared.Diagnostic{
			Code: "credentials_wrong", Summary: "The server does not accept this login and password.",
		}},
		entries: []shared.NotificationEntry{
			{ID: "2", To: "a@email.com", State: shared.NotificationQueued, PausedBy: "credentials_wrong"},
			{ID: "1", To: "b@email.com", State: shared.NotificationQueued},
		},
	}
	rows, err := csv.NewReader(asked(b, "GET", "/export?format=csv", "").Body).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	if rows[1][6] != "credentials_wrong" || rows[1][7] != b.status.Reason.Summary || rows[2][6] != "" {
		t.Errorf("the file says %q", rows)
	}
}
