package acceptance

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestVerdictIsInView tests in windows of several sizes: the verdict's title has the keyboard, title and headline are
// in view and nothing lies over them, what stands on the page stays where it is while the test runs, and nothing is
// wider than the window.
func TestVerdictIsInView(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	for _, window := range [][2]int64{{1280, 740}, {1280, 900}, {1280, 1080}, {400, 740}, {400, 900}, {320, 740}} {
		name := fmt.Sprint(window[0], " × ", window[1])
		b.do("size", chromedp.EmulateViewport(window[0], window[1]))
		b.open(c.address + "settings/smtp/")
		b.await("#settings-form")
		b.practise("auth-wrong-password")
		b.awaitText(`document.getElementById("preview").textContent`, "using the entered password")
		read[bool](b, `(window.shifts = [], new PerformanceObserver(list => shifts.push(...list.getEntries()))
			.observe({type: "layout-shift"}), document.getElementById("test-button").focus(), true)`)
		b.press("\r")
		b.awaitText(`document.activeElement.id`, "verdict")
		for _, id := range []string{"verdict", "headline"} {
			if !read[bool](b, `(e => { const box = e.getBoundingClientRect();
				const at = y => e.contains(document.elementFromPoint(box.left + 5, y)) ;
				return box.top >= 0 && box.bottom <= innerHeight && at(box.top + 3) && at(box.bottom - 3) })(
				document.getElementById("`+id+`"))`) {
				t.Errorf("%s: %s is out of view", name, id)
			}
		}
		if moved := read[float64](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
			done(shifts.filter(one => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0)))))`,
			chromedp.EvalAwaitPromise); moved >= 0.02 {
			t.Errorf("%s: what stands on the page has moved by %g", name, moved)
		}
		b.fits(name)
	}
	b.do("end", chromedp.ResetViewport())
}
