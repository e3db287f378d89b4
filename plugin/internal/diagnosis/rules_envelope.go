package diagnosis

import "slices"

// specificRules are phrases about sender, recipient or message that leave no doubt.
var specificRules = []rule{
	{cause: "account_disabled", steps: atEnvelope, says: all(submissionDisabled), when: withLogin, unless: none(sendFor)},
	{cause: "too_many_messages_per_connection", steps: atEnvelope, says: all(tooManyMessagesHere), unless: none(timedOut)},
	{cause: "server_misconfigured", steps: receiving, says: all(loopsBack)},
	{cause: "mail_loop", steps: receiving, says: all(loop)},
	{cause: "too_many_errors", steps: atEnvelope, says: all(tooManyErrors)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(planMeant, saysExceeded), when: withLogin},
	{cause: "message_malformed", steps: message, says: all(malformedPlainly)},
	{cause: "recipient_restricted", steps: recipient, says: all(organizationPolicy)},
	{cause: "policy_refused", steps: atEnvelope, says: all(organizationPolicy)},
	{cause: "account_not_activated", steps: atEnvelope, says: all(testMode), when: withLogin,
		unless: none(namesVirus, namesFile)},
	{cause: "password_expired", steps: atEnvelope, says: all(passwordExpired), when: withLogin},
	{cause: "password_expired", steps: atEnvelope, says: all(together(namesPassword, saysAged)), when: withLogin},
	{cause: "password_too_simple", steps: atEnvelope, says: all(passwordTooSimple), when: withLogin},
}

// envelopeRules decide by what the words mean together who refuses what.
var envelopeRules = slices.Concat(
	demandRules, machineRules, senderRules, accountRules, limitRules, recipientRules, messageRules, serverRules,
	demandGists, clientGists, limitGists, recipientGists, messageGists, serverGists, refusalRules,
)

var demandRules = []rule{
	{cause: "login_needs_encryption", steps: atEnvelope, says: all(startTLSFirst), when: unencrypted},
	{cause: "login_needs_encryption", steps: sender, says: all(encryptionDemanded), unless: none(authenticationResults)},
	{cause: "encryption_required", steps: receiving, says: all(encryptionDemanded), unless: none(authenticationResults)},
	{cause: "encryption_required", steps: receiving, enhanced: enhanced("x.7.10", "x.7.11")},
	{cause: "spoofing_blocked", steps: atEnvelope, says: all(hostOwnDomain), when: noLogin,
		unless: none(authenticationResults, namesHello)},
	{cause: "use_provider_relay", steps: atEnvelope, says: all(dynamicAddress)},
	{cause: "recipient_restricted", steps: atEnvelope, says: all(listRestricted)},
	{cause: "login_demanded_not_offered", steps: atEnvelope, says: all(loginDemanded), when: loginNotOffered,
		unless: none(authenticationResults)},
	{cause: "login_required", steps: atEnvelope, says: all(loginDemanded), unless: none(authenticationResults)},
	{cause: "use_provider_relay", steps: atEnvelope, says: all(relayInstead)},
	{cause: "access_denied", steps: atEnvelope, says: all(submitDenied)},
	{cause: "login_required", steps: atEnvelope, says: all(loginDemandedVaguely), when: noLogin, unless: none(listed)},
	{cause: "login_demanded_not_offered", steps: atEnvelope, replies: replies(530), when: loginNotOffered},
	{cause: "sender_not_verified", steps: atEnvelope, replies: replies(530, 535), says: all(senderMeant), when: loggedIn},
	{cause: "login_required", steps: atEnvelope, replies: replies(530, 535), unless: none(accountSuspended),
		says: all(anything)},
}

