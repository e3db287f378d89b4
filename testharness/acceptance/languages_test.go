package acceptance

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/smtp-settings/smtp-settings/host"
)

var languages = []string{"en", "de", "fr", "es", "pt", "ru", "ja", "zh"}

// translations are what the plugin, the host and the contract say in a language, by English text. What is counted has
// other words in each plural form and is left out.
func translations(t *testing.T, tag string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, directory := range []string{"../../plugin/internal/language/languages/", "../../host/internal/form/languages/",
		"../../shared/translations/languages/"} {
		if tag == "en" {
			break
		}
		content, err := os.ReadFile(directory + tag + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(content, &texts); err != nil {
			t.Fatal(err)
		}
		for english, translation := range texts {
			if written, fixed := translation.(string); fixed {
				all[english] = written
			}
		}
	}
	return all
}

// speak has the browser ask for a language.
func (b *tab) speak(tag string) {
	b.t.Helper()
	b.do("speak "+tag, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": tag + ",en;q=0.5"},
		})
		return err
	}))
}

// translated fails the test for what is left in English, is cut off, or is in the way of those who do not see the page.
func (b *tab) translated(what string, known map[string]string) {
	b.t.Helper()
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	texts := read[[]string](b, `[...document.querySelectorAll(".settings-page *")].flatMap(e =>
		[...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim())
		.concat(["title", "placeholder", "aria-label"].map(name => e.getAttribute(name) ?? "")))`)
	for _, text := range texts {
		if translation := known[text]; translation != "" && translation != text {
			b.t.Errorf("%s: %q is not translated", what, text)
		}
	}
	for _, width := range []int64{1200, 360} {
		b.do("width", chromedp.EmulateViewport(width, 900))
		b.fits(what)
	}
	b.do("end", chromedp.ResetViewport())
	b.axe(what)
}

// TestLanguages reads the page, a verdict and the history in every language, on a wide and on a narrow screen: nothing
// is left in English that has a translation, nothing is cut off, and nothing is in the way of those who do not see it.
func TestLanguages(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	saveBy(t, path, "anna", "--set", "server=127.0.0.1", "--set", "login=anna@email.com",
		"--secret", "password=env:SECRET")
	for _, tag := range languages {
		t.Run(tag, func(t *testing.T) {
			known := translations(t, tag)
			say := func(english string) string {
				if text := known[english]; text != "" {
					return text
				}
				return english
			}
			b := newTab(t)
			b.speak(tag)
			b.open(c.address + "settings/smtp/")
			b.await("#settings-form")
			if got := read[string](b, `document.querySelector(".settings-page").lang`); got != tag {
				t.Errorf("the page says that its language is %q", got)
			}
			page := read[string](b, `document.querySelector(".settings-page").innerText`)
			for _, english := range []string{"SMTP server", "Use other account settings", "Test connection", "Save", "Advanced",
				"Make sure that the Processing Server is running."} {
				if !strings.Contains(page, say(english)) {
					t.Errorf("the page does not say %q", say(english))
				}
			}
			b.translated("the page", known)
			b.practise("certificate-wrong-host")
			b.testConnection()
			got := read[string](b, `document.getElementById("headline").textContent`)
			if got != say("SMTP server connection failed. Check server url or port") {
				t.Errorf("the headline is %q", got)
			}
			b.translated("the verdict", known)
			b.screenshot("language-" + tag)
			b.open(c.address + "settings/smtp/history")
			b.await("#revision-1")
			b.translated("the history", known)
			b.open(c.address + "monitoring/notifications/")
			b.await(".filter")
			b.translated("the notifications", known)
		})
	}
}

// TestLanguageOfRequest chooses among the languages as RFC 4647 says, and speaks English to everybody else.
func TestLanguageOfRequest(t *testing.T) {
	t.Parallel()
	address := serve(t, manifest(t, "smtp", "smtp-plugin"))
	for accepted, want := range map[string]string{
		"": "en", "de-AT,de;q=0.9": "de", "it,fr;q=0.5": "fr", "pt-BR": "pt", "zh-Hant-TW": "zh", "tlh": "en",
		"ja;q=0.1, ru;q=0.9": "ru", "not a language": "en",
	} {
		_, page := ask(t, "GET", address+"/", "", map[string]string{"Actor": "anna", "Accept-Language": accepted})
		if !strings.Contains(page, `lang="`+want+`"`) {
			t.Errorf("%q is not answered in %s", accepted, want)
		}
	}
	chosen := serve(t, manifest(t, "smtp", "smtp-plugin"),
		host.WithLanguage(func(r *http.Request) string { return r.Header.Get("Chosen") }))
	for said, want := range map[string]string{"de": "de", "": "ja", "tlh": "en", "../../de": "en"} {
		answer, page := ask(t, "GET", chosen+"/", "", map[string]string{
			"Actor": "anna", "Accept-Language": "ja", "Chosen": said,
		})
		if !strings.Contains(page, `lang="`+want+`"`) || answer.Header.Get("Content-Language") != want {
			t.Errorf("the Console's choice %q is not answered in %s", said, want)
		}
	}
}
