package acceptance

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// shape is a way in which a page is looked at. The language rtl is English from right to left.
type shape struct {
	width            int64
	scheme, language string
}

var (
	widths  = []int64{1920, 1280, 768, 360, 320}
	schemes = []string{"light", "dark"}
	tongues = []string{"de", "ja", "ru", "rtl", "en"}
)

// everyShape are all combinations.
func everyShape() (all []shape) {
	for _, width := range widths {
		for _, scheme := range schemes {
			for _, language := range tongues {
				all = append(all, shape{width, scheme, language})
			}
		}
	}
	return all
}

// pairwise chooses shapes for the state with this number: over as many states as there are languages each two of width,
// scheme and language meet, and each state meets every width, every language and both schemes.
func pairwise(number int) (chosen []shape) {
	for i, width := range widths {
		chosen = append(chosen, shape{width, schemes[(i+number)%len(schemes)], tongues[(2*i+number)%len(tongues)]})
	}
	return chosen
}

// TestPairwise holds that the selection meets every pair.
func TestPairwise(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for number := range 2 * len(tongues) {
		for _, one := range pairwise(number) {
			met[fmt.Sprint(one.width, one.scheme)], met[fmt.Sprint(one.width, one.language)] = true, true
			met[fmt.Sprint(one.scheme, one.language)] = true
		}
	}
	pairs := len(widths)*len(schemes) + len(widths)*len(tongues) + len(schemes)*len(tongues)
	if len(met) != pairs {
		t.Errorf("%d of %d pairs", len(met), pairs)
	}
}

// look brings the browser into the shape; it holds for what is opened afterwards.
func (b *tab) look(as shape) {
	b.t.Helper()
	b.do("width", chromedp.EmulateViewport(as.width, 900))
	b.prefer("prefers-color-scheme", as.scheme)
	if as.language == "rtl" {
		b.speak("en")
	} else {
		b.speak(as.language)
	}
}

// cutTexts are texts of which a part cannot be seen, because what clips it ends before. Those that end in an ellipsis
// and those that only screen readers read are meant so.
const cutTexts = `(() => {
	const cut = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
	for (let node; node = walker.nextNode();) {
		const of = node.parentElement;
		if (!node.data.trim() || !of.checkVisibility({visibilityProperty: true})) continue;
		if (of.closest(".visually-hidden, option, svg, textarea")) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const box = range.getBoundingClientRect();
		for (let at = of; at && at !== document.body; at = at.parentElement) {
			const style = getComputedStyle(at), clip = at.getBoundingClientRect();
			if (style.textOverflow === "ellipsis" || style.overflowX === "auto" || style.overflowX === "scroll") break;
			const edge = at.matches(".card, .cell, .button, .tile, .pill, [role=cell], td, th, summary, .part");
			const beyond = box.left < clip.left - 1.5 || box.right > clip.right + 1.5;
			if ((style.overflowX !== "visible" || edge) && box.width && beyond) {
				cut.push(node.data.trim().slice(0, 60) + " in " + at.className);
				break;
			}
		}
	}
	return cut.join("; ");
})()`

// holds checks what holds for every page in every shape: nothing scrolls sideways, and no text is cut off.
func (b *tab) holds(state string, as shape) {
	b.t.Helper()
	name := fmt.Sprint(state, " ", as.width, " ", as.scheme, " ", as.language)
	if as.language == "rtl" {
		read[bool](b, `(document.documentElement.dir = "rtl", true)`)
	}
	wide := read[[2]int](b, `(root => [root.scrollWidth, root.clientWidth])(document.documentElement)`)
	if wide[0] > wide[1] {
		b.t.Errorf("%s: the page scrolls sideways: %d of %d px", name, wide[1], wide[0])
	}
	if cut := read[string](b, cutTexts); cut != "" {
		b.t.Errorf("%s: a part cannot be seen of: %s", name, cut)
	}
	b.screenshot(fmt.Sprint(state, "-", as.width, "-", as.scheme, "-", as.language))
	b.do("width", chromedp.EmulateViewport(as.width, 900)) // A picture has made the window as high as the page.
}

