package mailserver

// credentialFaults are logins that the server refuses for what was sent.
func credentialFaults() []Fault {
	refused := func(name, label, reply, code, field string) Fault {
		return Fault{Name: "auth-" + name, Label: label, replies: replies("AUTH", reply),
			Expect: Expectation{"login_failed", code, "auth", field}}
	}
	return []Fault{
		refused("wrong-password", "Wrong password (535)", "535 5.7.8 Error: authentication failed: authentication failure",
			"wrong_credentials", "password"),
		refused("wrong-password-bare", "Wrong password (535 without more)", "535 Incorrect authentication data",
			"wrong_credentials", "password"),
		refused("wrong-password-multi-line", "Wrong password in several lines",
			"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 Learn more elsewhere", "wrong_credentials", "password"),
		refused("app-password", "An app password is needed", "534 5.7.9 Application-specific password required",
			"app_password_required", "password"),
		refused("app-password-535", "An app password is needed (535)", "535 5.7.0 Please use an app-specific password",
			"app_password_required", "password"),
		refused("locked", "The account is locked", "535 5.7.8 Account locked due to too many failures",
			"account_locked", "login"),
		refused("disabled", "The account is disabled", "525 5.7.13 User account disabled", "account_disabled", "login"),
		refused("disabled-535", "The account is disabled (535)", "535 5.7.13 Account disabled", "account_disabled", "login"),
		refused("expired", "The password has expired", "535 5.7.8 Your password has expired", "password_expired", "password"),
		refused("transition", "A password transition is needed (432)", "432 4.7.12 A password transition is needed",
			"password_transition_needed", "password"),
		refused("weak", "The mechanism is too weak (534)", "534 5.7.9 Authentication mechanism is too weak",
			"mechanism_too_weak", "authentication"),
		refused("needs-encryption", "Encryption is required for the login (538)",
			"538 5.7.11 Encryption required for requested authentication mechanism", "login_needs_encryption", "use_ssl"),
		refused("needs-starttls", "STARTTLS must come first (530)", "530 5.7.0 Must issue a STARTTLS command first",
			"login_needs_encryption", "use_ssl"),
		refused("needs-starttls-503", "STARTTLS must come first (503)", "503 5.5.1 Use STARTTLS before AUTH",
			"login_needs_encryption", "use_ssl"),
	}
}

// loginFaults are logins that go wrong for another reason than the credentials.
func loginFaults() []Fault {
	refused := func(name, label, reply, outcome, code, field string) Fault {
		return Fault{Name: "auth-" + name, Label: label, replies: replies("AUTH", reply),
			Expect: Expectation{outcome, code, "auth", field}}
	}
	return []Fault{
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
	}
}

// mechanismFaults are about the mechanisms on offer, and logins that are demanded late.
func mechanismFaults() []Fault {
	offers := func(name, label string, ehlo []string, outcome, code, step, field string) Fault {
		return Fault{Name: "auth-" + name, Label: label, ehlo: ehlo, Expect: Expectation{outcome, code, step, field}}
	}
	atRecipient := func(name, label, reply, code, field string, noLogin bool, ehlo []string) Fault {
		return Fault{Name: "auth-" + name, Label: label, NoLogin: noLogin, ehlo: ehlo, replies: replies("RCPT", reply),
			Expect: Expectation{"login_failed", code, "recipient", field}}
	}
	return []Fault{
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
