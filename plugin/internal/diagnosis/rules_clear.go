package diagnosis

// overrulingRules are phrases that outweigh a clear code, for servers are known that contradict themselves so: what is
// counted or full, whom a list names, a check that has not come to its end, and relaying. No other words do.
var overrulingRules = []rule{
	// What this machine or this account has sent too much of, whatever the mailbox code beside it.
	{cause: "rate_limited", steps: atEnvelope, says: all(ipSentTooMuch)},
	{cause: "rate_limited", steps: atEnvelope, says: all(recipientAttempts)},
	{cause: "rate_limited", steps: atEnvelope, says: all(together(overMinutes, saysAllowance)),
		unless: none(rateOfRecipient, greylisting)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(sendingQuotaUsed)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(together(messagesCounted, saysExceeded)),
		unless: none(mailboxNamed, namesConnection, headerMeant)},

	// How much a mailbox holds and gets: 5.1.1 and 5.2.1 are said of it as often as 5.2.2.
	{cause: "sender_mailbox_full", steps: message, says: all(together(senderMailbox, saysFull)), when: withLogin},
	{cause: "recipient_mailbox_full", steps: receiving, says: all(messagesKept), unless: none(sendingMeant)},
	{cause: "recipient_rate_limited", steps: receiving, says: all(rateOfRecipient), when: noLogin,
		unless: none(ipMeantPlainly)},
	{cause: "recipient_mailbox_full", steps: receiving, says: all(overQuota), unless: none(sendingMeant, sizeMeant)},
	{cause: "recipient_rate_limited", steps: receiving, says: all(receivesTooMuch),
		unless: none(senderRateMeant, ipMeant, storageMeant)},
	{cause: "recipient_rate_limited", steps: receiving, says: all(together(namesMailbox, limitMeant), overTime),
		unless: none(callerMeant), when: noLogin},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(limitMeant, overTime), unless: none(recipientLimit)},

	// Who does not want whom.
	{cause: "address_blocklisted", steps: atEnvelope, says: all(ipListed),
		unless: none(queryRefused, greylisting, relayingDenied)},
	{cause: "recipient_restricted", steps: receiving, says: all(recipientPrefers)},
	{cause: "recipient_suppressed", steps: receiving, says: all(suppressionList)},
	{cause: "sender_not_owned", steps: addressing, says: all(senderNotSame)},
	{cause: "account_suspended", steps: atEnvelope, says: all(yourAccount, accountSuspended)},

	// A check of an address, or of its domain, that is under way or has failed: the code is that of a bad address.
	{cause: "sender_check_failed", steps: atEnvelope, says: all(senderCheckDeferred)},
	{cause: "sender_mailbox_unknown", steps: atEnvelope, says: all(senderMailboxBad), unless: none(domainOfSender)},
	{cause: "recipient_unknown", steps: receiving, says: all(addressUndeliverable), unless: none(senderMeant)},
	{cause: "recipient_check_failed", steps: receiving, replies: replies(4), says: all(recipientCheckDeferred),
		unless: none(senderMeant)},
	{cause: "sender_domain_lookup_failed", steps: atEnvelope, says: all(authenticationResults, domainLookupDeferred)},
	{cause: "sender_domain_lookup_failed", steps: atEnvelope, replies: replies(4),
		says: all(authenticationResults, couldNot)},
	{cause: "sender_domain_lookup_failed", steps: addressing, replies: replies(4), says: all(senderMeant, lookupTimedOut)},
	{cause: "sender_domain_no_mail", steps: atEnvelope, says: all(nullMX, senderMeant),
		unless: none(recipientAddressMeant)},
	{cause: "recipient_domain_no_mail", steps: receiving, says: all(nullMX)},
	{cause: "sender_domain_disabled", steps: atEnvelope, says: all(senderDomainDisabled)},
	{cause: "sender_domain_too_new", steps: atEnvelope, says: all(domainYoung), unless: none(namesGreylisting)},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(domainListed)},

	// A server of which only the hour is bad.
	{cause: "server_temporary_fault", steps: atEnvelope, replies: replies(4), enhanced: enhanced("4.3.5"),
		says: all(notNow), unless: none(serverBroken)},

	// What an address is written in.
	{cause: "smtputf8_not_offered", steps: addressing, says: all(unicodeAddress)},

	// Relaying, of which many servers say that the domain or the mailbox is bad.
	{cause: "login_demanded_not_offered", steps: addressing, says: all(relayingDenied), when: loginNotOffered},
	{cause: "relay_denied", steps: recipient, replies: replies(5), says: all(relayingDenied),
		unless: none(loginDemanded, notOwned)},
	{cause: "relay_denied", steps: recipient, replies: replies(4), says: all(relayingDenied),
		unless: none(loginDemanded, temporarily, serverLookup)},
}

