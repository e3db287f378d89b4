package diagnosis

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/url"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

func throughProxy(failure *smtpconn.Error, c *Circumstances) {
	c.Target.Proxy, failure.Err = &url.URL{Scheme: "socks5", Host: "proxy.example:1080"},
		errors.New("it closed the connection")
}

func masked(failure *smtpconn.Error, _ *Circumstances) {
	failure.Session.Extensions = map[string]string{"XXXXXXXA": ""}
}

func onlyPin(_ *smtpconn.Error, c *Circumstances) {
	c.Target.Encrypt, c.Target.PinnedCertificate = false, [sha256.Size]byte{1}
}

// validCertificate is one that nothing is wrong with.
func validCertificate() x509.Certificate {
	now := time.Now()
	return x509.Certificate{
		DNSNames: []string{"mail.example"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
}

func connectionExamples() []example {
	const resolve, connect, tlsStep = smtpconn.StepResolve, smtpconn.StepConnect, smtpconn.StepTLS
	const greeting, hello, starttls = smtpconn.StepGreeting, smtpconn.StepHello, smtpconn.StepStartTLS
	return []example{
		{step: resolve, kind: smtpconn.KindNameInvalid, want: "name_invalid"},
		{step: resolve, kind: smtpconn.KindNameNotFound, want: "name_not_found"},
		{step: resolve, kind: smtpconn.KindNameLookupFailed, want: "name_lookup_failed"},
		{step: resolve, kind: smtpconn.KindTimeout, want: "name_lookup_timeout"},
		{step: resolve, kind: smtpconn.KindNoUsableAddress, want: "no_usable_address"},
		{step: connect, kind: smtpconn.KindNotPermitted, want: "address_not_permitted"},
		{step: connect, kind: smtpconn.KindConnectionRefused, want: "connection_refused"},
		{step: resolve, kind: smtpconn.KindProxyUnreachable, with: throughProxy, want: "proxy_unreachable"},
		{step: connect, kind: smtpconn.KindProxyUnreachable, with: throughProxy, want: "proxy_unreachable"},
		{step: connect, kind: smtpconn.KindProxyRefused, with: throughProxy, want: "proxy_refused"},
		{step: connect, kind: smtpconn.KindTimeout, with: nothingAnswered, want: "host_silent"},
		{step: connect, kind: smtpconn.KindTimeout, want: "port_blocked"},
		{step: connect, kind: smtpconn.KindUnreachable, want: "host_unreachable"},
		{step: connect, kind: smtpconn.KindReset, want: "connection_reset"},
		{step: connect, kind: smtpconn.KindNetwork, want: "network_failure"},
		{step: greeting, kind: smtpconn.KindNotSMTP, with: protocol("SSH"), want: "wrong_protocol"},
		{step: hello, reply: "530 Please login with USER and PASS.", want: "wrong_protocol_ftp"},
		{step: hello, reply: "500 EHLO not understood", with: greeted("FileZilla Server 1.8"), want: "wrong_protocol_ftp"},
		{host: "smtp.gmail.com", step: greeting, kind: smtpconn.KindNotSMTP, with: protocol("HTTP"), want: "captive_portal"},
		{step: greeting, kind: smtpconn.KindNotSMTP, want: "not_smtp"},
		{step: greeting, kind: smtpconn.KindTLSInsteadOfPlain, want: "plain_expected_tls"},
		{step: tlsStep, kind: smtpconn.KindPlainInsteadOfTLS, want: "tls_expected_plain"},
		{step: starttls, kind: smtpconn.KindStartTLSMissing, want: "starttls_not_offered"},
	}
}

func tlsExamples() []example {
	const tlsStep, starttls = smtpconn.StepTLS, smtpconn.StepStartTLS
	expired := x509.CertificateInvalidError{Reason: x509.Expired}
	now, valid := time.Now(), validCertificate()
	old, future := valid, valid
	old.NotAfter, future.NotBefore = now.Add(-time.Minute), now.Add(time.Minute)
	nameless := x509.Certificate{}
	own := valid
	own.Subject, own.Issuer = pkix.Name{CommonName: "me"}, pkix.Name{CommonName: "me"}
	return []example{
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(valid, &smtpconn.PinMismatchError{}),
			want: "certificate_pin_mismatch"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(old, expired), want: "certificate_expired"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(future, expired), want: "certificate_not_yet_valid"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(valid, expired), want: "certificate_issuer_expired"},
		{step: tlsStep, kind: smtpconn.KindCertificate,
			with: presenting(nameless, x509.HostnameError{Certificate: &nameless}), want: "certificate_without_names"},
		{step: tlsStep, kind: smtpconn.KindCertificate,
			with: presenting(valid, x509.HostnameError{Certificate: &valid, Host: "x"}), want: "certificate_wrong_host"},
		{step: tlsStep, kind: smtpconn.KindCertificate,
			with: presenting(valid, x509.InsecureAlgorithmError(x509.SHA1WithRSA)), want: "certificate_weak"},
		{step: tlsStep, kind: smtpconn.KindCertificate,
			with: presenting(valid, x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}),
			want: "certificate_wrong_purpose"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(valid, x509.UnknownAuthorityError{}),
			want: "certificate_unknown_issuer"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(valid, errors.New("odd")),
			want: "certificate_invalid"},
		{step: tlsStep, kind: smtpconn.KindClientCertificate, want: "client_certificate_required"},
		{step: tlsStep, kind: smtpconn.KindTLSVersion, want: "tls_version_too_old"},
		{step: tlsStep, kind: smtpconn.KindTLSHandshake, with: because(errors.New("remote error: tls: handshake failure")),
			want: "tls_no_common_method"},
		{step: tlsStep, kind: smtpconn.KindTLSHandshake, with: because(errors.New("remote error: tls: internal error")),
			want: "tls_broken"},
		{step: tlsStep, kind: smtpconn.KindTLSHandshake, with: because(errors.New("remote error: tls: unrecognized name")),
			want: "tls_unrecognized_name"},
		{step: tlsStep, kind: smtpconn.KindClosed, want: "tls_closed"},
		{step: starttls, kind: smtpconn.KindTimeout, want: "tls_timeout"},
		{step: tlsStep, kind: smtpconn.KindTLSHandshake, want: "tls_handshake_failed"},
		{step: starttls, kind: smtpconn.KindStartTLSMissing, with: onlyPin, want: "starttls_not_offered"},
		{step: starttls, kind: smtpconn.KindUnexpectedBytes, want: "starttls_injection"},
		{step: starttls, reply: "454 4.7.0 TLS not available due to local problem", want: "starttls_unavailable"},
		{step: starttls, reply: "502 5.5.1 Command not implemented", want: "starttls_refused"},
	}
}

