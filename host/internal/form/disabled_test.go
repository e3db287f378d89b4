package form_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestDisabledFieldKeepsItsValue types into a field that is disabled, as a form without scripts lets people: it is
// taken together with what enables it, and otherwise not, by no route, whatever was typed.
func TestDisabledFieldKeepsItsValue(t *testing.T) {
	page := newKinds(t)
	save := func(accept, size, limit string) shared.Values {
		t.Helper()
		posted := filledIn(t, page.get(t))
		for control, typed := range map[string]string{"name": "x", "size": size, "limit": limit} {
			posted.Set("value."+control, typed)
		}
		before, _ := page.Load(t.Context(), shared.LoadRequest{})
		page.post(t, "/save", accept, posted)
		after, _ := page.Load(t.Context(), shared.LoadRequest{})
		if after.Revision.Number != before.Revision.Number+1 {
			t.Fatalf("size %s, limit %s: nothing was saved", size, limit)
		}
		posted.Set("action", "find_buckets")
		if page.post(t, "/action", accept, posted); page.acted.Draft.Values["limit"] == shared.Integer(66) {
			t.Error("an action is told of a limit that cannot be changed")
		}
		if page.post(t, "/test", accept, posted); page.tested.Draft.Values["limit"] == shared.Integer(66) {
			t.Error("a test is told of a limit that cannot be changed")
		}
		return after.Values
	}
	for _, accept := range []string{"", "application/json"} {
		if got := save(accept, "20 MiB", "5")["limit"]; got != shared.Integer(5) {
			t.Errorf("the limit and what enables it: %q", got)
		}
		for _, typed := range []string{"66", "many", ""} {
			if got := save(accept, "10 MiB", typed)["limit"]; got != shared.Integer(5) {
				t.Errorf("a limit that was disabled became %q", got)
			}
		}
	}
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	posted.Set("value.size", "10 MiB")
	posted.Set("value.limit", "many")
	if status, body := page.post(t, "/validate", "application/json", posted); status != http.StatusOK ||
		strings.Contains(body, `"limit":`) {
		t.Errorf("a hint about a field that is disabled: %d\n%s", status, body)
	}
}

// TestHiddenFieldKeepsItsValue types into fields that stay hidden, which a page without scripts shows: nothing of it is
// taken, by no route. It is taken together with what makes them visible.
func TestHiddenFieldKeepsItsValue(t *testing.T) {
	page := newKinds(t)
	save := func(accept string, typed map[string]string, proxied bool) shared.Values {
		t.Helper()
		posted := filledIn(t, page.get(t))
		posted.Set("value.name", "x")
		posted.Del("value.proxied")
		if proxied {
			posted.Set("value.proxied", "true")
		}
		for control, text := range typed {
			posted.Set("value."+control, text)
		}
		page.post(t, "/test", accept, posted)
		if status, body := page.post(t, "/save", accept, posted); status >= http.StatusBadRequest {
			t.Fatalf("%v, proxied %t: status %d\n%s", typed, proxied, status, body)
		}
		after, _ := page.Load(t.Context(), shared.LoadRequest{})
		for _, name := range []string{"proxy", "realm"} {
			if given, ok := page.tested.Draft.Values[name]; ok && !proxied {
				t.Errorf("a test is told of a hidden %s: %q", name, given)
			}
		}
		return after.Values
	}
	for _, accept := range []string{"", "application/json"} {
		got := save(accept, map[string]string{"proxy": "p.example:1", "realm": "here"}, true)
		if got["proxy"] != shared.Text("p.example:1") || got["realm"] != shared.Text("here") {
			t.Errorf("with the proxy that shows them: %v", got)
		}
		for _, typed := range []string{"other.example:2", "no address", ""} {
			got := save(accept, map[string]string{"proxy": typed, "realm": "there"}, false)
			if got["proxy"] != shared.Text("p.example:1") || got["realm"] != shared.Text("here") {
				t.Errorf("hidden fields, typed %q, became %v", typed, got)
			}
		}
	}
}
