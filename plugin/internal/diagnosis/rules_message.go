package diagnosis

// recipientRules are about the recipient, at RCPT or after the message.
var recipientRules = []rule{
	{cause: "recipient_restricted", steps: receiving, says: all(restricted), unless: none(bulkOfRecipients, tryLater)},
	{cause: "recipient_domain_lookup_failed", steps: receiving, replies: replies(4), says: all(domainLookupDeferred)},
	{cause: "recipient_server_unreachable", steps: receiving, replies: replies(4), says: all(recipientUnreachable)},
	{cause: "recipient_server_unreachable", steps: recipient, enhanced: enhanced("4.4.1")},
	{cause: "recipient_domain_no_mail", steps: recipient, replies: replies(556), unless: none(senderMeant)},
	{cause: "recipient_syntax_refused", steps: recipient, says: all(addressSyntax), unless: none(senderMeant)},
	{cause: "recipient_domain_not_found", steps: receiving, says: all(domainBad), unless: none(senderMeant)},
	{cause: "recipient_moved", steps: receiving, says: all(recipientMoved), unless: none(fiveOneOne)},
	{cause: "recipient_refused_temporarily", steps: receiving, replies: replies(4), says: all(mailboxDisabled, opensAgain),
		unless: none(contentMeant)},
	{cause: "recipient_disabled", steps: receiving, says: all(mailboxDisabled),
		unless: none(contentMeant, policyOfMailbox)},
	{cause: "recipient_disabled", steps: receiving, enhanced: enhanced("x.2.1"), unless: none(tryLater)},
	{cause: "recipient_unknown", steps: receiving, replies: replies(5), says: all(mailboxUnknown),
		unless: none(contentMeant, malformed, senderMeant, userAgent, allowList)},
	{cause: "recipient_unknown", steps: receiving, replies: replies(5), says: all(notInTable),
		unless: none(contentMeant, senderMeant, ipMeant, allowList)},
	{cause: "recipient_unknown", steps: receiving, replies: replies(4), says: all(userUnknown), unless: none(senderMeant)},
	{cause: "recipient_unknown", steps: recipient, replies: replies(5), says: all(addressRejected),
		unless: none(senderMeant, recipientAddressMeant)},
}

// messageRules are about what is in the message.
var messageRules = []rule{
	{cause: "virus_found", steps: message, says: all(virus), unless: none(spamOrVirus, filterBroken, mayContain)},
	{cause: "message_malformed", steps: message, says: all(malformed), unless: none(attachment)},
	{cause: "attachment_refused", steps: message, says: all(attachmentLinks)},
	{cause: "filter_unavailable", steps: atEnvelope, says: all(filterBroken), unless: none(spamVerdict)},
	{cause: "filter_unavailable", steps: atEnvelope, replies: replies(4), says: all(milterUnavailable)},
	{cause: "attachment_refused", steps: message, says: all(attachment)},
	{cause: "message_refused", steps: message, replies: replies(5), says: all(webdePolicy), providers: providers("gmx")},
	{cause: "content_refused", steps: message, replies: replies(5), says: all(spam)},
	{cause: "content_refused", steps: message, replies: replies(4), says: all(spamContent)},
	{cause: "content_refused", steps: message, replies: replies(4), says: all(together(namesSpam, saysRefusedForGood)),
		unless: none(tryLater, filterBroken)},
	{cause: "policy_refused", steps: message, replies: replies(5), says: all(policyMeant)},
	{cause: "message_malformed", steps: message, replies: replies(5), says: all(addressSyntax)},
	{cause: "message_malformed", steps: message, enhanced: enhanced("5.6.0", "5.6.1", "5.6.2", "5.6.9", "5.5.2")},
	{cause: "mail_loop", steps: message, enhanced: enhanced("x.4.6", "5.4.14")},
	{cause: "content_refused", steps: message, replies: replies(5), says: all(commandRejected)},
}

