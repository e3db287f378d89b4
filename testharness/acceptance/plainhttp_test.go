package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestSaveOverPlainHTTP saves and tests in a browser that tells nothing of where a request comes from but its origin:
// over HTTP under a name, directly and through an nginx that rewrites Host. The pages of both plugins are used.
func TestSaveOverPlainHTTP(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	for name, address := range map[string]func(*testing.T) string{
		"directly": func(t *testing.T) string {
			console, _ := twoPages(t)
			return strings.Replace(console.URL, "127.0.0.1", "console.example", 1)
		},
		"through nginx": func(t *testing.T) string { return startNginx(t, 0).public },
	} {
		t.Run(name, func(t *testing.T) {
			public := address(t)
			b := newTab(t, chromedp.Flag("host-resolver-rules", "MAP console.example 127.0.0.1"))
			b.open(public + "/settings/webhook/")
			if read[bool](b, `isSecureContext`) {
				t.Fatal("the browser takes the name for a secure one")
			}
			b.await("#control-url")
			accent := read[string](b, `getComputedStyle(document.querySelector(".button.primary")).backgroundColor`)
			if accent != "rgb(91, 58, 142)" {
				t.Errorf("the button has the colour %s instead of the Console's", accent)
			}
			b.typeInto("#control-url", target.URL)
			b.click("#test-button")
			b.await("#report .passed #headline")
			b.click(".save-bar button")
			b.await(".notice.success")
			if at := read[string](b, `location.href`); at != public+"/settings/webhook/?saved" {
				t.Errorf("after the save the browser is at %s", at)
			}
			b.open(public + "/settings/smtp/")
			b.typeInto("#control-server", "smtp.saved.example")
			b.typeInto("#control-login", "me@saved.example")
			b.typeInto("#control-password", "x")
			b.click(".save-bar button")
			b.await(".notice.success")
			b.open(public + "/settings/webhook/")
			if shown := read[string](b, `document.getElementById("control-url").value`); shown != target.URL {
				t.Errorf("after the save of the other page the address is %q", shown)
			}
		})
	}
}
