package form

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// NewNotifications returns the handler of the page that shows the notification service: its state, what waits, what was
// given up and why. Of the options it uses Authorize, Language, Layout, Logger, Operator, Releaser, PublicURL,
// TrustedOrigins and Theme.
func NewNotifications(notifier shared.Notifier, options Options) http.Handler {
	n := &notifications{handler: &handler{options: options}, notifier: notifier}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{file}", n.assets())
	mux.HandleFunc("GET /{$}", n.authorized(n.show))
	mux.HandleFunc("GET /state", n.authorized(n.live))
	mux.HandleFunc("POST /retry", n.authorized(n.act(notifier.Retry)))
	mux.HandleFunc("POST /cancel", n.authorized(n.act(notifier.Cancel)))
	mux.HandleFunc("GET /held", n.authorized(n.askRelease))
	mux.HandleFunc("POST /held", n.authorized(n.release))
	mux.HandleFunc("GET /notification", n.authorized(n.detail))
	return n.guarded(mux)
}

type notifications struct {
	*handler
	notifier shared.Notifier
}

// notificationsView is what the page shows.
type notificationsView struct {
	Status  *shared.ServiceStatus
	Failure text.Text
	Report  text.Text // of what was done just now
	States  []stateView
	State   shared.NotificationState
	Search  string
	From    string // days, both included; empty does not limit that
	Until   string
	Entries []shared.NotificationEntry
	Older   template.URL // the query of the next page, encoded; empty when that was all
	Query   string       // the query of this page
	// Shown means that each notification has a page of its own, Releases that what is held can be released.
	Shown, Releases bool
}

type stateView struct {
	State  shared.NotificationState
	Count  int64
	Chosen bool
}

// show renders the service's state and a page of notifications.
func (n *notifications) show(w http.ResponseWriter, r *http.Request) {
	view, before, ok := n.asked(w, r)
	if !ok {
		return
	}
	status, err1 := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: n.locale(r)})
	list, err2 := n.notifier.List(r.Context(), shared.ListRequest{
		Locale: n.locale(r), State: view.State, Search: view.Search, Before: before, NotificationFilter: view.accepted(),
	})
	if errors.Is(err2, shared.ErrInvalidRequest) {
		n.invalid(w, r, "before", before)
		return
	}
	code := http.StatusOK
	if err := errors.Join(err1, err2); err != nil {
		view.Failure, code = n.explain(r, err), failureStatus(err)
	} else {
		view.fill(status, list)
		view.Shown, view.Releases = offered(n.options.Operator) != nil, offered(n.options.Releaser) != nil
	}
	n.send(w, r, code, Content{
		Title: n.language(r).Message("Notifications"),
		Head:  n.fragment(r, "head", view), Body: n.fragment(r, "notifications", view),
	})
}

// asked reads which notifications are wanted. When that is not possible it has answered already.
func (n *notifications) asked(
	w http.ResponseWriter, r *http.Request,
) (view *notificationsView, before string, ok bool) {
	query, ok := n.query(w, r)
	if !ok {
		return nil, "", false
	}
	state, search := query.Get("state"), ""
	if state != "" && !slices.Contains(shared.NotificationStates, shared.NotificationState(state)) {
		n.invalid(w, r, "state", state)
		return nil, "", false
	}
	if search, ok = n.text(w, r, query, "search"); !ok {
		return nil, "", false
	}
	if before, ok = n.text(w, r, query, "before"); !ok {
		return nil, "", false
	}
	for _, name := range []string{"from", "until"} {
		if _, err := time.Parse(time.DateOnly, query.Get(name)); err != nil && query.Get(name) != "" {
			n.invalid(w, r, name, query.Get(name))
			return nil, "", false
		}
	}
	report, ok := n.released(w, r)
	for _, once := range []string{"released", "count"} {
		query.Del(once)
	}
	return &notificationsView{
		State: shared.NotificationState(state), Search: search, Query: query.Encode(), Report: report,
		From: query.Get("from"), Until: query.Get("until"),
	}, before, ok
}

// accepted limits when they were taken, in the zone in which the page shows that.
func (v *notificationsView) accepted() (filter shared.NotificationFilter) {
	filter.From, _ = time.Parse(time.DateOnly, v.From)
	if last, err := time.Parse(time.DateOnly, v.Until); err == nil {
		filter.Until = last.AddDate(0, 0, 1)
	}
	return filter
}

func (v *notificationsView) fill(status shared.ServiceStatus, list shared.NotificationList) {
	v.Status, v.Entries = &status, list.Entries
	for _, state := range shared.NotificationStates {
		v.States = append(v.States, stateView{State: state, Count: status.Counts[state], Chosen: state == v.State})
	}
	if list.More && len(list.Entries) > 0 {
		older := url.Values{"before": {list.Entries[len(list.Entries)-1].ID}}
		for name, value := range map[string]string{
			"state": string(v.State), "search": v.Search, "from": v.From, "until": v.Until,
		} {
			if value != "" {
				older.Set(name, value)
			}
		}
		v.Older = template.URL(older.Encode()) //nolint:gosec // It is encoded.
	}
}

// live answers with the state, which changes while the page is open.
func (n *notifications) live(w http.ResponseWriter, r *http.Request) {
	reply := map[string]any{}
	if status, err := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: n.locale(r)}); err == nil {
		reply["service"] = n.fragment(r, "service", &status)
		held := "held"
		if offered(n.options.Releaser) == nil {
			held = "held for good"
		}
		reply["held"] = n.fragment(r, held, status.Held)
	}
	n.writeJSON(w, r, reply)
}

// act does something with one notification and shows the page again as it was.
func (n *notifications) act(
	action func(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, ok := n.text(w, r, r.PostForm, "id")
		if !ok {
			return
		}
		_, err := action(r.Context(), shared.NotificationRequest{Actor: actorOf(r), ID: id})
		switch {
		case errors.Is(err, shared.ErrNoNotification):
			n.refuse(w, r, http.StatusNotFound, text.Of("There is no such notification any more."))
		case err != nil:
			n.refuse(w, r, failureStatus(err), n.explain(r, err))
		default:
			query, err := url.ParseQuery(r.PostForm.Get("query"))
			if err != nil {
				query = nil
			}
			toPage(w, r, "?"+query.Encode())
		}
	}
}