func greetingExamples() []example {
	const tlsStep, starttls = smtpconn.StepTLS, smtpconn.StepStartTLS
	const greeting, hello = smtpconn.StepGreeting, smtpconn.StepHello
	valid := validCertificate()
	inspecting, portal := valid, valid
	portal.DNSNames = []string{"captiveportal-login.example.net"}
	inspecting.Issuer = pkix.Name{CommonName: "Avast Web/Mail Shield Root"}
	return []example{
		{step: greeting, reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
			want: "address_blocklisted"},
		{step: greeting, reply: "554-mail.example\n554 Your access to this mail system has been rejected due to the " +
			"sending MTA's poor reputation.", want: "address_blocklisted"},
		{step: greeting, reply: "421 4.7.0 mail.example Error: too many connections from 192.0.2.1",
			want: "too_many_connections"},
		{step: greeting, reply: "421 4.3.2 Service shutting down", want: "server_busy"},
		{step: greeting, reply: "554 5.7.1 No SMTP service here", want: "access_denied"},
		{step: greeting, reply: "500 What?", want: "greeting_refused"},
		{step: greeting, kind: smtpconn.KindTimeout, want: "greeting_timeout"},
		{step: greeting, kind: smtpconn.KindClosed, want: "greeting_closed"},
		{step: greeting, kind: smtpconn.KindReset, want: "greeting_reset"},
		{step: hello, reply: "504 5.5.2 <console>: Helo command rejected: need fully-qualified hostname",
			want: "hello_name_refused"},
		{step: hello, reply: "421 4.3.2 Corporate mail is down", want: "server_busy"},
		{step: hello, reply: "502 5.5.1 Unrecognized command", want: "hello_refused"},
		{step: hello, kind: smtpconn.KindReplyTooLong, want: "reply_too_long"},
		{step: hello, kind: smtpconn.KindMalformedReply, want: "malformed_reply"},
		{step: starttls, kind: smtpconn.KindStartTLSMissing, with: masked, want: "smtp_inspection_firewall"},
		{step: smtpconn.StepAuth, kind: smtpconn.KindNoCommonMechanism, with: masked, want: "smtp_inspection_firewall"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(portal,
			x509.HostnameError{Certificate: &portal, Host: "x"}), want: "captive_portal"},
		{step: tlsStep, kind: smtpconn.KindCertificate, with: presenting(inspecting, x509.UnknownAuthorityError{}),
			want: "tls_inspected"},
		{host: "smtp.gmail.com", step: tlsStep, kind: smtpconn.KindCertificate,
			with: presenting(valid, x509.HostnameError{Certificate: &valid, Host: "x"}),
			want: "smtp_redirected"},
		{step: hello, kind: smtpconn.KindTimeout, want: "hello_timeout"},
		{step: hello, kind: smtpconn.KindClosed, want: "hello_closed"},
	}
}

