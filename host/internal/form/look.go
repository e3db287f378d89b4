package form

import (
	"net/http"
	"net/url"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// What comes of a look that was asked for, as the address of the page says it.
const (
	lookBegins = "begins"
	lookLater  = "later"
	lookNeeded = "none"
)

// look has the server tried at once while deliveries are paused, and shows the page again, which says so.
func (n *notifications) look(w http.ResponseWriter, r *http.Request) {
	looker := offered(n.options.Looker)
	if looker == nil {
		n.refuseNotOffered(w, r)
		return
	}
	result, err := looker.LookNow(r.Context(), shared.LookNowRequest{Actor: actorOf(r)})
	what := lookNeeded
	switch {
	case err != nil:
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	case result.Begins:
		what = lookBegins
	case !result.Again.IsZero():
		what = lookLater
	}
	n.options.Logger.Info("the server was asked to be tried at once", "answer", what, "actor", actorOf(r))
	toPage(w, r, "?look="+what)
}

// looked reads what the page is to report of a look, nothing when there was none. When it cannot be read it has
// answered already.
func (n *notifications) looked(
	w http.ResponseWriter, r *http.Request, query url.Values,
) (report text.Text, ok bool) {
	switch what := query.Get("look"); what {
	case "":
	case lookBegins:
		report = text.Of("The server is tried now, with one notification. What comes of it is shown here.")
	case lookLater:
		report = text.Of("The server was tried a short time ago. Wait a few minutes: servers lock accounts that ask too " +
			"often.")
	case lookNeeded:
		report = text.Of("Delivery is not paused any more.")
	default:
		n.invalid(w, r, "look", what)
		return report, false
	}
	return report, true
}
