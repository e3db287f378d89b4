package diagnosis

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestTextsAreTrueAtTheirStep looks at texts that hold only where a cause is usually met.
func TestTextsAreTrueAtTheirStep(t *testing.T) {
	const auth, senderStep, recipientStep = smtpconn.StepAuth, smtpconn.StepSender, smtpconn.StepRecipient
	unencryptedHere := func(f *smtpconn.Error, c *Circumstances) { unencryptedSession(f, c); c.Target.Encrypt = false }
	for _, c := range []struct {
		example
		says, never string
	}{
		// A login that a stranger was given.
		{example{host: "smtp.gmail.com", step: auth, reply: "535 Incorrect authentication data", with: strangerAsked("PLAIN"),
			want: "smtp_redirected"}, "change it", "Nothing secret"},
		{example{host: "smtp.gmail.com", step: auth, reply: "454 Later", with: strangerAsked("LOGIN"),
			want: "smtp_redirected"}, "change it", "Nothing secret"},
		{example{host: "smtp.gmail.com", step: auth, reply: "535 No", with: strangerAsked("CRAM-MD5"),
			want: "smtp_redirected"}, "can be guessed", "Nothing secret"},
		{example{host: "smtp.gmail.com", step: auth, reply: "535 No", with: strangerAsked("XOAUTH2"),
			want: "smtp_redirected"}, "revoke it", "password"},
		{example{host: "smtp.gmail.com", step: smtpconn.StepTLS, kind: smtpconn.KindCertificate,
			with: presenting(validCertificate(), x509.UnknownAuthorityError{}), want: "smtp_redirected"},
			"Nothing secret was sent", "change it"},
		// A certificate that proves the name outweighs what the greeting says.
		{example{host: "smtp.gmail.com", step: auth, reply: "535 No", with: func(f *smtpconn.Error, c *Circumstances) {
			strangerAsked("PLAIN")(f, c)
			f.Session.TLS = &tls.ConnectionState{}
		}, want: "app_password_required"}, "", "redirect"},
		// What is not SMTP any more after the login.
		{example{host: "smtp.gmail.com", step: auth, kind: smtpconn.KindNotSMTP, with: protocol("HTTP"),
			want: "malformed_reply"}, "", "Nothing secret"},
		{example{step: recipientStep, kind: smtpconn.KindNotSMTP, with: protocol("HTTP"), want: "malformed_reply"},
			"", "no mail server"},
		// A token that was not used.
		{example{step: auth, reply: "535 5.7.8 OAuth token expired", want: "oauth2_token_refused"},
			"Choose OAuth 2.0", "refused the access token"},
		{example{step: auth, reply: "535 5.7.8 OAuth token expired", with: withToken, want: "oauth2_token_refused"},
			"refused the access token", "Choose"},
		// Encryption that is there.
		{example{step: auth, reply: "538 5.7.11 Encryption required", want: "login_needs_encryption"},
			"proxy", "Turn on"},
		{example{step: auth, reply: "538 5.7.11 Encryption required", with: unencryptedHere,
			want: "login_needs_encryption"}, "Turn on", "proxy"},
		{example{step: recipientStep, reply: "530 5.7.0 Authentication required", with: withoutOffer,
			want: "login_demanded_not_offered"}, "ask the operator", "Turn on"},
		{example{step: recipientStep, reply: "550 5.7.10 Encryption needed", want: "encryption_required"},
			"The connection from here is encrypted", "Turn on"},
		// Credentials that are not used.
		{example{step: recipientStep, reply: "554 5.7.1 Client host rejected: Access denied", with: loginOff,
			want: "login_required"}, "No login", ""},
		{example{step: senderStep, reply: "530 5.7.0 Authentication required", with: loginOff, want: "login_required"},
			"No login", "another login"},
	} {
		failure, circumstances := c.failure()
		_, got := Explain(failure, circumstances)
		english := got.In(language.Of("en"))
		said := english.Summary + " " + english.Detail
		if got.Code != c.want || !strings.Contains(said, c.says) || c.never != "" && strings.Contains(said, c.never) {
			t.Errorf("%s %s%s: %s (want %s): %s", c.step, c.kind, c.reply, got.Code, c.want, said)
		}
	}
}

