package diagnosis

import (
	"crypto/x509"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// expiryNotice is how long before its end a certificate is warned of.
const expiryNotice = 14 * 24 * time.Hour

// Notes of the product's documentation, letter for letter.
var (
	noteNoGuarantee = text.Of("Due to technical constraints of email servers, it is not possible to guarantee " +
		"that electronic mailing list will function even after you check the settings.")
	noteLoginMayBeDisregarded = text.Of("With some ports, an SMTP server may disregard login and password. In this " +
		"case, the check will be successfully completed even if user credentials are invalid.")
	noteFirewall = text.Of("Make sure that the specified port is not blocked by your firewall.")
)

// Warnings returns what there is to look at in a session that has served its purpose.
func Warnings(session *smtpconn.Session, c Circumstances, now time.Time) finding.Findings {
	var found finding.Findings
	warn := func(code string, step smtpconn.Step, field string, summary, detail text.Text, fixes ...finding.Fix) {
		found = append(found, finding.Finding{
			Severity: shared.SeverityWarning, Code: code, Step: string(step), Field: field,
			Summary: summary, Detail: detail, Fixes: fixes,
		})
	}
	found = append(found, TokenWarnings(session)...)
	if session.Login == smtpconn.LoginNotOffered {
		warn("login_not_asked_for", smtpconn.StepAuth, "login",
			text.Of("The server did not ask for login and password, so they were not checked."), noteLoginMayBeDisregarded)
	}
	if session.Login == smtpconn.LoginDone && !session.LoginEncrypted() &&
		(c.Target.Proxy != nil || !session.Remote.Addr().IsLoopback()) {
		summary := text.Of("The password crossed the network unencrypted: anyone who listens along the way knows it now.")
		switch {
		case session.Mechanism == "XOAUTH2", session.Mechanism == "OAUTHBEARER":
			summary = text.Of("The access token crossed the network unencrypted: anyone who listens along the way knows it " +
				"now.")
		case session.Mechanism != "PLAIN" && session.Mechanism != "LOGIN":
			summary = text.Of("The login was scrambled, but everything else crosses the network unencrypted.")
		}
		warn("password_unencrypted", smtpconn.StepAuth, "use_ssl", summary,
			text.Of("Turn on “Use SSL” if the server offers encryption."), useSSL)
	}
	if session.StartTLSFailure != nil {
		warn("starttls_failed", smtpconn.StepStartTLS, "use_ssl",
			text.Of("The server offers encryption, but it did not work: {reason}.", "reason",
				Reason(session.StartTLSFailure, session)),
			text.Of("The conversation went on unencrypted. The operator of {host} has to mend it.", "host", c.Target.Host))
	}
	if session.Encryption != smtpconn.NoEncryption && session.Unverified != nil {
		warn("certificate_unverified", smtpconn.StepStartTLS, "use_ssl",
			text.Of("The connection is encrypted, but the server's certificate does not prove that it is {host}: {reason}.",
				"host", c.Target.Host, "reason", Reason(session.Unverified, session)),
			text.Of("With “Use SSL” the certificate is checked."))
	}
	if leaf := leafOf(session); leaf != nil && session.Unverified == nil && leaf.NotAfter.Sub(now) < expiryNotice {
		ending := CertificateEnding(leaf.NotAfter, c.Target.Host)
		ending.Step = string(encryptionStep(session))
		found = append(found, ending)
	}
	if session.PlainAnswered {
		found = append(found, finding.Finding{
			Severity: shared.SeverityInfo, Code: "starttls_used", Step: string(smtpconn.StepStartTLS), Field: "port",
			Summary: text.Of("Port {port} answered in plain text; the connection was then encrypted with STARTTLS.",
				"port", c.Target.Port),
			Detail: text.Of("Nothing needs to be changed."),
		})
	}
	return found
}

// CertificateEnding warns that the server's certificate ends.
func CertificateEnding(until time.Time, host string) finding.Finding {
	return finding.Finding{
		Severity: shared.SeverityWarning, Code: "certificate_expires_soon", Field: "server",
		Summary: text.Of("The server's certificate expires on {until}.", "until", until.UTC().Format(time.DateTime+" UTC")),
		Detail: text.Of("If it is not renewed by then, notifications will stop. Tell the operator of {host}.",
			"host", host),
	}
}

// TokenWarnings says what makes the access token doubtful. It is most telling after a login that was refused.
func TokenWarnings(session *smtpconn.Session) finding.Findings {
	var found finding.Findings
	for _, hint := range session.Token.Hints {
		said, known := tokenHints()[hint]
		if known {
			said.Severity, said.Code, said.Step = shared.SeverityWarning, hint, string(smtpconn.StepToken)
			found = append(found, said)
		}
	}
	return found
}

func tokenHints() map[string]finding.Finding {
	return map[string]finding.Finding{
		oauth.HintNoRole: {
			Field: "oauth_client_id", Detail: text.Of(addSendAsApp),
			Summary: text.Of("The token has no SMTP.SendAsApp, so Exchange Online does not let the application send."),
		},
		oauth.HintNoScope: {
			Field: "oauth_client_id", Detail: text.Of(addSend),
			Summary: text.Of("The token has no SMTP.Send, so Exchange Online does not let this account send."),
		},
		oauth.HintAudience: {
			Field: "oauth_scope", Detail: text.Of("Check the scope and the cloud."),
			Summary: text.Of("The token is for another service than Exchange Online."),
		},
		oauth.HintClock: {
			Detail:  text.Of(setClock),
			Summary: text.Of("By the clock of this machine the token does not hold yet, or not any more."),
		},
	}
}

// SendAsUnproven is the note that stands under a test of Exchange Online that sent no e-mail; false where it says
// nothing.
func SendAsUnproven(session *smtpconn.Session, c Circumstances) (finding.Finding, bool) {
	if c.Target.Tokens == nil || session.Login != smtpconn.LoginDone || provider.OfServer(c.Target.Host) != microsoft365 {
		return finding.Finding{}, false
	}
	summary := text.Of("Whether Microsoft lets the application send as {sender} shows only when an e-mail is sent.",
		"sender", c.Envelope.Sender)
	if fromGrant(&reading{Circumstances: c}) {
		summary = text.Of("Whether Microsoft lets the account that has signed in send as {sender} shows only when an e-mail "+
			"is sent.", "sender", c.Envelope.Sender)
	}
	return finding.Finding{
		Severity: shared.SeverityInfo, Code: "oauth_send_as_unproven", Step: string(smtpconn.StepSender),
		Summary: summary, Detail: text.Of("Send the test e-mail as well."),
	}, true
}

// NoGuarantee is the note that stands under every test that passed.
func NoGuarantee() finding.Finding {
	return finding.Finding{Severity: shared.SeverityInfo, Code: "delivery_not_guaranteed", Summary: noteNoGuarantee}
}

// Firewall is the note that stands under a connection that failed.
func Firewall() finding.Finding {
	return finding.Finding{Severity: shared.SeverityInfo, Code: "check_firewall", Field: "port", Summary: noteFirewall}
}

func leafOf(session *smtpconn.Session) *x509.Certificate {
	if session.TLS == nil || len(session.TLS.PeerCertificates) == 0 {
		return nil
	}
	return session.TLS.PeerCertificates[0]
}

func encryptionStep(session *smtpconn.Session) smtpconn.Step {
	if session.Encryption == smtpconn.StartTLS {
		return smtpconn.StepStartTLS
	}
	return smtpconn.StepTLS
}