func loginExamples() []example {
	const auth, senderStep, recipientStep = smtpconn.StepAuth, smtpconn.StepSender, smtpconn.StepRecipient
	return []example{
		{step: auth, kind: smtpconn.KindNoCommonMechanism, with: withToken, want: "oauth2_not_offered"},
		{step: auth, kind: smtpconn.KindNoCommonMechanism, want: "no_common_mechanism"},
		{step: auth, kind: smtpconn.KindPasswordNeedsTLS, want: "password_needs_encryption"},
		{step: auth, kind: smtpconn.KindServerUntrusted, want: "server_untrusted"},
		{step: auth, kind: smtpconn.KindBadChallenge, want: "login_exchange_broken"},
		{step: auth, kind: smtpconn.KindTimeout, want: "login_timeout"},
		{step: auth, kind: smtpconn.KindClosed, want: "login_closed"},
		{step: auth, kind: smtpconn.KindMalformedReply, want: "malformed_reply"},
		{step: auth, reply: "454 4.7.0 Too many login attempts, please try again later", want: "too_many_logins"},
		{step: auth, reply: "432 4.7.12 A password transition is needed", want: "password_transition_needed"},
		{step: auth, reply: "421 4.3.2 Shutting down", want: "login_interrupted"},
		{step: auth, reply: "454 4.7.0 Temporary authentication failure", want: "login_temporarily_unavailable"},
		{step: auth, reply: "535 5.7.8 invalid_token", with: withToken, want: "oauth2_token_refused"},
		{step: auth, reply: "538 5.7.11 Encryption required for requested authentication mechanism",
			want: "login_needs_encryption"},
		{step: auth, reply: "503 5.5.1 Must issue a STARTTLS command first", with: unencryptedSession,
			want: "login_needs_encryption"},
		{step: auth, reply: "525 5.7.0 User account disabled", want: "account_disabled"},
		{step: auth, reply: "534 5.7.9 Authentication mechanism is too weak", want: "mechanism_too_weak"},
		{step: auth, reply: "535 5.7.13 Account disabled; application password will not help", want: "account_disabled"},
		{step: auth, reply: "535 5.7.12 A password transition is needed", want: "password_transition_needed"},
		{step: auth, reply: "535 5.7.0 Please use an app-specific password", want: "app_password_required"},
		{step: auth, reply: "535 5.7.8 Account locked due to too many failures", want: "account_locked"},
		{step: auth, reply: "535 5.7.8 Your password has expired", want: "password_expired"},
		{step: auth, reply: "535 5.7.8 SMTP access deactivated", want: "account_disabled"},
		{step: auth, reply: "535 5.7.8 Too many failed logins", want: "too_many_logins"},
		{step: auth, reply: "535 5.7.8 Error: authentication failed: no", want: "wrong_credentials"},
		{step: auth, reply: "503 5.5.1 Error: authentication not enabled", want: "login_not_enabled"},
		{step: auth, reply: "530 5.7.0 No", want: "login_refused"},
		{step: auth, reply: "550 5.7.1 Not you", want: "login_refused"},
		{step: recipientStep, reply: "530 5.7.0 Must issue a STARTTLS command first", with: unencryptedSession,
			want: "login_needs_encryption"},
		{step: recipientStep, reply: "530 5.7.0 Authentication required here", with: withoutOffer,
			want: "login_demanded_not_offered"},
		{step: recipientStep, reply: "530 5.7.0 Authentication required here", with: withoutLogin, want: "login_required"},
		{step: senderStep, reply: "530 5.7.0 Authentication required here", want: "login_required"},
		{step: recipientStep, reply: "550 5.7.1 SMTP AUTH is needed here", with: withoutLogin, want: "login_required"},
	}
}

