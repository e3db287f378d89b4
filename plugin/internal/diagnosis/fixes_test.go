package diagnosis

import (
	"crypto/sha256"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestUnencryptedIsNeverTheOnlyFix offers to do without encryption only where an offered STARTTLS has kept a login
// back, and only behind a fix that encrypts.
func TestUnencryptedIsNeverTheOnlyFix(t *testing.T) {
	const starttls, hello = smtpconn.StepStartTLS, smtpconn.StepHello
	pinned := func(c *Circumstances) { c.Target.PinnedCertificate = [sha256.Size]byte{1} }
	encrypted := func(c *Circumstances) { c.Target.Encrypt = true }
	answering := func(c *Circumstances) { c.Looked, c.OpenPorts = true, []int{465, 25} }
	for _, c := range []struct {
		name    string
		step    smtpconn.Step
		kind    smtpconn.Kind
		reply   string
		with    func(*Circumstances)
		offered bool
	}{
		{"refused", starttls, "", "454 4.7.0 TLS not available", nil, true},
		{"refused for good", starttls, "", "502 5.5.1 No", nil, true},
		{"injected", starttls, smtpconn.KindUnexpectedBytes, "", nil, true},
		{"silent", starttls, smtpconn.KindTimeout, "", nil, true},
		{"closed", starttls, smtpconn.KindClosed, "", nil, true},
		{"broken", starttls, smtpconn.KindTLSHandshake, "", nil, true},
		{"old", starttls, smtpconn.KindTLSVersion, "", nil, true},
		{"client certificate", starttls, smtpconn.KindClientCertificate, "", nil, true},
		{"closed at EHLO", hello, smtpconn.KindClosed, "", nil, true},
		{"other ports", starttls, smtpconn.KindClosed, "", answering, true},
		{"EHLO refused", hello, "", "504 5.5.2 Name refused", nil, false},
		{"demanded", starttls, smtpconn.KindClosed, "", encrypted, false},
		{"pinned", starttls, smtpconn.KindClosed, "", pinned, false},
		{"not offered", starttls, smtpconn.KindStartTLSMissing, "", pinned, false},
		{"cancelled", starttls, smtpconn.KindCancelled, "", nil, false},
	} {
		failure := &smtpconn.Error{Step: c.step, Kind: c.kind, Session: &smtpconn.Session{Encryption: smtpconn.NoEncryption}}
		if c.step == hello {
			failure.Session.Encryption = smtpconn.StartTLS
		}
		if c.reply != "" {
			failure.Kind, failure.Reply = smtpconn.KindRefusedByReply, parseReply(c.reply)
		}
		circumstances := Circumstances{Target: smtpconn.Target{Host: "mail.example", Port: 587, Login: "me"}}
		if c.with != nil {
			c.with(&circumstances)
		}
		_, found := Explain(failure, circumstances)
		unencrypted := -1
		for i, fix := range found.Fixes {
			if fix.Values["starttls"] == shared.Text("never") {
				unencrypted = i
			}
		}
		switch {
		case (unencrypted >= 0) != c.offered:
			t.Errorf("%s: the fixes are %+v", c.name, found.Fixes)
		case c.offered && (unencrypted == 0 || unencrypted != len(found.Fixes)-1 || !encrypts(found.Fixes[0])):
			t.Errorf("%s: giving up encryption does not stand behind a fix that encrypts: %+v", c.name, found.Fixes)
		}
	}
}
