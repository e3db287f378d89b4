package diagnosis

// contrastRules tell apart what the same words say of different things: a forged HELO from a forged sender, a count of
// messages from a size, what one recipient may get from what this account may send. They are asked before the
// phrasings, each of which knows only one of the two.
var contrastRules = []rule{
	// The name of a mailbox is any word.
	{cause: "recipient_unknown", steps: recipient, replies: replies(5), says: all(namedUnknown),
		unless: none(senderMeant, userAgent)},

	{cause: "simulated_fault", kinds: refused, says: all(simulated), unless: none(listed)},

	// A login.
	{cause: "login_exchange_broken", steps: auth, replies: replies(523, 538), says: all(base64Meant)},
	{cause: "too_many_logins", steps: auth, says: all(lockedForMinutes)},
	{cause: "client_address_not_authorized", steps: auth, says: all(together(thisMachine, saysClosed)),
		unless: none(tooManyWords, ownsAccount, listed)},
	{cause: "no_common_mechanism", steps: auth, replies: replies(4), says: all(together(namesMechanism, saysUnsupported)),
		unless: none(temporarily, loginBackend)},
	{cause: "no_common_mechanism", steps: auth, replies: replies(504),
		says: all(together(namesOneMechanism, saysUnsupported)), unless: none(ipMeantPlainly)},
	{cause: "no_common_mechanism", steps: auth, replies: replies(535),
		says: all(together(namesMechanism, saysUnsupported, deniedHere)), unless: none(ipMeantPlainly)},
	{cause: "account_suspended", steps: sending, says: all(accountUnavailable), when: withLogin,
		unless: none(recipientNamed)},
	{cause: "account_suspended", hosts: hosts("forpsi.com"), steps: sending, says: all(policyViolated), when: withLogin},

	// What is forged, and what is demanded of whom.
	{cause: "hello_name_refused", steps: addressing, says: all(together(namesHello, forgedMeant)),
		unless: none(authenticationResults)},
	{cause: "reverse_dns_missing", steps: atEnvelope, says: all(together(reverseDNS, ofStrangers))},
	{cause: "hello_name_refused", steps: atEnvelope, says: all(together(aboutHello, ofStrangers))},
	{cause: "login_required", steps: addressing, says: all(together(localOnly, namesLogin)), when: noLogin},
	{cause: "sender_authentication_missing", steps: atEnvelope, says: all(together(senderMeant, mismatchesIP)),
		unless: none(namesHello, reverseDNS)},

	{cause: "spoofing_blocked", steps: atEnvelope, says: all(fromOwnDomain), when: noLogin, unless: none(namesHello)},
	{cause: "message_malformed", steps: message, says: all(together(headerAddress, addressFault))},
	{cause: "sender_not_owned", steps: atEnvelope, says: all(together(senderMeant, notYours)), when: loggedIn,
		unless: none(thisMachine)},
	{cause: "sender_not_owned", steps: atEnvelope, replies: replies(5), says: all(refusedAsSender), when: withLogin},
	{cause: "sender_refused_temporarily", steps: sender, replies: replies(4), says: all(senderRefusedNow)},
	{cause: "sender_not_owned", steps: atEnvelope, says: all(together(fromMeant, saysUnlike, namesLogin)), when: withLogin,
		unless: none(authenticationResults)},
	{cause: "sender_not_verified", steps: addressing, says: all(senderIDUnknown), when: withLogin},
	{cause: "sender_domain_lookup_failed", steps: atEnvelope, replies: replies(4),
		says: all(senderMeant, together(recordsNamed, couldNot))},
	{cause: "account_suspended", steps: sending, says: all(abuseSuspected), when: loggedIn,
		unless: none(ipMeantPlainly, listed, recipientNamed, namesSpam, namesVirus, namesLink, namesFile)},
	{cause: "session_login_expired", steps: atEnvelope, says: all(noLongerLoggedIn), when: withLogin},
	{cause: "account_suspended", steps: atEnvelope, says: all(together(bouncesCounted, namesThisAccount)),
		when: withLogin},

	{cause: "account_suspended", steps: atEnvelope, says: all(together(ownsAccount, saysBreaches, namesRule)),
		when: withLogin, unless: none(namesPassword, recipientNamed, messageBreaches)},

	// The message, not who sends it.
	{cause: "policy_refused", steps: message, replies: replies(5),
		says: all(together(namesMessage, saysBreaches, namesRule)),
		unless: none(ownsAccount, namesSpam, termsOfUse, ipMeantPlainly, authenticationResults, namesFile, namesVirus,
			sizeMeant)},
	{cause: "policy_refused", steps: message, replies: replies(5), says: all(endToEnd),
		unless: none(authenticationResults, namesFile)},
	{cause: "policy_refused", steps: message, replies: replies(5), says: all(plainContent), when: encrypted},
	{cause: "message_malformed", steps: message, replies: replies(5), says: all(together(headerNamed, saysMalformed)),
		unless: none(senderMeant, authenticationResults, namesFile, namesVirus)},
	{cause: "message_malformed", steps: message, says: all(malformedLinks)},

	// What is counted.
	{cause: "client_reputation_low", steps: conversing, says: all(together(spamRate, ipMeant)), unless: none(listed)},
	{cause: "mail_loop", steps: atEnvelope, says: all(receivedCounted)},
	{cause: "message_too_big", steps: message, says: all(together(bytesCounted, saysMore)),
		unless: none(headerMeant, lineMeant, namesInbox)},
	{cause: "message_too_big", steps: atEnvelope, says: all(exchangeTooBig)},
	{cause: "recipient_mailbox_full", steps: message, replies: replies(552), says: all(together(namesInbox, namesQuota)),
		unless: none(sendingMeant, sizeMeant), when: noLogin},
	{cause: "sender_mailbox_full", steps: sender, says: all(ownMailboxFull), when: withLogin},
	{cause: "message_too_big", steps: message, replies: replies(523), says: all(tooBig)},
	{cause: "too_many_errors", steps: atEnvelope, says: all(failuresCounted), unless: none(badRecipients)},

	// Who is on a list, and who is restricted.
	{cause: "server_lookup_failed", steps: conversing, replies: replies(4), says: all(together(listOfDNS, lookupFailed)),
		unless: none(queryRefused, plainlyListed)},
	{cause: "recipient_refused", steps: receiving, says: all(recipientListed), unless: none(ipMeantPlainly, senderMeant),
		when: noLogin},
	{cause: "recipient_syntax_refused", steps: recipient, replies: replies(5), says: all(charactersRefused),
		unless: none(senderMeant)},
	{cause: "sender_syntax_refused", steps: sender, replies: replies(5), says: all(charactersRefused)},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5), unless: none(namesLogin),
		says: all(together(notOnList, permittedSenders))},
	{cause: "access_denied", steps: atEnvelope, replies: replies(5), says: all(hostNotOnList), when: noLogin,
		unless: none(listOfDNS)},
	{cause: "recipient_restricted", steps: recipient, replies: replies(5), says: all(mailboxRestricted),
		unless: none(senderMeant, ipMeant)},
	{cause: "recipient_unknown", steps: recipient, replies: replies(5), says: all(mailboxMissing),
		unless: none(senderMeant)},

	// Whose domain.
	{cause: "recipient_unknown", steps: recipient, replies: replies(5), says: all(addressUnroutable), when: servedHere,
		unless: none(senderMeant)},
	{cause: "recipient_disabled", steps: recipient, says: all(domainSwitchedOff), when: noLogin,
		unless: none(senderMeant, yourDomain)},
	{cause: "sender_not_owned", providers: providers("zoho"), steps: addressing, replies: replies(553), when: withLogin},
	{cause: "sender_not_owned", providers: providers("zoho"), steps: message, replies: replies(553), when: withLogin},
	{cause: "sender_not_owned", steps: sender, replies: replies(5), says: all(notOfThisDomain), when: withLogin},
	{cause: "sender_domain_not_found", steps: sender, replies: replies(5), says: all(resolutionFailed),
		unless: none(reverseDNS, namesHello)},
	{cause: "sender_domain_not_found", steps: recipient, replies: replies(5),
		says: all(together(senderMeant, resolutionFailed)), unless: none(reverseDNS, namesHello)},
}