func envelopeExamples() []example {
	const senderStep, recipientStep, messageStep = smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage
	return []example{
		{step: senderStep, kind: smtpconn.KindNoSMTPUTF8, want: "smtputf8_not_offered"},
		{step: senderStep, kind: smtpconn.KindTimeout, want: "envelope_timeout"},
		{step: messageStep, kind: smtpconn.KindClosed, want: "envelope_closed"},
		{step: recipientStep, kind: smtpconn.KindMalformedReply, want: "malformed_reply"},
		{step: recipientStep, reply: "452 4.2.2 The email account is over quota, try again later",
			want: "recipient_mailbox_full"},
		{step: recipientStep, reply: "450 4.2.0 <you@email.com>: Recipient address rejected: Greylisted", want: "greylisted"},
		{step: senderStep, reply: "452 4.5.3 Try again later", want: "rate_limited"},
		{step: recipientStep, reply: "450 4.2.1 The user is receiving mail at a rate that prevents additional messages",
			want: "recipient_rate_limited"},
		{step: senderStep, reply: "450 4.7.1 Error: too much mail from 192.0.2.1", want: "rate_limited"},
		{step: senderStep, reply: "550 5.7.1 Daily sending quota exceeded", want: "sending_limit_reached"},
		{step: senderStep, reply: "452 4.3.1 Insufficient system storage, try again later", want: "server_storage_full"},
		{step: recipientStep, reply: "554 5.7.1 Client host blocked using zen.spamhaus.org", want: "address_blocklisted"},
		{step: messageStep, reply: "550 5.7.26 This mail is unauthenticated", want: "sender_authentication_missing"},
		{step: senderStep, reply: "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
			want: "sender_not_owned"},
		{step: recipientStep, reply: "553 5.7.1 <me@email.com>: Sender address rejected: not owned by user me",
			want: "sender_not_owned"},
		{step: messageStep, reply: "554 Message rejected: Email address is not verified", want: "sender_not_verified"},
		{step: senderStep, reply: "450 4.1.8 <me@email.com>: Sender address rejected: Domain not found, try again later",
			want: "sender_domain_not_found"},
		{step: senderStep, reply: "550 Sender domain must resolve", want: "sender_domain_not_found"},
		{step: senderStep, reply: "553 5.1.7 Bad sender address syntax", want: "sender_syntax_refused"},
		{step: senderStep, reply: "501 Bad address", want: "sender_syntax_refused"},
		{step: senderStep, reply: "553 No", want: "sender_not_owned"},
		{step: senderStep, reply: "552 Mailbox full", want: "sender_mailbox_full"},
		{step: senderStep, reply: "452 No room", want: "server_storage_full"},
		{step: senderStep, reply: "451 4.3.0 Temporary lookup failure", want: "server_lookup_failed"},
		{step: senderStep, reply: "550 5.7.1 Rejected", want: "sender_refused"},
		{step: recipientStep, reply: "554 5.7.1 <you@email.com>: Relay access denied", want: "relay_denied"},
		{step: recipientStep, reply: "550 5.2.1 The email account is disabled", want: "recipient_disabled"},
		{step: recipientStep, reply: "550 5.1.2 Host unknown", want: "recipient_domain_not_found"},
		{step: recipientStep, reply: "550 5.1.1 User unknown in relay recipient table", want: "recipient_unknown"},
		{step: recipientStep, reply: "501 5.1.3 Bad recipient address syntax", want: "recipient_syntax_refused"},
		{step: recipientStep, reply: "552 Requested mail action aborted", want: "recipient_mailbox_full"},
		{step: recipientStep, reply: "550 No such user here", want: "recipient_unknown"},
		{step: recipientStep, reply: "553 Mailbox name not allowed", want: "recipient_syntax_refused"},
		{step: recipientStep, reply: "451 4.3.0 Local error in processing", want: "recipient_refused_temporarily"},
		{step: recipientStep, reply: "554 5.7.1 Refused", want: "recipient_refused"},
		{step: messageStep, reply: "552 5.3.4 Message size exceeds fixed limit", want: "message_too_big"},
		{step: messageStep, reply: "552 Too big", want: "message_too_big"},
		{step: messageStep, kind: smtpconn.KindTooBig, want: "message_too_big"},
		{step: messageStep, reply: "550 5.7.1 Message looks like spam", want: "content_refused"},
		{step: messageStep, reply: "451 4.3.0 Queue file write error", want: "server_temporary_fault"},
		{step: messageStep, reply: "554 5.6.0 Malformed", want: "message_malformed"},
	}
}

