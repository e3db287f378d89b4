package diagnosis

import (
	"errors"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestMechanismFix offers PLAIN or LOGIN where a mechanism that hides the password was refused, and nobody can listen.
func TestMechanismFix(t *testing.T) {
	const tls, plain = smtpconn.ImplicitTLS, smtpconn.NoEncryption
	wrong, disabled := "535 5.7.8 Authentication failed", "535 5.7.13 User account disabled"
	for name, c := range map[string]struct {
		mechanism, offered string
		encryption         smtpconn.Encryption
		unverified         error
		reply              string
		want               string // the choice; empty where none is offered
	}{
		"CRAM-MD5 refused":    {"CRAM-MD5", "CRAM-MD5 PLAIN LOGIN", tls, nil, wrong, "plain"},
		"SCRAM refused":       {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS LOGIN", smtpconn.StartTLS, nil, wrong, "login"},
		"SCRAM not carried":   {"SCRAM-SHA-1", "SCRAM-SHA-1 PLAIN", tls, nil, "", "plain"},
		"nothing else":        {"CRAM-MD5", "CRAM-MD5 GSSAPI", tls, nil, wrong, ""},
		"PLAIN refused":       {"PLAIN", "PLAIN LOGIN", tls, nil, wrong, ""},
		"in clear":            {"CRAM-MD5", "CRAM-MD5 PLAIN", plain, nil, wrong, ""},
		"not verified":        {"CRAM-MD5", "CRAM-MD5 PLAIN", smtpconn.StartTLS, errors.New("self-signed"), wrong, ""},
		"another reason":      {"CRAM-MD5", "CRAM-MD5 PLAIN", tls, nil, disabled, ""},
		"another mechanism":   {"XOAUTH2", "XOAUTH2 PLAIN", tls, nil, wrong, ""},
		"nothing was offered": {"CRAM-MD5", "", tls, nil, wrong, ""},
	} {
		failure := &smtpconn.Error{
			Step: smtpconn.StepAuth, Kind: smtpconn.KindBadChallenge, Err: smtpconn.ReasonSenselessChallenge,
			Mechanism: c.mechanism,
			Session: &smtpconn.Session{
				Encryption: c.encryption, Unverified: c.unverified, Extensions: map[string]string{"AUTH": c.offered},
			},
		}
		if c.reply != "" {
			failure.Kind, failure.Err, failure.Reply = smtpconn.KindRefusedByReply, nil, parseReply(c.reply)
		}
		_, found := Explain(failure, Circumstances{Target: smtpconn.Target{Host: "mail.example", Port: 587, Login: "me"}})
		got := ""
		for _, one := range found.Fixes {
			if choice, chosen := one.Values["authentication"].AsText(); chosen {
				got = choice
			}
		}
		if got != c.want {
			t.Errorf("%s (%s): the choice is %q, want %q", name, found.Code, got, c.want)
		}
	}
}

// TestHelloIsTheNameSent names in a text the name that the server was really told.
func TestHelloIsTheNameSent(t *testing.T) {
	for _, c := range []struct{ configured, sent, want string }{
		{"", "console.example", "console.example"},
		{"configured.example", "console.example", "console.example"},
		{"configured.example", "", "configured.example"},
	} {
		failure := &smtpconn.Error{Step: smtpconn.StepHello, Session: &smtpconn.Session{HELOName: c.sent}}
		known := wordsFor(failure, Circumstances{Target: smtpconn.Target{HELOName: c.configured}})
		if got := known["hello"].String(); got != c.want {
			t.Errorf("configured %q, sent %q: it says %q", c.configured, c.sent, got)
		}
	}
}
