package mailserver

import (
	"crypto/tls"
	"errors"
	"slices"
	"time"
)

// Faults returns every fault, in the order of the steps.
func Faults() []Fault {
	return slices.Concat(disturbances(), greetingFaults(), certificateFaults(), encryptionFaults(), opportunisticFaults(),
		largeHelloFaults(), loginFaults(), envelopeFaults())
}

// FaultNamed returns the fault of the name.
func FaultNamed(name string) (Fault, bool) {
	for _, fault := range Faults() {
		if fault.Name == name {
			return fault, true
		}
	}
	return Fault{}, false
}

// replies builds a script of one entry; most faults need no more.
func replies(key, reply string) map[string]string { return map[string]string{key: reply} }

// disturbances are the same network faults at every step.
func disturbances() []Fault {
	type place struct {
		step, key  string
		codes      map[string]string // by action
		connection bool              // the headline is that of a failed connection
		field      string
	}
	const long, odd = "reply_too_long", "malformed_reply"
	places := []place{
		{step: "greeting", key: "greeting", field: "port", connection: true, codes: map[string]string{
			actionClose: "greeting_closed", actionReset: "greeting_reset", actionHalf: "greeting_closed",
			actionSilent: "greeting_timeout", actionDrip: "greeting_timeout", actionBinary: "not_smtp",
		}},
		{step: "hello", key: "EHLO", field: "server", codes: map[string]string{
			actionClose: "hello_closed", actionReset: "hello_closed", actionHalf: "hello_closed",
			actionSilent: "hello_timeout", actionDrip: "hello_timeout", actionBinary: odd,
		}},
		{step: "auth", key: "AUTH", field: "server", codes: map[string]string{
			actionClose: "login_closed", actionReset: "login_closed", actionHalf: "login_closed",
			actionSilent: "login_timeout", actionDrip: "login_timeout", actionBinary: odd,
		}},
		{step: "sender", key: "MAIL", field: "server", codes: map[string]string{
			actionClose: "envelope_closed", actionReset: "envelope_closed", actionHalf: "envelope_closed",
			actionSilent: "envelope_timeout", actionDrip: "envelope_timeout", actionBinary: odd,
		}},
		{step: "recipient", key: "RCPT", field: "server", codes: map[string]string{
			actionClose: "envelope_closed", actionReset: "envelope_closed", actionHalf: "envelope_closed",
			actionSilent: "envelope_timeout", actionDrip: "envelope_timeout", actionBinary: odd,
		}},
	}
	says := map[string]string{
		actionClose: "closes the connection", actionReset: "tears the connection down",
		actionHalf:   "half-closes the connection",
		actionSilent: "falls silent", actionDrip: "answers one character at a time",
		actionBinary:  "answers with binary rubbish",
		actionEndless: "answers without end", actionLongLine: "answers with an endless line",
	}
	var faults []Fault
	for _, at := range places {
		for _, action := range []string{actionClose, actionReset, actionHalf, actionSilent, actionDrip, actionBinary,
			actionEndless, actionLongLine} {
			expect := Expectation{Outcome: "failed", Code: at.codes[action], Step: at.step, Field: at.field}
			switch {
			case expect.Code == "":
				expect.Code, expect.Field = long, "server"
			case at.connection:
				expect.Outcome = "connection_failed"
			}
			faults = append(faults, Fault{
				Name: at.step + "-" + action[1:], Label: "At the step " + at.step + " the server " + says[action],
				replies: replies(at.key, action), Expect: expect, Slow: action == actionSilent || action == actionDrip,
			})
		}
	}
	return faults
}

