package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/nameserver"
)

// TestDomainCommand looks at domains through the name server that plugin.hcl names, and at pasted headers without one.
func TestDomainCommand(t *testing.T) {
	server, err := nameserver.Start(nameserver.Zone{
		"MX sender.dev": {"10 mx.sender.dev"}, "A mx.sender.dev": {"203.0.113.5"}, "TXT sender.dev": {"v=spf1 mx -all"},
		"TXT _dmarc.sender.dev": {"v=DMARC1; p=reject"}, "MX null.dev": {"0 ."},
		"TXT null.dev": {"v=spf1 \x1b[31m<script>"},
	}, nameserver.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("resolver = %q", server.Address()))
	r := harness(t, "", "domain", "sender.dev", "--manifest", path, "--set", "server=mx.sender.dev", "--json")
	var report shared.TestReport
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil || r.status != 0 || report.Outcome != "likely" ||
		len(report.Diagnostics) != 4 || report.Diagnostics[1].Code != "spf_would_pass" ||
		report.Diagnostics[1].Evidence.Text != "v=spf1 mx -all" || report.Cards[0].Facts[1].Value != "Likely in order" {
		t.Errorf("%v\n%+v", err, r)
	}
	r = harness(t, "", "domain", "null.dev", "--manifest", path)
	if r.status != 1 || !strings.Contains(r.stdout, "Null MX") || strings.Contains(r.stdout, "\x1b") {
		t.Errorf("%+v", r)
	}
	before := len(server.Asked())
	received := filepath.Join(t.TempDir(), "received.eml")
	write(t, received, "Authentication-Results: mx.dev; dkim=pass header.d=sender.dev; spf=pass; dmarc=pass\n"+
		"From: Ops <ops@sender.dev>\n\n"+strings.Repeat("text\n", 50000), 0o600)
	r = harness(t, "", "domain", "--headers", received, "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, "DKIM has passed at mx.dev.") || len(server.Asked()) != before {
		t.Errorf("%+v", r)
	}
	if r = harness(t, "", "domain", "--headers", "/nowhere", "--manifest", path); r.status != 2 {
		t.Errorf("%+v", r)
	}
	if r = harness(t, "", "domain", "a.dev", "--manifest", manifest(t, "webhook", "webhook-plugin")); r.status != 1 ||
		!strings.Contains(r.stderr, "does not check the domain") {
		t.Errorf("%+v", r)
	}
	bad := manifest(t, "smtp", "smtp-plugin", `resolver = "dns.example.com"`)
	if r = harness(t, "", "domain", "a.dev", "--manifest", bad); r.status != 2 ||
		!strings.Contains(r.stderr, "must be the address of a name server") {
		t.Errorf("%+v", r)
	}
}

// domainServer is a name server that a manifest names as resolver, with a sound domain and a broken one.
func domainServer(t *testing.T) (server *nameserver.Server, line string) {
	t.Helper()
	server, err := nameserver.Start(nameserver.Zone{
		"MX sender.dev": {"10 mx.sender.dev"}, "A mx.sender.dev": {"203.0.113.5"}, "TXT sender.dev": {"v=spf1 mx -all"},
		"TXT _dmarc.sender.dev": {"v=DMARC1; p=reject"}, "MX broken.dev": {"0 ."},
		"TXT broken.dev": {"v=spf1 mx -all", "v=spf1 a -all"},
	}, nameserver.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, fmt.Sprintf("resolver = %q", server.Address())
}

// TestDomainIsWatched has the records of the sender's domain go wrong while a Console runs: health, metrics and the
// command line tell of it, and whether the settings work is no other thing for it.
func TestDomainIsWatched(t *testing.T) {
	t.Parallel()
	server, resolver := domainServer(t)
	mail := practiceMailServer(t)
	startMailServer(t, mail, 0)
	path := manifest(t, "smtp", "smtp-plugin", `verify_every = "1s"`, resolver)
	h := supervised(t, path)
	configure(t, h, mail.Port(), mail.Password)
	saveBy(t, path, "anna", "--set", "use_other_account=true", "--set", "email=ops@sender.dev")
	await := func(status shared.Status) shared.Health {
		t.Helper()
		for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			now, err := h.Health(t.Context(), "")
			if err == nil && len(now.Watched) == 1 && now.Watched[0].Card.Title == "Sender's domain: sender.dev" &&
				now.Watched[0].Card.Status == status {
				return now
			}
			if time.Now().After(late) {
				t.Fatalf("%+v, %v", now, err)
			}
		}
	}
	await("")
	before := awaitHealth(t, h, shared.HealthHealthy, "")
	server.Replace(nameserver.Zone{"MX sender.dev": {"10 mx.sender.dev"}, "TXT sender.dev": {"v=spf1 -all"}})
	wrong := await(shared.StatusFailed)
	if wrong.State != shared.HealthHealthy || wrong.Number != before.Number || wrong.Watched[0].Card.Glance != "1 fault" {
		t.Errorf("%+v, before %+v", wrong, before)
	}
	metrics := httptest.NewRecorder()
	h.MetricsHandler().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`settings_watched_status{name="sender_domain",plugin="smtp",status="failed"} 1`,
		`settings_watched_timestamp_seconds{name="sender_domain",plugin="smtp"} 1`,
	} {
		if !strings.Contains(metrics.Body.String(), want) {
			t.Errorf("the metrics do not hold %s:\n%s", want, metrics.Body.String())
		}
	}
	if code, document := getHealth(h); code != http.StatusOK || len(document) != 4 {
		t.Errorf("%d: %v", code, document)
	}
	r := harness(t, "", "health", "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, "Sender's domain: sender.dev\n  MX: Likely in order") ||
		!strings.Contains(r.stdout, "As found: v=spf1 -all") {
		t.Errorf("%+v", r)
	}
}

