package acceptance

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func (b *tab) press(keys string) {
	b.t.Helper()
	b.do("press", chromedp.KeyEvent(keys))
}

// focused names the element that has the keyboard, and tells whether one sees that it has.
func (b *tab) focused() (name string, visible bool) {
	b.t.Helper()
	name = read[string](b,
		`(e => e === document.body ? "" : e.id || e.textContent.trim().slice(0, 40))(document.activeElement)`)
	visible = read[bool](b, `(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 ||
		s.boxShadow !== "none")(getComputedStyle(document.activeElement))`)
	return name, visible
}

// tabTo presses Tab until the element has the keyboard.
func (b *tab) tabTo(id string) (passed []string) {
	b.t.Helper()
	const more = 100 // than the page has
	for range more {
		b.press(kb.Tab)
		name, visible := b.focused()
		if name != "" && !visible {
			b.t.Errorf("one does not see that %q has the keyboard", name)
		}
		passed = append(passed, name)
		if name == id {
			return passed
		}
	}
	b.t.Fatalf("Tab never comes to %q, only to %q", id, passed)
	return nil
}

// TestKeyboardOnly fills in, tests and saves without a mouse, in the order in which a person reads.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	order := b.tabTo("control-server")
	b.press("127.0.0.1")
	order = append(order, b.tabTo("control-port")...)
	b.press("1")
	order = append(order, b.tabTo("control-login")...)
	b.press("me@email.com")
	order = append(order, b.tabTo("control-password")...)
	b.press("s3cret")
	order = append(order, b.tabTo("test-button")...)
	b.press(kb.Enter)
	b.await("#report #headline")
	if headline := read[string](b, `document.getElementById("headline").textContent`); headline == "" {
		t.Error("no verdict")
	}
	documentOrder := read[[]string](b,
		`[...document.querySelectorAll("#settings-form [id^=control-], #test-button")].map(e => e.id)`)
	order = slices.DeleteFunc(order, func(name string) bool { return !slices.Contains(documentOrder, name) })
	documentOrder = slices.DeleteFunc(documentOrder, func(name string) bool { return !slices.Contains(order, name) })
	if !slices.Equal(order, documentOrder) {
		t.Errorf("Tab goes %q, the page reads %q", order, documentOrder)
	}
	b.tabTo("Save")
	b.press(" ")
	b.await(".notice.warning") // Saved, although the test failed.
	if server := read[string](b, `document.getElementById("control-server").value`); server != "127.0.0.1" {
		t.Errorf("saved the server %q", server)
	}
}

// fits fails the test for what is wider than the screen.
func (b *tab) fits(how string) {
	b.t.Helper()
	wide := read[[]string](b, `[...document.querySelectorAll("body *")].filter(e => {
		const box = e.getBoundingClientRect();
		return box.width && (box.right > innerWidth + 1 || box.left < -1) && !e.closest("pre, .transcript, .skip, .scroll");
	}).map(e => e.outerHTML.slice(0, 80))`)
	if len(wide) > 0 || read[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		b.t.Errorf("%s: wider than the screen: %q", how, wide)
	}
}

// TestLayoutHolds looks at the page as people set their browsers up: enlarged, read from right to left, without motion.
func TestLayoutHolds(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.practise("certificate-wrong-host")
	b.testConnection()
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	b.fits("as it is")
	b.do("enlarge", chromedp.EmulateViewport(640, 400, chromedp.EmulateScale(2)))
	b.fits("at 200 %")

	b.do("end", chromedp.ResetViewport())

	read[bool](b, `(document.documentElement.dir = "rtl", true)`)
	b.fits("from right to left")
	if !read[bool](b,
		`(e => e.getBoundingClientRect().right > innerWidth / 2)(document.querySelector("label[for=control-server]"))`) {
		t.Error("from right to left the labels stay on the left")
	}

	b.prefer("prefers-reduced-motion", "no-preference")
	read[bool](b, `(document.getElementById("report").insertAdjacentHTML("beforeend",
		'<ol class="steps"><li class="step"><svg class="icon running"></svg></li></ol>'), true)`)
	if read[int](b, `document.getAnimations().length`) == 0 {
		t.Error("a running step does not move")
	}
	b.prefer("prefers-reduced-motion", "reduce")
	if read[int](b, `document.getAnimations().length`) != 0 {
		t.Error("it moves for those who do not want it")
	}
}
