package probe_test

import (
	"encoding/json"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestCertificateThatTellsThePassword has a server spread the password over the names of its certificate.
func TestCertificateThatTellsThePassword(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	const password = "c4nary.Pa55word/9f3b7c2d.correct" // as long as two addresses
	var pieces, addresses []string
	for piece := range slices.Chunk([]byte(password), 4) {
		pieces = append(pieces, string(piece))
		addresses = append(addresses, net.IP(piece).String())
	}
	for piece := range slices.Chunk([]byte(password), net.IPv6len) {
		addresses = append(addresses, net.IP(piece).String())
	}
	for name, names := range map[string][]string{"names": pieces, "IPv4 addresses": addresses[:8],
		"IPv6 addresses": addresses[8:]} {
		t.Run(name, func(t *testing.T) {
			fault := mailserver.Fault{}.Presenting(mailserver.Request{Names: names})
			server, err := fault.Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			plan := planFor(fault, server.Port(), authority)
			plan.Target.Password = shared.NewSecretText(password)
			report, _ := probe.Run(t.Context(), plan, probe.Watch{})
			if len(report.Cards) == 0 || len(report.Findings) == 0 || report.Findings[0].Code != "certificate_wrong_host" {
				t.Fatalf("%+v", report)
			}
			shown, err := json.Marshal(report.In(text.Language{}))
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range names {
				if strings.Contains(string(shown), one) {
					t.Errorf("%q is shown", one)
				}
			}
			if !strings.Contains(string(shown), "(hidden)") {
				t.Errorf("nothing is hidden: %s", shown)
			}
		})
	}
}