// Words of a login.
var (
	base64Meant    = words(`base ?64`, `decod`, `cipher text`)
	namesMechanism = words(
		`mechanisms?`, `auth\w* (?:mechanism|method|type|mode|scheme|plain|login|cram|ntlm)`, `method`,
		`(?:plain|cram ?md5|digest ?md5|ntlm|gssapi|xoauth2?|auth login|auth plain) (?:auth\w*|is\b|not\b)`,
	)
	namesOneMechanism = words(`(?:plain|login|cram ?md5|digest ?md5|ntlm|gssapi|xoauth2?)\b`)
	saysUnsupported   = words(
		`un(?:supported|known|implemented|recogni[sz]ed|available)`, `disabled`, `prohibited|forbidden`,
		`not (?:\S+ )?(?:supported|implemented|recogni[sz]ed|permitted|allowed|offered|enabled|known|accepted)`,
	)
	deniedHere = words(
		`(?:permitted|allowed|disabled|prohibited|forbidden|supported|enabled|accepted) (?:by|on|at|for|in|here)`,
	)
	accountUnavailable = words(
		`accounts? (?:is |are )?(?:currently |temporar\w+ |now )?(?:unavailable|not available)`,
		`unavailable (?:\S+ )?account`,
	)
	mailboxNamed     = words(`mail ?box|inbox|folder`)
	recipientNamed   = words(`recipients?\b|rcpt|destination|addressee|mailbox|@recipient`)
	lockedForMinutes = words(`(?:ip|@ip|address|host) (?:\S+ )?(?:locked|blocked|banned) for \d+`)
	policyViolated   = words(`policy violation`, `narusz`)
)

