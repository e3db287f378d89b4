package form_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// address is where an element of a page leads.
var address = regexp.MustCompile(` (?:href|src|action|formaction)="([^"]*)"`)

// TestTwoPagesInOneConsole mounts the pages of two plugins in one Console: neither leads to the other, no cookie is
// shared, and what is saved on one is saved there alone.
func TestTwoPagesInOneConsole(t *testing.T) {
	first, second := newKinds(t), newKinds(t)
	mux := http.NewServeMux()
	mux.Handle("/settings/first/", http.StripPrefix("/settings/first", first.handler))
	mux.Handle("/settings/second/", http.StripPrefix("/settings/second", second.handler))
	ask := func(method, path string, form url.Values) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		if cookies := answer.Result().Cookies(); len(cookies) > 0 {
			t.Errorf("%s sets %v", path, cookies)
		}
		return answer
	}
	page := ask("GET", "/settings/first/", nil).Body.String()
	addresses := address.FindAllStringSubmatch(page, -1)
	if len(addresses) < 10 {
		t.Fatalf("only %q", addresses)
	}
	for _, one := range addresses {
		if strings.HasPrefix(one[1], "/") || strings.Contains(one[1], "..") {
			t.Errorf("the page leads out of itself, to %q", one[1])
		}
	}
	posted := filledIn(t, page)
	posted.Set("value.name", "x")
	saved := ask("POST", "/settings/first/save", posted)
	base := &url.URL{Path: "/settings/first/save"}
	led, err := base.Parse(saved.Header().Get("Location"))
	if err != nil || saved.Code != http.StatusSeeOther || led.Path != "/settings/first/" {
		t.Errorf("status %d, the browser is sent to %v: %v", saved.Code, led, err)
	}
	for page, want := range map[*kindsPage]int64{first: 1, second: 0} {
		snapshot, err := page.Load(t.Context(), shared.LoadRequest{})
		if err != nil || snapshot.Revision.Number != want {
			t.Errorf("revision %d, want %d: %v", snapshot.Revision.Number, want, err)
		}
	}
}
