package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestFiltersFoldOnAPhone folds the filters where there is little room, says how many are set, and shows them all when
// they are asked for; where there is room they stand beside the search. No page scrolls sideways.
func TestFiltersFoldOnAPhone(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	for _, command := range [][]string{
		{"save", "--set", "server=127.0.0.1", "--set", "port=1", "--set", "login=me@email.com", "--secret",
			"password=env:SECRET"},
		{"notify", "--to", "a@b.example", "--text", "x", "--wait", "1ms"},
	} {
		if r := harness(t, "practice", append(command, "--manifest", path)...); r.status > 1 {
			t.Fatal(r.stdout, r.stderr)
		}
	}
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	const (
		shows = `(s => { const e = document.querySelector(s); return !!e && e.checkVisibility({ contentVisibilityAuto: true,
			visibilityProperty: true }) && e.getBoundingClientRect().height > 0; })`
		folded = `.filters > summary`
		cause  = `.filters select[name=cause]`
	)
	for _, one := range []struct {
		width int64
		query string
		said  string // by what is folded; empty where there is room
	}{
		{360, "", "Filters"}, {360, "?cause=server_away&within=7d", "Filters: 2 set"}, {320, "?category=x", "Filters: 1 set"},
		{1200, "?cause=server_away", ""},
	} {
		how := fmt.Sprintf("%d px, %s", one.width, one.query)
		b.do("resize", chromedp.EmulateViewport(one.width, 800))
		b.open(c.address + "monitoring/notifications/" + one.query)
		b.await("#search")
		if narrow := one.said != ""; read[bool](b, shows+`("`+folded+`")`) != narrow ||
			read[bool](b, shows+`("`+cause+`")`) == narrow {
			t.Errorf("%s: the filters are folded: %t", how, !narrow)
		}
		if one.said == "" {
			b.axe(how)
			continue
		}
		if said := read[string](b, `document.querySelector("`+folded+`").innerText`); said != one.said {
			t.Errorf("%s: it says %q", how, said)
		}
		b.screenshot(fmt.Sprintf("filters-folded-%d-%d", one.width, len(one.query)))
		b.do("resize", chromedp.EmulateViewport(one.width, 800))
		b.click(folded)
		if !read[bool](b, shows+`("`+cause+`")`) {
			t.Errorf("%s: they do not unfold", how)
		}
		if read[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("%s: the page scrolls sideways", how)
		}
		b.axe(how)
		b.screenshot(fmt.Sprintf("filters-%d-%d", one.width, len(one.query)))
	}
}

// TestLiveMark says how long ago the page was told of something, has the server tried by a button, and says when the
// page was last told of something once the Console is gone. An attempt shows what was said with the server.
func TestLiveMark(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin")
	if r := harness(t, "wrong", "save", "--manifest", path, "--set", "server=127.0.0.1", "--set",
		fmt.Sprintf("port=%d", server.Port()), "--set", "login="+notifyLogin, "--secret", "password=env:SECRET",
	); r.status != 0 {
		t.Fatal(r.stdout, r.stderr)
	}
	harness(t, "", "notify", "--manifest", path, "--to", "a@email.com", "--subject", "Alarm", "--text", "x", "--wait",
		"1ms")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "monitoring/notifications/")
	const mark = `document.getElementById("live").innerText`
	b.awaitText(mark, "Live, 1 s ago")
	b.awaitText(mark, "Live, 0 s ago") // It was told that nothing is new.
	b.await(`form[action=look] button`)
	b.screenshot("paused")
	b.axeSchemes("paused")
	b.click(`form[action=look] button`)
	b.await(".notice.success")
	b.awaitText(`document.querySelector(".notice.success").innerText`, "The server is tried now")
	b.awaitText(`document.getElementById("service").innerText`, "had it tried at")
	b.click(`form[action=look] button`)
	b.awaitText(`document.querySelector(".notice.success").innerText`, "tried a short time ago")
	b.click(".entries .recipient a")
	b.await(".transcript summary")
	b.click(".transcript summary")
	said := read[string](b, `document.querySelector(".transcript pre").innerText`)
	if !strings.Contains(said, "C: AUTH") || !strings.Contains(said, "S: 535") || strings.Contains(said, "wrong") {
		t.Errorf("what was said is shown as\n%s", said)
	}
	b.axeSchemes("transcript")
	b.screenshot("transcript")
	b.awaitText(mark, "Live")
	c.stop()
	b.awaitText(mark, "Not live, last at ")
	b.screenshot("not-live")
}
