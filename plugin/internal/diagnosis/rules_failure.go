package diagnosis

import "github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"

// generalRules do not depend on the step.
var generalRules = []rule{
	{cause: "cancelled", kinds: kinds(smtpconn.KindCancelled)},
	{cause: "out_of_time", kinds: kinds(smtpconn.KindOutOfTime)},
	{cause: "internal", kinds: kinds(smtpconn.KindInternal)},
}

// failureRules are for what ended without a reply that says no.
var failureRules = []rule{
	// The name.
	{cause: "name_invalid", kinds: kinds(smtpconn.KindNameInvalid)},
	{cause: "name_not_found", kinds: kinds(smtpconn.KindNameNotFound)},
	{cause: "name_lookup_failed", kinds: kinds(smtpconn.KindNameLookupFailed)},
	{cause: "name_lookup_timeout", steps: steps(smtpconn.StepResolve), kinds: kinds(smtpconn.KindTimeout)},
	{cause: "no_usable_address", kinds: kinds(smtpconn.KindNoUsableAddress)},

	// The proxy and the connection.
	{cause: "proxy_unreachable", kinds: kinds(smtpconn.KindProxyUnreachable)},
	{cause: "proxy_refused", kinds: kinds(smtpconn.KindProxyRefused)},
	{cause: "address_not_permitted", kinds: kinds(smtpconn.KindNotPermitted)},
	{cause: "connection_refused", steps: connecting, kinds: kinds(smtpconn.KindConnectionRefused)},
	{cause: "host_silent", steps: connecting, kinds: kinds(smtpconn.KindTimeout), when: nothingAnswers},
	{cause: "port_blocked", steps: connecting, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "host_unreachable", steps: connecting, kinds: kinds(smtpconn.KindUnreachable)},
	{cause: "connection_reset", steps: connecting, kinds: kinds(smtpconn.KindReset)},
	{cause: "network_failure", steps: connecting},

	// Another protocol, or TLS where plain text was spoken, and the other way round.
	{cause: "captive_portal", steps: beforeHello, kinds: kinds(smtpconn.KindNotSMTP), when: portalAnswered},
	{cause: "wrong_protocol", steps: beforeHello, kinds: kinds(smtpconn.KindNotSMTP), when: protocolKnown},
	{cause: "not_smtp", steps: beforeHello, kinds: kinds(smtpconn.KindNotSMTP)},
	{cause: "plain_expected_tls", kinds: kinds(smtpconn.KindTLSInsteadOfPlain)},
	{cause: "tls_expected_plain", kinds: kinds(smtpconn.KindPlainInsteadOfTLS)},
	{cause: "smtp_inspection_firewall", kinds: kinds(smtpconn.KindStartTLSMissing), when: inspected},
	{cause: "starttls_not_offered", kinds: kinds(smtpconn.KindStartTLSMissing)},

	// The certificate. Who answers comes before what its certificate says.
	{cause: "certificate_pin_mismatch", kinds: kinds(smtpconn.KindCertificate), when: isNotPinned},
	{cause: "tls_inspected", kinds: kinds(smtpconn.KindCertificate), when: isInspector},
	{cause: "captive_portal", kinds: kinds(smtpconn.KindCertificate), when: isPortal},
	{cause: "smtp_redirected", kinds: kinds(smtpconn.KindCertificate), when: isStranger},
	{cause: "certificate_expired", kinds: kinds(smtpconn.KindCertificate), when: isExpired},
	{cause: "certificate_not_yet_valid", kinds: kinds(smtpconn.KindCertificate), when: isNotYetValid},
	{cause: "certificate_issuer_expired", kinds: kinds(smtpconn.KindCertificate), when: isChainExpired},
	{cause: "certificate_without_names", kinds: kinds(smtpconn.KindCertificate), when: isNameless},
	{cause: "certificate_wrong_host", kinds: kinds(smtpconn.KindCertificate), when: hasWrongName},
	{cause: "certificate_weak", kinds: kinds(smtpconn.KindCertificate), when: isWeak},
	{cause: "certificate_wrong_purpose", kinds: kinds(smtpconn.KindCertificate), when: isForAnotherPurpose},
	{cause: "certificate_self_signed", kinds: kinds(smtpconn.KindCertificate), when: isSelfSigned},
	{cause: "certificate_unknown_issuer", kinds: kinds(smtpconn.KindCertificate), when: hasUnknownIssuer},
	{cause: "certificate_invalid", kinds: kinds(smtpconn.KindCertificate)},

	// The handshake and STARTTLS.
	{cause: "client_certificate_required", kinds: kinds(smtpconn.KindClientCertificate)},
	{cause: "tls_version_too_old", kinds: kinds(smtpconn.KindTLSVersion)},
	{cause: "tls_no_common_method", kinds: kinds(smtpconn.KindTLSHandshake), when: tlsSaid("handshake failure")},
	{cause: "tls_broken", kinds: kinds(smtpconn.KindTLSHandshake), when: tlsSaid("internal error")},
	{cause: "tls_unrecognized_name", kinds: kinds(smtpconn.KindTLSHandshake), when: tlsSaid("unrecognized name")},
	{cause: "tls_closed", steps: encrypting, kinds: kinds(
		smtpconn.KindClosed, smtpconn.KindReset, smtpconn.KindConnectionRefused, smtpconn.KindUnreachable)},
	{cause: "tls_timeout", steps: encrypting, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "tls_handshake_failed", steps: encrypting, kinds: kinds(smtpconn.KindTLSHandshake, smtpconn.KindNetwork)},
	{cause: "starttls_injection", kinds: kinds(smtpconn.KindUnexpectedBytes)},

	// The greeting and EHLO. After the greeting the server is one, so what goes wrong is the conversation.
	{cause: "greeting_timeout", steps: greeting, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "greeting_closed", steps: greeting, kinds: kinds(smtpconn.KindClosed)},
	{cause: "greeting_reset", steps: greeting, kinds: broken},
	{cause: "reply_too_long", kinds: kinds(smtpconn.KindReplyTooLong)},
	{cause: "malformed_reply", kinds: kinds(smtpconn.KindMalformedReply, smtpconn.KindNotSMTP)},
	{cause: "hello_timeout", steps: hello, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "hello_closed", steps: hello, kinds: broken},

	// The login.
	{cause: "smtp_inspection_firewall", kinds: kinds(smtpconn.KindNoCommonMechanism), when: inspected},
	{cause: "oauth2_not_offered", kinds: kinds(smtpconn.KindNoCommonMechanism), when: usedOAuth2},
	{cause: "no_common_mechanism", kinds: kinds(smtpconn.KindNoCommonMechanism)},
	{cause: "password_needs_encryption", kinds: kinds(smtpconn.KindPasswordNeedsTLS)},
	{cause: "server_untrusted", kinds: kinds(smtpconn.KindServerUntrusted)},
	{cause: "login_exchange_broken", kinds: kinds(smtpconn.KindBadChallenge)},
	{cause: "login_timeout", steps: auth, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "login_closed", steps: auth, kinds: broken},

	// The envelope.
	{cause: "smtputf8_not_offered", kinds: kinds(smtpconn.KindNoSMTPUTF8)},
	{cause: "message_too_big", kinds: kinds(smtpconn.KindTooBig)},
	{cause: "envelope_timeout", steps: atEnvelope, kinds: kinds(smtpconn.KindTimeout)},
	{cause: "envelope_closed", steps: atEnvelope, kinds: broken},
}

var (
	connecting = steps(smtpconn.StepConnect)
	// beforeHello are the steps at which no server has shown yet that it speaks SMTP.
	beforeHello = steps(smtpconn.StepConnect, smtpconn.StepGreeting, smtpconn.StepTLS)
	encrypting  = steps(smtpconn.StepTLS, smtpconn.StepStartTLS)
)