// Words of what is forged and of strangers.
var (
	senderRefusedNow = words(
		`sender (?:address )?(?:is |was )?temporar\w+ (?:refused|rejected|blocked|deferred|` +
			`not (?:accepted|allowed|permitted|authori[sz]ed))`,
	)
	fromOwnDomain = words(
		`(?:from|sender|mail ?from|@sender)(?: \S+){0,2} is (?:a |an |one of )?(?:our|my|local|internal)\b`,
		`(?:sender|mail ?from|from address)(?: \S+){0,2} belongs? to (?:(?:a |an |our )?(?:local|internal|own)|us)\b`,
		`(?:lokale|interne)r? absender`, `expediteur (?:local|interne)`, `remitente (?:local|interno)`,
		`mittente (?:locale|interno)`, `локальн\S* отправител`, `本地发件人`,
	)
	senderMailbox   = words(`(?:quota|mail ?box) of (?:the )?sender`, `senders? (?:mail ?box|quota)`)
	fromMeant       = words(`senders?\b`, `mail ?from`, `from\b`, `@sender`, `envelope`)
	saysUnlike      = words(`mismatch`, `not match`, `differ`, `must (?:be )?(?:the )?(?:equal|match|same|identical)`)
	senderIDUnknown = words(`sender ?id (?:@\w+ )?(?:is )?not (?:registered|verified|confirmed|approved|known)`)
	bouncesCounted  = words(`too many (?:bounces|complaints)`, `(?:bounce|complaint) rate`)
	forgedMeant     = words(`spoof`, `impersonat`, `forge`, `fake`, `pretend`, `masquerad`, `claim\w* to be`)
	ofStrangers     = words(
		`(?:for|from|by|of|on|with) (?:\S+ )?(?:un ?authenticated|anonymous|non ?authenticated)`,
		`(?:are|is) not authenticated`,
	)
	localOnly = words(
		`(?:local|internal) (?:users?|senders?|clients?|mail|networks?)(?: \S+)? (?:only|or)\b`,
		`only (?:\S+ )?(?:local|internal) (?:users?|senders?|clients?|mail|networks?)`,
	)
	ipMeantPlainly = words(
		`@ip`, `ips?\b`, `client host`, `from (?:this|your|the) (?:\S+ )?(?:host|network|server|machine|location)`,
		`your (?:\S+ )?(?:host|network|server|machine|system|address)`,
	)
	// thisMachine is the one that sends, not the one who does.
	thisMachine = words(
		`@ip`, `ips?\b`, `client host`, `from (?:this|your|the|that) (?:\S+ )?(?:host|network|server|machine|location)\b`,
		`your (?:\S+ )?(?:host|network|server|machine|isp)\b`,
		`(?:sender|sending|source|client|remote|connecting) (?:host|network|server|machine)\b`,
		`(?:von|aus) (?:diese[mr]|ihre[mr]) (?:\S+ )?(?:netz\w*|rechner|server|host)\b`, `ihr (?:server|rechner|netz\w*)\b`,
		`(?:depuis|de) (?:ce|cette|votre) (?:reseau|serveur|machine)`, `desde (?:esta|este|su) (?:red|servidor|maquina)\b`,
		`da (?:questa|questo) (?:rete|server)`,
		`с (?:этого|вашего) (?:сервера|хоста|адреса ip)`,
		`从(?:该|此|您的)(?:服务器|网络|主机)`,
	)
	// senderIPMeant is the address of the machine that sends, though the sender is named with it.
	senderIPMeant = words(
		`(?:adresse|direccion|indirizzo|endereco|адрес) ip\b`, `(?:sender|sending|source|client)(?: @\w+)? ips?\b`,
		`ip(?: ?(?:address|adresse))? (?:of|des|der|de|du|del|dell|do) `,
	)
	mismatchesIP = words(
		`(?:mismatch\w*|not match|does ?n t match|inconsistent with|not consistent with|differs from)(?: \S+){0,3}`+
			` (?:ip|ips|@ip)\b`,
		`ip mismatch`,
	)
)

