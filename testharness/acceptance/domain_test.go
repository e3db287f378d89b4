package acceptance

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

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
		report.Diagnostics[1].Evidence.Text != "v=spf1 mx -all" || report.Cards[0].Facts[1].Value != "Likely" {
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
