package form_test

import (
	"context"
	"html"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// filteredNotifier notes what it is asked for, and has more.
type filteredNotifier struct {
	heldNotifier
	asked []shared.ListRequest
}

func (n *filteredNotifier) List(_ context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	n.asked = append(n.asked, request)
	return shared.NotificationList{Entries: []shared.NotificationEntry{delivered}, More: true}, nil
}

// TestNotificationsOfDays limits the list to days, both included, in the zone in which it shows times. The filter stays
// on the page and in the way to older ones, and what is no day is refused.
func TestNotificationsOfDays(t *testing.T) {
	day := func(of int) time.Time { return time.Date(2026, 1, of, 0, 0, 0, 0, time.UTC) }
	for query, want := range map[string]shared.NotificationFilter{
		"":                                 {},
		"from=&until=":                     {},
		"from=2026-01-02":                  {From: day(2)},
		"until=2026-01-02":                 {Until: day(3)},
		"from=2026-01-02&until=2026-01-02": {From: day(2), Until: day(3)},
	} {
		n := &filteredNotifier{}
		answer := asked(n, http.MethodGet, "/?state=delivered&"+query, "")
		page := answer.Body.String()
		if answer.Code != http.StatusOK || len(n.asked) == 0 {
			t.Fatalf("%s: status %d, %d calls", query, answer.Code, len(n.asked))
		}
		got := n.asked[0]
		if !got.From.Equal(want.From) || !got.Until.Equal(want.Until) || got.State != shared.NotificationDelivered {
			t.Errorf("%s: asked for %+v", query, got)
		}
		for _, part := range strings.Split(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			if value == "" {
				continue
			}
			if !strings.Contains(page, `name="`+name+`" value="`+value+`"`) {
				t.Errorf("%s: %s is not on the page\n%s", query, part, page)
			}
		}
		checkOlder(t, n, page)
	}
	for _, query := range []string{"from=yesterday", "until=2026-02-30", "from=2026-01-02T03:04:05Z"} {
		n := &filteredNotifier{}
		if answer := asked(n, http.MethodGet, "/?"+query, ""); answer.Code != http.StatusBadRequest || len(n.asked) > 0 {
			t.Errorf("%s: status %d, %d calls", query, answer.Code, len(n.asked))
		}
	}
}

// checkOlder follows the link to older notifications: it asks for the same as before, but before the last one shown.
func checkOlder(t *testing.T, n *filteredNotifier, page string) {
	t.Helper()
	link := regexp.MustCompile(`href="\./(\?[^"]+)">Older`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("there is no way to older ones\n%s", page)
	}
	to, _, _ := strings.Cut(html.UnescapeString(link[1]), "#")
	before := len(n.asked)
	asked(n, http.MethodGet, "/"+to, "")
	want := n.asked[0]
	want.Before = delivered.ID
	if got := n.asked[before]; !reflect.DeepEqual(got, want) {
		t.Errorf("%s asks for %+v instead of %+v", link[1], got, want)
	}
}