// unmistakableRules are enhanced status codes (RFC 6531, RFC 7372, RFC 7505) that say one thing only, so that no server
// takes them for another.
var unmistakableRules = []rule{
	{cause: "reverse_dns_missing", steps: atEnvelope, enhanced: enhanced("x.7.25")},
	{cause: "sender_authentication_missing", steps: atEnvelope, enhanced: enhanced(
		"5.7.20", "5.7.21", "5.7.22", "5.7.24", "5.7.26")},
	{cause: "sender_authentication_missing", steps: atEnvelope, enhanced: enhanced("5.7.23"), unless: none(reverseDNS)},
	{cause: "sender_domain_no_mail", steps: atEnvelope, enhanced: enhanced("5.7.27"), unless: none(authenticationResults)},
	{cause: "smtputf8_not_offered", steps: atEnvelope, enhanced: enhanced("x.6.7")},
}

// clearRules are enhanced status codes (RFC 3463, RFC 7505) that say who and why. 5.7.0 and 5.7.1 do not.
var clearRules = []rule{
	{cause: "recipient_domain_no_mail", steps: receiving, enhanced: enhanced("5.1.10"), unless: none(userUnknown)},
	{cause: "recipient_unknown", steps: receiving, enhanced: enhanced("5.1.10")},
	{cause: "sender_mailbox_full", steps: sender, enhanced: enhanced("x.2.2")},
	{cause: "recipient_mailbox_full", steps: receiving, enhanced: enhanced("x.2.2"),
		unless: none(greylistedPlainly, tooManyRecipients)},
	{cause: "message_too_big", steps: atEnvelope, enhanced: enhanced("x.3.4", "x.2.3")},
	{cause: "server_storage_full", steps: atEnvelope, enhanced: enhanced("x.3.1"), unless: none(temporarySystemError)},
	{cause: "server_misconfigured", steps: atEnvelope, enhanced: enhanced("x.3.5")},
	// With 4xx the check may just not have come to its end.
	{cause: "sender_authentication_missing", steps: atEnvelope, enhanced: enhanced(
		"4.7.20", "4.7.21", "4.7.22", "4.7.24", "4.7.26")},
	{cause: "sender_authentication_missing", steps: atEnvelope, enhanced: enhanced("4.7.23"), unless: none(reverseDNS)},
	{cause: "sender_domain_lookup_failed", steps: atEnvelope, enhanced: enhanced("4.4.3"), says: all(senderMeant)},
	{cause: "recipient_check_failed", steps: recipient, enhanced: enhanced("4.1.1"), says: all(inProgress)},
	{cause: "recipient_unknown", steps: receiving, enhanced: enhanced("x.1.1"), says: all(userUnknown),
		unless: none(senderMeant)},
	{cause: "recipient_unknown", steps: receiving, enhanced: enhanced("x.1.1"), unless: none(senderDomainBad)},
	{cause: "recipient_domain_not_found", steps: receiving, enhanced: enhanced("x.1.2"), unless: none(senderMeant)},
	{cause: "recipient_syntax_refused", steps: receiving, enhanced: enhanced("x.1.3", "x.1.4"), unless: none(senderMeant)},
	{cause: "recipient_unknown", steps: receiving, enhanced: enhanced("5.2.1"), says: all(userUnknown)},
	{cause: "recipient_disabled", steps: receiving, enhanced: enhanced("5.2.1")},
	{cause: "recipient_moved", steps: receiving, enhanced: enhanced("x.1.6"), unless: none(addressSyntax)},
	{cause: "reverse_dns_missing", steps: addressing, enhanced: enhanced("x.1.8"), says: all(reverseDNS, ipMeant)},
	{cause: "sender_domain_lookup_failed", steps: addressing, enhanced: enhanced("4.1.8"), says: all(notNow),
		unless: none(plainlyNotFound)},
	{cause: "sender_domain_lookup_failed", steps: addressing, enhanced: enhanced("4.1.8"), says: all(lookupBroke),
		unless: none(plainlyNotFound)},
	{cause: "sender_not_verified", steps: addressing, enhanced: enhanced("x.1.8"), when: withLogin,
		says: all(notVerified, namesThisAccount)},
	{cause: "sender_domain_not_found", steps: addressing, enhanced: enhanced("x.1.8")},
	{cause: "sender_domain_not_found", steps: addressing, enhanced: enhanced("x.1.7"), says: all(senderDomainBad)},
	{cause: "sender_syntax_refused", steps: addressing, enhanced: enhanced("x.1.7")},
	{cause: "sender_not_owned", steps: atEnvelope, enhanced: enhanced("5.7.60"), unless: none(loginDemanded)},
}
