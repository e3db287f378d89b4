package acceptance

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestNotificationsInBrowser looks at the service on the settings page and at its own page, and acts there.
func TestNotificationsInBrowser(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	var mu sync.Mutex
	refuse := true
	server.RefuseRecipient = func(string) error {
		mu.Lock()
		defer mu.Unlock()
		if refuse {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "User <b>unknown</b>"}
		}
		return nil
	}
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.awaitText(`document.getElementById("service").textContent`, "There are no settings to deliver with.")
	if r := harness(t, "practice", "save", "--manifest", path, "--set", "server=127.0.0.1",
		"--set", fmt.Sprintf("port=%d", server.Port()),
		"--set", "login="+notifyLogin, "--secret", "password=env:SECRET"); r.status != 0 {
		t.Fatal(r.stdout, r.stderr)
	}
	harness(t, "", "notify", "--manifest", path, "--to", "nobody@email.com", "--subject", "Disk full", "--text", "x")
	b.open(c.address + "monitoring/notifications/")
	b.awaitText(`document.getElementById("tiles").innerText`, "Given up\n1\n")
	b.await(".entries .dead") // It came with the figures, without loading the page again.
	b.screenshot("notifications")
	text := read[string](b, `document.querySelector(".settings-page").innerText`)
	for _, want := range []string{"Given up", "nobody@email.com", "Disk full",
		"The server does not know the mailbox nobody@email.com.", "Retry all", "Set aside all"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	b.click(".entries .dead a")
	b.await("#timeline")
	text = read[string](b, `document.querySelector(".settings-page").innerText`)
	for _, want := range []string{"The server does not know the mailbox nobody@email.com.",
		"550 5.1.1 User <b>unknown</b>", "Attempt 1", "Revision 1", "127.0.0.1"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("its page does not say %q:\n%s", want, text)
		}
	}
	mu.Lock()
	refuse = false
	mu.Unlock()
	b.click(".operations [value=retry]")
	b.await(".notice.success")
	b.awaitText(`document.querySelector(".summary").innerText`, "Delivered") // While it is looked at.
	b.open(c.address + "monitoring/notifications/")
	b.awaitText(`document.getElementById("tiles").innerText`, "1 delivered in the last minute")
	b.open(c.address + "monitoring/notifications/?search=nothing")
	b.awaitText(`document.querySelector("main").innerText`, "No notification fits what was asked for.")
	b.open(c.address + "monitoring/notifications/?state=delivered")
	b.await(".entries .delivered")
}
