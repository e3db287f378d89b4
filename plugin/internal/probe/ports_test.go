package probe_test

import (
	"net"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestOtherPorts looks at the usual ports of the same host when the one that was given is dead, and offers those that
// answer.
func TestOtherPorts(t *testing.T) {
	const host = "127.0.0.77" // An address of its own, so that other servers of this machine do not answer.
	listener, err := net.Listen("tcp", host+":2525")
	if err != nil {
		t.Fatalf("the address is taken: %v", err)
	}
	defer listener.Close()
	for _, encrypt := range []bool{false, true} {
		report, _ := probe.Run(t.Context(), probe.Plan{
			Target:    smtpconn.Target{Host: host, Port: 1, Encrypt: encrypt, Limits: shortLimits},
			TimeLimit: shortLimits.Connect,
		}, probe.Watch{})
		first := report.Findings[0]
		if first.Code != "connection_refused" || len(first.Fixes) != 1 ||
			first.Fixes[0].Values["port"] != shared.Integer(2525) ||
			first.Fixes[0].Values["use_ssl"] != shared.Boolean(true) {
			t.Errorf("encrypt %t: %s, fixes %+v, want one for 2525, which speaks STARTTLS", encrypt, first.Code, first.Fixes)
		}
	}
}
