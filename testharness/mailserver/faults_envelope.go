package mailserver

// senderFaults are refusals of MAIL FROM.
func senderFaults() []Fault {
	sender := func(name, label, reply, code, field string) Fault {
		return Fault{Name: "sender-" + name, Label: label, replies: replies("MAIL", reply),
			Expect: Expectation{"failed", code, "sender", field}}
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
			"550 The from address does not match a verified Sender Identity", "sender_not_verified", "login"),
		sender("unverified", "The sender is not a verified identity", "554 Message rejected: Email address is not verified",
			"sender_not_verified", "login"),
		sender("full", "The sender's mailbox is full", "552 5.2.2 Mailbox full", "sender_mailbox_full", "login"),
		sender("storage", "The server has no storage left", "452 4.3.1 Insufficient system storage",
			"server_storage_full", "server"),
		sender("temporary", "The sender is refused for the moment", "450 4.7.1 Not at the moment",
			"sender_refused_temporarily", "login"),
		sender("lookup", "The server's own tables do not answer", "451 4.3.0 Temporary lookup failure",
			"server_lookup_failed", ""),
		sender("rate", "Too much was sent", "450 4.7.1 Error: too much mail, rate limited", "rate_limited", "server"),
		sender("limit", "The daily limit is reached", "550 5.4.5 Daily user sending limit exceeded",
			"sending_limit_reached", "server"),
		sender("dmarc", "SPF, DKIM or DMARC forbid the sender",
			"550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
			"sender_authentication_missing", "login"),
	}
}

// recipientFaults are refusals of RCPT TO.
func recipientFaults() []Fault {
	recipient := func(name, label, reply, code, field string) Fault {
		return Fault{Name: "recipient-" + name, Label: label, replies: replies("RCPT", reply),
			Expect: Expectation{"failed", code, "recipient", field}}
	}
	return []Fault{
		recipient("not-owned", "The sender is checked at the recipient, as Postfix does",
			"553 5.7.1 <me@practice.example>: Sender address rejected: not owned by user me", "sender_not_owned", "login"),
		recipient("relay", "Relaying is denied", "554 5.7.1 <me@practice.example>: Relay access denied",
			"relay_denied", "login"),
		recipient("relay-550", "Relaying is denied (550)", "550 5.7.1 Unable to relay", "relay_denied", "login"),
		recipient("unknown", "The recipient is unknown",
			"550 5.1.1 <me@practice.example>: Recipient address rejected: User unknown", "recipient_unknown", ""),
		recipient("unknown-bare", "The recipient is unknown (no enhanced code)", "550 No such user here",
			"recipient_unknown", ""),
		recipient("disabled", "The recipient's mailbox is disabled", "550 5.2.1 The email account is disabled",
			"recipient_disabled", ""),
		recipient("full", "The recipient's mailbox is full", "552 5.2.2 Mailbox full", "recipient_mailbox_full", ""),
		recipient("full-452", "The recipient's mailbox is full (452)", "452 4.2.2 Over quota", "recipient_mailbox_full", ""),
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
	}
}

// harmlessFaults are servers on which a message is accepted: old ones, and some that end the connection at QUIT.
func harmlessFaults() []Fault {
	return []Fault{
		{Name: "no-pipelining", Label: "A server without PIPELINING", ehlo: []string{"AUTH PLAIN"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "no-pipelining-sender", Label: "A server without PIPELINING refuses the sender", ehlo: []string{"AUTH PLAIN"},
			replies: replies("MAIL", "550 5.7.1 Rejected"),
			Expect:  Expectation{"failed", "sender_refused", "sender", "login"}},
		{Name: "quit-unanswered", Label: "QUIT is not answered", replies: replies("QUIT", actionSilent),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-closed", Label: "The server closes at QUIT",
			replies: replies("QUIT", actionClose), grouping: true,
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-reset", Label: "The server resets the connection at QUIT",
			replies: replies("QUIT", actionReset), grouping: true,
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "quit-reset-refused", grouping: true,
			Label:   "The server refuses the recipient and resets the connection at QUIT",
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
