package form

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// offeredOperations are those that the page offers: it forgets nothing.
var offeredOperations = []shared.Operation{
	shared.OperationRetry, shared.OperationSetAside, shared.OperationCancel,
}

// operationsFor are those that fit notifications of a state.
func operationsFor(state shared.NotificationState) []shared.Operation {
	switch state {
	case shared.NotificationDead:
		return []shared.Operation{shared.OperationRetry, shared.OperationSetAside}
	case shared.NotificationRetrying:
		return []shared.Operation{shared.OperationRetry, shared.OperationCancel}
	case shared.NotificationQueued:
		return []shared.Operation{shared.OperationCancel}
	case shared.NotificationCancelled:
		return []shared.Operation{shared.OperationRetry}
	case "":
		return offeredOperations
	default:
		return nil
	}
}

// operationView is the question before something is done with several notifications.
type operationView struct {
	Operation shared.Operation
	Count     int64
	More      bool // than were counted
	Query     string
	Of        wanted
}

// countedPages is how many pages of a list are counted before something is done with it.
const countedPages = 10

// askOperate asks whether something is to be done with all notifications that are chosen, and says how many they are.
func (n *notifications) askOperate(w http.ResponseWriter, r *http.Request) {
	query, ok := n.query(w, r)
	if !ok {
		return
	}
	view, ok := n.operation(w, r, query)
	if !ok {
		return
	}
	if view.Count == 0 {
		toPage(w, r, doneQuery(view, shared.OperateReport{}))
		return
	}
	question := n.fragment(r, "operate", view)
	if accepts(r, jsonType) {
		n.writeJSON(w, r, map[string]any{"html": question})
		return
	}
	n.send(w, r, http.StatusOK, Content{
		Title: n.language(r).Message("Notifications"), Head: n.fragment(r, "notifications head", nil),
		Body: n.fragment(r, "operate page", question),
	})
}

// operation reads what is to be done with which notifications, and counts them. When that is not possible it has
// answered already.
func (n *notifications) operation(
	w http.ResponseWriter, r *http.Request, query url.Values,
) (view operationView, ok bool) {
	if offered(n.options.Operator) == nil {
		n.refuseNotOffered(w, r)
		return view, false
	}
	view.Operation = shared.Operation(query.Get("operation"))
	if !slices.Contains(offeredOperations, view.Operation) {
		n.invalid(w, r, "operation", string(view.Operation))
		return view, false
	}
	if view.Of, ok = n.wantedFrom(w, r, query); !ok {
		return view, false
	}
	if view.Of.State == "" && !view.Of.Narrowed() { // Nothing that is missing by mistake means all.
		n.invalid(w, r, "state", "")
		return view, false
	}
	view.Query = view.Of.Query()
	if r.Method != http.MethodGet {
		return view, true
	}
	entries, more, err := n.first(r.Context(), view.Of.list(n.locale(r), "", groupedPage), countedPages)
	if err != nil {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return view, false
	}
	view.Count, view.More = int64(len(entries)), more
	return view, true
}

// operate does it, and shows the list again, which says what was done, or how far it is.
func (n *notifications) operate(w http.ResponseWriter, r *http.Request) {
	view, ok := n.operation(w, r, r.PostForm)
	if !ok {
		return
	}
	one := &job{Operation: view.Operation, Of: view.Of, Actor: actorOf(r)}
	if !view.Of.Narrowed() {
		if status, err := n.notifier.Status(r.Context(), shared.StatusRequest{}); err == nil {
			one.Total = status.Counts[view.Of.State]
		}
	}
	if one = n.jobs.begin(r.Context(), one, n.work); one == nil {
		n.refuse(w, r, http.StatusTooManyRequests, text.Of("Much is being done already. Wait until some of it has ended."))
		return
	}
	patience := time.NewTimer(jobPatience)
	defer patience.Stop()
	select {
	case <-one.ended:
	case <-patience.C:
		toPage(w, r, "")
		return
	case <-r.Context().Done():
		return
	}
	switch report, err := one.outcome(); {
	case errors.Is(err, shared.ErrInvalidRequest):
		n.invalid(w, r, "id", view.Of.ID)
	case err != nil:
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
	default:
		n.options.Logger.Info("notifications were operated on", "operation", view.Operation, "of", view.Query,
			"changed", report.Changed, "matched", report.Matched, "actor", actorOf(r))
		toPage(w, r, doneQuery(view, report))
	}
}

