package diagnosis

// Gists say what a reply is about where none of its phrasings is known: something that it names and what it says of it
// stand in one sentence, in whichever order and language. They are asked after the phrasings and before the codes that
// only say no. The vocabulary is in vocabulary.go.

// loginGists are for a refused login.
var loginGists = []rule{
	{cause: "client_address_not_authorized", steps: auth, says: all(together(ipMeantPlainly, saysRefused)),
		unless: none(tooManyWords)},
	{cause: "login_backend_broken", steps: auth, replies: replies(5), says: all(together(namesDirectory, saysBroken))},
	{cause: "password_expired", steps: auth, says: all(together(namesPassword, saysOutdated))},
	{cause: "sending_limit_reached", steps: auth, says: all(saysUnpaid)},
	{cause: "account_disabled", steps: auth, says: all(together(namesPrograms, saysSwitchedOn))},
	{cause: "login_needs_encryption", steps: auth, says: all(together(namesEncryption, saysDemanded)), when: unencrypted},
	{cause: "login_tls_too_weak", steps: auth, says: all(together(namesEncryption, saysDemanded))},
	{cause: "account_disabled", steps: auth, says: all(together(namesPrograms, namesMailbox, saysRefused))},
	{cause: "account_disabled", steps: auth, says: all(together(namesAccount, saysClosed)),
		unless: none(credentialsPlainlyWrong, tokenRefused)},
}

// demandGists are for what the server demands first.
var demandGists = []rule{
	{cause: "sender_not_owned", steps: atEnvelope, replies: replies(5), when: withLogin,
		says: all(together(namesSenderAddress, namesIdentity, saysSame)), unless: none(authenticationResults)},
	{cause: "sender_not_owned", steps: atEnvelope, replies: replies(5), when: loggedIn,
		says: all(together(namesSenderAddress, namesLogin, saysRefused)), unless: none(authenticationResults)},
	{cause: "login_demanded_not_offered", steps: addressing, says: all(together(namesLogin, saysDemanded)),
		unless: none(authenticationResults), when: loginNotOffered},
	{cause: "login_required", steps: addressing, says: all(together(namesLogin, saysDemanded)),
		unless: none(authenticationResults), when: noLogin},
	{cause: "login_needs_encryption", steps: sender, says: all(together(namesEncryption, saysDemanded))},
	{cause: "login_needs_encryption", steps: sender, says: all(together(namesEncryption, saysRefused))},
	{cause: "encryption_required", steps: recipient, says: all(together(namesEncryption, saysDemanded))},
	{cause: "spoofing_blocked", steps: atEnvelope, says: all(together(namesOwnDomain, namesOutside)), when: noLogin},
	{cause: "relay_denied", steps: addressing, says: all(together(namesRelay, saysRefused))},
	{cause: "relay_denied", steps: recipient, says: all(together(namesRelay, saysNot))},
}