// serverRules are about the server itself.
var serverRules = []rule{
	{cause: "server_storage_full", steps: atEnvelope, says: all(serverStorage)},
	{cause: "session_timed_out", steps: atEnvelope, says: all(timedOut)},
	{cause: "server_misconfigured", steps: atEnvelope, says: all(serverBroken)},
	{cause: "server_lookup_failed", steps: atEnvelope, replies: replies(4), says: all(serverLookup)},
	{cause: "server_lookup_failed", steps: atEnvelope, enhanced: enhanced("x.4.3")},
	{cause: "greylisted", steps: recipient, replies: replies(4), says: all(tryLater), unless: none(serverNamed)},
	{cause: "server_temporary_fault", steps: sender, replies: replies(4), says: all(serverTrouble)},
	{cause: "server_busy", steps: sender, replies: replies(4), says: all(serverBusy)},
	{cause: "server_busy", steps: recipient, replies: replies(4), says: all(serverNamed)},
	{cause: "server_busy", steps: message, replies: replies(421), says: all(serverBusy)},
	{cause: "server_temporary_fault", steps: atEnvelope, replies: replies(5), says: all(couldNotSave)},
	{cause: "wrong_server_for_sending", steps: atEnvelope, says: all(wrongServer)},
}

// refusalRules are what remains of a step when only its code says no.
var refusalRules = []rule{
	{cause: "content_refused", steps: addressing, replies: replies(5), says: all(flaggedAsSpam)},
	{cause: "access_denied", steps: recipient, says: all(notWhitelisted)},
	{cause: "access_denied", steps: addressing, replies: replies(5), says: all(accessDenied),
		unless: none(recipientMeant, senderMeant, prohibited)},
	{cause: "sender_syntax_refused", steps: sender, replies: replies(501, 555, 504)},
	{cause: "sender_not_owned", steps: sender, replies: replies(553), when: withLogin},
	{cause: "sender_mailbox_full", steps: sender, replies: replies(552)},
	{cause: "server_storage_full", steps: sender, replies: replies(452)},
	{cause: "sender_refused", steps: sender, replies: replies(4), says: all(senderPlainlyBad),
		unless: none(tryLater, temporarily, notNow)},
	{cause: "sender_refused_temporarily", steps: sender, replies: replies(4)},
	{cause: "sender_refused", steps: sender, kinds: refused},

	{cause: "sender_refused", steps: recipient, replies: replies(5), says: all(senderRejected)},
	{cause: "sender_refused_temporarily", steps: recipient, replies: replies(4), says: all(senderRejected)},
	{cause: "access_denied", steps: recipient, replies: replies(5), unless: none(recipientMeant, senderMeant),
		when: both(noLogin, ofSecurity)},
	{cause: "recipient_mailbox_full", steps: recipient, replies: replies(552, 452)},
	{cause: "recipient_syntax_refused", steps: recipient, replies: replies(501, 553, 555)},
	{cause: "client_reputation_low", steps: recipient, replies: replies(4), says: all(ipMeantPlainly),
		unless: none(recipientMeant, senderMeant), when: noLogin},
	{cause: "server_busy", steps: recipient, replies: replies(421), unless: none(recipientMeant), says: all(anything),
		when: notOfSecurity},
	{cause: "access_denied", steps: recipient, replies: replies(5), says: all(ipMeantPlainly),
		unless: none(recipientMeant, senderMeant), when: noLogin},
	{cause: "recipient_refused_temporarily", steps: recipient, replies: replies(4)},
	{cause: "recipient_refused", steps: recipient, kinds: refused},

	{cause: "message_too_big", steps: message, replies: replies(552)},
	{cause: "message_refused_temporarily", steps: message, replies: replies(4)},
	{cause: "server_temporary_fault", steps: message, replies: replies(5), enhanced: enhanced("5.3.0"),
		says: all(saysBroken)},
	{cause: "content_refused", steps: message, replies: replies(541, 550, 554, 571)},
	{cause: "message_refused", steps: message, kinds: refused},
}

