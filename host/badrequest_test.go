package host

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// TestBadRequests sends what no page of ours sends: each is refused as a mistake of the request, in words, and the
// plugin is never blamed for it.
func TestBadRequests(t *testing.T) {
	plugin, v, _ := newVictim(t)
	long := strings.Repeat("x", 600)
	for _, c := range []struct {
		handler            http.Handler
		method, path, body string
	}{
		{v.settings, "GET", "/?saved=bogus", ""}, {v.settings, "GET", "/?a=%zz", ""},
		{v.settings, "GET", "/history?before=abc", ""}, {v.settings, "GET", "/history?before=-1", ""}, {v.settings, "GET", "/history?before=1.5", ""},
		{v.settings, "GET", "/history?before=99999999999999999999", ""}, {v.settings, "GET", "/history?before=%zz", ""},
		{v.settings, "POST", "/save", "revision=abc"}, {v.settings, "POST", "/save", "revision=-1"}, {v.settings, "POST", "/test", "revision=x"},
		{v.settings, "POST", "/validate", "revision=x"}, {v.settings, "POST", "/suggest", "revision=x"}, {v.settings, "POST", "/apply", "revision=x"},
		{v.settings, "POST", "/apply", "fix={"}, {v.settings, "POST", "/apply", `fix={"token":"evil"}`}, {v.settings, "POST", "/apply", `fix={"nobody":1}`},
		{v.settings, "POST", "/apply", `fix={"port":"x"}`}, {v.settings, "POST", "/apply", `fix={"port":1.5}`}, {v.settings, "POST", "/apply", "preset=bogus"},
		{v.settings, "POST", "/restore", "number=abc"}, {v.settings, "POST", "/restore", "number=-2"}, {v.settings, "POST", "/restore", ""},
		{v.settings, "POST", "/restore", "number=2&revision=x"},
		{v.notifications, "GET", "/?state=bogus", ""}, {v.notifications, "GET", "/?before=abc", ""}, {v.notifications, "GET", "/?before=%00", ""},
		{v.notifications, "GET", "/?search=a%00b", ""}, {v.notifications, "GET", "/?search=" + long, ""}, {v.notifications, "GET", "/?search=%ff", ""},
		{v.notifications, "GET", "/?%zz", ""}, {v.notifications, "POST", "/retry", "id=%00"}, {v.notifications, "POST", "/cancel", "id=" + long},
	} {
		if c.path == "/?before=abc" {
			plugin.Tell(hostile.Failure("List", codes.InvalidArgument)) // Only the plugin knows what an id looks like.
		} else {
			plugin.Tell(hostile.Lie{})
		}
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, r)
		if text := w.Body.String(); w.Code != http.StatusBadRequest || text == "" || strings.Contains(text, "defect") || strings.Contains(text, "evil") {
			t.Errorf("%s %.60s %.60s: status %d, %.200s", c.method, c.path, c.body, w.Code, w.Body)
		}
	}
}
