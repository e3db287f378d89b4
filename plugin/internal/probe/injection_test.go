package probe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestNothingIsInjected puts control characters and brackets into every value that comes near the wire, past all
// checks of the form. No server may be told more than it would have been without them.
func TestNothingIsInjected(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for _, poison := range []string{"\r\nRSET\r\n", "\nRSET\n", "\rRSET\r", "\x00RSET", "> SIZE=1 RSET:<", " RSET"} {
		for name, place := range map[string]func(*probe.Plan){
			"ehlo":      func(p *probe.Plan) { p.Target.HELOName = "console" + poison },
			"login":     func(p *probe.Plan) { p.Target.Login = "me" + poison },
			"password":  func(p *probe.Plan) { p.Target.Password = shared.NewSecretText("x" + poison) },
			"sender":    func(p *probe.Plan) { p.Envelope.Sender = "me" + poison + "@practice.example" },
			"recipient": func(p *probe.Plan) { p.Envelope.Recipient = "me@practice.example" + poison },
			"host":      func(p *probe.Plan) { p.Target.Host += poison },
		} {
			for _, mechanism := range []string{"AUTH PLAIN", "AUTH LOGIN", "AUTH CRAM-MD5"} {
				fault := mailserver.Fault{}.Offering("PIPELINING", mechanism)
				server, err := fault.Start(authority, 0)
				if err != nil {
					t.Fatal(err)
				}
				plan := planFor(fault, server.Port(), authority)
				place(&plan)
				probe.Run(t.Context(), plan, probe.Watch{})
				server.Drain()
				if i := slices.IndexFunc(server.Received(), injected); i >= 0 {
					t.Errorf("%q in %s with %s: the server was told %q", poison, name, mechanism, server.Received()[i])
				}
			}
		}
	}
}

// injected recognises a command that only the poison can have brought, or a MAIL or RCPT with what does not belong
// there.
func injected(line string) bool {
	return strings.HasPrefix(line, "RSET") || strings.ContainsAny(line, "\r\x00") ||
		(strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "RCPT")) && strings.Contains(line, "RSET")
}