var (
	saysRefusedForGood = words(`blocked|rejected|refused`)
	mayContain         = words(`(?:may|might|could) (?:contain|carry|be)`)
	addressRejected    = words(`5\.1\.0 address rejected`)
	prohibited         = words(`administrat\w* prohibit`)
	bulkOfRecipients   = words(`too many`)
	opensAgain         = words(
		`maintenance|wartung|mantenimiento|manutenzione|обслуживан`, `(?:try|again|come back) `, `retry`, `later`,
		`spater|plus tard|mas tarde|piu tardi|позже|稍后`,
	)
	// policyOfMailbox refuses; the mailbox itself is in order.
	policyOfMailbox = words(`(?:mail ?box|user|recipient|account|address) (?:\S+ )?(?:polic|rules?\b)`)
	fiveOneOne      = words(`5\.1\.1`)
	contentMeant    = words(
		`spam`, `virus`, `content`, `unsolicited`,
		`message (?:not allowed|rejected|blocked|refused|contains|considered|filtered|scored)`, `mail content`,
	)
	userUnknown = words(
		`invalid recipient`, `recipient (?:unknown|invalid|not found)`, `user unknown`, `unknown user`,
		`no such (?:user|mailbox|recipient|address)`, `does not exist`, `unknown (?:recipient|mailbox|address)`,
		`not exist`, `no exist`,
	)
	// milterUnavailable is what Postfix says for a content filter that does not answer.
	milterUnavailable = words(`service unavailable try again later`)
	spamOrVirus       = words(`spam or virus`, `virus or spam`)
	spamVerdict       = words(
		`rejected by (?:\S+ )?(?:spam|content) filter`, `message (?:content )?rejected`, `classified as`,
		`considered`,
	)
	organizationPolicy = words(
		`organi[sz]ation policy`, `has a policy`, `policy rejection on the target`, `transport rule`, `dlp`,
		`company policy`, `corporate policy`, `administrat\w* polic`, `mail flow rule`,
	)
	webdePolicy = words(`policy restrictions`)
	spamContent = words(
		`nature of the content`, `spam\b ~ (?:block|reject|detect)`, `content ~ (?:block|reject)`, `suspicious due`,
	)
	serverNamed = words(
		`service is (?:\S+ )?(?:unavailable|not available)`,
		`(?:server|system|service) (?:\S+ ){0,2}(?:busy|overload\w*|load|shutting|maintenance|error|problem|`+
			`fail\w*|fault)`,
		`maintenance`, `(?:shutting|going) down`, `reboot|restart`, `too busy`, `high load`,
		`closing (?:transmission )?channel`,
	)
	couldNotSave = words(
		`could not be (?:saved|stored|queued|processed)`, `temporar\w* (?:unavailable|failure|error|problem)`, `transient`,
		`try (?:again )?(?:after|in) (?:a few|some|\d+)`, `(?:retry|try again) later`, `internal (?:server )?error`,
	)
	senderRejected = words(
		`sender (?:email )?address rejected`, `sender (?:is |was )?(?:rejected|refused|not accepted|invalid)`,
		`invalid sender`, `emetteur invalide`,
	)
	// senderPlainlyBad is what does not pass, though some servers say it with 4xx.
	senderPlainlyBad = words(
		`(?:bad|invalid|illegal|unauthori[sz]ed|forbidden|wrong|unacceptable) (?:\S+ )?(?:sender|from|mail ?from|`+
			`return path)`,
		`(?:sender|mail ?from)(?: \S+){0,2} (?:not (?:allowed|permitted|authori[sz]ed|valid)|invalid|forbidden|unauthori)`,
		`absender\w* (?:\S+ )?(?:ungultig|nicht (?:erlaubt|zugelassen|gultig))`, `expediteur (?:invalide|non autorise)`,
		`remitente (?:invalido|no (?:valido|permitido))`, `недопустим\S* отправител`,
		`(?:sender|absender\w*|expediteur|remitente|mittente|отправител\S*) (?:\S+ )?`+
			`(?:verboten|interdit|prohibid|vietat|запрещ)`,
	)
	flaggedAsSpam = words(
		`(?:flagged|identified|classified|considered|detected|rejected|marked|blocked) (?:as|for) (?:\S+ )?spam`,
		`(?:is|looks like) spam`, `spam (?:message|mail|content)`,
	)
	notWhitelisted = words(`(?:ip|@ip|host|address) not (?:in|on) (?:\S+ )?(?:white|allow) ?list`)
)