// Words of what is counted.
var (
	receivedCounted = words(
		`(?:number of|many|max\w*|count of|exceed\w*|more than|over) (?:\S+ ){0,2}received (?:\S+ )?(?:header|line|field)`,
		`received (?:\S+ ){0,2}(?:header|line|field|stamp)\w*(?: \S+){0,4} (?:exceed|max|limit|too many|over)`,
		`received count`, `(?:relayed|forwarded|redirected|resent|bounced|passed|handed)(?: \S+){0,4} too (?:many|often)`,
		`circular (?:rout|forward|deliver)`, `going (?:a)?round in circles`,
	)
	messagesKept = words(
		`(?:mail ?box|inbox|folder)(?: \S+){0,3} (?:message|mail|email)s? (?:count|number)`,
		`(?:mail ?box|inbox|folder) (?:\S+ ){0,3}(?:maximum number|too many) (?:of )?(?:messages|mails|emails)`,
		`too many (?:messages|mails|emails) (?:\S+ )?(?:in|stored|kept|on) (?:\S+ )?(?:mail ?box|inbox|`+
			`folder|for|the server)`,
		`zu ?viele (?:mails|nachrichten|emails) (?:\S+ ){0,2}(?:server|postfach|mailbox)`,
		`trop de messages dans`, `demasiados (?:mensajes|correos) en`, `troppi messaggi (?:in|nella)`,
		`muitas mensagens na`,
	)
	rateOfRecipient = words(
		`rate ?limit\w*(?: \S+){0,3} for (?:\S+ )?(?:mail ?box|user|recipient|@recipient)`,
		`(?:mail ?box|recipient|@recipient)(?: \S+){0,4} (?:rate ?limit|throttled|too high a rate)`,
	)
	recipientAttempts = words(
		`(?:minutes|seconds) between (?:\S+ )?(?:mails|messages|emails)`,
		`too many (?:\S+ )?(?:recipients?|rcpts?) (?:attempts|requests|commands ~ time)`,
		`too many (?:recipients|rcpts) (?:\S+ ){0,3}(?:short|time|period|quick|fast|minute)`,
	)
	overMinutes = words(
		`(?:per|each|every|pro|par|por|за) (?:\d+ ?)?(?:minut|min\b|second|sec\b|sekund|мин|сек)`,
		`(?:in|within) (?:a |one |\d+ )(?:minute|second)s?`,
	)
	saysAllowance = words(
		`allow`, `permit`, `only\b`, `exceed`, `too many`, `more than`, `up to`, `quota`, `at most`, `max`, `reached`,
		`limit`, `erlaubt|hochstens`,
	)
	sendingQuotaUsed = words(
		`out of credits?`,
		`(?:not enough|insufficient|no|exceed\w*|reached|used up|exhausted|over|out of|low) (?:\S+ ){0,2}(?:send(?:ing)?|`+
			`outgoing|outbound|submission) (?:\S+ )?(?:quota|allowance|credits?)`,
		`(?:sending|outgoing|outbound|submission) (?:\S+ )?(?:quota|allowance|credits?) (?:\S+ ){0,2}(?:exceed|used|`+
			`exhaust|insufficient|reached|spent|empty|over\b|low)`,
		`no (?:\S+ )?(?:sends|sendings|messages|mails|emails) (?:left|remain)`,
	)
	messagesCounted = words(
		`(?:message|mail|email|send)s? (?:count|number)`,
		`(?:number|amount|count) of (?:\S+ )?(?:messages|mails|emails|sends|submissions)`,
	)
	bytesCounted = words(
		`\d+ ?(?:bytes|octets|kbytes?|mbytes?|kb|mb|kib|mib|kilobytes|megabytes|gb)\b`, `(?:byte|octet) (?:count|limit)`,
		`(?:stream|data) (?:\S+ ){0,3}\d+`,
	)
	saysMore = words(
		`more than`, `exceed`, `(?:larger|bigger|longer|greater) than`, `over\b`, `max`, `above`, `beyond`, `limit`,
		`at most`,
	)
	exchangeTooBig = words(`mapiexceptionmaxsubmission`, `messagesubmissionexceeded`, `messagetoolarge`,
		`maxsubmissionexceed`)
	ownMailboxFull = words(
		`mail ?box(?: \S+){0,3} (?:full\b|out of (?:space|storage)|over ?quota|has no (?:space|storage))`,
	)
	storageMeant    = words(`storage|space|disk|size`)
	failuresCounted = words(
		`too (?:many|much) (?:\S+ )?(?:failures?|mistakes|faults)\b`,
		`too many (?:wrong|bad|failed|invalid|illegal) (?:commands?|requests?)`,
	)
)

