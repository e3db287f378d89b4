package diagnosis

import (
	"net/netip"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestPasswordUnencrypted warns only when somebody could have listened.
func TestPasswordUnencrypted(t *testing.T) {
	for _, c := range []struct {
		remote     string
		encryption smtpconn.Encryption
		login      smtpconn.LoginState
		warns      bool
	}{
		{"192.0.2.1:25", smtpconn.NoEncryption, smtpconn.LoginDone, true},
		{"[2001:db8::1]:25", smtpconn.NoEncryption, smtpconn.LoginDone, true},
		{"127.0.0.1:25", smtpconn.NoEncryption, smtpconn.LoginDone, false},
		{"[::1]:25", smtpconn.NoEncryption, smtpconn.LoginDone, false},
		{"192.0.2.1:465", smtpconn.ImplicitTLS, smtpconn.LoginDone, false},
		{"192.0.2.1:25", smtpconn.NoEncryption, smtpconn.LoginNotWanted, false},
	} {
		session := &smtpconn.Session{
			Remote: netip.MustParseAddrPort(c.remote), Encryption: c.encryption, Login: c.login, Mechanism: "PLAIN",
		}
		warned := false
		for _, one := range Warnings(session, Circumstances{}, time.Now()) {
			warned = warned || one.Code == "password_unencrypted" && len(one.Fixes) == 1
		}
		if warned != c.warns {
			t.Errorf("%+v: warned %t", c, warned)
		}
	}
}