// pageState is a state of a page: how it comes about once, and how a reader gets there.
type pageState struct {
	name   string
	before func()
	open   func()
}

// TestPagesInEveryShape looks at every state of the pages in a selection of widths, colour schemes and languages in
// which each pair of them occurs, and with EVERY_SHAPE in all of them: nothing scrolls sideways, no text is cut off,
// and axe-core finds nothing.
func TestPagesInEveryShape(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`)
	c := startConsole(t, "--manifest", path)
	every := os.Getenv("EVERY_SHAPE") != ""
	b := newTab(t)
	for number := range statesOfPages(t, b, c, path) {
		if every || number%5 == 4 {
			b = newTab(t) // What one does in it has a limit.
		}
		state := statesOfPages(t, b, c, path)[number]
		if state.before != nil {
			state.before()
		}
		shapes := pairwise(number)
		if every {
			shapes = everyShape()
		}
		for i, as := range shapes {
			b.look(as)
			state.open()
			b.holds(state.name, as)
			if i == number%len(shapes) {
				b.axe(fmt.Sprint(state.name, " ", as))
			}
		}
	}
}

func statesOfPages(t *testing.T, b *tab, c console, path string) []pageState {
	t.Helper()
	saves := 0
	settings := func() { b.open(c.address + "settings/smtp/"); b.await("#settings-form") }
	tested := func(practice string) func() {
		return func() { settings(); b.practise(practice); b.testConnection() }
	}
	at := func(page, awaited string) func() {
		return func() { b.open(c.address + page); b.await(awaited) }
	}
	save := func() {
		b.look(shape{1280, "light", "en"})
		tested("works-ssl")()
		b.click(".save-bar [type=submit]")
		b.await(".notice.success")
	}
	return []pageState{
		{"empty", nil, settings},
		{"failed", nil, tested("auth-wrong-password")},
		{"wrong-certificate", nil, tested("certificate-wrong-host")},
		{"passed", nil, tested("works-ssl")},
		{"unfolded", nil, func() {
			settings()
			read[bool](b, `(document.querySelectorAll(".settings-page details").forEach(d => d.open = true), true)`)
		}},
		{"no-notifications", nil, at("monitoring/notifications/", "#live[data-how]")},
		{"saved", save, at("settings/smtp/?saved", ".notice.success")},
		{"conflict", nil, func() {
			settings()
			saves++
			saveBy(t, path, "boris", "--set", fmt.Sprintf("ehlo_name=boris%d.example", saves))
			read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
			b.do("type", clear("#control-ehlo_name"))
			b.typeInto("#control-ehlo_name", "console.example")
			b.click(".save-bar [type=submit]")
			b.await(".conflict")
		}},
		{"history", nil, at("settings/smtp/history?show=1", "#revision-1")},
		{"notifications", func() { sendAll(t, path) }, at("monitoring/notifications/", ".entries .delivered")},
		{"notification", nil, func() {
			b.open(c.address + "monitoring/notifications/")
			b.await(".entries .delivered")
			b.open(read[string](b, `document.querySelector(".entries .recipient a").href`))
			b.await("#timeline")
		}},
		{"overview", nil, at("monitoring/", ".overview")},
		{"inbox", nil, at("practice/inbox", ".inbox")},
	}
}

// sendAll hands notifications over with subjects of several scripts.
func sendAll(t *testing.T, path string) {
	t.Helper()
	for _, subject := range []string{"Disk full", "Ölstand an der Förderanlage 7 unter dem Grenzwert, bitte nachsehen",
		"コンベア 7 が停止しました", "تنبيه: القرص ممتلئ"} {
		r := harness(t, "", "notify", "--manifest", path, "--to", "a.very.long.name.of.a.mailbox@department.acme.example",
			"--subject", subject, "--text", "x")
		if r.status != 0 {
			t.Fatal(r.stdout, r.stderr)
		}
	}
}