// Words of recipients and senders.
var (
	recipientListed = words(
		`(?:recipients?|rcpt|mail ?box|@recipient) (?:@recipient |@addr )?(?:is |has been |was )?(?:in |on )?(?:our |a |`+
			`the )?(?:black|block|deny) ?list`,
		`(?:black|block|deny) ?listed (?:recipient|rcpt|mail ?box)`,
	)
	charactersRefused = words(
		`(?:restricted|forbidden|disallowed|prohibited|unsupported|unexpected|special) (?:character|symbol|sign)s?\b`,
		`characters? (?:\S+ )?not (?:allowed|permitted|accepted|supported)`,
	)
	mailboxRestricted = words(
		`(?:mail ?box|recipient|address|account|inbox|@recipient)(?: @recipient| @addr)? is (?:an? )?(?:restricted|private|`+
			`internal)`,
		`(?:restricted|private|internal) (?:mail ?box|recipient|account|inbox)`,
	)
	userAgent      = words(`user ?agents?\b`)
	namedUnknown   = words(`no such (?:user|mailbox|recipient) (?:here )?\S+ $`, `unknown (?:user|recipient) \S+ $`)
	mailboxMissing = words(
		`(?:(?:un|not |non )available|in ?existent|missing|absent) (?:mail )?(?:user|mail ?box|recipient|account)\b`,
	)
	notOfThisDomain = words(
		`not (?:a )?(?:in|of|from|part of|within|one of) (?:my|our|this|the local|your) (?:\S+ )?domain`,
		`outside (?:of )?(?:my|our|this|the|your) (?:\S+ )?domain`,
	)
	resolutionFailed = words(
		`(?:dns|mx|domain) (?:\S+ ){0,3}(?:resol\w+|look ?up|query)(?: \S+){0,3} (?:fail|error|unsuccess)`,
		`(?:dns|mx|domain) (?:resol\w+|look ?up|query)(?: \S+){0,3} (?:fail|error|unsuccess)`,
		`fail\w* to resolve (?:@host|the|your|domain|sender)`,
	)
)