// strangerAsked is a login by the mechanism at a server of a hosting provider.
func strangerAsked(mechanism string) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, c *Circumstances) {
		greeted("web7.hosting.example ESMTP Exim 4.96")(f, c)
		f.Session.Encryption, f.Mechanism = smtpconn.StartTLS, mechanism
		if mechanism == "XOAUTH2" {
			withToken(f, c)
		}
	}
}

// loginOff keeps the credentials and has them not used.
func loginOff(f *smtpconn.Error, c *Circumstances) {
	f.Session.Login, c.Target.Authentication = smtpconn.LoginNotWanted, smtpconn.AuthenticateNever
}

// TestLoginsOnPortsForThem says that a server takes no logins only where that is known of it, or of its port.
func TestLoginsOnPortsForThem(t *testing.T) {
	at := func(port int) func(*smtpconn.Error, *Circumstances) {
		return func(_ *smtpconn.Error, c *Circumstances) { c.Target.Port = port }
	}
	reply := "504 5.7.4 Unrecognized authentication type"
	for _, e := range []example{
		{host: "mx.example.com", reply: reply, with: at(587), want: "login_not_enabled"},
		{host: "mx.example.com", reply: reply, with: at(465), want: "login_not_enabled"},
		{host: "mx.example.com", reply: reply, with: at(25), want: "login_not_taken_here"},
		{host: "aspmx.l.google.com", reply: reply, with: at(587), want: "login_not_taken_here"},
	} {
		e.step = smtpconn.StepAuth
		failure, c := e.failure()
		if _, got := Explain(failure, c); got.Code != e.want {
			t.Errorf("%s, port %d: %s, want %s", e.host, c.Target.Port, got.Code, e.want)
		}
	}
}

// TestInspectedLoginMayBeWrong blames a firewall only for what a firewall changes.
func TestInspectedLoginMayBeWrong(t *testing.T) {
	for _, e := range []example{
		{step: smtpconn.StepAuth, reply: "500 5.5.1 Command unrecognized", want: "smtp_inspection_firewall"},
		{step: smtpconn.StepAuth, reply: "535 5.7.8 Authentication failed", want: "wrong_credentials"},
		{step: smtpconn.StepHello, reply: "502 5.5.1 XXXX not implemented", want: "smtp_inspection_firewall"},
		{step: smtpconn.StepHello, reply: "554 5.7.1 Blocked using zen.spamhaus.org", want: "address_blocklisted"},
	} {
		e.with = masked
		failure, c := e.failure()
		if _, got := Explain(failure, c); got.Code != e.want {
			t.Errorf("%s %s: %s, want %s", e.step, e.reply, got.Code, e.want)
		}
	}
}

// TestMechanismFixBehindUnusable offers another mechanism also where the server says itself that it cannot do this one.
func TestMechanismFixBehindUnusable(t *testing.T) {
	for reply, want := range map[string]string{
		"535 5.7.8 CRAM-MD5 unavailable for this user": "mechanism_unusable",
		"535 5.7.8 CRAM-MD5 is not supported for you":  "no_common_mechanism",
		"535 5.7.8 CRAM-MD5 authentication failed":     "wrong_credentials",
	} {
		failure, c := example{step: smtpconn.StepAuth, reply: reply}.failure()
		failure.Mechanism, failure.Session.Extensions = "CRAM-MD5", map[string]string{"AUTH": "CRAM-MD5 PLAIN"}
		_, got := Explain(failure, c)
		if got.Code != want || len(got.Fixes) != 1 || got.Fixes[0].Values["authentication"] != shared.Text("plain") {
			t.Errorf("%s: %s, %+v", reply, got.Code, got.Fixes)
		}
		failure.Session.Unverified = errors.New("self-signed")
		if _, got = Explain(failure, c); len(got.Fixes) != 0 {
			t.Errorf("an unproven server would see the password: %+v", got.Fixes)
		}
	}
}
