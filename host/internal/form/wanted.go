package form

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// wanted is which notifications a reader asks for, as the address of the page says it.
type wanted struct {
	State shared.NotificationState
	// Search, Cause, Category and Recipient are as in [shared.ListRequest]; empty does not limit that.
	Search, Cause, Category, Recipient string
	// Within is how long ago they were taken at most: a name of recent. From and Until are days, both included.
	Within, From, Until string
	// Seen shows dead letters that were set aside among those that were given up.
	Seen bool
	// ID is one notification; empty means all.
	ID string
}

// recent is how long ago, by the names that addresses have for it.
var recent = map[string]time.Duration{"24h": day, "7d": 7 * day, "30d": 30 * day}

// wantedFrom reads which notifications are wanted. When that is not possible it has answered already.
func (n *notifications) wantedFrom(w http.ResponseWriter, r *http.Request, query url.Values) (asked wanted, ok bool) {
	state := query.Get("state")
	if state != "" && !slices.Contains(shared.NotificationStates, shared.NotificationState(state)) {
		n.invalid(w, r, "state", state)
		return asked, false
	}
	asked = wanted{
		State: shared.NotificationState(state), Within: query.Get("within"), From: query.Get("from"),
		Until: query.Get("until"), Seen: query.Get("seen") == "1",
	}
	if _, known := recent[asked.Within]; !known && asked.Within != "" {
		n.invalid(w, r, "within", asked.Within)
		return asked, false
	}
	for name, given := range map[string]string{"from": asked.From, "until": asked.Until} {
		if _, err := time.Parse(time.DateOnly, given); err != nil && given != "" {
			n.invalid(w, r, name, given)
			return asked, false
		}
	}
	for name, field := range map[string]*string{
		"search": &asked.Search, "cause": &asked.Cause, "category": &asked.Category, "recipient": &asked.Recipient,
		"id": &asked.ID,
	} {
		if *field, ok = n.text(w, r, query, name); !ok {
			return asked, false
		}
	}
	return asked, true
}

// filter is what the service is asked for. Days are those of UTC, in which the page writes times.
func (a wanted) filter() (filter shared.NotificationFilter) {
	filter = shared.NotificationFilter{
		Cause: a.Cause, Category: a.Category, Recipient: a.Recipient,
		Unseen: a.State == shared.NotificationDead && !a.Seen,
	}
	if a.ID != "" {
		filter.IDs = []string{a.ID}
		filter.Unseen = false
	}
	filter.From, _ = time.Parse(time.DateOnly, a.From)
	if span := recent[a.Within]; span > 0 {
		if begin := time.Now().Add(-span).Truncate(time.Minute); begin.After(filter.From) {
			filter.From = begin
		}
	}
	if last, err := time.Parse(time.DateOnly, a.Until); err == nil {
		filter.Until = last.AddDate(0, 0, 1)
	}
	return filter
}

// list is the request for a page of them.
func (a wanted) list(locale, before string, limit int) shared.ListRequest {
	return shared.ListRequest{
		Locale: locale, State: a.State, Search: a.Search, Before: before, Limit: limit, NotificationFilter: a.filter(),
	}
}

// Narrowed reports whether more than the state limits them.
func (a wanted) Narrowed() bool {
	a.State, a.Seen = "", false
	return a != wanted{}
}

// with is the same in another state.
func (a wanted) with(state shared.NotificationState) wanted {
	a.State, a.Seen = state, false
	return a
}

// parameter is one of an address, or of a form that asks for the same.
type parameter struct{ Name, Value string }

// Fields are the parameters that ask for them, those that are not empty.
func (a wanted) Fields() (fields []parameter) {
	seen := ""
	if a.Seen {
		seen = "1"
	}
	for _, one := range []parameter{
		{"category", a.Category}, {"cause", a.Cause}, {"from", a.From}, {"id", a.ID}, {"recipient", a.Recipient},
		{"search", a.Search}, {"seen", seen}, {"state", string(a.State)}, {"until", a.Until}, {"within", a.Within},
	} {
		if one.Value != "" {
			fields = append(fields, one)
		}
	}
	return fields
}

// Query is the part of an address that asks for them, empty for all.
func (a wanted) Query() string {
	query := url.Values{}
	for _, one := range a.Fields() {
		query.Set(one.Name, one.Value)
	}
	return query.Encode()
}
