package plugin

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/nameserver"
)

// TestCheckDomain runs the action for the sender of the form, for a domain that is named, and for pasted headers.
func TestCheckDomain(t *testing.T) {
	server, err := nameserver.Start(nameserver.Zone{
		"MX sender.dev": {"10 mx.sender.dev"}, "A mx.sender.dev": {"203.0.113.5"}, "TXT sender.dev": {"v=spf1 mx -all"},
		"TXT _dmarc.sender.dev": {"v=DMARC1; p=reject"}, "MX null.dev": {"0 ."},
	}, nameserver.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var address senderdomain.Server
	if err := address.UnmarshalText([]byte(server.Address())); err != nil {
		t.Fatal(err)
	}
	page := openPage(t, Configuration{DataDir: t.TempDir(), NameServer: address})
	form := values("server", shared.Text("mx.sender.dev"), "login", shared.Text("ops@sender.dev"))
	option := func(name, text string) shared.Values { return shared.Values{name: shared.Text(text)} }
	const headers = "Authentication-Results: mx.dev; spf=fail smtp.mailfrom=sender.dev\nFrom: ops@sender.dev\n"
	for name, c := range map[string]struct {
		form, options shared.Values
		outcome       string
		status        shared.Status
		says          string
	}{
		"the sender": {form, nil, "likely", shared.StatusPassed, "SPF wäre erfolgreich, wenn mx.sender.dev von"},
		"named":      {form, option("domain", "null.dev"), "wrong", shared.StatusFailed, "Null MX"},
		"an address": {form, option("domain", "a@null.dev"), "wrong", shared.StatusFailed, "Null MX"},
		"no sender":  {nil, nil, "failed", shared.StatusFailed, "Geben Sie zuerst die Absenderadresse"},
		"headers":    {nil, option("headers", headers), "wrong", shared.StatusFailed, "SPF ist bei mx.dev fehlgeschlagen."},
		"too long":   {nil, option("domain", strings.Repeat("x", 255)), "failed", shared.StatusFailed, "254"},
	} {
		before := len(server.Asked())
		var report shared.TestReport
		err := page.RunAction(t.Context(), shared.ActionRequest{Action: "check_domain", Locale: "de", Options: c.options,
			Draft: shared.Draft{Values: c.form}}, func(event shared.TestEvent) error {
			report = event.(shared.Completed).Report
			return nil
		})
		said := ""
		for _, one := range report.Diagnostics {
			said += one.Summary + "\n"
		}
		if err != nil || report.Outcome != c.outcome || report.Status != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%s: %v\n%+v", name, err, report)
		}
		if asked := len(server.Asked()) > before; asked != (name == "the sender" || name == "named" || name == "an address") {
			t.Errorf("%s: a name server was asked: %t", name, asked)
		}
	}
}