// clientGists are about this machine and the sender.
var clientGists = []rule{
	{cause: "hello_name_refused", steps: addressing, says: all(together(namesHello, saysNot))},
	{cause: "greylisted", steps: recipient, replies: replies(4), says: all(saysNew)},
	{cause: "reverse_dns_missing", steps: addressing, says: all(reverseDNSLinks)},
	{cause: "hello_name_refused", steps: addressing, says: all(helloLinks)},
	{cause: "relay_denied", steps: recipient, replies: replies(5), says: all(relayLinks), when: nothingElse},
	{cause: "greylisted", steps: addressing, replies: replies(4), says: all(greylistingLinks)},
	{cause: "client_reputation_low", steps: addressing, replies: replies(4), says: all(together(ipMeant, saysAbused))},
	{cause: "use_provider_relay", steps: atEnvelope, says: all(together(namesSmarthost, saysInstead)), when: noLogin},
	{cause: "session_login_expired", steps: sender, says: all(together(namesLogin, saysOver)), when: withLogin},
	{cause: "session_timed_out", steps: atEnvelope, replies: replies(4), says: all(together(namesConnection, saysOver))},
	{cause: "account_suspended", steps: atEnvelope, says: all(together(namesAccount, saysAbused)), when: withLogin},
	{cause: "account_suspended", steps: sender, replies: replies(5), says: all(saysStolen), when: withLogin,
		unless: none(thisMachine)},
	{cause: "account_suspended", steps: atEnvelope, says: all(together(namesSending, saysClosed)), when: withLogin,
		unless: none(recipientMeant, namesFile, thisMachine)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(saysUnpaid), when: withLogin,
		unless: none(namesSpam, namesFile)},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(together(senderMeant, saysBlocked)), unless: none(ipMeant)},
	{cause: "address_blocklisted", steps: atEnvelope, replies: replies(5), says: all(together(namesClient, saysBlocked)),
		unless: none(namesSpamVerdict)},
	{cause: "sender_not_owned", steps: addressing, replies: replies(5), says: all(ofAnotherAccount), when: withLogin},
	{cause: "sender_not_verified", steps: atEnvelope, says: all(together(namesSenderAddress, saysVerified, saysNot)),
		when: withLogin, unless: none(recipientAddressMeant, thisMachine)},
	{cause: "sender_domain_not_found", steps: sender, replies: replies(5),
		says: all(together(namesDomain, saysUnknown))},
	{cause: "sender_domain_not_found", steps: receiving, replies: replies(5),
		says: all(together(senderMeant, namesDomain, saysUnknown)), unless: none(namesForm)},
	{cause: "sender_domain_lookup_failed", steps: sender, replies: replies(4),
		says: all(together(namesDomain, saysBroken))},
}

// limitGists are about how much may be sent.
var limitGists = []rule{
	{cause: "too_many_invalid_recipients", steps: atEnvelope, says: all(together(namesDeadRecipients, saysExceeded))},
	{cause: "too_many_recipients", steps: receiving, says: all(together(namesRecipients, saysExceeded)),
		unless: none(overTime, ipMeant, namesStorage)},
	{cause: "server_storage_full", steps: atEnvelope, replies: replies(4), says: all(together(namesDisk, saysFull)),
		unless: none(namesInbox)},
	{cause: "server_misconfigured", steps: atEnvelope, says: all(together(namesLicence, saysClosed))},
	{cause: "recipient_mailbox_full", steps: receiving, says: all(together(namesStorage, saysFull)),
		unless: none(sendingMeant, sizeMeant, overTime)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(together(overTime, saysExceeded)), when: withLogin,
		unless: none(headerMeant, mailboxNamed)},
	{cause: "rate_limited", steps: atEnvelope, says: all(together(namesQuota, saysExceeded)), unless: none(headerMeant)},
}

// recipientGists are about the recipient and the servers behind the one that answers.
var recipientGists = []rule{
	{cause: "recipient_server_unreachable", steps: recipient, replies: replies(4),
		says: all(together(namesInnerServer, saysBroken))},
	{cause: "server_lookup_failed", steps: atEnvelope, replies: replies(4),
		says: all(together(namesDirectory, saysBroken))},
	{cause: "recipient_domain_lookup_failed", steps: recipient, replies: replies(4),
		says: all(together(namesDomain, saysBroken))},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5), says: all(together(namesTarget, namesPolicy)),
		unless: none(ipMeant, senderMeant)},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5), when: noLogin,
		says: all(together(namesMessage, saysRefused, forPolicy)), unless: none(ipMeant, senderMeant, namesSpam)},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5),
		says: all(together(namesOutside, namesMailbox, saysRefused))},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5),
		says: all(together(namesOutside, namesGroup, saysNot))},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5),
		says: all(together(senderMeant, toOthers, saysRefused)), unless: none(ipMeant)},
	{cause: "virus_found", steps: receiving, replies: replies(5), says: all(namesVirus)},
	{cause: "address_blocklisted", steps: recipient, replies: replies(5), says: all(together(ipMeant, namesSpam))},
	{cause: "content_refused", steps: recipient, replies: replies(5), says: all(together(namesMessage, namesSpam))},
	{cause: "recipient_disabled", steps: receiving, says: all(together(namesMailbox, saysClosed)),
		unless: none(namesForm, namesFile)},
	{cause: "recipient_unknown", steps: receiving, replies: replies(5), says: all(together(namesMailbox, saysUnknown)),
		unless: none(senderMeant, namesForm, namesFile, userAgent, allowList)},
	{cause: "recipient_domain_not_found", steps: recipient, replies: replies(5),
		says: all(together(namesDomain, saysUnknown)), unless: none(senderMeant)},
}

