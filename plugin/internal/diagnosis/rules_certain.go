package diagnosis

import "github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"

const (
	gmail        = "gmail"
	microsoft365 = "microsoft365"
	outlook      = "outlook"
)

// microsoft are the providers whose servers are Microsoft's.
var microsoft = providers(microsoft365, outlook)

// certainRules are what can be meant only one way: by the circumstances, or by a code or phrase of one provider.
var certainRules = []rule{
	// A device in between.
	{cause: "smtp_inspection_firewall", steps: steps(smtpconn.StepHello, smtpconn.StepStartTLS, smtpconn.StepAuth),
		replies: replies(500, 501, 502, 503, 504, 555), when: inspected},
	{cause: "smtp_inspection_firewall", steps: addressing, says: all(loginDemanded), when: both(inspected, loginMissing)},
	{cause: "smtp_inspection_firewall", steps: addressing, replies: replies(530), when: both(inspected, loginMissing)},
	{cause: "smtp_redirected", steps: auth, kinds: refused, when: greetedByStranger},
	{cause: "proxy_header_expected", steps: early, says: all(proxyHeader)},
	{cause: "tls_expected_plain", steps: early, says: all(outOfSync), when: mustEncrypt},
	{cause: "tls_expected_plain", steps: greeting, replies: replies(500, 501, 502), says: all(badSyntax),
		when: mustEncrypt},
	{cause: "wrong_protocol_ftp", steps: early, replies: replies(4, 5), says: all(ftpWords)},
	{cause: "wrong_protocol_ftp", steps: hello, when: greetedAsFTP},
	{cause: "blocklist_query_broken", steps: atEnvelope, says: all(queryRefused, listed)},

	// Microsoft: “Authenticated client SMTP submission”, “Email non-delivery reports in Exchange Online”. What was
	// refused at the login may come as late as MAIL, within “530 5.7.57 … Error: 535 5.7.139 …”.
	{cause: "smtp_auth_disabled", says: all(msAuthDisabled)},
	{cause: "basic_auth_retired", says: all(msBasicDisabled)},
	{cause: "basic_auth_retired", providers: microsoft, enhanced: enhanced("5.7.30")},
	{cause: "oauth2_token_refused", steps: auth, says: all(msUnsuccessful, msCredentials), when: usedOAuth2},
	{cause: "wrong_credentials", says: all(msUnsuccessful, msCredentials)},
	{cause: "account_locked", says: all(msUnsuccessful, msLocked), unless: none(msPolicy)},
	{cause: "blocked_by_security_policy", says: all(msUnsuccessful, msPolicy)},
	{cause: "smtp_auth_disabled", steps: auth, providers: microsoft, enhanced: enhanced("5.7.139")},
	{cause: "login_not_taken_here", steps: auth, replies: replies(500, 502, 503, 504),
		when: both(atExchange, atExchangePort)},
	{cause: "no_common_mechanism", steps: auth, providers: microsoft, enhanced: enhanced("5.7.4")},
	{cause: "mailbox_not_accessible", steps: auth, providers: microsoft, enhanced: enhanced("5.2.1", "5.2.14")},
	{cause: "wrong_credentials", steps: auth, providers: microsoft, enhanced: enhanced("5.7.3"),
		unless: none(loginBackend), says: all(msUnsuccessful), when: usedPassword},
	{cause: "sender_not_owned", providers: microsoft, enhanced: enhanced("5.7.60", "5.2.252")},
	// It looks temporary and is not: nobody has given the application access to the mailbox.
	{cause: "oauth_mailbox_not_open", providers: microsoft, steps: atEnvelope, says: all(msLogonFailed), when: usedOAuth2},
	{cause: "address_blocklisted", steps: conversing, enhanced: enhanced(
		"x.7.511", "x.7.606", "x.7.607", "x.7.608", "x.7.609", "x.7.610", "x.7.611", "x.7.612", "x.7.613", "x.7.614")},
	{cause: "account_suspended", enhanced: enhanced("x.7.501", "x.7.502", "x.7.503"), when: withLogin},
	{cause: "access_denied", enhanced: enhanced("x.7.501", "x.7.502", "x.7.503"), when: noLogin},
	{cause: "account_suspended", enhanced: enhanced("5.7.705")},
	{cause: "sending_limit_reached", enhanced: enhanced("5.7.232", "5.7.233", "x.1.90", "5.7.231")},
	{cause: "client_reputation_low", enhanced: enhanced("5.7.708", "x.7.500", "x.7.650", "x.7.651", "x.7.652")},
	{cause: "policy_refused", enhanced: enhanced("x.7.703", "x.7.520")},
	{cause: "ipv6_refused", enhanced: enhanced("x.7.510")},
	{cause: "ipv6_refused", steps: conversing, says: all(ipv6Meant), unless: none(reverseDNS, listed)},
	{cause: "sender_authentication_missing", enhanced: enhanced("x.7.509", "x.7.515")},
	{cause: "sender_not_verified", enhanced: enhanced("x.7.750")},
	{cause: "use_provider_relay", steps: conversing, says: all(hotmailDynamic)},
	{cause: "address_blocklisted", steps: conversing, replies: replies(5), says: all(hotmailBlocked)},
	{cause: "client_reputation_low", steps: conversing, says: all(hotmailReputation)},
	{cause: "direct_send_refused", says: all(directSend)},
	{cause: "direct_send_refused", enhanced: enhanced("5.7.68")},
	{cause: "login_required", providers: microsoft, enhanced: enhanced("5.7.57")},
	{cause: "relay_denied", replies: replies(5), says: all(msAttribution)},
	{cause: "relay_denied", enhanced: enhanced("5.7.64", "5.7.367")},
	{cause: "wrong_server_for_sending", enhanced: enhanced("x.4.62")},
	{cause: "recipient_rate_limited", enhanced: enhanced("x.2.121", "x.2.122")},
	{cause: "recipient_rate_limited", steps: receiving, says: all(organizationQueue)},
	{cause: "rate_limited", says: all(organizationQueue)},
	{cause: "recipient_unknown", steps: receiving, enhanced: enhanced("5.4.1"), says: all(recipientDenied)},
	{cause: "recipient_restricted", enhanced: enhanced(
		"5.7.121", "5.7.122", "5.7.123", "5.7.124", "5.7.125", "5.7.126", "5.7.127", "5.7.128", "5.7.129", "5.7.130",
		"5.7.132", "5.7.133", "5.7.134", "5.7.135", "5.7.136", "5.7.137", "5.7.138")},
	{cause: "message_too_big", says: all(exchangeSize)},
	{cause: "mailbox_not_accessible", steps: auth, says: all(mailboxNotUsable), unless: none(appPassword)},
	{cause: "recipient_restricted", says: all(exchangeRestricted)},
	{cause: "recipient_restricted", says: all(transportRule), when: noLogin},
	{cause: "policy_refused", says: all(transportRule)},
	{cause: "account_confirmation_required", says: all(tierUpgrade)},
	{cause: "account_suspended", says: all(outboundSpam)},
	{cause: "sending_limit_reached", says: all(submissionQuota)},
	{cause: "sender_mailbox_full", steps: message, says: all(submissionMailboxFull)},
	{cause: "server_temporary_fault", steps: early, enhanced: enhanced("x.3.2"), says: all(notAvailableAlone),
		providers: microsoft},
	{cause: "access_denied", steps: greeting, enhanced: enhanced("x.3.2"), says: all(notAvailableAlone)},
	{cause: "recipient_rate_limited", steps: receiving, says: all(recipientThreads)},
	{cause: "too_many_connections", providers: microsoft, steps: atEnvelope, replies: replies(432)},

	// Google: support.google.com/a/answer/3726730 and /6140680.
	{cause: "app_password_required", providers: providers(gmail), steps: auth, replies: replies(534),
		enhanced: enhanced("5.7.9"), when: usedPassword},
	{cause: "browser_login_required", providers: providers(gmail), steps: auth, replies: replies(534),
		enhanced: enhanced("5.7.14")},
	{cause: "relay_address_not_registered", providers: providers(gmail), steps: conversing, says: all(relayCredentials)},
	{cause: "sender_not_verified", providers: providers(gmail), steps: atEnvelope,
		says: all(sendingDenied), when: noLogin},
	{cause: "account_suspended", providers: providers(gmail), steps: atEnvelope, says: all(sendingDenied)},
	{cause: "sending_limit_reached", providers: providers(gmail), enhanced: enhanced("5.4.5")},
	{cause: "rate_limited", providers: providers(gmail), steps: atEnvelope, enhanced: enhanced("4.7.0"),
		says: all(temporarySystem),
		when: withLogin},
	{cause: "encryption_required", providers: providers(gmail), steps: receiving, enhanced: enhanced("x.7.29")},
	{cause: "sender_authentication_missing", providers: providers(gmail), steps: atEnvelope, enhanced: enhanced(
		"x.7.27", "x.7.30", "x.7.32", "x.7.40")},
	{cause: "sender_reputation_low", steps: atEnvelope, says: all(domainRate)},
	{cause: "rate_limited", providers: providers(gmail), steps: atEnvelope, enhanced: enhanced("4.7.28")},
	{cause: "sender_authentication_missing", hosts: hosts("yahoodns.net"), steps: message, enhanced: enhanced("5.7.9")},

	// Sending services and mailbox providers.
	{cause: "permission_missing", steps: atEnvelope, says: all(iamDenied)},
	{cause: "recipient_suppressed", providers: providers("ses"), steps: atEnvelope, says: all(addressBlacklisted)},
	{cause: "account_suspended", hosts: hosts("smtp.yandex.ru", "smtp.yandex.com", "smtp.yandex.net",
		"smtp.ya.ru"), steps: message,
		replies: replies(5), says: all(spam), when: withLogin},
	{cause: "sending_limit_reached", providers: providers("yandex"), steps: atEnvelope, says: all(spamLimit)},
	{cause: "sender_not_owned", providers: providers("ionos"), steps: atEnvelope, replies: replies(550),
		says: all(senderNotAllowed), unless: none(authenticationResults)},
	{cause: "sender_not_owned", providers: providers("zoho"), steps: atEnvelope, replies: replies(553),
		says: all(relaysAsOther), when: withLogin},
	{cause: "sender_not_owned", providers: providers("yahoo"), steps: sending, replies: replies(550),
		says: all(requestFailed), when: withLogin},
	{cause: "sender_not_owned", hosts: hosts("127.0.0.1", "localhost"), steps: message, enhanced: enhanced("5.0.0"),
		says: all(bridgeWords), when: withLogin},
	{cause: "sender_not_owned", providers: providers("netease"), steps: atEnvelope, says: all(neteaseSender)},
	{cause: "too_many_connections", kinds: refused, says: all(neteaseConnections)},
	{cause: "too_many_messages_per_connection", steps: atEnvelope, says: all(neteasePerConnection)},
	{cause: "too_many_errors", kinds: refused, says: all(neteaseCommands)},
	{cause: "too_many_recipients", steps: atEnvelope, says: all(neteaseRecipients)},
	{cause: "sending_limit_reached", kinds: refused, says: all(neteaseDay)},
	{cause: "rate_limited", kinds: refused, says: all(neteaseRate)},
	{cause: "address_blocklisted", kinds: refused, says: all(neteaseListed)},
	{cause: "client_reputation_low", kinds: refused, says: all(neteaseReputation)},
	{cause: "content_refused", steps: receiving, says: all(neteaseSpam)},
	{cause: "app_password_required", providers: providers("netease"), steps: auth, replies: replies(550),
		says: all(noPermission)},
	{cause: "too_many_connections", providers: providers("qq"), steps: early, says: all(connectionFrequency)},
	{cause: "rate_limited", providers: providers("qq"), steps: conversing, says: all(qqFrequency)},
	{cause: "recipient_rate_limited", providers: providers("qq"), steps: recipient, says: all(qqReceivesTooMuch)},
	{cause: "client_reputation_low", steps: conversing, says: all(yahooDeferred), unless: none(listed)},
}

