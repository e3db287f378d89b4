package acceptance

import (
	"strings"
	"testing"
)

// TestFirstVisitInBrowser is what an administrator meets who has never seen the page: a provider is chosen and stays
// chosen, says what it wants, and nothing is called wrong that was not filled in yet; the practice server that works
// gives evidence that can be read; a conflict says what is in force now.
func TestFirstVisitInBrowser(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	for _, provider := range []struct{ name, server, wants string }{
		{"gmail", "smtp.gmail.com", "app password"}, {"sendgrid", "smtp.sendgrid.net", "apikey"},
		{"postmark", "smtp.postmarkapp.com", "API token"}, {"gmail", "smtp.gmail.com", "app password"},
	} {
		b.click(".tile:has([value=" + provider.name + "])")
		b.awaitText(`document.getElementById("preview").textContent`, provider.server)
		if got := read[string](b, `document.querySelector("[name=preset]:checked")?.value ?? "none"`); got != provider.name {
			t.Errorf("after %s was chosen, %q is", provider.name, got)
		}
		if said := read[string](b, `document.getElementById("preset-note").innerText`); !strings.Contains(said,
			provider.wants) {
			t.Errorf("%s: what it wants is told as %q", provider.name, said)
		}
		wrong := read[string](b, `[...document.querySelectorAll(".finding.error")].map(e => e.innerText).join()`)
		if wrong != "" {
			t.Errorf("%s: before anything was filled in it is called wrong: %s", provider.name, wrong)
		}
	}
	if read[int](b, `document.querySelectorAll("#preset-note a[href^='https://']").length`) == 0 {
		t.Error("no link leads to the page where an app password is made")
	}
	b.noEmptyHeadings("empty")
	b.practise("works-ssl")
	b.testConnection()
	evidence := read[string](b, `document.getElementById("report").textContent`)
	if !strings.Contains(evidence, "practice.mail.example") || strings.Contains(evidence, "(hidden).") {
		t.Errorf("whom the certificate is for cannot be read:\n%s", evidence)
	}
	b.click(".save-bar [type=submit]")
	b.await(".notice.success")
	conflictOnPage(t, b, path)
}

// noEmptyHeadings fails the test for a heading with nothing below it.
func (b *tab) noEmptyHeadings(state string) {
	b.t.Helper()
	if empty := read[string](b, `[...document.querySelectorAll("main section, main details")].filter(s =>
		s.checkVisibility() && s.querySelector(":scope > h2")?.checkVisibility() &&
		![...s.querySelectorAll("p, input, select, textarea, button, a, li, svg")].some(e => e.checkVisibility()))
		.map(s => s.innerText).join()`); empty != "" {
		b.t.Errorf("%s: nothing stands below the heading %q", state, empty)
	}
}

// conflictOnPage has another administrator save a password and a name meanwhile.
func conflictOnPage(t *testing.T, b *tab, path string) {
	t.Helper()
	saveBy(t, path, "boris", "--revision", "1", "--set", "ehlo_name=boris.example", "--secret", "password=env:SECRET")
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	b.typeInto("#control-ehlo_name", "console.example")
	b.click(".save-bar [type=submit]")
	b.await(".conflict")
	strip := read[string](b, `document.querySelector(".strip").innerText`)
	if !strings.Contains(strip, "Revision 2") || !strings.Contains(strip, "boris") ||
		!strings.Contains(strip, "Changed since") {
		b.t.Errorf("beside the conflict stands\n%s", strip)
	}
	rows := read[string](b, `[...document.querySelectorAll(".choices-table [role=row]")].map(r => r.innerText).join("\n")`)
	if !strings.Contains(rows, "Password") || !strings.Contains(rows, "EHLO name") {
		b.t.Errorf("the conflict is about\n%s", rows)
	}
	if filled := read[string](b, `[...document.querySelectorAll(".button.primary")].filter(e => e.checkVisibility())
		.map(e => e.id).join()`); filled != "merge-button" {
		b.t.Errorf("the next sensible step is %q", filled)
	}
	if apart := read[float64](b, `(title => title.nextElementSibling.getBoundingClientRect().top -
		title.getBoundingClientRect().bottom)(document.getElementById("conflict-title"))`); apart < 4 {
		b.t.Errorf("the ring around the title lies over the sentence below it: they are %g px apart", apart)
	}
}
