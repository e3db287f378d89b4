package form_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// findingPage finds many options, and is in force with what the test wants.
type findingPage struct {
	*kindsPage
	options int
}

func (p findingPage) RunAction(_ context.Context, _ shared.ActionRequest, send func(shared.TestEvent) error) error {
	found := make([]shared.Option, p.options)
	for i := range found {
		found[i] = shared.Option{Value: fmt.Sprint("option ", i), Label: "An option"}
	}
	return send(shared.Completed{
		Report: shared.TestReport{Outcome: "complete", Headline: "Found", Status: shared.StatusPassed},
		Result: shared.ActionResult{Choices: map[string][]shared.Option{"mirrors": found}},
	})
}

// texts are n of them, each another one.
func texts(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("entry ", i)
	}
	return list
}

// TestWorkGrowsAsTheFormDoes posts forms of two sizes: one that is eight times as large takes about eight times as much
// work, whatever is in it, and not its square.
func TestWorkGrowsAsTheFormDoes(t *testing.T) {
	const small, large = 500, 4000
	for name, c := range map[string]struct {
		route, accept string
		posted        func(n int) url.Values
	}{
		"ticked options":   {"/apply", "", func(n int) url.Values { return url.Values{"value.mirrors": texts(n)} }},
		"ticked and found": {"/action", "", func(n int) url.Values { return url.Values{"value.mirrors": texts(n)} }},
		"found by the script": {"/action", stream, func(n int) url.Values {
			return url.Values{"value.mirrors": texts(n)}
		}},
		"lines": {"/apply", "", func(n int) url.Values {
			return url.Values{"value.servers": {strings.Join(texts(n), "\n")}}
		}},
		"pairs": {"/apply", "", func(n int) url.Values {
			return url.Values{"value.groups": {strings.Join(texts(n), " = x\n") + " = x"}}
		}},
		"present":  {"/apply", "", func(n int) url.Values { return url.Values{"present": texts(n), "unset": texts(n)} }},
		"controls": {"/validate", "", func(n int) url.Values { return url.Values{"option.depth": texts(n)} }},
		"a conflict": {"/save", "", func(n int) url.Values {
			return url.Values{"value.mirrors": texts(n), "value.servers": {strings.Join(texts(n), "\n")}, "revision": {"7"}}
		}},
	} {
		work := func(n int) float64 {
			page := newKinds(t)
			page.handler = page.serve(func() shared.ActionRunner { return findingPage{page, n} })
			posted := filledIn(t, page.get(t))
			posted.Set("action", "find_buckets")
			for control, values := range c.posted(n) {
				posted[control] = append(posted[control], values...)
				if control == "value.servers" || control == "value.groups" || control == "revision" {
					posted[control] = values
				}
			}
			return testing.AllocsPerRun(1, func() {
				if status, body := page.post(t, c.route, c.accept, posted); status >= http.StatusInternalServerError {
					t.Errorf("%s: status %d\n%.200s", name, status, body)
				}
			})
		}
		const most = 2 * large / small
		if few, many := work(small), work(large); many > most*few {
			t.Errorf("%s: %d take %.0f allocations, %d take %.0f", name, small, few, large, many)
		}
	}
}