func providerExamples() []example {
	const auth, senderStep = smtpconn.StepAuth, smtpconn.StepSender
	const gmail, microsoft = "smtp.gmail.com", "smtp.office365.com"
	return []example{
		{host: gmail, step: auth, reply: "534-5.7.9 Application-specific password required.\n534 5.7.9 For more " +
			"information, go to https://support.google.com", want: "app_password_required"},
		{host: gmail, step: auth, reply: "534-5.7.14 <https://accounts.google.com/signin/continue> " +
			"Please log in via your web browser", want: "browser_login_required"},
		{host: gmail, step: auth, reply: "535-5.7.8 Username and Password not accepted.\n535 5.7.8 " +
			"https://support.google.com/mail/?p=BadCredentials", want: "app_password_required"},
		{host: gmail, step: senderStep, reply: "550 5.4.5 Daily user sending limit exceeded.", want: "sending_limit_reached"},
		{host: "smtp-relay.gmail.com", step: senderStep,
			reply: "550 5.7.1 Invalid credentials for relay [192.0.2.1]. The IP address you've registered doesn't match",
			want:  "relay_address_not_registered"},
		{host: microsoft, step: auth, reply: "550 5.7.30 Basic authentication is not supported for Client Submission [DB9].",
			want: "basic_auth_retired"},
		{host: microsoft, step: auth, reply: "535 5.7.139 Authentication unsuccessful, " +
			"SmtpClientAuthentication is disabled for the Tenant.", want: "smtp_auth_disabled"},
		{host: microsoft, step: auth, reply: "535 5.7.139 Authentication unsuccessful, user is locked by your " +
			"organization's security defaults policy.", want: "blocked_by_security_policy"},
		{host: microsoft, step: auth, reply: "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
			want: "basic_auth_retired"},
		{host: microsoft, step: auth, reply: "535 5.7.3 Authentication unsuccessful [DB9]", want: "wrong_credentials"},
		{host: microsoft, step: senderStep, reply: "530 5.7.57 Client not authenticated to send mail.",
			want: "login_required"},
		{host: microsoft, step: smtpconn.StepMessage,
			reply: "554 5.2.252 SendAsDenied; me@email.com not allowed to send as you@email.com", want: "sender_not_owned"},
		{host: microsoft, step: senderStep, reply: "432 4.3.2 Concurrent connections limit exceeded.",
			want: "too_many_connections"},
		{host: "smtp.mail.yahoo.com", step: auth, reply: "535 5.7.0 (#AUTH005) Too many bad auth attempts, wait",
			want: "app_password_required"},
		{host: "smtp.mail.me.com", step: auth, reply: "535 5.7.8 Error: authentication failed: no",
			want: "app_password_required"},
		{host: "smtp.fastmail.com", step: auth, reply: "535 5.7.0 Incorrect username or password",
			want: "app_password_required"},
		{host: "smtp.zoho.eu", step: auth, reply: "535 Authentication Failed", want: "app_password_required"},
	}
}

