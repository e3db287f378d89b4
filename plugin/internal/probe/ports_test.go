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
	for _, c := range []struct {
		encrypt bool
		fixes   int
	}{{false, 1}, {true, 0}} {
		report, _ := probe.Run(t.Context(), probe.Plan{
			Target:    smtpconn.Target{Host: host, Port: 1, Encrypt: c.encrypt, Limits: shortLimits},
			TimeLimit: shortLimits.Connect,
		}, probe.Watch{})
		first := report.Findings[0]
		if first.Code != "connection_refused" || len(first.Fixes) != c.fixes {
			t.Errorf("encrypt %t: %s, fixes %+v, want %d", c.encrypt, first.Code, first.Fixes, c.fixes)
		}
		if c.fixes == 1 && first.Fixes[0].Values["port"] != shared.Integer(2525) {
			t.Errorf("the fix is %+v", first.Fixes[0])
		}
	}
}