// Words of a message, its form and its content.
var (
	saysBreaches = words(
		`violat|viola\b`, `breach`, `contraven`, `infring`, `conflicts? with`, `not (?:comply|conform)|non ?complian`,
		`versto`, `enfrei`, `narusz`, `наруш`, `违反|違反`,
	)
	namesRule = words(
		`polic`, `rules?\b`, `richtlini|regel`, `politique|politica`, `regole|regras|reglas`, `zasad|polityk`,
		`политик|правил`, `策略|规定|ポリシー`,
	)
	ownsAccount     = words(`accounts?\b|konto|compte|cuenta|conta\b|аккаунт|帐号|账号|アカウント`)
	messageBreaches = words(`(?:message|mail|email|content|attachment) (?:\S+ )?(?:violat|breach|contraven|infring)`)
	termsOfUse      = words(`terms`, `aup\b|tos\b`, `acceptable use`, `agreement`, `usage polic`)
	// endToEnd is a message that is encrypted or signed itself, whatever the connection.
	endToEnd = words(
		`(?:open ?)?pgp\b|gnupg|gpg\b`, `s mime|smime`, `end to end`, `ende zu ende`, `bout en bout`,
		`(?:mail|message|email|content)s? (?:\S+ ){0,2}(?:must|needs? to|has to|have to) be (?:\S+ )?signed`,
	)
	plainContent = words(
		`unencrypted (?:mail|message|email|content)`, `unverschlusselte\w* (?:nachricht|mail|e\b|inhalt)`,
		`only (?:\S+ ){0,2}encrypted (?:mail|message|email)`, `(?:message|mail|courrier)s? non chiffre`,
		`mensajes? (?:no|sin) cifra`, `незашифрованн\S+ (?:письм|сообщ)`, `未加密\S*邮件`,
	)
	headerAddress = words(`(?:in|of) (?:\S+ ){0,4}headers?\b`, `failing address in`)
	addressFault  = words(
		`syntax|malformed|unqualified|unpars|cannot parse|domain missing|address missing|failing address`,
	)
	headerNamed = words(`headers?\b`, `message id\b`, `encoded ?words?\b`, `kopfzeile`, `en ?tete|cabecera`,
		`заголов`)
	saysMalformed = words(
		`syntax`, `malformed`, `not (?:\S+ )?(?:permitted|valid|compliant|conform)`, `illegal|invalid|improper`,
		`non ?ascii|8 ?bit`, `broken|corrupt`, `ungultig|fehlerhaft`, `invalide|incorrect`, `неверн|некоррект`,
	)
	malformedLinks = links(`bare[-_]?(?:lf|line|new)`, `smtplf`, `smuggling`)
)