// messageGists are about what is in the message.
var messageGists = []rule{
	{cause: "filter_unavailable", steps: atEnvelope, replies: replies(4), says: all(together(namesFilter, saysBroken))},
	{cause: "attachment_refused", steps: message, replies: replies(5), says: all(together(namesFile, saysRefused))},
	{cause: "attachment_refused", steps: message, replies: replies(5), says: all(together(namesFile, saysNotTaken))},
	{cause: "url_blocklisted", steps: message, replies: replies(5), says: all(together(namesLink, namesSpam))},
	{cause: "content_refused", steps: message, says: all(namesSpam), replies: replies(5)},
	{cause: "message_malformed", steps: message, replies: replies(5), says: all(together(namesForm, saysMisshapen))},
	{cause: "relay_denied", steps: message, replies: replies(5), says: all(together(namesRelay, saysRefused)),
		unless: none(namesSpam)},
	{cause: "access_denied", steps: message, replies: replies(5), says: all(clientRejected)},
	{cause: "access_denied", steps: message, replies: replies(5), says: all(together(ipMeantPlainly, saysUnwanted)),
		unless: none(namesSpam, namesForm, namesFile), when: noLogin},
	{cause: "recipient_refused", steps: message, replies: replies(5), says: all(recipientRejected)},
	{cause: "recipient_restricted", steps: message, replies: replies(5), says: all(together(namesTarget, saysRefused)),
		unless: none(namesSpam, namesForm, namesFile)},
	{cause: "sender_not_owned", steps: message, replies: replies(5), says: all(together(senderMeant, saysNot)),
		unless: none(namesSpam, namesForm, namesFile, authenticationResults, thisMachine), when: loggedIn},
	{cause: "sender_refused", steps: message, replies: replies(5), says: all(senderRejected)},
	{cause: "content_refused", steps: message, replies: replies(5), says: all(together(namesMessage, saysRefused))},
}

// serverGists are about the server itself.
var serverGists = []rule{
	{cause: "sender_refused", steps: recipient, replies: replies(5), says: all(together(senderMeant, saysRefused)),
		unless: none(ipMeant, recipientAddressMeant)},
	{cause: "server_temporary_fault", steps: atEnvelope, replies: replies(4),
		says: all(together(namesServer, saysBroken))},
	{cause: "access_denied", steps: addressing, replies: replies(5), says: all(together(ipMeant, saysRefused))},
	{cause: "access_denied", steps: addressing, replies: replies(5), says: all(together(thisMachine, saysRefused))},
	{cause: "access_denied", steps: addressing, replies: replies(5), says: all(together(thisMachine, saysClosed))},
}

var (
	forPolicy = words(
		`(?:for|due to|because of|by|of|on) (?:\S+ ){0,3}polic`, `polic\w* (?:reason|ground)`,
		`richtlinie`, `politique`, `politica`, `политик`, `策略`,
	)
	saysUnwanted = words(`den(?:y|ied)|refus|reject|block|unwanted`,
		`not (?:\S+ )?(?:take|accept|allow|permit|welcome|want)`)
	clientRejected = words(
		`client host rejected`, `not accepting connections`, `no access from`, `(?:@ip|host) rejected`,
	)
	recipientRejected = words(`recipient (?:address )?(?:rejected|refused|denied)`)
	ofAnotherAccount  = words(
		`(?:reserved|registered|belongs?|assigned|used) (?:for|to|by) (?:another|an?other|someone|somebody)`,
		`(?:another|other|different) (?:customer|user|account|login)`,
	)
	outgoingBlocked = words(
		`(?:outgoing|outbounds?|sending) (?:\S+ ){0,3}(?:blocked|stopped|paused|suspended|disabled)`,
	)
)
