package diagnosis

// Concepts of senders and of what shows that a sender is genuine.
var (
	senderMeant = words(
		`senders?\b`, `mail ?from`, `from (?:address|header|domain|field|line)`, `@sender`, `envelope from`,
		`return ?path`, `originator`, `reverse ?path`, `return (?:mail )?address`, `absender`, `emetteur`, `expediteur`,
		`expedition`,
		`remitente`, `mittente`, `remetente`, `отправител`, `发件人|発信者|差出人|送信者`, `nadawc`,
		`from address`,
		`from ~ domain`, `5321`, `envelope sender`, `header from`, `in (?:the )?from\b`, `afzender|avsandar`,
	)
	// notOwned: this login may not use this sender.
	notOwned = words(
		`sender (?:is )?not the (?:header|same|from)`,
		`(?:cannot|may not|must not|not) send (?:mail |email )?(?:as|on behalf)\b`,
		`must be (?:your own|one of your|(?:your|the) (?:login|account|user))`,
		`sending (?:from|as) ~ not (?:permitted|allowed|authori[sz]ed)`,
		`cannot use this (?:sender|from|address)`, `(?:does not|not) conform`, `(?:not|must be|be) (?:the )?same as`,
		`must (?:belong|match|correspond|be owned|equal)`,
		`(?:different|differ) from (?:the |your )?(?:auth|login|account|user)`, `not owned by`,
		`not (?:one of )?your (?:own )?(?:email )?address`,
		`not (?:a )?valid (?:\S+ ){0,2}for (?:your|this|the) (?:login|account|user)`, `not (?:\S+ ){0,2}of your addresses`,
		`send ?as ?denied`,
		`(?:permissions?|allowed|authori[sz]ed|entitled|right|able|rights) to send (?:as|from|on behalf|for|`+
			`using|with)`,
		`(?:not|un) ?(?:allowed|authori[sz]ed|permitted)(?: \S+){0,4} (?:send|use|submit) ~ (?:as|from|on`+
			` behalf|sender|address)`,
		`on behalf of`,
		`(?:sender|from|envelope|mail from|mailfrom|address)(?: \S+){0,8} (?:does not match|do not match|must`+
			` match|mismatch\w*|differs?|not match\w*|must be (?:the )?(?:same|identical|equal)|not (?:the`+
			` )?same|not (?:belong|correspond|identical)|doesnt match)`,
		`(?:auth\w*|login|account|user\w*)(?: \S+){0,6} (?:does not match|do not match|must match|`+
			`mismatch\w*|differs? from|not (?:belong|correspond)\w*|must be (?:the )?same)`,
		`(?:not match|mismatch|differ)\w*(?: \S+){0,5} (?:auth|login|account|user|credential)`,
		`un ?authori[sz]ed (?:use of )?(?:sender|from|address|mail from)`, `incorrect authentication for specified`,
		`sender (?:address )?(?:is )?not (?:allowed|authori[sz]ed|permitted) (?:to relay|for (?:this|your|`+
			`user|login|account)|by)`,
		`sender address is not allowed`, `non ?local account`,
		`not (?:local|a local|authori[sz]ed) (?:sender|account|user)`,
		`(?:sender|from)(?: \S+){0,5} (?:not (?:belong|associated|linked|assigned|owned|yours)|belongs to|owned by)`,
		`(?:domain|address)(?: \S+){0,3} (?:not (?:belong|assigned|linked|owned))`,
		`account is not available in bridge`,
		`(?:only|just) (?:send|use) (?:mail |email )?(?:from|as|with) (?:your|the|own)`, `masquerad`, `spoof`,
		`impersonat`, `(?:use|set) your own (?:address|email)`, `absender ~ (?:nicht|passt|stimmt)`,
		`(?:adresse|expediteur) ~ (?:pas autoris|non autoris|n est pas)`, `remitente no (?:autorizado|permitido)`,
		`mittente non (?:autorizzato|consentito)`,
		`(?:отправител|адрес)\S* ~ не (?:принадлежит|соответствует)`,
		`(?:отправител|адрес)\S* ~ не совпадает`,
		`发件人(?:地址)?(?:与|和|不)`, `dt sum`,
		`dt spm sender`, `sender rejected ~ (?:login|user|auth)`, `forged sender`,
		`not your (?:domain|sender|email)`, `use (?:the )?(?:same|correct) (?:sender|from|email)`,
	)
	// notVerified: the provider wants to be shown first that the sender is the customer's.
	notVerified = words(
		`(?:confirm|validate) (?:\S+ )?(?:sender|from address|sending|identity)`,
		`(?:not|un|never|been|is not|must be|needs? to be|not yet|not a)(?: \S+){0,2} ?(?:verified|confirmed|`+
			`validated|whitelisted for sending|approved)`,
		`unverified`, `verif(?:y|ied) (?:\S+ ){0,3}(?:sender|domain|identity|address|from|email|sending)`,
		`verified senders?`, `sender (?:identity|signature|authentication|approval)`,
		`(?:domain|sender|from|address|identity)(?: \S+){0,6} (?:not (?:\S+ )?(?:verified|confirmed|`+
			`registered|validated|configured|associated|added|authenticated|setup|set up|found in|active|`+
			`activated|recogni[sz]ed|enabled|linked)|unverified|unregistered|unconfigured|unconfirmed)`,
		`un(?:configured|registered|verified|known|confirmed|validated|authenticated) (?:\S+ ){0,2}(?:sending`+
			` |sender |from )?(?:domain|sender|identity|address)`,
		`(?:domain|sender|from|address)(?: \S+){0,3} not trusted`, `unregistered domain`, `approved sender`,
		`identities failed`,
		`(?:add|register|verify|authenticate|configure) ~ (?:domain|sender)`,
		`not (?:a )?(?:valid|confirmed|registered|activated|approved|authori[sz]ed) (?:sender|from|sending`+
			` domain|domain)`,
		`not an? (?:approved|authori[sz]ed|allowed|accepted) (?:sender|domain|from)`, `sending domain`,
		`not registered within`,
	)
	senderDomainBad = words(
		`(?:cannot|unable to|could not) resolve (?:your|the sender|sender) domain`,
		`(?:sender|from|mail from|mailfrom|domain of sender|@sender|return path|envelope from|originating|`+
			`your)(?: \S+){0,8} (?:domain|host|hostname|mx|dns)(?: \S+){0,6} (?:not (?:found|exist|resolv\w*|`+
			`valid|have|been)|does ?n?o?t? (?:not )?(?:exist|resolve|have|accept)|no (?:mx|dns|valid|a record|`+
			`such)|unresolv\w*|cannot be (?:resolved|found|verified)|could not be (?:resolved|found)|must`+
			` (?:resolve|exist|have)|invalid|unknown|nonexist\w*|lookup)`,
		`domain of sender`,
		`sender domain (?:must|does|not|has|is not|invalid|unknown|unresolv|cannot|could|lookup)`,
		`sender address rejected domain`,
		`(?:un ?resolv\w*|unresolvable|invalid|unknown|non ?existent|bogus|no such|bad) (?:\S+`+
			` ){0,3}(?:sender|from|return|mail from|envelope|originat\w*|rfc 5321 from|rfc 5322 from|5321)(?:`+
			` \S+){0,2} (?:domain|host)`,
		`(?:sender|from) (?:\S+ )?(?:domain|host) (?:not found|not exist|unknown|no mx)`, `domain does not exist`,
		`domain ~ no (?:valid )?(?:mx|a or mx|mail exchanger)`,
		`(?:domaine|dominio|domain)\w* ~ (?:expediteur|remitente|mittente|absender)`, `unresolvable rfc`,
		`(?:no|without|any|valid) (?:\S+ )?mx record`, `invalid (?:sender )?domain`, `unroutable sender`,
		`invalid dns mx`, `mx (?:\S+ ){0,2}(?:for|of) (?:the )?sender`,
		`unrouteable (?:sender )?address ~ sender`, `sender unrouteable`, `contains a domain with no`,
		`no dns (?:\S+ )?(?:for|of) (?:\S+ )?(?:sender|from)`,
		`(?:absender\w*|expediteur|remitente|mittente|remetente|отправител\S*)(?: \S+){0,6}`+
			` (?:domaine?|dominio|домен\S*)`+
			`(?: \S+){0,3} (?:unbekannt|existiert nicht|n existe pas|introuvable|inexistant|no existe|non esiste|`+
			`nao existe|не (?:существ|найден))`,
	)
	senderMailboxBad = words(
		`callout (?:\S+ ){0,3}sender`,
		`verif\w* (?:of )?(?:the )?(?:mail ?from|sender|return path|from address)(?: \S+)? (?:fail|error|unsuccess)`,
		`validating (?:the )?(?:sender|mail ?from|return path)(?: \S+)? fail`,
		`(?:mail ?from|return path) (?:verif\w*|validation|callback|callout) (?:fail|error|unsuccess)`,
		`sender verif(?:y|ication|ied)? ?(?:fail|error|reject)`,
		`(?:sender|mail ?from|return path|reverse path|envelope from)(?: \S+)? (?:verif\w*|validation|callout|callback)`+
			`(?: \S+)? (?:fail|error|reject|unsuccess|negative|did not|not succe)`,
		`verif\w* of (?:the )?(?:sender|mail ?from|return path|envelope)(?: \S+){0,2} (?:fail|did not|not succe|`+
			`error|unsuccess)`,
		`absender\w*(?: \S+)? (?:prufung|verifi\w*) (?:\S+ )?fehl|absender(?:prufung|verifi\w*) (?:\S+ )?fehl`,
		`verification (?:de l |du )?(?:expediteur|emetteur) ~ echou`,
		`absender\w* (?:\S+ )?nicht (?:\S+ )?(?:verifizier|uberpruf|gepruft)`, `absender\w* (?:\S+ ){0,2}existiert nicht`,
		`expediteur (?:\S+ ){0,3}(?:n existe pas|introuvable|inexistant)`, `remitente (?:\S+ ){0,2}(?:no existe|inexistente)`,
		`mittente (?:\S+ ){0,2}(?:non esiste|inesistente)`,
		`отправител\S* (?:\S+ ){0,2}не существ`, `发件人(?:地址)?不存在`,
		`sender address rejected (?:user unknown|undeliverable|unknown user|unverified address host|mailbox|`+
			`no such|account)`,
		`(?:(?:ab)?sender|expediteur|remitente|mittente|from|return path|@sender|mail from)(?: \S+){0,5} (?:user unknown|`+
			`unknown user|does not exist|mailbox (?:not|un)|no such (?:user|mailbox|account)|undeliverable|`+
			`not a (?:valid|known) (?:user|mailbox|account)|invalid user|unknown local)`,
		`verification failed for @\w+`, `(?:unknown|non ?existent|undeliverable) (?:local )?sender`,
		`sender ~ callout`, `sender callback`, `no such (?:sender|local user ~ sender)`,
		`callback ~ sender ~ (?:fail|reject)`, `we (?:cannot|could not) (?:verify|reply|bounce) ~ sender`,
	)
	senderCheckDeferred = words(
		`callout (?:to|of|for) @sender(?: \S+)? (?:not|defer|time|in progress)`,
		`callback setup failed`,
		`temporar\w* ~ (?:verifying|checking|validating) (?:the )?sender`,
		`(?:verifying|checking) (?:the )?sender ~ temporar`, `could not complete sender`,
		`sender ~ (?:verif\w*|callout|callback|check)(?: \S+){0,6} (?:defer\w*|temporar\w*|timed? ?out|in`+
			` progress|timeout|not complete|incomplete|could not|unreachable|try)`,
		`sender address rejected unverified address`, `sender verif\w* (?:in progress|deferred|timed|temporar)`,
		`(?:unable to|could not|cannot) (?:verify|validate|check)(?: \S+){0,4} (?:sender|return)`,
	)
	senderListed = words(
		`mail from @\w+ (?:is )?(?:rejected|refused|denied|blocked|banned)`,
		`(?:sender|mail ?from|from|domain|envelope|@sender|return ?path|author|originator|address|header)(?:`+
			` \S+){0,6} (?:blocked using|is listed|listed (?:in|on|at|by)|block ?listed|black ?listed|on (?:\S+`+
			` ){0,2}(?:block|black) ?list|denied|banned|in (?:my|our|the) (?:\S+ )?(?:bad|black|block|deny|`+
			`reject|kill|spam)|is blocked|blocked by|been blocked)`,
		`badmailfrom`, `disposable|throw ?away`, `(?:sender|@sender)(?: \S+){0,3} blacked\b`,
		`black(?:ed)? (?:mail |email )?(?:senders?|address|domain)\b`,
		`(?:sender|from|domain|@sender)(?: \S+){0,3} (?:in|on) (?:\S+ ){0,3}(?:black|bad|deny|blocked|ban|banned)`+
			` (?:list|table|map|file|senders)`,
		`(?:blocked|banned|denied|blacklisted|block ?listed|prohibited|blocklisted|unwanted|rejected)`+
			` (?:envelope )?(?:sender|from|mail ?from|domain)`,
		`envelope blocked`, `block send ?er`, `dbl`, `having a domain present`,
		`sender (?:address )?(?:not allowed|rejected (?:access|black|block|spam|policy|local|administrat))`,
		`domain is (?:\S+ )?(?:black|block|banned)`, `(?:sender|address) is (?:\S+ )?spam`, `spammer`,
		`mailfrom domain is listed`,
	)
	dblLinks    = links(`/dbl`, `query/domain`, `query/dbl`)
	domainYoung = words(
		`domain (?:is )?(?:too )?new\b`, `(?:too|very|so) (?:new|young|fresh|recent)\b`,
		`newly (?:registered|created|observed)`,
		`(?:domain|registration) age`, `recently (?:registered|created|seen)`, `zrd`, `new domain`,
		`domain ~ (?:registered|created) (?:\S+ ){0,3}(?:ago|recently|days|yesterday|today|just)`, `day old bread|dob\b`,
		`fresh domain`,
		`zero reputation`,
	)
	authenticationResults = words(
		`not let (?:\S+ ){0,4}send`,
		`dmarc`, `spf\b`, `dkim`, `domain ?keys?`, `sender ?id\b`, `sender policy framework`,
		`authentication results`, `authentication (?:level|checks?|failed for domain|policy|status)`,
		`(?:email|mail|message|sender) (?:\S+ )?authentication (?:fail\w*|check|require|policy)`,
		`un ?authenticated (?:email|mail|message|sender) (?:from|is|because)`, `sender is unauthenticated`,
		`(?:is|was|are) unauthenticated`,
		`(?:originating|sending) ip(?: \S+){0,5} not (?:permitted|authori[sz]ed|allowed) by`, `domain owner`,
		`(?:does not|not) designate`,
		`(?:does not|not) (?:permit|allow|authori[sz]e)\w* (?:\S+ ){0,4}(?:@ip|sending|as permitted)`,
		`not (?:allowed|permitted|authori[sz]ed|designated)(?: \S+){0,3} (?:send|sender) (?:mail |email |`+
			`messages )?(?:from|for) (?:domain|@host|@addr|this domain|that domain)`,
		`fails? to pass`, `did not pass`, `arc\b ~ fail`, `header ~ not aligned`, `alignment`,
		`sender ~ not authenticated ~ domain`, `domain not authenticated`, `p reject`, `published (?:\S+ )?policy`,
		`(?:domain|@host) mismatches (?:client )?(?:ip|@ip)`, `ip for sending ~ (?:domain|@host)`,
		`not (?:\S+ ){0,6}(?:may|allowed to|permitted to|authori[sz]ed to) send (?:mail |email )?(?:for|from|`+
			`as) (?:@host|the`+
			` domain|domain)`,
	)
	hostOwnDomain = words(
		`spoof`,
		`(?:our|own|internal|local|accepted) (?:\S+ )?domain ~ (?:outside|external|internet|not allowed|without)`,
		`(?:outside|external|internet|unauthenticated)(?: \S+){0,4} (?:local|our|internal|own) (?:sender|`+
			`domain|address)`,
		`same as (?:a |the |our )?local`, `anti ?spoof`, `pretend\w* to be (?:a )?local`,
		`local sender(?: \S+){0,4} (?:outside|external|remote|auth)`,
		`(?:forged|faked?) (?:\S+ )?(?:sender|from|local)`, `impersonat`, `you are not (?:local\b|one of us)`,
	)
)