// machineRules are about this machine: its names, its address, what is known of it.
var machineRules = []rule{
	{cause: "sender_authentication_missing", steps: atEnvelope, says: all(authenticationResults),
		unless: none(reverseDNS)},
	{cause: "sender_authentication_missing", steps: atEnvelope, says: all(authenticationLinks)},
	{cause: "hello_name_refused", steps: atEnvelope, says: all(aboutHello)},
	{cause: "reverse_dns_missing", steps: atEnvelope, says: all(reverseDNS)},
	{cause: "server_lookup_failed", steps: addressing, replies: replies(4), says: all(together(ipMeantPlainly, dnsFailed)),
		unless: none(listed, senderMeant, recipientMeant)},
	{cause: "client_country_refused", steps: atEnvelope, says: all(countryMeant)},
	{cause: "rate_limited", steps: sender, replies: replies(4), says: all(retryIn), unless: none(greylistedPlainly),
		when: loggedIn},
	{cause: "greylisted", steps: atEnvelope, replies: replies(4), says: all(greylisting)},
	{cause: "url_blocklisted", steps: message, says: all(badURL)},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(listed, senderListed), unless: none(ipMeant)},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(dblLinks), unless: none(ipMeant)},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(together(senderMeant, ownBlocklist)),
		unless: none(ipMeant, listOfDNS)},
	{cause: "address_blocklisted", steps: atEnvelope, says: all(listed, ipMeant), unless: none(recipientSuppressed)},
	{cause: "recipient_suppressed", steps: receiving, says: all(recipientSuppressed)},
	{cause: "address_blocklisted", steps: atEnvelope, says: all(listed), unless: none(badURL, attachment)},
	{cause: "client_reputation_low", steps: atEnvelope, says: all(reputation, ipOrDomain)},
	{cause: "client_reputation_low", steps: atEnvelope, says: all(reputation, ipMeant),
		unless: none(domainMeant, blockedIP)},
	{cause: "sender_reputation_low", steps: atEnvelope, says: all(reputation, domainMeant)},
	{cause: "client_reputation_low", steps: atEnvelope, says: all(reputation), unless: none(senderMeant, blockedIP)},
	{cause: "sender_reputation_low", steps: atEnvelope, says: all(together(reputation, senderMeant)),
		unless: none(blockedIP)},
	{cause: "content_refused", steps: message, replies: replies(5), says: all(spamFilterMeant), unless: none(ipMeant)},
	{cause: "address_blocklisted", steps: atEnvelope, replies: replies(5), says: all(blockedIP),
		unless: none(blockedSender, byRecipient, namesVirus)},
	{cause: "address_blocklisted", steps: atEnvelope, replies: replies(4), says: all(blockedIP),
		unless: none(blockedSender, tryLater)},
	{cause: "client_address_not_authorized", steps: atEnvelope, says: all(clientNotListed), when: withLogin},
	{cause: "address_blocklisted", steps: atEnvelope, replies: replies(5), says: all(listLinks)},
	{cause: "address_blocklisted", steps: addressing, replies: replies(5), says: all(together(ipMeant, saysBlocked)),
		unless: none(notOnList)},
}

