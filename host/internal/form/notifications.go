package form

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// NewNotifications returns the handler of the page that shows the notification service: its state, what waits, what was
// given up and why. Of the options it uses Authorize, Permissions, Language, Layout, Logger, History, Operator,
// Releaser, Looker, Health, PublicURL, TrustedOrigins, Paths and Theme.
func NewNotifications(notifier shared.Notifier, options Options) http.Handler {
	n := &notifications{handler: &handler{options: options}, notifier: notifier}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{file}", n.assets())
	for route, answer := range map[string]http.HandlerFunc{
		"GET /{$}": n.show, "GET /state": n.live, "GET /events": n.events, "GET /notification": n.detail,
		"GET /export": n.export,
	} {
		mux.HandleFunc(route, n.permitted(viewing, answer))
	}
	for route, answer := range map[string]http.HandlerFunc{
		"POST /retry":  n.act(notifier.Retry, shared.OperationRetry),
		"POST /cancel": n.act(notifier.Cancel, shared.OperationCancel), "GET /held": n.askRelease, "POST /held": n.release,
		"GET /operate": n.askOperate, "POST /operate": n.operate, "POST /look": n.look,
		"POST /stop": n.stopJob,
	} {
		mux.HandleFunc(route, n.permitted(operating, answer))
	}
	return n.guarded(mux)
}

type notifications struct {
	*handler
	notifier   shared.Notifier
	situations kept[situationOf, keptSituation]
	jobs       jobs
}

// notificationsView is what the page shows.
type notificationsView struct {
	Of      wanted
	Failure text.Text
	Report  text.Text // of what was done just now
	Tabs    []tabView
	Rows    []rowView
	Older   template.URL // the query of the next page, encoded; empty when that was all
	Before  string       // the id before which the list goes on
	Span    string       // of the chart
	Chart   *chartView   // nil where there are no statistics
	// Shown means that each notification has a page of its own, Releases that what is held can be released, Looks that the
	// server can be tried at once, Operates that the reader may do something with notifications, and that the plugin can.
	Shown, Releases, Looks, Operates bool
	May                              Permissions
	Jobs                             []jobView
	Loaded                           bool // the service has answered
	SettingsPath                     string
	reader                           text.Language
	Matched                          int64
	MoreMatched                      bool
	counted                          time.Time
	situation
}

// tabView is a state to choose.
type tabView struct {
	Name   text.Text
	State  shared.NotificationState
	Count  int64
	Query  string
	Chosen bool
}

// show renders the service's state and a page of notifications.
func (n *notifications) show(w http.ResponseWriter, r *http.Request) {
	query, ok := n.query(w, r)
	if !ok {
		return
	}
	view, ok := n.asked(w, r, query)
	if !ok {
		return
	}
	type reporter func(http.ResponseWriter, *http.Request, url.Values) (text.Text, bool)
	for _, report := range []reporter{n.released, n.looked, n.done} {
		said, ok := report(w, r, query)
		if !ok {
			return
		}
		view.Report = text.Join(view.Report, said)
	}
	code := http.StatusOK
	err := n.fill(r, view, 0)
	if errors.Is(err, shared.ErrInvalidRequest) {
		n.invalid(w, r, "before", view.Before)
		return
	}
	if err != nil {
		view.Failure, code = n.explain(r, err), failureStatus(err)
	}
	n.send(w, r, code, Content{
		Title: n.language(r).Message("Notifications"),
		Head:  n.fragment(r, "notifications head", view), Body: n.fragment(r, "notifications", view),
	})
}

// explain says why a call of the service failed. That there is none is all there is to say.
func (n *notifications) explain(r *http.Request, err error) text.Text {
	if errors.Is(err, shared.ErrUnsupported) && offered(n.options.Operator) == nil {
		return text.Of("This plugin sends no notifications.")
	}
	return n.handler.explain(r, err)
}

// asked reads what the page is to show. When that is not possible it has answered already.
func (n *notifications) asked(
	w http.ResponseWriter, r *http.Request, query url.Values,
) (view *notificationsView, ok bool) {
	view = &notificationsView{Span: query.Get("chart"), May: n.may(r), reader: n.language(r),
		SettingsPath: n.settingsPath(r)}
	if view.Of, ok = n.wantedFrom(w, r, query); !ok {
		return nil, false
	}
	if view.Before, ok = n.text(w, r, query, "before"); !ok {
		return nil, false
	}
	switch view.Span {
	case spanDay, spanWeek, spanQuarter:
	case "":
		view.Span = spanDay
	default:
		n.invalid(w, r, "chart", view.Span)
		return nil, false
	}
	return view, true
}

// listedPage is how many notifications a page shows.
const listedPage = 50

// fill asks the service for what the page shows; what it knows beside the list may have the age.
func (n *notifications) fill(r *http.Request, view *notificationsView, age time.Duration) (err error) {
	operator := offered(n.options.Operator) != nil
	view.Shown, view.Operates = operator, operator && view.May.Operate
	view.Releases = offered(n.options.Releaser) != nil && view.May.Operate
	view.Looks = offered(n.options.Looker) != nil && view.May.Operate
	entries, more, err := n.agreed(r, view, age)
	if err != nil {
		return err
	}
	view.Rows = nil
	for _, entry := range entries {
		view.Rows = append(view.Rows, newRow(entry, view.Status))
	}
	view.Older = ""
	if more && len(entries) > 0 {
		older := url.Values{"before": {entries[len(entries)-1].ID}}
		query := view.Of.Query()
		if query != "" {
			query += "&"
		}
		view.Older = template.URL(query + older.Encode()) //nolint:gosec // It is encoded.
	}
	view.tabs()
	view.Jobs = n.jobs.shown()
	view.Chart = newChart(view.situation, view.Span, view.Of)
	view.Loaded = true
	if view.Of.Narrowed() && (more || view.Before != "") {
		n.count(r, view)
	} else {
		view.Matched, view.MoreMatched = int64(len(entries)), more
	}
	return nil
}