// plainNoRules are for the providers whose bare refusal of a login has a meaning: see provider words of the causes.
var plainNoRules = []rule{
	{cause: "oauth2_token_refused", steps: auth, replies: replies(5), when: both(usedOAuth2, commandKnown)},
	{cause: "app_password_required", providers: providers("gmail", "yahoo", "icloud", "fastmail", "zoho",
		"yandex", "mailru", "qq",
		"netease", "naver"), steps: auth, replies: replies(535, 534)},
	{cause: "app_password_required", providers: providers("qq"), steps: auth, replies: replies(530)},
	{cause: "app_password_required", providers: providers("netease"), steps: auth, replies: replies(550)},
	{cause: "smtp_access_not_enabled", providers: providers("gmx"), steps: auth, replies: replies(535)},
	{cause: "smtp_token_required", providers: providers("proton"), steps: auth, replies: replies(535)},
	{cause: "smtp_credentials_required", providers: providers("ses", "mailgun", "brevo", "azure", "oracle"), steps: auth,
		replies: replies(535, 525)},
	{cause: "api_key_required", providers: providers("sendgrid", "postmark", "mailjet", "sparkpost",
		"resend"), steps: auth,
		replies: replies(535)},
}

// Words of one provider, or of one product.
var (
	ftpWords       = words(`please login with user`, `ftp\b`)
	msUnsuccessful = words(`authentication unsuccessful`)
	msLocked       = words(`(?:account|user|mailbox) (?:is |has been )?locked`)
	directSend     = words(`direct send not allowed`, `direct send (?:\S+ ){0,3}(?:reject|block|not|disabled)`)
	msAttribution  = words(
		`tenant ?attribution ~ relay`, `attr14`, `attr5 `, `hosted tenant which has no`,
	)
	organizationQueue     = words(`organization queue quota`)
	recipientDenied       = words(`recipient address(?:es)? rejected ?(?:access denied)?`)
	exchangeSize          = words(`(?:recip|send|sender|message)size ?limit`, `recipsizelimit`, `sendersizelimit`)
	exchangeRestricted    = words(`rst (?:authrequired|notauthori[sz]ed|restricted|sender)`, `resolver rst`)
	transportRule         = words(`transport rules reject`)
	tierUpgrade           = words(`showtierupgrade`, `show tier ?upgrade`)
	outboundSpam          = words(`outboundspamexception`, `bad outbound sender`, `wascl useraction`)
	submissionQuota       = words(`submissionquotaexceeded\w*`, `submission quota exceeded`)
	submissionMailboxFull = words(
		`storedrv submission ~ quotaexceeded`, `mailbox full ~ storedrv`, `mapiexceptionquotaexceeded`,
		`cannot submit message`,
	)
	notAvailableAlone = words(`service not available (?:@host )?$`)
	relayCredentials  = words(
		`credentials for relay`, `mail relay denied`, `relay denied @ip`, `not registered in your`,
	)
	sendingDenied   = words(`mail sending denied`)
	temporarySystem = words(`temporary system problem`)
	domainRate      = words(
		`unusual rate ~ (?:spf|dkim) domain`, `originating from your (?:spf|dkim) domain`,
		`reputation of (?:the |your )?(?:sending |sender )?domain`,
	)
	iamDenied          = words(`not authori[sz]ed to perform`)
	addressBlacklisted = words(`address blacklisted`)
	spamLimit          = words(`spam limit`)
	senderNotAllowed   = words(`sender address (?:is )?not allowed`)
	relaysAsOther      = words(`relaying disallowed`, `not allowed to relay`)
	noPermission       = words(`user has no permission`)
	requestFailed      = words(`request failed mailbox unavailable`)
	bridgeWords        = words(`unknown sender`, `not available in bridge`, `error no such user`)
	neteaseSender      = words(`dt sum`, `mail from must equal`)
	badSyntax          = words(`(?:bad|invalid) (?:syntax|command)`, `syntax error`, `unrecogni`, `unknown command`)
	// The codes of Hotmail, postmaster.live.com.
	hotmailDynamic    = words(`dy 00[12]`)
	hotmailBlocked    = words(`ou 00[12]`, `sc 00[23]`)
	hotmailReputation = words(`rp 00[123]`, `sc 00[14]`)
	recipientThreads  = words(`recipient thread limit`, `recipient concurrency`)
	// The codes of NetEase, help.mail.163.com.
	neteaseConnections   = words(`hl icc`)
	neteasePerConnection = words(`mi dmc`)
	neteaseCommands      = words(`(?:mi|rp) (?:ccl|cel)\b`)
	neteaseRecipients    = words(`rp (?:drc|trc|qrc)`)
	neteaseDay           = words(`mi stc`, `hl itc`)
	neteaseRate          = words(`mi sfq`, `hl (?:iff|ifc|mep)`, `rp (?:ceil|dqd)`)
	neteaseListed        = words(`dt rbl`, `hl ipb`, `mi spb`)
	neteaseReputation    = words(`hl rep`)
	neteaseSpam          = words(`dt spm`)
	qqFrequency          = words(`frequency limited`)
	// service.mail.qq.com/detail/122/166: the mailbox has got very much in a short time.
	qqReceivesTooMuch   = words(`mailbox unavailable or access den\w+`)
	yahooDeferred       = words(`ts[0-9]+ (?:messages|all messages)`, `tss[0-9]+`, `all messages from @ip will be`)
	connectionFrequency = words(`connection frequency`)
)
