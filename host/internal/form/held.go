package form

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// What becomes of notifications that are held, as the page names it.
const (
	heldDeliver = "deliver"
	heldDiscard = "discard"
)

// releaseView is what the question shows before what is held is released.
type releaseView struct {
	What string
	Held *shared.HeldNotifications
}

// whatOf reads what is to become of what is held. When that is not possible it has answered already.
func (n *notifications) whatOf(w http.ResponseWriter, r *http.Request, what string) bool {
	if what == heldDeliver || what == heldDiscard {
		return true
	}
	n.invalid(w, r, "what", what)
	return false
}

// askRelease asks whether what is held is to be released, and says how many notifications it are.
func (n *notifications) askRelease(w http.ResponseWriter, r *http.Request) {
	if offered(n.options.Releaser) == nil {
		n.refuseNotOffered(w, r)
		return
	}
	query, ok := n.query(w, r)
	if !ok {
		return
	}
	what := query.Get("what")
	if !n.whatOf(w, r, what) {
		return
	}
	status, err := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: n.locale(r)})
	switch {
	case err != nil:
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
	case status.Held == nil:
		toPage(w, r, "") // It was released meanwhile.
	default:
		n.send(w, r, http.StatusOK, Content{
			Title: n.language(r).Message("Notifications"), Head: n.fragment(r, "notifications head", nil),
			Body: n.fragment(r, "release", releaseView{What: what, Held: status.Held}),
		})
	}
}

// release has what is held delivered, or discards it, and shows the page again, which says how many it were.
func (n *notifications) release(w http.ResponseWriter, r *http.Request) {
	releaser := offered(n.options.Releaser)
	if releaser == nil {
		n.refuseNotOffered(w, r)
		return
	}
	what := r.PostForm.Get("what")
	if !n.whatOf(w, r, what) {
		return
	}
	request := shared.ReleaseHeldRequest{Actor: actorOf(r), Deliver: what == heldDeliver}
	released, err := releaser.ReleaseHeld(r.Context(), request)
	if err != nil {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	}
	toPage(w, r, fmt.Sprintf("?released=%s&count=%d", what, released.Count))
}

// released reads what the page is to report of a release, nothing when there was none. When it cannot be read it has
// answered already.
func (n *notifications) released(
	w http.ResponseWriter, r *http.Request, query url.Values,
) (report text.Text, ok bool) {
	count, ok := n.number(w, r, query, "count")
	if !ok {
		return report, false
	}
	switch what := query.Get("released"); what {
	case "":
	case heldDeliver:
		report = text.Of("{count} notification waits for delivery again. || {count} notifications wait for delivery again.",
			"count", count)
	case heldDiscard:
		report = text.Of("{count} notification was discarded. || {count} notifications were discarded.", "count", count)
	default:
		n.invalid(w, r, "released", what)
		return report, false
	}
	return report, true
}