// doneQuery is where the browser goes after an operation: to the notification, or to the list, which say what was done.
func doneQuery(view operationView, report shared.OperateReport) string {
	done := fmt.Sprintf("done=%s&count=%d&left=%d", view.Operation, report.Changed, report.Matched-report.Changed)
	if view.Of.ID != "" {
		return "notification?id=" + url.QueryEscape(view.Of.ID) + "&" + done
	}
	return "?" + done
}

// done reads what the page is to report of an operation, nothing when there was none. When it cannot be read it has
// answered already.
func (n *notifications) done(w http.ResponseWriter, r *http.Request, query url.Values) (report text.Text, ok bool) {
	count, ok := n.number(w, r, query, "count")
	if !ok {
		return report, false
	}
	left, ok := n.number(w, r, query, "left")
	if !ok {
		return report, false
	}
	what := shared.Operation(query.Get("done"))
	switch {
	case what == "":
		return report, true
	case !slices.Contains(offeredOperations, what):
		n.invalid(w, r, "done", string(what))
		return report, false
	}
	return doneText(what, count, left), true
}

// doneText says to how many something was done, and how many were left as they were.
func doneText(what shared.Operation, count, left int64) (report text.Text) {
	switch what {
	case shared.OperationRetry:
		report = text.Of("{count} notification is tried again. || {count} notifications are tried again.", "count", count)
	case shared.OperationCancel:
		report = text.Of("{count} notification was cancelled. || {count} notifications were cancelled.", "count", count)
	default:
		report = text.Of("{count} notification was set aside. || {count} notifications were set aside.", "count", count)
	}
	if left > 0 {
		report = text.Join(report, text.Of("{count} was left as it was: its state did not fit any more. || "+
			"{count} were left as they were: their state did not fit any more.", "count", left))
	}
	return report
}

// operateLabel is what the button for an operation says on a group.
func operateLabel(operation shared.Operation, state shared.NotificationState) text.Text {
	switch {
	case operation == shared.OperationRetry && state == shared.NotificationRetrying:
		return text.Of("Retry now")
	case operation == shared.OperationRetry:
		return text.Of("Retry all")
	case operation == shared.OperationCancel:
		return text.Of("Cancel all")
	default:
		return text.Of("Set aside all")
	}
}

// Title is the question, Sentence what happens, and Button the answer.
func (v operationView) Title() text.Text {
	switch v.Operation {
	case shared.OperationRetry:
		return text.Of("Retry {count} notification? || Retry {count} notifications?", "count", v.Count)
	case shared.OperationCancel:
		return text.Of("Cancel {count} notification? || Cancel {count} notifications?", "count", v.Count)
	default:
		return text.Of("Set {count} notification aside? || Set {count} notifications aside?", "count", v.Count)
	}
}

// Sentence says what happens.
func (v operationView) Sentence() text.Text {
	var said text.Text
	switch v.Operation {
	case shared.OperationRetry:
		said = text.Of("They are tried at once, with a full set of attempts.")
	case shared.OperationCancel:
		said = text.Of("They are not sent, and each says who has cancelled it. What is being sent just now may still arrive.")
	default:
		said = text.Of("They stay in the list and are no longer counted as something to do. They can still be retried.")
	}
	if v.More {
		said = text.Join(said, text.Of("There are more than these: it is done with all that are chosen."))
	}
	return said
}

// Button is the answer.
func (v operationView) Button() text.Text {
	switch v.Operation {
	case shared.OperationRetry:
		return text.Of("Retry {number}", "number", v.Count)
	case shared.OperationCancel:
		return text.Of("Cancel {number}", "number", v.Count)
	default:
		return text.Of("Set {number} aside", "number", v.Count)
	}
}