func moreProviderExamples() []example {
	const auth, senderStep, recipientStep = smtpconn.StepAuth, smtpconn.StepSender, smtpconn.StepRecipient
	return []example{
		{host: "smtp.zoho.com", step: senderStep, reply: "553 Sender is not allowed to relay emails here",
			want: "sender_not_owned"},
		{host: "smtp.yandex.com", step: auth, reply: "535 5.7.8 Error: authentication failed: This user does not have " +
			"access rights to this service yet", want: "app_password_required"},
		{host: "smtp.mail.ru", step: auth, reply: "535 5.7.0 NEOBHODIM parol prilozheniya", want: "app_password_required"},
		{host: "smtp.qq.com", step: auth, reply: "535 Login Fail. Please enter your authorization code to login.",
			want: "app_password_required"},
		{host: "smtp.163.com", step: auth, reply: "535 Error: authentication failed", want: "app_password_required"},
		{host: "mail.gmx.net", step: auth, reply: "535 Authentication credentials invalid (mrgmx)",
			want: "smtp_access_not_enabled"},
		{host: "smtp.protonmail.ch", step: auth, reply: "535 5.7.8 Error: authentication failed: no",
			want: "smtp_token_required"},
		{host: "email-smtp.eu-west-1.amazonaws.com", step: auth, reply: "535 Authentication Credentials Invalid: SMTP key",
			want: "smtp_credentials_required"},
		{host: "email-smtp.eu-west-1.amazonaws.com", step: smtpconn.StepMessage,
			reply: "554 Message rejected: Email address is not verified.", want: "sender_not_verified"},
		{host: "email-smtp.eu-west-1.amazonaws.com", step: smtpconn.StepMessage,
			reply: "454 Throttling failure: Maximum sending rate exceeded now", want: "rate_limited"},
		{host: "smtp.sendgrid.net", step: auth, reply: "535 Authentication failed: The provided authorization grant is " +
			"invalid, expired, or revoked", want: "api_key_required"},
		{host: "smtp.sendgrid.net", step: recipientStep,
			reply: "550 The from address does not match a verified Sender Identity.", want: "sender_not_verified"},
		{host: "smtp.mailgun.org", step: auth, reply: "535 5.7.0 Mailgun is not loving your login or your password",
			want: "smtp_credentials_required"},
		{host: "smtp.postmarkapp.com", step: auth, reply: "535 5.7.8 Error: authentication failed: no",
			want: "api_key_required"},
		{host: "smtp-relay.brevo.com", step: auth, reply: "535 5.7.8 Authentication failed",
			want: "smtp_credentials_required"},
		{host: "in-v3.mailjet.com", step: auth, reply: "535 5.7.8 Error: authentication failed: no",
			want: "api_key_required"},
		{host: "smtp.sparkpostmail.com", step: auth, reply: "535 5.7.8 Sorry.", want: "api_key_required"},
		{host: "smtp.ionos.de", step: senderStep,
			reply: "550 Requested action not taken: mailbox unavailable; Sender address is not allowed.",
			want:  "sender_not_owned"},
	}
}

func generalExamples() []example {
	return []example{
		{step: smtpconn.StepConnect, kind: smtpconn.KindCancelled, want: "cancelled"},
		{step: smtpconn.StepAuth, kind: smtpconn.KindOutOfTime, want: "out_of_time"},
		{step: smtpconn.StepSender, kind: smtpconn.KindInternal, want: "internal"},
		{step: "unheard_of", kind: "unheard_of", want: "unexplained"},
	}
}