// TestDomainInBrowser looks at the card of the sender's domain beside the test: what the plugin has found by itself,
// what pasted headers say, and what the strip says of it. Nothing of it is part of the verdict of a test.
func TestDomainInBrowser(t *testing.T) {
	t.Parallel()
	_, resolver := domainServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `verify_every = "1s"`, resolver)
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.practise("works-ssl")
	b.click(`[name="value.use_other_account"]`)
	b.typeInto("#control-email", "ops@broken.dev")
	b.click(".save-bar button")
	b.await(".notice.success")
	b.awaitText(`document.getElementById("health").textContent`, "Sender's domain: broken.dev: 2 faults")
	b.awaitText(`document.getElementById("health").textContent`, "They work. Last tried just now.")
	b.reload()
	b.click("#health a") // It leads to the card, which unfolds.
	b.await("#watched-sender_domain .tell")
	rows := read[string](b, `[...document.querySelectorAll("#watched-sender_domain .tell")].map(row => [
		row.querySelector("strong").textContent, row.querySelector(".grade").textContent.trim(),
		...[...row.querySelectorAll("dd code")].map(one => one.textContent)].join("|")).join("\n")`)
	const want = "MX|Wrong|MX broken.dev|0 .\nSPF|Wrong|TXT broken.dev|v=spf1 mx -all / v=spf1 a -all\n" +
		"DMARC|Likely in order|TXT _dmarc.broken.dev|v=DMARC1; p=none\nDKIM|Cannot know"
	if rows != want {
		t.Errorf("the card:\n%s\nwant:\n%s", rows, want)
	}
	if !read[bool](b, `!document.querySelector("#watched-sender_domain .copy").hidden`) {
		t.Error("the record to publish cannot be copied")
	}
	b.axeSchemes("the sender's domain")
	b.screenshot("domain")
	if got := b.testConnection(); got != "Test connection complete" ||
		strings.Contains(read[string](b, `document.getElementById("report").textContent`), "broken.dev says") {
		t.Errorf("the verdict of a test: %s", got)
	}
	b.typeInto(".extra textarea",
		"Authentication-Results: mx.dev; spf=pass; dkim=fail header.d=broken.dev; dmarc=pass\nFrom: ops@broken.dev\n")
	b.click("#action-check_domain-run")
	b.await("#action-check_domain-report .tell")
	said := read[string](b, `document.getElementById("action-check_domain-report").textContent`)
	if !strings.Contains(said, "DKIM has failed at mx.dev.") || strings.Count(said, "SPF has passed at mx.dev.") != 1 ||
		read[bool](b, `document.getElementById("watched-sender_domain").checkVisibility()`) {
		t.Errorf("after the headers were pasted: %s", said)
	}
	b.axeSchemes("pasted headers")
	b.open(c.address + "monitoring/")
	b.awaitText(`document.querySelector("main").textContent`, "Sender's domain: broken.dev")
	b.awaitText(`document.querySelector("main").textContent`, "The settings work")
	b.axeSchemes("overview")
	b.screenshot("domain-overview")
}
