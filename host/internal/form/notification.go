package form

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// detailView is what the page of one notification shows.
type detailView struct {
	shared.NotificationDetail
	Facts []fact
}

// fact is something that is known of a notification.
type fact struct{ Name, Value text.Text }

// detail shows one notification with every attempt and what was done with it, to programs as JSON.
func (n *notifications) detail(w http.ResponseWriter, r *http.Request) {
	operator := offered(n.options.Operator)
	if operator == nil {
		http.NotFound(w, r)
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
	detail, err := operator.Show(r.Context(), shared.ShowRequest{Locale: n.locale(r), ID: id})
	switch {
	case errors.Is(err, shared.ErrNoNotification):
		n.refuse(w, r, http.StatusNotFound, text.Of("There is no such notification any more."))
	case err != nil:
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
	case accepts(r, jsonType):
		n.writeJSON(w, r, detail)
	default:
		view := &detailView{detail, factsOf(detail.NotificationEntry)}
		n.send(w, r, http.StatusOK, Content{
			Title: n.language(r).Render(text.Of("Notification {id}", "id", id)),
			Head:  n.fragment(r, "head", view), Body: n.fragment(r, "notification", view),
		})
	}
}

// factsOf are those that are known of the notification.
func factsOf(e shared.NotificationEntry) (known []fact) {
	for _, one := range []fact{
		{text.Of("Recipient"), text.Plain(e.To)},
		{text.Of("Subject"), text.Plain(e.Subject)},
		{text.Of("State"), stateName(e.State)},
		{text.Of("Accepted"), moment(e.Created)},
		{text.Of("Handed over by"), text.Plain(e.Actor)},
		{text.Of("Key"), text.Plain(e.Key)},
		{text.Of("Thread"), text.Plain(e.Thread)},
		{text.Of("Category"), text.Plain(e.Category)},
		{text.Of("Priority"), priorityName(e.Priority)},
		{text.Of("Expires"), moment(e.Expires)},
		{text.Of("Next attempt"), moment(e.NextAttempt)},
		{text.Of("Finished"), moment(e.Finished)},
		{text.Of("Seen"), moment(e.SetAsideAt)},
		{text.Of("The server's final reply"), text.Plain(e.Reply)},
	} {
		if one.Value.String() != "" {
			known = append(known, one)
		}
	}
	return known
}

// moment is a time as the pages write it; empty for none.
func moment(at time.Time) text.Text {
	if at.IsZero() {
		return text.Plain("")
	}
	return text.Plain(at.Format("2006-01-02 15:04:05 MST"))
}

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
		return text.Of("Seen")
	case shared.OperationDeliverHeld:
		return text.Of("Deliver what is held")
	case shared.OperationDiscardHeld:
		return text.Of("Discard what is held")
	default:
		return text.Plain(string(operation))
	}
}

// took is how long an attempt took, in seconds; empty where that is not known.
func took(attempt shared.NotificationAttempt) string {
	if attempt.Duration == 0 {
		return ""
	}
	return strconv.FormatFloat(time.Duration(attempt.Duration).Seconds(), 'f', 3, 64) + " s"
}
