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
	v := newVictim(t)
	long := strings.Repeat("x", 600)
	for _, c := range []struct{ handler, method, path, body string }{
		{"settings", "GET", "/?saved=bogus", ""},
		{"settings", "GET", "/?a=%zz", ""},
		{"settings", "GET", "/history?before=abc", ""},
		{"settings", "GET", "/history?before=-1", ""},
		{"settings", "GET", "/history?before=1.5", ""},
		{"settings", "GET", "/history?before=99999999999999999999", ""},
		{"settings", "GET", "/history?before=%zz", ""},
		{"settings", "POST", "/save", "revision=abc"},
		{"settings", "POST", "/save", "revision=-1"},
		{"settings", "POST", "/test", "revision=x"},
		{"settings", "POST", "/validate", "revision=x"},
		{"settings", "POST", "/action", "revision=x"},
		{"settings", "POST", "/action", "action=unheard_of"},
		{"settings", "POST", "/apply", "revision=x"},
		{"settings", "POST", "/apply", "fix={"},
		{"settings", "POST", "/apply", `fix={"token":"evil"}`},
		{"settings", "POST", "/apply", `fix={"nobody":1}`},
		{"settings", "POST", "/apply", `fix={"port":"x"}`},
		{"settings", "POST", "/apply", `fix={"port":1.5}`},
		{"settings", "POST", "/apply", "preset=bogus"},
		{"settings", "POST", "/restore", "number=abc"},
		{"settings", "POST", "/restore", "number=-2"},
		{"settings", "POST", "/restore", ""},
		{"settings", "POST", "/restore", "number=2&revision=x"},
		{"notifications", "GET", "/?state=bogus", ""},
		{"notifications", "GET", "/?before=abc", ""},
		{"notifications", "GET", "/?before=%00", ""},
		{"notifications", "GET", "/?search=a%00b", ""},
		{"notifications", "GET", "/?search=" + long, ""},
		{"notifications", "GET", "/?search=%ff", ""},
		{"notifications", "GET", "/?%zz", ""},
		{"notifications", "POST", "/retry", "id=%00"},
		{"notifications", "POST", "/cancel", "id=" + long},
		{"notifications", "POST", "/held", ""},
		{"notifications", "POST", "/held", "what=keep"},
		{"notifications", "POST", "/held", "what=" + long},
		{"notifications", "GET", "/notification?id=%00", ""},
		{"notifications", "GET", "/notification?id=" + long, ""},
		{"notifications", "GET", "/notification?%zz", ""},
	} {
		v.plugin.Tell(hostile.Lie{})
		if c.path == "/?before=abc" { // Only the plugin knows what an id looks like.
			v.plugin.Tell(hostile.Failure("List", codes.InvalidArgument))
		}
		w := v.send(t.Context(), request{handler: c.handler, method: c.method, path: c.path}, c.body)
		text := w.Body.String()
		inWords := text != "" && !strings.Contains(text, "defect") && !strings.Contains(text, "evil")
		if w.Code != http.StatusBadRequest || !inWords {
			t.Errorf("%s %.60s %.60s: status %d, %.200s", c.method, c.path, c.body, w.Code, text)
		}
	}
}

// TestRequestsFromElsewhere has another site's page send each request that changes something: none reaches the plugin.
func TestRequestsFromElsewhere(t *testing.T) {
	v := newVictim(t)
	posts := 0
	for method, all := range requests {
		for _, one := range all {
			if one.method != http.MethodPost {
				continue
			}
			posts++
			for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
				r := httptest.NewRequestWithContext(t.Context(), one.method, one.path, strings.NewReader(posted))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(name, value)
				w := httptest.NewRecorder()
				v.handlers[one.handler].ServeHTTP(w, r)
				if w.Code != http.StatusForbidden {
					t.Errorf("%s by %s %s with %s: %s: status %d", method, one.method, one.path, name, value, w.Code)
				}
			}
		}
	}
	if posts < len([]string{"apply", "save", "validate", "test", "restore", "action", "retry", "cancel",
		"held"}) {
		t.Errorf("only %d requests", posts)
	}
}
