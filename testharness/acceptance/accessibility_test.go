package acceptance

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe runs axe-core over the page as it stands and fails for everything that it finds.
func (b *tab) axe(state string) {
	b.t.Helper()
	for _, one := range b.axeFindings(everyRule) {
		b.t.Errorf("%s: %s", state, one)
	}
}

// everyRule are all rules of axe-core that stand for WCAG 2.2 AA or good practice; rulesOfColour are those of them that
// look at colours.
const (
	everyRule     = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	rulesOfColour = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// axeSchemes is axe in both colour schemes. That nothing is in one of them that is not in the other one is looked at
// element by element; so the second time only the colours have to be tried.
func (b *tab) axeSchemes(state string) {
	b.t.Helper()
	const shown = `[...document.querySelectorAll("body *")].map(e => e.tagName + e.checkVisibility({
		opacityProperty: true, visibilityProperty: true})).join()`
	b.prefer("prefers-color-scheme", "light")
	b.axe(state)
	light := read[string](b, shown)
	b.prefer("prefers-color-scheme", "dark")
	b.settle()
	if dark := read[string](b, shown); dark != light {
		b.t.Errorf("%s: in the light colour scheme is shown\n%s\nand in the dark one\n%s", state, light, dark)
	}
	for _, one := range b.axeFindings(rulesOfColour) {
		b.t.Errorf("%s, dark: %s", state, one)
	}
}

func (b *tab) axeFindings(rules string) []string {
	b.t.Helper()
	source, err := os.ReadFile("../../.ci/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(b.t, "the npm package axe-core is not installed")
	}
	b.settle()
	read[bool](b, `"axe" in window || (() => {`+string(source)+"; return true })()")
	type violation struct {
		ID    string   `json:"id"`
		Help  string   `json:"help"`
		Nodes []string `json:"nodes"`
	}
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]violation](`axe.run(document, {runOnly: `+rules+`})
		.then(r => r.violations.map(v => ({id: v.id, help: v.help,
			nodes: v.nodes.map(n => n.html.slice(0, 200) + " — " + n.failureSummary)})))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var texts []string
	for _, one := range found {
		texts = append(texts, one.Help+" ("+one.ID+")\n  "+strings.Join(one.Nodes, "\n  "))
	}
	return texts
}

// settle ends the transitions that are under way: a colour on its way to another one is not what is judged.
func (b *tab) settle() {
	b.t.Helper()
	read[bool](b, `(document.getAnimations().filter(a => a instanceof CSSTransition).forEach(a => a.finish()), true)`)
}

// prefer emulates what the person prefers, such as a dark colour scheme.
func (b *tab) prefer(feature, value string) {
	b.t.Helper()
	b.do("prefer "+value, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	}))
}

// TestAccessibility looks at every state of the pages in both colour schemes.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin", `verify_every = "1s"`)
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.axeSchemes("empty")
	read[bool](b, `(document.querySelector("main").insertAdjacentHTML("beforeend", "<img id=bait src=x>"), true)`)
	if len(b.axeFindings(everyRule)) == 0 {
		t.Fatal("the checker finds nothing where there is something to find")
	}
	read[bool](b, `(document.getElementById("bait").remove(), true)`)
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	b.axeSchemes("all unfolded")
	for _, practice := range []string{"works-ssl", "certificate-wrong-host", "auth-wrong-password", "plain-on-tls-port",
		"auth-not-offered"} {
		b.practise(practice)
		b.testConnection()
		read[bool](b, `(document.querySelectorAll("#report details").forEach(d => d.open = true), true)`)
		b.axeSchemes(practice)
		for _, scheme := range []string{"light", "dark"} {
			b.prefer("prefers-color-scheme", scheme)
			b.screenshot(scheme + "-" + practice)
		}
	}
	b.practise("works-ssl")
	b.click(".save-bar button")
	b.await(".notice.success")
	b.axeSchemes("saved")
	saveBy(t, path, "bob", "--set", "login=bob@email.com", "--secret", "password=env:SECRET")
	b.typeInto("#control-password", "x")
	b.typeInto("#control-login", "x")
	b.click(".save-bar button")
	b.await(".conflict")
	b.await("#unhealthy .banner.bad") // The practice server does not know bob.
	b.axeSchemes("conflict")
	b.open(c.address + "settings/smtp/")
	b.await("#unhealthy .banner.bad")
	b.axeSchemes("broken")
	b.open(c.address + "settings/smtp/history")
	b.await("#revision-1")
	b.axeSchemes("history")
	harness(t, "", "notify", "--manifest", path, "--to", "a@b.example", "--text", "x")
	b.open(c.address + "monitoring/notifications/")
	b.await(".entries")
	b.axeSchemes("notifications")
	for range 5 { // Until the host gives up.
		for _, pid := range processesWith(t, path) {
			if pid != os.Getpid() && isPlugin(pid) {
				_ = kill(pid, syscall.SIGKILL)
			}
		}
		b.open(c.address + "settings/smtp/")
	}
	b.axeSchemes("after crashes")
}

// isPlugin tells the plugin from the Console, which was started with the same manifest.
func isPlugin(pid int) bool {
	target, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && strings.HasSuffix(target, "smtp-plugin")
}