var senderRules = []rule{
	{cause: "sender_domain_lookup_failed", steps: atEnvelope, replies: replies(4),
		says: all(senderMeant, domainLookupDeferred)},
	{cause: "sender_not_verified", steps: atEnvelope, says: all(notVerifiedPlainly), unless: none(recipientAddressMeant)},
	{cause: "sender_domain_not_found", steps: atEnvelope, says: all(senderDomainBad)},
	{cause: "client_reputation_low", steps: addressing, says: all(deferredIP), unless: none(authenticationResults)},
	{cause: "sender_domain_lookup_failed", steps: sender, replies: replies(4), says: all(domainLookupDeferred)},
	{cause: "sender_not_owned", steps: atEnvelope, says: all(notOwnedPlainly), when: withLogin,
		unless: none(recipientAddressMeant, listRestricted, authenticationResults)},
	{cause: "sender_syntax_refused", steps: atEnvelope, says: all(senderMeant, addressSyntax),
		unless: none(recipientAddressMeant)},
	{cause: "sender_syntax_refused", steps: sender, says: all(addressSyntax)},
	{cause: "sender_syntax_refused", steps: sender, replies: replies(501, 553), says: all(invalidAddress),
		unless: none(notOwned)},
	{cause: "sender_not_owned", steps: sender, replies: replies(5), says: all(permissionDenied), when: loggedIn},
	{cause: "recipient_moved", steps: recipient, replies: replies(551),
		unless: none(reverseDNS, domainBad, mailboxDisabled, noSuchPermission)},
	{cause: "relay_denied", steps: recipient, replies: replies(5), says: all(relayMeant),
		unless: none(notOwned, quotaUsedUp)},
	{cause: "relay_denied", steps: recipient, replies: replies(4), says: all(relayMeant),
		unless: none(notOwned, quotaUsedUp, temporarily, serverLookup)},
	{cause: "sender_not_verified", steps: atEnvelope, says: all(notVerified), when: withLogin,
		unless: none(recipientAddressMeant, notOwnedPlainly)},
	{cause: "sender_not_verified", steps: atEnvelope, says: all(notVerified, senderMeant),
		unless: none(recipientAddressMeant, notOwnedPlainly)},
	{cause: "sender_refused_temporarily", steps: sender, replies: replies(4),
		says:   all(together(senderMeant, notPermitted), forNow),
		unless: none(limitMeant, notOwnedPlainly)},
	{cause: "sender_not_owned", steps: atEnvelope, says: all(notOwned),
		unless: none(recipientAddressMeant, listRestricted, senderIPMeant)},
	{cause: "sender_not_owned", steps: atEnvelope, replies: replies(5), says: all(together(senderMeant, notPermitted)),
		unless: none(authenticationResults, listed, namesSpam, namesVirus, namesFile, saysVerified, recipientNamed,
			thisMachine, toOthers, lacksRecords),
		when: loggedIn},
	{cause: "sender_blocklisted", steps: atEnvelope, says: all(senderListed), unless: none(recipientAddressMeant)},
}

var accountRules = []rule{
	{cause: "account_not_activated", steps: atEnvelope, says: all(accountNotActivated), when: withLogin},
	{cause: "account_suspended", steps: atEnvelope, says: all(accountSuspended), unless: none(recipientMeant, limitMeant),
		when: withLogin},
	{cause: "account_suspended", steps: sender, says: all(accountSuspended), unless: none(limitMeant, thisMachine)},
	{cause: "account_disabled", steps: sender, says: all(mayNotUse), when: withLogin},
	{cause: "account_suspended", steps: atEnvelope, says: all(outgoingBlocked), when: withLogin,
		unless: none(thisMachine)},
	{cause: "account_suspended", steps: message, says: all(accountUnderReview), when: withLogin},
	{cause: "account_suspended", steps: atEnvelope, says: all(together(ownAccount, saysClosed)), when: withLogin},
	{cause: "account_suspended", steps: atEnvelope, says: all(together(namesSending, namesThisAccount, saysClosed)),
		unless: none(recipientAddressMeant), when: withLogin},
	{cause: "sender_refused_temporarily", steps: sender, replies: replies(4),
		says: all(together(namesAccount, saysClosed), forNow)},
	{cause: "account_confirmation_required", steps: atEnvelope, says: all(accountConfirmation), when: withLogin},
	{cause: "permission_missing", steps: atEnvelope, says: all(noSuchPermission), when: withLogin},
}