func greetingFaults() []Fault {
	other := func(name, protocol, greeting string) Fault {
		return Fault{Name: "speaks-" + name, Label: "The port speaks " + protocol, replies: replies("greeting", greeting),
			Expect: Expectation{"connection_failed", "wrong_protocol", "greeting", "port"}}
	}
	greeting := func(name, label, reply, code string) Fault {
		return Fault{Name: "greeting-" + name, Label: label, replies: replies("greeting", reply),
			Expect: Expectation{"connection_failed", code, "greeting", "server"}}
	}
	hello := func(name, label, reply, outcome, code, field string) Fault {
		return Fault{Name: "hello-" + name, Label: label, replies: map[string]string{"EHLO": reply, "HELO": reply},
			Expect: Expectation{outcome, code, "hello", field}}
	}
	return []Fault{
		other("http", "HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"),
		other("ssh", "SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2"),
		other("imap", "IMAP", "* OK [CAPABILITY IMAP4rev1] Dovecot ready."),
		other("pop3", "POP3", "+OK Dovecot ready."),
		other("vnc", "VNC", "RFB 003.008"),
		{Name: "speaks-ftp", Label: "The port speaks FTP",
			Expect: Expectation{"connection_failed", "wrong_protocol_ftp", "hello", "port"},
			replies: map[string]string{"greeting": "220 (vsFTPd 3.0.3)", "EHLO": "530 Please login with USER and PASS.",
				"HELO": "530 Please login with USER and PASS."}},
		{Name: "speaks-ftp-500", Label: "The port speaks FTP and knows no EHLO",
			Expect: Expectation{"connection_failed", "wrong_protocol_ftp", "hello", "port"},
			replies: map[string]string{"greeting": "220 ProFTPD FTP Server ready", "EHLO": "500 EHLO not understood",
				"HELO": "500 HELO not understood"}},
		greeting("busy", "The server is busy (421)",
			"421 4.3.2 Service not available, closing transmission channel", "server_busy"),
		greeting("too-many", "Too many connections (421)", "421 4.7.0 Too many concurrent connections from your address",
			"too_many_connections"),
		greeting("denied", "The server turns this machine away (554)", "554 5.7.1 No SMTP service here", "access_denied"),
		greeting("blocklisted", "This machine's address is on a blocklist",
			"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "address_blocklisted"),
		greeting("multi-line-refusal", "A refusal in several lines", "554-No\r\n554-really\r\n554 not here", "access_denied"),
		greeting("odd-refusal", "A refusal with an unusual code", "500 5.5.0 What?", "greeting_refused"),
		greeting("odd-success", "A greeting with the wrong code", "250 Hello", "greeting_refused"),
		{Name: "greeting-mixed-codes", Label: "A greeting whose lines contradict each other",
			replies: replies("greeting", "220-one\r\n554 two"),
			Expect:  Expectation{"failed", "malformed_reply", "greeting", "server"}},
		{Name: "greeting-many-lines", Label: "A greeting of two hundred lines",
			replies: replies("greeting", lines("220", 200)),
			Expect:  Expectation{"failed", "reply_too_long", "greeting", "server"}},
		hello("name-refused", "The EHLO name is refused (504)",
			"504 5.5.2 <console>: Helo command rejected: need fully-qualified hostname", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("name-refused-550", "The EHLO name is refused (550)", "550 5.7.1 Invalid HELO name", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("syntax", "The EHLO name is refused (501)", "501 Syntactically invalid EHLO argument(s)", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("busy", "The server becomes busy (421)", "421 4.3.2 Try again later", "connection_failed",
			"server_busy", "server"),
		hello("blocklisted", "The blocklist is consulted at EHLO", "550 5.7.1 Your IP is listed by a DNSBL",
			"connection_failed", "address_blocklisted", "server"),
		hello("not-known", "Neither EHLO nor HELO is known", "502 5.5.1 Unrecognized command", "connection_failed",
			"hello_refused", "port"),
		hello("mixed-codes", "The reply to EHLO contradicts itself", "250-practice\r\n550 no", "failed",
			"malformed_reply", "server"),
		hello("many-lines", "The reply to EHLO has two hundred lines", lines("250", 200), "failed",
			"reply_too_long", "server"),
		hello("no-separator", "The reply to EHLO is no reply", "250practice.mail.example", "failed",
			"malformed_reply", "server"),
		{Name: "hello-helo-only", Label: "An old server that knows only HELO",
			replies: replies("EHLO", "500 5.5.1 Unrecognized command"),
			Expect:  Expectation{"complete", "login_not_asked_for", "auth", "login"}},
		{Name: "hello-lower-case", Label: "Keywords in lower case", ehlo: []string{"pipelining", "auth plain login"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "hello-old-auth", Label: "The old form AUTH=LOGIN", ehlo: []string{"AUTH=LOGIN"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "greeting-latin1", Label: "A greeting in Latin-1", replies: replies("greeting", "220 H\xf4te pr\xeat"),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "greeting-nul", Label: "A greeting with a NUL", replies: replies("greeting", "220 ready\x00 or not"),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
	}
}

func lines(code string, n int) string {
	text := ""
	for range n {
		text += code + "-line\r\n"
	}
	return text + code + " end"
}

func certificateFaults() []Fault {
	year := 365 * 24 * time.Hour
	expired := *expiredRequest()
	future := Request{From: time.Now().Add(year), Until: time.Now().Add(2 * year)}
	soon := Request{Until: time.Now().Add(72 * time.Hour)}
	fault := func(name, label string, request Request, code, field string) []Fault {
		implicit := Fault{Name: "certificate-" + name, Label: label, UseSSL: true, implicit: true, certificate: &request,
			Expect: Expectation{"connection_failed", code, "tls", field}}
		starttls := implicit
		starttls.Name, starttls.Label, starttls.implicit = "starttls-"+implicit.Name, label+" (STARTTLS)", false
		starttls.Expect.Step = "starttls"
		return []Fault{implicit, starttls}
	}
	faults := slices.Concat(
		fault("expired", "Expired certificate", expired, "certificate_expired", "server"),
		fault("not-yet-valid", "Certificate that is not valid yet", future, "certificate_not_yet_valid", "server"),
		fault("wrong-host", "Certificate for another host", Request{Names: []string{"mail.example.com", "mx.example.com"}},
			"certificate_wrong_host", "server"),
		fault("self-signed", "Self-signed certificate", Request{SelfSigned: true}, "certificate_self_signed",
			"ca_certificate"),
		fault("wrong-purpose", "Certificate for clients only", Request{ForClients: true},
			"certificate_wrong_purpose", "server"),
		fault("weak", "Certificate signed with SHA-1", Request{Weak: true}, "certificate_weak", "server"),
		fault("issuer-expired", "The issuer's certificate has expired", Request{ExpiredIssuer: true},
			"certificate_issuer_expired", "server"),
		fault("without-names", "Certificate without a host name", Request{NoNames: true},
			"certificate_without_names", "server"),
	)
	unknown := fault("unknown-issuer", "Certificate of an unknown authority", Request{}, "certificate_unknown_issuer",
		"ca_certificate")
	for i := range unknown {
		unknown[i].untrusted = true
	}
	ending := fault("ends-soon", "Certificate that expires in three days", soon, "certificate_expires_soon", "server")
	for i := range ending {
		ending[i].Expect.Outcome = "complete"
	}
	unverified := Fault{Name: "certificate-unverified", Label: "Self-signed certificate without Use SSL",
		certificate: &Request{SelfSigned: true},
		Expect:      Expectation{"complete", "certificate_unverified", "starttls", "use_ssl"}}
	return append(slices.Concat(faults, unknown, ending[:1]), unverified)
}

func expiredRequest() *Request {
	return &Request{From: time.Now().AddDate(-2, 0, 0), Until: time.Now().Add(-time.Hour)}
}

func encryptionFaults() []Fault {
	demandClientCertificate := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	oldTLS := func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }
	good := &Request{}
	handshake := func(name, label, action, code, field string, slow bool) Fault {
		return Fault{Name: "tls-" + name, Label: label, UseSSL: true, implicit: true, certificate: good, Slow: slow,
			replies: replies("handshake", action), Expect: Expectation{"connection_failed", code, "tls", field}}
	}
	starttls := func(name, label, key, reply, code, step, field string) Fault {
		return Fault{Name: "starttls-" + name, Label: label, UseSSL: true, certificate: good, replies: replies(key, reply),
			Expect: Expectation{"connection_failed", code, step, field}}
	}
	return []Fault{
		{Name: "tls-on-plain-port", Label: "Use SSL on a port that only speaks plain text", UseSSL: true,
			Expect: Expectation{"connection_failed", "starttls_not_offered", "starttls", "use_ssl"}},
		{Name: "plain-on-tls-port", Label: "No SSL on a port that expects TLS", implicit: true, certificate: good, Slow: true,
			Expect: Expectation{"connection_failed", "plain_expected_tls", "greeting", "use_ssl"}},
		{Name: "tls-found-starttls", Label: "Use SSL on a port with STARTTLS", UseSSL: true, certificate: good,
			Expect: Expectation{"complete", "starttls_used", "starttls", "port"}},
		{Name: "tls-client-certificate", Label: "The server demands a client certificate (TLS 1.3)", UseSSL: true,
			implicit: true, certificate: good,
			tls: demandClientCertificate, Expect: Expectation{"connection_failed", "client_certificate_required",
				"greeting", "server"}},
		{Name: "tls-client-certificate-12", Label: "The server demands a client certificate (TLS 1.2)", UseSSL: true,
			implicit: true, certificate: good,
			tls:    func(c *tls.Config) { demandClientCertificate(c); c.MaxVersion = tls.VersionTLS12 },
			Expect: Expectation{"connection_failed", "client_certificate_required", "tls", "server"}},
		{Name: "tls-old-version", Label: "The server knows only TLS 1.1", UseSSL: true, implicit: true,
			certificate: good, tls: oldTLS,
			Expect: Expectation{"connection_failed", "tls_version_too_old", "tls", "server"}},
		{Name: "tls-unrecognized-name", Label: "The server does not know itself under the name", UseSSL: true, implicit: true,
			certificate: good,
			tls:         func(c *tls.Config) { c.Certificates = nil },
			Expect:      Expectation{"connection_failed", "tls_unrecognized_name", "tls", "server"}},
		{Name: "tls-no-certificate", Label: "The server's certificate cannot be loaded", UseSSL: true, implicit: true,
			certificate: good,
			tls:         func(c *tls.Config) { c.Certificates = nil; c.GetCertificate = noCertificate },
			Expect:      Expectation{"connection_failed", "tls_broken", "tls", "server"}},
		{Name: "tls-no-common-method", Label: "No method of encryption in common", UseSSL: true, implicit: true,
			certificate: good,
			tls: func(c *tls.Config) {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
			},
			Expect: Expectation{"connection_failed", "tls_no_common_method", "tls", "server"}},
		handshake("closed", "The server closes at the handshake", actionClose, "tls_closed", "use_ssl", false),
		handshake("reset", "The server tears the connection down at the handshake", actionReset, "tls_closed",
			"use_ssl", false),
		handshake("silent", "The server does not answer the handshake", actionSilent, "tls_timeout", "use_ssl", true),
		handshake("garbage", "The server answers the handshake with rubbish", actionGarbage, "tls_handshake_failed",
			"server", false),
		{Name: "tls-speaks-http", Label: "Use SSL on a port that speaks HTTP", UseSSL: true,
			replies: replies("greeting", "HTTP/1.1 400 Bad Request"),
			Expect:  Expectation{"connection_failed", "wrong_protocol", "tls", "port"}},
		{Name: "tls-speaks-ssh", Label: "Use SSL on a port that speaks SSH", UseSSL: true,
			replies: replies("greeting", "SSH-2.0-OpenSSH_9.2p1"),
			Expect:  Expectation{"connection_failed", "wrong_protocol", "tls", "port"}},
		starttls("refused-454", "STARTTLS is offered but not available", "STARTTLS",
			"454 4.7.0 TLS not available due to local problem", "starttls_unavailable", "starttls", "use_ssl"),
		starttls("refused-502", "STARTTLS is offered but refused", "STARTTLS", "502 5.5.1 Command not implemented",
			"starttls_refused", "starttls", "use_ssl"),
		starttls("closed", "The server closes at STARTTLS", "STARTTLS", actionClose, "tls_closed", "starttls", "use_ssl"),
		starttls("injected", "Plain text is smuggled in behind STARTTLS", "STARTTLS",
			"220 Go ahead\r\n250-fake\r\n250 AUTH PLAIN", "starttls_injection", "starttls", "server"),
		starttls("injected-late", "Plain text follows STARTTLS a moment later", "handshake", actionPlain,
			"starttls_injection", "starttls", "server"),
		starttls("garbage", "Rubbish follows STARTTLS", "handshake", actionGarbage, "tls_handshake_failed",
			"starttls", "server"),
		starttls("handshake-closed", "The server closes at the handshake after STARTTLS", "handshake", actionClose,
			"tls_closed", "starttls", "use_ssl"),
		starttls("ehlo-refused", "EHLO is refused after STARTTLS", "EHLO tls", "504 5.5.2 Name refused", "hello_name_refused",
			"hello", "ehlo_name"),
	}
}

func noCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return nil, errors.New("the key file is missing")
}

func loginFaults() []Fault {
	refused := func(name, label, reply, outcome, code, field string) Fault {
		return Fault{Name: "auth-" + name, Label: label, replies: replies("AUTH", reply),
			Expect: Expectation{outcome, code, "auth", field}}
	}
	offers := func(name, label string, ehlo []string, outcome, code, step, field string) Fault {
		return Fault{Name: "auth-" + name, Label: label, ehlo: ehlo, Expect: Expectation{outcome, code, step, field}}
	}
	atRecipient := func(name, label, reply, code, field string, noLogin bool, ehlo []string) Fault {
		return Fault{Name: "auth-" + name, Label: label, NoLogin: noLogin, ehlo: ehlo, replies: replies("RCPT", reply),
			Expect: Expectation{"login_failed", code, "recipient", field}}
	}
	return []Fault{
		refused("wrong-password", "Wrong password (535)", "535 5.7.8 Error: authentication failed: authentication failure",
			"login_failed", "wrong_credentials", "password"),
		refused("wrong-password-bare", "Wrong password (535 without more)", "535 Incorrect authentication data",
			"login_failed", "wrong_credentials", "password"),
		refused("wrong-password-multi-line", "Wrong password in several lines",
			"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 Learn more elsewhere", "login_failed",
			"wrong_credentials", "password"),
		refused("app-password", "An app password is needed", "534 5.7.9 Application-specific password required",
			"login_failed", "mechanism_too_weak", "authentication"),
		refused("app-password-535", "An app password is needed (535)", "535 5.7.0 Please use an app-specific password",
			"login_failed", "app_password_required", "password"),
		refused("locked", "The account is locked", "535 5.7.8 Account locked due to too many failures", "login_failed",
			"account_locked", "login"),
		refused("disabled", "The account is disabled", "525 5.7.13 User account disabled", "login_failed",
			"account_disabled", "login"),
		refused("disabled-535", "The account is disabled (535)", "535 5.7.13 Account disabled", "login_failed",
			"account_disabled", "login"),
		refused("expired", "The password has expired", "535 5.7.8 Your password has expired", "login_failed",
			"password_expired", "password"),
		refused("transition", "A password transition is needed (432)", "432 4.7.12 A password transition is needed",
			"login_failed", "password_transition_needed", "password"),
		refused("weak", "The mechanism is too weak (534)", "534 5.7.9 Authentication mechanism is too weak", "login_failed",
			"mechanism_too_weak", "authentication"),
		refused("needs-encryption", "Encryption is required for the login (538)",
			"538 5.7.11 Encryption required for requested authentication mechanism", "login_failed",
			"login_needs_encryption", "use_ssl"),
		refused("needs-starttls", "STARTTLS must come first (530)", "530 5.7.0 Must issue a STARTTLS command first",
			"login_failed", "login_needs_encryption", "use_ssl"),
		refused("needs-starttls-503", "STARTTLS must come first (503)", "503 5.5.1 Use STARTTLS before AUTH", "login_failed",
			"login_needs_encryption", "use_ssl"),
		refused("temporary", "The login cannot be checked now (454)", "454 4.7.0 Temporary authentication failure", "failed",
			"login_temporarily_unavailable", "server"),
		refused("interrupted", "The server shuts down during the login (421)", "421 4.3.2 Shutting down", "failed",
			"login_interrupted", "server"),
		refused("too-many", "Too many logins (421)", "421 4.7.0 Too many login attempts, try again later", "failed",
			"too_many_logins", "login"),
		refused("too-many-454", "Too many logins (454)", "454 4.7.0 Too many login attempts, please try again later",
			"failed", "too_many_logins", "login"),
		refused("not-enabled", "AUTH is offered but not enabled (503)", "503 5.5.1 Error: authentication not enabled",
			"login_failed", "login_not_enabled", "authentication"),
		refused("mechanism-unknown", "The mechanism is not known after all (504)",
			"504 5.5.4 Unrecognized authentication type", "login_failed", "login_not_enabled", "authentication"),
		refused("unknown-command", "AUTH is offered but not known (502)", "502 5.5.2 Error: command not recognized",
			"login_failed", "login_not_enabled", "authentication"),
		refused("refused-550", "The login is refused with an unusual code", "550 5.7.1 Not you", "login_failed",
			"login_refused", "login"),
		refused("echoes-password", "The refusal repeats the password", "535 5.7.8 Wrong password {password} for you",
			"login_failed", "wrong_credentials", "password"),
		refused("repeats-line", "The refusal repeats the command", "535 5.7.8 Not understood: {line}", "login_failed",
			"wrong_credentials", "password"),
		refused("odd-success", "The login succeeds with the wrong code", "250 2.0.0 Fine", "failed", "login_exchange_broken",
			"authentication"),
		refused("bad-challenge", "The challenge is not Base64", "334 !!!", "failed", "login_exchange_broken",
			"authentication"),
		{Name: "auth-endless-challenges", Label: "Challenges without end",
			replies: map[string]string{"AUTH": "334 Zm9v", "AUTH 2": "334 Zm9v", "AUTH 3": "334 Zm9v", "AUTH 4": "334 Zm9v"},
			Expect:  Expectation{"failed", "login_exchange_broken", "auth", "authentication"}},
		offers("no-common-mechanism", "No login mechanism in common", []string{"AUTH GSSAPI NTLM"}, "failed",
			"no_common_mechanism", "auth", "authentication"),
		offers("not-offered", "The server asks for no login", []string{"PIPELINING"}, "complete", "login_not_asked_for",
			"auth", "login"),
		offers("empty-list", "AUTH without mechanisms", []string{"AUTH"}, "complete", "login_not_asked_for", "auth", "login"),
		{Name: "auth-login-prompts", Label: "LOGIN with unusual prompts", ehlo: []string{"AUTH LOGIN"},
			replies: map[string]string{"AUTH": "334 dXNlciBuYW1l", "AUTH 2": "334 cGFzc3dvcmQ6", "AUTH 3": "235 Fine"},
			Expect:  Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		atRecipient("required", "The server demands a login at the recipient", "530 5.7.0 Authentication required",
			"login_required", "login", true, nil),
		atRecipient("demanded-not-offered", "The server demands a login that it does not offer",
			"530 5.7.0 Authentication required", "login_demanded_not_offered", "use_ssl", false, []string{"PIPELINING"}),
		atRecipient("required-550", "The server demands a login (550)", "550 5.7.1 Authentication required", "login_required",
			"login", true, nil),
	}
}

func envelopeFaults() []Fault {
	sender := func(name, label, reply, code, field string) Fault {
		return Fault{Name: "sender-" + name, Label: label, replies: replies("MAIL", reply),
			Expect: Expectation{"failed", code, "sender", field}}
	}
	recipient := func(name, label, reply, code, field string) Fault {
		return Fault{Name: "recipient-" + name, Label: label, replies: replies("RCPT", reply),
			Expect: Expectation{"failed", code, "recipient", field}}
	}
	return []Fault{
		sender("not-owned", "The sender does not belong to the login (553)",
			"553 5.7.1 <me@practice.example>: Sender address rejected: not owned by user", "sender_not_owned", "login"),
		sender("not-owned-550", "The sender does not belong to the login (550)",
			"550 5.7.60 SMTP; Client does not have permissions to send as this sender", "sender_not_owned", "login"),
		sender("not-owned-bare", "The sender is refused (553)", "553 No", "sender_not_owned", "login"),
		sender("refused", "The sender is refused (550)", "550 5.7.1 Rejected", "sender_refused", "login"),
		sender("domain", "The sender's domain does not exist", "550 5.1.8 Sender address rejected: Domain not found",
			"sender_domain_not_found", "login"),
		sender("domain-450", "The sender's domain cannot be looked up",
			"450 4.1.8 <me@practice.example>: Sender address rejected: Domain not found", "sender_domain_not_found", "login"),
		sender("syntax", "The sender's syntax is refused", "501 5.1.7 Bad sender address syntax",
			"sender_syntax_refused", "login"),
		sender("not-verified", "The sender was not verified with the provider",
			"550 The from address does not match a verified Sender Identity", "sender_not_owned", "login"),
		sender("unverified", "The sender is not a verified identity", "554 Message rejected: Email address is not verified",
			"sender_not_verified", "login"),
		sender("full", "The sender's mail box is full", "552 5.2.2 Mailbox full", "sender_mailbox_full", "login"),
		sender("storage", "The server has no room", "452 4.3.1 Insufficient system storage", "server_storage_full", "server"),
		sender("temporary", "The sender is refused for the moment", "451 4.3.0 Temporary lookup failure",
			"sender_refused_temporarily", "login"),
		sender("rate", "Too much was sent", "450 4.7.1 Error: too much mail, rate limited", "rate_limited", "server"),
		sender("limit", "The daily limit is reached", "550 5.4.5 Daily user sending limit exceeded",
			"sending_limit_reached", "server"),
		sender("dmarc", "SPF, DKIM or DMARC forbid the sender",
			"550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
			"sender_authentication_missing", "login"),
		recipient("not-owned", "The sender is checked at the recipient, as Postfix does",
			"553 5.7.1 <me@practice.example>: Sender address rejected: not owned by user me", "sender_not_owned", "login"),
		recipient("relay", "Relaying is denied", "554 5.7.1 <me@practice.example>: Relay access denied",
			"relay_denied", "login"),
		recipient("relay-550", "Relaying is denied (550)", "550 5.7.1 Unable to relay", "relay_denied", "login"),
		recipient("unknown", "The recipient is unknown",
			"550 5.1.1 <me@practice.example>: Recipient address rejected: User unknown", "recipient_unknown", ""),
		recipient("unknown-bare", "The recipient is unknown (no enhanced code)", "550 No such user here",
			"recipient_unknown", ""),
		recipient("disabled", "The recipient's mail box is disabled", "550 5.2.1 The email account is disabled",
			"recipient_disabled", ""),
		recipient("full", "The recipient's mail box is full", "552 5.2.2 Mailbox full", "recipient_mailbox_full", ""),
		recipient("full-452", "The recipient's mail box is full (452)", "452 4.2.2 Over quota", "recipient_mailbox_full", ""),
		recipient("domain", "The recipient's domain does not exist", "550 5.1.2 Host unknown",
			"recipient_domain_not_found", ""),
		recipient("syntax", "The recipient's syntax is refused", "501 5.1.3 Bad recipient address syntax",
			"recipient_syntax_refused", ""),
		recipient("greylisted", "Greylisting", "450 4.2.0 <me@practice.example>: Recipient address rejected: "+
			"Greylisted, see http://postgrey.example", "greylisted", "server"),
		recipient("greylisted-451", "Greylisting (451)", "451 4.7.1 Please try again later", "greylisted", "server"),
		recipient("temporary", "The recipient is refused for the moment", "450 4.1.1 Mailbox busy", "recipient_unknown", ""),
		recipient("temporary-451", "The recipient is refused for the moment (451)", "451 4.3.0 Local error in processing",
			"recipient_refused_temporarily", ""),
		recipient("refused", "The recipient is refused", "554 5.7.1 Refused", "recipient_refused", ""),
		recipient("blocklisted", "The blocklist is consulted at the recipient",
			"554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org", "address_blocklisted", "server"),
		recipient("html", "The refusal holds HTML and escape sequences", "550 5.7.1 <script>alert(1)</script>\x1b[31m red",
			"recipient_refused", ""),
		{Name: "no-pipelining", Label: "A server without PIPELINING", ehlo: []string{"AUTH PLAIN"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "no-pipelining-sender", Label: "A server without PIPELINING refuses the sender", ehlo: []string{"AUTH PLAIN"},
			replies: replies("MAIL", "550 5.7.1 Rejected"),
			Expect:  Expectation{"failed", "sender_refused", "sender", "login"}},
		{Name: "quit-unanswered", Label: "The farewell is not answered", replies: replies("QUIT", actionSilent),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-closed", Label: "The server closes at the farewell",
			replies: replies("QUIT", actionClose), grouping: true,
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-reset", Label: "The server tears the connection down at the farewell",
			replies: replies("QUIT", actionReset), grouping: true,
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-reset-refused", grouping: true,
			Label:   "The server refuses the recipient and tears the connection down at the farewell",
			replies: map[string]string{"RCPT": "550 5.1.1 User unknown", "QUIT": actionReset},
			Expect:  Expectation{"failed", "recipient_unknown", "recipient", ""}},
		{Name: "all-is-well", Label: "All is well", Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "all-is-well-ssl", Label: "All is well, encrypted from the start", UseSSL: true, implicit: true,
			certificate: &Request{},
			Expect:      Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "all-is-well-starttls", Label: "All is well, encrypted with STARTTLS", certificate: &Request{},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
	}
}
