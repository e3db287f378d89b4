package form

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// detailView is what the page of one notification shows.
type detailView struct {
	shared.NotificationDetail
	Row        rowView
	Report     text.Text
	Facts      []fact
	Events     []eventView
	Operations []shared.Operation // that the reader may have done
	Reply      replyView
}

// fact is something that is known of a notification: words or a time.
type fact struct {
	Name, Value text.Text
	At          time.Time
	Code        bool // it is for programs
}

// eventView is something that happened to a notification.
type eventView struct {
	Icon  string
	Title text.Text
	About []text.Text // on one line
	Quote string      // the server's words
	More  string      // what that means
	At    time.Time
	Took  shared.Elapsed
	// Transcript is what was said, one line after the other; empty where that is not kept.
	Transcript string
}

// replyView is the server's final reply, with the name under which its administrator finds the message.
type replyView struct{ Before, QueueID, After string }

// detail shows one notification with every attempt and what was done with it, to programs as JSON.
func (n *notifications) detail(w http.ResponseWriter, r *http.Request) {
	operator := offered(n.options.Operator)
	if operator == nil {
		n.refuseNotOffered(w, r)
		return
	}
	query, ok := n.query(w, r)
	if !ok {
		return
	}
	id, ok := n.text(w, r, query, "id")
	if !ok {
		return
	}
	report, ok := n.done(w, r, query)
	if !ok {
		return
	}
	detail, err := operator.Show(r.Context(), shared.ShowRequest{Locale: n.locale(r), ID: id})
	switch {
	case errors.Is(err, shared.ErrNoNotification):
		n.refuse(w, r, http.StatusNotFound, text.Of("There is no such notification any more."))
	case err != nil:
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
	case accepts(r, jsonType):
		n.writeJSON(w, r, detail)
	default:
		view := n.newDetail(r, detail)
		view.Report = report
		n.send(w, r, http.StatusOK, Content{
			Title: n.language(r).Render(text.Of("Notification {id}", "id", id)),
			Head:  n.fragment(r, "notifications head", view), Body: n.fragment(r, "notification", view),
		})
	}
}

// detailParts are the parts of that page that change while it is open.
func (n *notifications) detailParts(r *http.Request, id string) (parts, error) {
	detail, err := offered(n.options.Operator).Show(r.Context(), shared.ShowRequest{Locale: n.locale(r), ID: id})
	if errors.Is(err, shared.ErrNoNotification) {
		return parts{"failure": n.fragment(r, "failure", text.Of("There is no such notification any more."))}, nil
	}
	if err != nil {
		return nil, err
	}
	return parts{"failure": "", "detail": n.fragment(r, "detail", n.newDetail(r, detail))}, nil
}

func (n *notifications) newDetail(r *http.Request, detail shared.NotificationDetail) *detailView {
	view := &detailView{NotificationDetail: detail, Facts: factsOf(detail.NotificationEntry)}
	view.Row = newRow(detail.NotificationEntry, shared.ServiceStatus{})
	if view.Row.PutAwayBy == "" { // An earlier version says it in the detail only.
		view.Row.PutAwayBy = detail.Operator
		view.Row.Told, view.Row.At = stateTold(view.Row.NotificationEntry)
	}
	view.Events = eventsOf(detail, n.pauseOf(r, detail))
	view.Reply = newReply(detail.Reply)
	if n.may(r).Operate {
		for _, one := range operationsFor(detail.State) {
			if one != shared.OperationSetAside || detail.SetAsideAt.IsZero() {
				view.Operations = append(view.Operations, one)
			}
		}
	}
	return view
}

// pauseOf is how the service is while a pause holds the notification; nil when none does.
func (n *notifications) pauseOf(r *http.Request, detail shared.NotificationDetail) *shared.ServiceStatus {
	if detail.PausedBy == "" {
		return nil
	}
	status, err := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: n.locale(r)})
	if err != nil || status.Reason == nil {
		return nil
	}
	return &status
}

// eventsOf is what happened to a notification, newest first.
func eventsOf(detail shared.NotificationDetail, pause *shared.ServiceStatus) []eventView {
	events := []eventView{{Icon: "waiting", Title: text.Of("Accepted"), At: detail.Created, About: acceptedAbout(detail)}}
	for _, attempt := range detail.Attempts {
		event := attemptEvent(attempt)
		if event.Quote == detail.Reply { // It stands above.
			event.Quote = ""
		}
		events = append(events, event)
	}
	for _, one := range detail.Operations {
		event := eventView{Icon: operationIcon(one.Operation), Title: operationName(one.Operation), At: one.At}
		if one.Operator != "" {
			event.About = []text.Text{text.Of("by {actor}", "actor", one.Operator)}
		}
		events = append(events, event)
	}
	if pause != nil {
		events = append(events, eventView{
			Icon: "paused", Title: text.Of("Delivery is paused"), At: pause.Since, More: pause.Reason.Summary,
			About: []text.Text{text.Of("uses up no attempt")},
		})
	}
	slices.SortStableFunc(events, func(a, b eventView) int { return a.At.Compare(b.At) })
	slices.Reverse(events)
	return events
}