var limitRules = []rule{
	{cause: "too_many_invalid_recipients", steps: atEnvelope, says: all(badRecipients)},
	{cause: "separate_transaction_needed", steps: recipient, replies: replies(4), says: all(splitTransaction),
		unless: none(tooManyRecipients)},
	{cause: "rate_limited", steps: atEnvelope, says: all(tooManyRecipients, ipMeant)},
	{cause: "rate_limited", steps: atEnvelope, says: all(tooManyRecipients, overTime)},
	{cause: "too_many_recipients", steps: receiving, says: all(tooManyRecipients)},
	{cause: "too_many_recipients", steps: recipient, enhanced: enhanced("x.5.3"), unless: none(rateMeant)},
	{cause: "message_too_big", steps: atEnvelope, says: all(tooBig),
		unless: none(sendingMeant, lineMeant, overTime, timedOut, quotaOfDomain)},
	{cause: "sender_mailbox_full", steps: sender, says: all(mailboxFull), unless: none(sendingMeant)},
	{cause: "recipient_mailbox_full", steps: receiving, says: all(mailboxFull), unless: none(sendingMeant)},
	{cause: "recipient_mailbox_full", steps: receiving, says: all(together(namesMailbox, namesStorage, saysFull)),
		unless: none(sendingMeant, sizeMeant)},
	{cause: "too_many_messages_per_connection", steps: atEnvelope,
		says: all(together(namesMessages, namesConnection, saysExceeded)), unless: none(overTime, rateMeant)},
	{cause: "too_many_connections", steps: atEnvelope, says: all(connectionsCounted),
		unless: none(serverWideConnections, rateWord)},
	{cause: "sending_limit_reached", steps: atEnvelope, says: all(together(namesQuota, saysExceeded), overTime)},
	{cause: "rate_limited", steps: atEnvelope, says: all(together(namesSending, namesQuota, saysExceeded)),
		unless: none(headerMeant)},
	{cause: "rate_limited", steps: atEnvelope, says: all(limitMeant), unless: none(headerMeant)},
	{cause: "rate_limited", steps: atEnvelope, enhanced: enhanced("4.7.28", "x.5.3")},
	{cause: "client_reputation_low", steps: message, says: all(deferredIP, ipMeant), replies: replies(5)},
	{cause: "rate_limited", steps: message, says: all(deferredIP, ipMeant), replies: replies(4)},
}