// agreed asks for the situation and the page of the list, so that they do not disagree: where something has changed
// between the two, both are asked for once more.
func (n *notifications) agreed(
	r *http.Request, view *notificationsView, age time.Duration,
) (entries []shared.NotificationEntry, more bool, err error) {
	key := situationOf{n.locale(r), view.Span}
	if view.situation, err = n.situation(r.Context(), key, age); err != nil {
		return nil, false, err
	}
	if entries, more, err = n.page(r, view); err != nil {
		return nil, false, err
	}
	now, err := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: key.locale})
	if err != nil || maps.Equal(now.Counts, view.Status.Counts) {
		return entries, more, err
	}
	if view.situation, err = n.situation(r.Context(), key, 0); err != nil {
		return nil, false, err
	}
	return n.page(r, view)
}

// count counts what fits a filter, as far as that is worth knowing. A page that is open does not need it each time.
func (n *notifications) count(r *http.Request, view *notificationsView) {
	if time.Since(view.counted) < groupsAge {
		return
	}
	found, beyond, err := n.first(r.Context(), view.Of.list(n.locale(r), "", groupedPage), groupedPages)
	if err != nil { // What is listed is worth showing without their number.
		n.options.Logger.Warn("what fits the filter could not be counted", "error", err)
		found, beyond = nil, true
	}
	view.Matched, view.MoreMatched, view.counted = int64(len(found)), beyond, time.Now()
}

// page returns the notifications of a page of the list.
func (n *notifications) page(r *http.Request, view *notificationsView) ([]shared.NotificationEntry, bool, error) {
	request := view.Of.list(n.locale(r), view.Before, listedPage)
	entries, more, err := n.first(r.Context(), request, 1)
	if err != nil || len(entries) > 0 || !more {
		return entries, more, err
	}
	// All that an earlier version has listed were set aside.
	if further, beyond, err := n.first(r.Context(), request, groupedPages); err == nil {
		entries, more = further[:min(len(further), listedPage)], beyond || len(further) > listedPage
	}
	return entries, more, nil
}

// tabs are the states to choose among, with how many notifications are in each.
func (v *notificationsView) tabs() {
	var sum int64
	for _, count := range v.Status.Counts {
		sum += count
	}
	v.Tabs = []tabView{{text.Of("All"), "", sum, v.Of.with("").Query(), v.Of.State == ""}}
	for _, state := range []shared.NotificationState{
		shared.NotificationQueued, shared.NotificationSending, shared.NotificationRetrying, shared.NotificationDelivered,
		shared.NotificationDead, shared.NotificationExpired, shared.NotificationCancelled,
	} {
		v.Tabs = append(v.Tabs,
			tabView{stateName(state), state, v.Status.Counts[state], v.Of.with(state).Query(), v.Of.State == state})
	}
}

// listParts are the parts of the list's page that change while it is open.
func (n *notifications) listParts(r *http.Request, view *notificationsView) parts {
	return parts{
		"failure": "",
		"service": n.fragment(r, "notifications service", view), "held": n.fragment(r, "notifications held", view),
		"jobs":  n.fragment(r, "jobs", view),
		"tiles": n.fragment(r, "tiles", view), "chart": n.fragment(r, "chart", view),
		"causes": n.fragment(r, "causes", view), "tabs": n.fragment(r, "tabs", view),
		"rows": n.fragment(r, "listed", view),
	}
}

// LiveQuery is the query of what keeps the page up to date.
func (v *notificationsView) LiveQuery() string {
	query := withSpan(v.Of, v.Span)
	if v.Before != "" {
		query += "&" + url.Values{"before": {v.Before}}.Encode()
	}
	return query
}

// CauseName is what the chosen cause is called, as far as the groups tell.
func (v *notificationsView) CauseName() string {
	for _, group := range v.Groups {
		if group.Code == v.Of.Cause {
			return group.Summary
		}
	}
	return v.Of.Cause
}

// Causes are the causes to choose among, each once.
func (v *notificationsView) Causes() (causes []causeGroup) {
	seen := map[string]bool{"": true}
	for _, group := range v.Groups {
		if !seen[group.Code] {
			seen[group.Code] = true
			causes = append(causes, group)
		}
	}
	if v.Of.Cause != "" && !seen[v.Of.Cause] {
		causes = append(causes, causeGroup{Code: v.Of.Cause, Summary: v.Of.Cause})
	}
	return causes
}

// Categories are those on the page, to choose among.
func (v *notificationsView) Categories() (categories []string) {
	seen := map[string]bool{"": true}
	for _, row := range v.Rows {
		if !seen[row.Category] {
			seen[row.Category] = true
			categories = append(categories, row.Category)
		}
	}
	return categories
}

// Operations are what can be done with all that is listed, when that is a choice.
func (v *notificationsView) Operations() []shared.Operation {
	if !v.Of.Narrowed() || v.Matched == 0 {
		return nil
	}
	return operationsFor(v.Of.State)
}

// act does something with one notification and shows the page again, which says so.
func (n *notifications) act(
	action func(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error), what shared.Operation,
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
			if err != nil || query == nil {
				query = url.Values{}
			}
			query.Set("done", string(what))
			query.Set("count", "1")
			toPage(w, r, "?"+query.Encode())
		}
	}
}