func acceptedAbout(detail shared.NotificationDetail) []text.Text {
	if detail.Actor == "" {
		return nil
	}
	return []text.Text{text.Of("handed over by {actor}", "actor", detail.Actor)}
}

// attemptEvent is an attempt. One that does not count is an entry of its own, and says so.
func attemptEvent(attempt shared.NotificationAttempt) eventView {
	event := eventView{At: attempt.Ended, Took: attempt.Duration, Quote: attempt.Reply,
		Transcript: strings.Join(attempt.Transcript, "\n")}
	number := text.Of("attempt {number}", "number", attempt.Number)
	if attempt.Uncounted {
		number = text.Of("does not count")
	}
	event.About = append(event.About, number)
	if attempt.Server != "" {
		event.About = append(event.About, text.Plain(attempt.Server))
	}
	if attempt.Revision != 0 {
		event.About = append(event.About, text.Of("revision {number}", "number", attempt.Revision))
	}
	if attempt.Node != "" {
		event.About = append(event.About, text.Plain(attempt.Node))
	}
	if attempt.Failure == nil {
		event.Icon, event.Title = "delivered", text.Of("delivered")
		return event
	}
	event.Icon, event.Title, event.More = "failed", text.Plain(attempt.Failure.Summary), attempt.Failure.Detail
	if attempt.Failure.Lasting == shared.LastingTemporary || attempt.Failure.Lasting == shared.LastingLimit {
		event.Icon = "retrying"
	}
	event.Quote = quoted(attempt.Failure.Evidence)
	return event
}

// quoted is what the other side said, on one line.
func quoted(evidence *shared.Evidence) string {
	if evidence == nil {
		return ""
	}
	var words []string
	if evidence.Code != 0 {
		words = append(words, strconv.Itoa(evidence.Code))
	}
	for _, one := range []string{evidence.EnhancedCode, evidence.Text} {
		if one != "" {
			words = append(words, one)
		}
	}
	return strings.Join(words, " ")
}

// queueID is where the replies of mail servers name the message. The name ends before a blank, a bracket or a quote,
// and without the stop of the sentence.
var queueID = regexp.MustCompile(
	`(?i)(?:queued(?: mail)?(?: for delivery)? as|\bid=|\bmessage accepted:?) ?<?([^\s<>()"',;]{3,}[^\s<>()"',;.:!?])`)

func newReply(reply string) replyView {
	at := queueID.FindStringSubmatchIndex(reply)
	if at == nil {
		return replyView{Before: reply}
	}
	return replyView{reply[:at[2]], reply[at[2]:at[3]], reply[at[3]:]}
}

// factsOf are those that are known of the notification.
func factsOf(e shared.NotificationEntry) (known []fact) {
	for _, one := range []fact{
		{Name: text.Of("Recipient"), Value: text.Plain(e.To)},
		{Name: text.Of("Category"), Value: text.Plain(e.Category)},
		{Name: text.Of("Priority"), Value: priorityName(e.Priority)},
		{Name: text.Of("Accepted"), At: e.Created},
		{Name: text.Of("Handed over by"), Value: text.Plain(e.Actor)},
		{Name: text.Of("Expires"), At: e.Expires},
		{Name: text.Of("Next attempt"), At: e.NextAttempt},
		{Name: text.Of("Finished"), At: e.Finished},
		{Name: text.Of("Seen"), At: e.SetAsideAt},
		{Name: text.Of("Key"), Value: text.Plain(e.Key), Code: true},
		{Name: text.Of("Thread"), Value: text.Plain(e.Thread), Code: true},
	} {
		if one.Value.String() != "" || !one.At.IsZero() {
			known = append(known, one)
		}
	}
	return known
}

// ListQuery leads to the notifications of the same recipient.
func (d *detailView) ListQuery() string { return url.Values{"recipient": {d.To}}.Encode() }

// priorityName names what is not the normal priority.
func priorityName(priority shared.Priority) text.Text {
	switch priority {
	case shared.PriorityHigh:
		return text.Of("high")
	case shared.PriorityLow:
		return text.Of("low")
	default:
		return text.Plain("")
	}
}

// operationName says what was done with a notification.
func operationName(operation shared.Operation) text.Text {
	switch operation {
	case shared.OperationRetry:
		return text.Of("Retry")
	case shared.OperationCancel:
		return text.Of("Cancel")
	case shared.OperationSetAside:
		return text.Of("Set aside")
	case shared.OperationDeliverHeld:
		return text.Of("Deliver what is held")
	case shared.OperationDiscardHeld:
		return text.Of("Discard what is held")
	default:
		return text.Plain(string(operation))
	}
}

func operationIcon(operation shared.Operation) string {
	switch operation {
	case shared.OperationRetry, shared.OperationDeliverHeld:
		return "retrying"
	case shared.OperationSetAside:
		return "tick"
	default:
		return "none"
	}
}