var (
	loopsBack = words(`loops? back to (?:me|my|us)`, `mx (?:list )?(?:problem|loop)`)
	mayNotUse = words(
		`not (?:allowed|permitted|authori[sz]ed|entitled) to (?:use|access) (?:\S+ ){0,2}(?:server|service|system|` +
			`smtp|relay)`,
	)
	planMeant = words(
		`credits?\b`, `balance`, `(?:free|paid|current|your) (?:\S+ )?(?:plan|package|tariff|subscription)`,
	)
	lineMeant     = words(`line length`, `lines?\b ~ (?:long|exceed|over|more)`, `headers?\b`)
	sendFor       = words(`send (?:mail )?(?:for|from|as) @(?:host|addr|sender)`)
	quotaOfDomain = words(`quota (?:for|of) (?:\S+ )?domain`, `domain (?:\S+ )?quota`)
	couldNot      = words(
		`(?:unable to|cannot|could not|failed to) (?:perform|verify|evaluate|complete|check|fetch|retrieve|look ?up|`+
			`resolve|get|validate|determine|query|read)`,
		`(?:could not|cannot|unable to) be (?:\S+ )?(?:loaded|scanned|fetched|verified|evaluated|`+
			`checked|retrieved|looked|read|determined)`,
		`(?:temporar\w*|transient) (?:\S+ ){0,3}(?:dns|error|failure|problem|lookup)`,
		`error (?:while|during|in) (?:check|verif|evaluat|look)`,
	)
	inProgress      = words(`progress|verif|retry|later|temporar|unverified`)
	ipOrDomain      = words(`ip(?: address)? (?:or |and )?domain reputation`)
	suppressionList = words(`suppression list`, `suppressed`, `unsubscribed`)
	anything        = words(`\S`)
	overQuota       = words(
		`mailbox size limit`, `mail quota exceeded`, `mailbox quota`, `over ?quota`, `overquota`, `quota violation`,
		`out of storage`, `mailbox (?:is )?full`, `boite ~ pleine`, `exceeded storage`,
	)
	sendingMeant = words(
		`send(?:ing|er)?\b`, `sent`, `submi\w+`, `outgoing`, `outbound`, `throttl`, `rate\b`, `relay`,
		`envoi|envio|invio|versand|отправ|发送`, `message\w* per`, `rate ?limit`, `current period`,
		`policy rejection`,
		`your (?:account )?(?:quota|limit)`, `plan`,
	)
	sizeMeant            = words(`message (?:size|too)`, `size exceed`)
	ipSentTooMuch        = words(`(?:@ip|ip|host|server)(?: \S+){0,3} (?:has )?sent (?:\S+ )?too many`)
	senderRateMeant      = words(`sender (?:\S+ )?rate`, `you are sending`, `your (?:rate|sending)`)
	recipientPrefers     = words(`recipient preferences`, `user entry`, `blocked by (?:this |the )recipient$`)
	addressUndeliverable = words(`recipient address rejected undeliverable address`, `undeliverable address`)
	recipientLimit       = words(
		`receive`, `this recipient`, `recipients? (?:domain|quota|has exceeded|exceeded)`, `defers and failures`,
	)
	recipientAddressMeant = words(`recipient address`, `rcpt to`, `recipient\b`)
	senderDomainDisabled  = words(
		`(?:sender|from|your) (?:\S+ )?domain (?:\S+ )?(?:is )?(?:disabled|inactive|suspended|deactivated|not`+
			` active|switched off)`,
		`domain of (?:\S+ ){0,3}(?:sender|from) (?:is |has been )(?:temporar\w+ )?(?:disabled|inactive|`+
			`suspended|deactivated)`,
	)
	domainListed = words(
		`(?:mailfrom|mail from|sender|from|sending) domain (?:is )?(?:\S+ )?(?:listed|blacklisted|`+
			`blocklisted|blocked)`,
		`domain present in`, `sender address ~ blocked using`, `block send er`,
	)
	yourAccount    = words(`your (?:\S+ )?(?:account|user|service|sending|access|domain)`, `sending paused`)
	relayingDenied = words(
		`relay(?:ing)?(?: access)?(?: is| mail| of mail)? (?:denied|not (?:permitted|allowed)|prohibited|`+
			`disallowed|refused|forbidden|rejected)`,
		`(?:unable|not permitted|not allowed|not authori[sz]ed|cannot|not configured) to relay`, `open relay`,
		`we do not relay`, `no relay`,
	)
	temporarySystemError = words(`temporary system error`)
	submitDenied         = words(`does not have permissions? to submit`)
	ipListed             = words(
		`(?:ip|ips|@ip|client host|ip address|your host|your server)(?: \S+){0,3} (?:is |are |was )?(?:\S+` +
			` )?(?:black ?listed|block ?listed|listed (?:at|in|by|on)|blocked using|blocked by @list|in (?:a|an|` +
			`the) (?:\S+ )?(?:black|block) ?list)`,
	)
	malformedPlainly = words(
		`(?:more than one|several|duplicate) (?:subject|date|message id|reply to)\b`, `duplicate header`,
		`multiple (?:\S+ ){0,2}headers?`, `bare (?:lf|cr|line|@addr)`, `rfc 5322 compliant`,
		`rfc ?(?:5322|2822) (?:compliant|violation)`,
		`(?:missing|no) (?:\S+ ){0,4}(?:from|date|subject|to|message id) (?:header|field)`,
	)
	testMode = words(
		`testing emails`, `account (?:\S+ ){0,2}not (?:yet )?(?:been )?(?:approved|activated|verified|confirmed)`,
		`(?:sandbox|test|trial) (?:mode|domain|subdomain|account)`,
		`account (?:\S+ ){0,3}(?:in|on|under) (?:\S+ )?(?:sandbox|trial|test)`, `sandbox ~ (?:authorized|verified) recipient`,
	)
	domainOfSender = words(`domain of (?:the )?sender`, `sender domain`, `domain (?:does|not|is)`,
		`domain (?:des|von|existiert|nicht)`, `domaine\b`, `dominio\b`, `домен`, `域名`)
	plainlyNotFound = words(`not found|does not exist|nxdomain|no such`)
	notNow          = words(
		`for now|not now|moment|at this time|just now`, `come back`, `in (?:an?|some|a few|\d+) (?:hour|minute)`,
		`right now|at the moment|at present|currently|try again|later`, `temporar`,
	)
	// forNow: what is refused is let later.
	forNow = words(
		`for now|not now|right now|moment|at this time|just now|at present|currently`, `tempora[rnil]`, `later`,
		`derzeit|zurzeit|momentan|vorubergehend|augenblick|spater`, `pour l instant|plus tard`, `por ahora|mas tarde`,
		`piu tardi|per ora`, `mais tarde|por enquanto`, `временно|сейчас|позже`,
		`暂时|稍后|一時的|後で`,
	)
	lookupBroke = words(
		`look ?up (?:\S+ )?(?:fail|error|problem)`, `(?:dns|resol\w+) (?:\S+ )?(?:error|fail|problem)`,
	)
	lookupTimedOut     = words(`lookup timed out`, `temporar\w* (?:dns|lookup) `, `servfail`)
	notVerifiedPlainly = words(
		`(?:is |are |was |been )?not (?:been )?verified`, `unverified (?:sender|domain|address)`, `verified sender`,
		`verify the sender`,
	)
	listRestricted = words(
		`(?:distribution|mailing) (?:list|group)`, `resolver rst`, `rst authrequired`, `members? only`,
		`recipient address rejected not authori[sz]ed`,
		`(?:not|only)(?: \S+){0,5} (?:post|send|email|write) to (?:this |the )?(?:list|group|address|`+
			`recipient|mailbox)`,
	)
	blockedSender = words(
		`sender (?:address )?(?:\S+ )?(?:blocked|banned|rejected)`, `blocked senders?`, `@sender`, `envelope`,
	)
	notOwnedPlainly = words(`not owned by`, `must match`,
		`not (?:a )?valid (?:\S+ ){0,2}for (?:your|this|the) (?:login|account|user)`, `does not match ~ (?:auth|login)`,
		`belong`)
	connectionsCounted = words(
		`too many (?:\S+ ){0,3}(?:connect|session)`, `concurren\w*(?: \S+){0,3} (?:connect|session|limit)`,
		`(?:connection|session)s?(?: \S+){0,3} (?:limit|exceeded)`, `trop de connexion`,
	)
	rateWord           = words(`(?:connection|session) rate`, `message`)
	accountUnderReview = words(
		`account (?:\S+ ){0,3}(?:under review|suspended|banned|compromised|on hold|probation|frozen)`,
	)
	quotaUsedUp = together(namesQuota, saysExceeded)
	callerMeant = words(
		`you\b|your|@ip|ips?\b|senders?\b|server|host|client|connection|domain|@host|sent\b|relay|smtp|sending`,
	)
	ownAccount        = words(`(?:account|user|mailbox|login) @sender`)
	byRecipient       = words(`by (?:the |this )?(?:recipient|user|owner|addressee)`)
	retryIn           = words(`(?:try|retry|again)(?: \S+)? (?:in|after) (?:\d+|some|a few)`)
	namesThisAccount  = words(`(?:this|your|the) (?:\S+ )?(?:account|mailbox|user|login)`)
	headerMeant       = words(`headers?\b`, `hops`, `line limit`)
	rateMeant         = words(`rate\b`, `throttl`)
	greylistedPlainly = words(`gr[ae]ylisted (?:please|try|for)`)
	namesGreylisting  = words(`gr[ae]y ?list`)
	invalidAddress    = words(`(?:invalid|bad|wrong) (?:email |sender |mail )?address`)
	permissionDenied  = words(`permission denied`)
	senderNotSame     = words(
		`sender (?:address )?(?:is |does |must )?(?:not )?(?:be )?(?:the )?(?:same|match|belong|owned)(?:` +
			` \S+){0,4} (?:auth\w*|login|log in|username|user|account)`,
	)
	spamFilterMeant = words(`(?:spam|content) (?:filter|score)`, `(?:our|the) filters?`)
)
