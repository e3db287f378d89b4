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
	for _, one := range b.axeFindings() {
		b.t.Errorf("%s: %s", state, one)
	}
}

func (b *tab) axeFindings() []string {
	b.t.Helper()
	source, err := os.ReadFile("../../.ci/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(b.t, "the npm package axe-core is not installed")
	}
	read[bool](b, "("+"() => {"+string(source)+"; return true })()")
	type violation struct {
		ID    string   `json:"id"`
		Help  string   `json:"help"`
		Nodes []string `json:"nodes"`
	}
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]violation](`axe.run(document,
			{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
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
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) { checkAccessibility(t, scheme) })
	}
}

func checkAccessibility(t *testing.T, scheme string) {
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.prefer("prefers-color-scheme", scheme)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.axe("empty")
	read[bool](b, `(document.querySelector("main").insertAdjacentHTML("beforeend", "<img id=bait src=x>"), true)`)
	if len(b.axeFindings()) == 0 {
		t.Fatal("the checker finds nothing where there is something to find")
	}
	read[bool](b, `(document.getElementById("bait").remove(), true)`)
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	b.axe("all unfolded")
	for _, practice := range []string{"works-ssl", "certificate-wrong-host", "auth-wrong-password", "plain-on-tls-port",
		"auth-not-offered"} {
		b.practise(practice)
		b.testConnection()
		read[bool](b, `(document.querySelectorAll("#report details").forEach(d => d.open = true), true)`)
		b.axe(practice)
		b.screenshot(scheme + "-" + practice)
	}
	b.practise("works-ssl")
	b.click(".save-bar button")
	b.await(".notice.success")
	b.axe("saved")
	saveBy(t, path, "bob", "--set", "login=bob@email.com", "--secret", "password=env:SECRET")
	b.typeInto("#control-password", "x")
	b.typeInto("#control-login", "x")
	b.click(".save-bar button")
	b.await(".conflict")
	b.axe("conflict")
	b.open(c.address + "settings/smtp/history")
	b.await("#revision-1")
	b.axe("history")
	harness(t, "", "notify", "--manifest", path, "--to", "a@b.example", "--text", "x")
	b.open(c.address + "monitoring/notifications/")
	b.await(".entries")
	b.axe("notifications")
	for range 5 { // Until the host gives up.
		for _, pid := range processesWith(t, path) {
			if pid != os.Getpid() && isPlugin(pid) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		b.open(c.address + "settings/smtp/")
	}
	b.axe("after crashes")
}

// isPlugin tells the plugin from the Console, which was started with the same manifest.
func isPlugin(pid int) bool {
	target, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && strings.HasSuffix(target, "smtp-plugin")
}