// Words of a sender who is not let, and of a domain.
var (
	notPermitted = words(
		`not (?:\S+ )?(?:permitted|allowed|authori[sz]ed)`, `forbidden|prohibited|disallowed|unauthori[sz]ed`, `may not be`,
		`nicht (?:\S+ )?(?:erlaubt|zugelassen|gestattet|berechtigt)`, `(?:non|pas) autoris|interdit`,
		`non (?:consentit|autorizz|permess)`, `no (?:permitid|autorizad)|nao (?:permitid|autorizad)`, `niet toegestaan`,
		`niedozwol`, `не (?:разреш|допуска)|запрещ`, `不允许|未授权|許可されて`,
	)
	// refusedAsSender: it is refused there and not elsewhere, whatever machine is named beside.
	refusedAsSender = words(
		`(?:domain|address)(?: @\w+)? (?:is )?not (?:allowed|permitted|authori[sz]ed) (?:in|as) (?:\S+ ){0,2}` +
			`(?:from|sender|header)\b`,
	)
	notOnList = words(`not (?:\S+ ){0,2}(?:on|in|among) (?:\S+ ){0,3}(?:list|table|map|database)`)
	// permittedSenders are those whom a mailbox takes mail from.
	permittedSenders = words(
		`(?:permitted|allowed|approved|accepted|authori[sz]ed|trusted) (?:senders?|users?|addresses) (?:of|for|to|by)\b`,
		`(?:permitted|allowed|authori[sz]ed) to (?:post|write|send|mail)`, `(?:members|subscribers)\b`,
	)
	hostNotOnList = words(
		`(?:ips?|ip address|@ip|host|server|client|machine)(?: @ip| @host)?(?: is)? not (?:\S+ )?(?:in|on) (?:\S+ ){0,3}` +
			`(?:list|table|map|database)`,
	)
	toOthers = words(
		`to (?:write|send|post|mail|email|deliver|submit)(?: \S+)? (?:to|this|that)\b`,
		`(?:this|the|that) (?:\S+ )?(?:group|list)\b`, `to receive\b`,
		`(?:outside|external|foreign|unknown) senders?\b`,
	)
	notYours = words(
		`not (?:\S+ ){0,2}yours\b`, `not your own\b`, `not own\b`, `nicht (?:ihre|ihnen)\b`, `n est pas (?:a vous|la votre)`,
		`no es (?:suy|tuy)`, `не ваш`, `不属于您|不是您`,
	)
	recordsNamed   = words(`(?:mx|dns|txt|spf|dkim|dmarc)\b`, `domain`)
	abuseSuspected = words(
		`(?:due to|because of|possible|suspected|suspicion of|potential|likely) (?:\S+ ){0,2}(?:abuse\b|misuse)`,
		`missbrauch`, `(?:soupcon|suspicion|cause|raison|suspecte|possible) (?:d |de )?abus\b`,
		`abus (?:possible|presume|suspecte)`, `(?:sospecha|posible|possivel|sospetto|por|per) (?:de |di )?(?:\S+ )?abuso`,
		`uso indebido`, `злоупотребл`, `滥用|不正利用|不正使用`,
	)
	spamRate = words(
		`(?:spam|complaints?|abuse) (?:rate|ratio|percentage|share|level|volume)\b`,
		`(?:rate|ratio|percentage|share|level) of (?:spam|complaints|abuse)`, `spam ?(?:rate|quote|anteil)`,
		`taux de (?:spam|plaintes)`, `tasa de (?:spam|quejas)`, `дол\S+ спама|жалоб`,
	)
	addressUnroutable = words(`un ?rout(?:e)?able (?:address|recipient|mailbox|user)`,
		`address (?:is )?un ?rout(?:e)?able`)
	yourDomain        = words(`your (?:\S+ )?domain`)
	domainSwitchedOff = words(
		`domain (?:\S+ ){0,3}(?:disabled|suspended|inactive|deactivated|not active|closed|expired|parked|on hold|`+
			`(?:switched|turned) off|not enabled)`,
		`domain\w* (?:\S+ ){0,2}(?:gesperrt|deaktiviert|abgeschaltet)`, `domaine (?:\S+ ){0,2}(?:suspendu|desactiv)`,
		`dominio (?:\S+ ){0,2}(?:suspendid|desactivad|sospes|disattivat|desativad)`,
		`домен (?:\S+ ){0,2}(?:отключ|заблокир|приостанов)`,
		`域名(?:已)?(?:停用|暂停|过期)`,
	)
	lacksRecords = words(`(?:no|without|missing) (?:\S+ )?(?:mx|a record|dns|txt|spf)\b`)
	// plainlyListed: whatever failed, a list has answered.
	plainlyListed = words(
		`(?:is|are|was|been|currently|found) (?:\S+ )?(?:black|block|deny)? ?listed`, `listed (?:in|on|at|by) `,
		`(?:found|present) (?:in|on|at) (?:\S+ )?@list`,
		`(?:ip|@ip|host|server|address|you) (?:is|are) (?:on|in) (?:\S+ )?@list`,
		`(?:ip|@ip|host|server|address|you) (?:is|are) (?:on|in) (?:\S+ ){0,2}(?:rbl|dnsbl|black ?list|block ?list)`,
	)
	lookupFailed = words(
		`(?:look ?ups?|quer(?:y|ies)|check|resolution)(?: \S+){0,4} (?:fail|error|tim(?:ed|e) ?out|unavail)`,
		`(?:cannot|could not|unable to|failed to) (?:\S+ )?(?:query|look|check|reach|contact)`,
		`(?:tim(?:ed|e) ?out|not (?:respond|answer|reach))`,
	)
)
