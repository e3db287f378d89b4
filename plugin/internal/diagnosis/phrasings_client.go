package diagnosis

// Concepts of this machine: its address, its names, how much it sends.
var (
	// aboutHello: the name given in EHLO is meant.
	aboutHello = words(
		`(?:helo|ehlo|hello)\b(?: \S+){0,8} (?:reject|refus|invalid|not |bad|fail|illegal|malformed|listed|`+
			`unaccept|resolve|argument|forged|mismatch|impersonat|needs?|must|should|require|error|syntax|cannot|`+
			`contains|does|is my|spoof|block|denied|own|fake|bogus|unknown|incorrect|wrong|violat|required)`,
		`(?:reject|refus|invalid|bad|illegal|malformed|forged|fake|unaccept\w*|incorrect|wrong|bogus|missing|`+
			`need|require|not accept\w*|spoofed|syntactically invalid|improper|unqualified|local)\w*(?: \S+){0,4}`+
			` (?:helo|ehlo|hello)\b`,
		`(?:helo|ehlo)(?:host|name|domain)`,
		`(?:helo|ehlo) (?:name|string|domain|host|hostname|command|argument|greeting|parameter)`,
		`is (?:my|our|one of (?:my|our)) (?:\S+ )?(?:address|name|ip|hostname|host)`,
		`you are not (?:me|us|@host|@ip|who you)`, `pretend\w* to be (?:me|us|@host|@ip)`,
		`(?:do not|stop) (?:use|claim|pretend|impersonat)\w* ~ (?:my|our) (?:name|ip|address|hostname)`,
		`nice try ~ (?:helo|name)`, `(?:hostname|host name|fqdn)(?: \S+){0,4} (?:required|needed|helo|ehlo|in helo)`,
		`need fully qualified hostname`, `polite people say hello`, `forged hostname`, `introduce yourself`,
		`(?:greeting|introduced|greeted)(?: \S+){0,3} (?:name|as|with)`,
	)
	// reverseDNS: the name of this machine's address is meant.
	reverseDNS = words(
		`(?:@ip|ip|host|address|client|machine)(?: @ip)? (?:has|have) no (?:\S+ )?(?:name|hostname|dns)`,
		`does not point to the sending`, `unverif\w+ sending ip`,
		`reverse (?:dns|hostname|host name|lookup|name|ip|resolution|address|domain|record|mapping|entry|d n s)`,
		`r ?dns\b`, `ptr\b`, `fcrdns`, `forward confirmed`, `reversedns`, `in addr arpa`,
		`cannot find your (?:reverse )?(?:hostname|host name|host|name)`, `(?:ip )?name lookup failed`,
		`(?:ip|address|@ip)(?: \S+){0,6} (?:not|no|cannot|un)(?: \S+){0,3} (?:resolv\w*|hostname|reverse|dns`+
			` name|dns entry|domain name)`,
		`(?:hostname|host name|client name)(?: \S+){0,5} (?:not (?:found|resolv\w*|match\w*|verif\w*)|cannot`+
			` be (?:found|resolved|verified)|could not be (?:found|resolved|verified)|lookup fail\w*|does not`+
			` (?:match|resolve|exist)|mismatch|unknown|forged|verification failed)`,
		`possibly forged`, `name possibly forged`, `no (?:reverse|ptr|rdns|dns name|hostname for)`,
		`(?:dns|hostname) ~ (?:does not|must|mismatch|should) ~ (?:forward|backward|reverse|point back|match)`,
		`(?:unknown|unresolvable|invalid|bad|no) (?:client|host) ?name`, `fix (?:your )?dns`, `fix ~ reverse`,
		`invalid dns ptr`, `bad dns`, `umgekehrte`, `resolution inverse`, `resoluci[oó]n inversa`,
		`無法反解|反向解析|逆引き`, `обратн\S+ (?:dns|запис|зон)`,
		`sender ip ~ no (?:reverse|name|dns)`,
		`unresolvable (?:ip|client|host)`,
	)
	// listed: it stands on a list of those who are not wanted.
	listed = words(
		`(?:block|black|deny|reject|ban|bad) ?list`, `@list`, `(?:real ?time )?(?:rbl|dnsbl|rhsbl|dnswl)s?\b`,
		`(?:sbl|xbl|pbl|cbl|css|rbl|bl) list`, `listed (?:host|client|ip)`, `(?:black|spam|bad) ?hole`,
		`black (?:ip|host|address)`, `spamhaus`, `spamcop`, `sorbs`, `uceprotect`, `invaluement`, `senderbase`, `cbl\b`,
		`abusix`,
		// Products that have lists, and much else.
		`(?:barracuda|cloudmark|trend micro|proofpoint)(?: \S+){0,8} (?:block|reject|refus|ban|den[iy]|list|reput|ip\b|@ip)`,
		`(?:block|reject|refus|ban|den[iy]|list|reput)\w*(?: \S+){0,8} (?:barracuda|cloudmark|trend micro|proofpoint)`,
		`(?:is|are|been|was|you|currently|found|ip|address|host|server|@ip|because|which is) listed`,
		`listed (?:in|on|at|by|as|with|for)`,
		`(?:blocked|rejected|denied|listed|refused|found) (?:using|by|at|via|on|in|because of|due to) (?:the`+
			` |a |our |local )?(?:@list|rbl|dnsbl|blocklist|blacklist|spam ?list)`,
		`banned (?:sending )?(?:ip|sender|address|host|client)`,
		`on (?:our|a|the|its) (?:\S+ )?(?:block|black|ban|deny|spam) ?(?:list)?`, `schwarze\w* liste`, `gelistet`,
		`liste noire`, `lista negra`, `lista nera`, `czarn\w+ lis`, `черн\S+ список|черном списке`,
		`黑名单|ブラックリスト`,
		`blacklisti`, `exploits block`, `delist`, `removal from (?:this|the|our)`,
	)
	// ownBlocklist is a list of whomever the server does not want, listOfDNS one of addresses that many servers ask.
	ownBlocklist = words(
		`(?:block|black|deny|ban) ?list`, `schwarze\w* liste|sperrliste`, `liste noire`, `lista negra`, `lista nera`,
		`zwarte lijst`, `czarn\w+ li`, `черн\S+ спис`, `黑名单|ブラックリスト`,
	)
	listOfDNS           = words(`@list`, `(?:rbl|dnsbl|rhsbl)s?\b`, `spamhaus|spamcop|sorbs|uceprotect|barracuda|abusix`)
	authenticationLinks = links(`openspf`, `[/?&#.-](?:spf|dmarc|dkim)\b`)
	reverseDNSLinks     = links(`\b(?:no)?(?:rdns|fcrdns|reverse[-_]?dns)\b`, `[/?&#=._-](?:ptr|nordns)\b`)
	relayLinks          = links(`[/?&#=._-]relay(?:ing)?\b`)
	helloLinks          = links(`[/?&#=._-](?:helo|ehlo)\b`)
	greylistingLinks    = links(`gr[ae]y-?list|postgrey`)
	listLinks           = links(
		`spamhaus\.org`, `spamcop\.net`, `sorbs\.net`, `barracudacentral`, `uceprotect`, `abuseat`, `mail-abuse`,
		`dnsbl`, `ipcheck\.`, `blocklist`, `blacklist`, `rbl`, `delist`, `ip-?block`, `cloudmark\.com`, `mailspike`,
		`psbl`, `invaluement`, `ip-?reputation`, `sender\.office\.com`, `senderscore`, `ers\.trendmicro`,
		`talosintelligence`,
	)
	// ipMeant: the refusal is about this machine's address.
	ipMeant = words(
		`@ip`,
		`(?:your|the|this|sending|source|client|sender|remote|connecting|originating|external|from) (?:\S+`+
			` )?(?:ip|ips|mta|mail server|server|network|host|isp|internet address|relay)\b`,
		`client host`, `ip address`, `ips?\b`, `adresse ip`, `ip ad(?:res|resse)`, `direccion ip`, `indirizzo ip`,
		`host network`,
		`ihr(?:e|es|er|em|en)? (?:server|rechner|host|netz|ip\b)`, `votre (?:serveur|machine|ip\b)`,
		`su (?:servidor|ip\b)`, `(?:vostro|suo) (?:server|ip\b)`, `ваш\S* (?:ip\b|сервер|хост)`,
		`您的(?:ip|服务器|主机)`,
		`your address`, `ip ist`, `(?:your|sending) (?:host|machine|system)`,
	)
	// blockedIP: the address is blocked, and no list is named.
	blockedIP = words(
		`spam ?trap`,
		`bad sender ip`, `sender ip (?:address )?rejected`, `open proxy`, `you are (?:sending )?spams?`,
		`(?:is|was|email|mail|messages?) blocked (?:by|using) (?:@|(?:our|the|a) (?:\S+ )?(?:@|list|block|black|firewall))`,
		`(?:is|was) blocked (?:by|using)`, `blocked using`, `blocked for abuse`,
		`not (?:currently )?accepting (?:mail|connections|messages) from your (?:ip|host|server|network)`,
		`(?:invalid|unwanted|bad) ip`, `(?:remote ?host|host|server) looks`, `your ip address$`,
		`is blocked \.? ?for assistance`,
		`(?:client host|client|host|ip|@ip|ips|address|server|network|connection|mta|machine|isp)(?:`+
			` \S+){0,5} (?:blocked|banned|blacklist\w*|block ?listed|rejected for|reject\w* ~ (?:spam|abuse)|`+
			`blocking)`,
		`(?:blocked|banned|blocking|blacklisted) (?:\S+ ){0,4}(?:ip|@ip|ips|address|host|client|network|`+
			`server|connection)`,
		`(?:spam|abuse|spamming|virus) (?:\S+ ){0,4}(?:from (?:this|your|the)|source|incident|origin) (?:\S+`+
			` )?(?:ip|@ip|host|address|server|network|connection)?`,
		`poor reputation`, `policy rejection abuse`, `(?:source|adresse)(?: \S+){0,3} bloquee`,
		`(?:ip|ips|adresse|server|rechner|host|direccion|indirizzo|адрес|@ip)(?: \S+){0,5} (?:bloquead|bloccat|`+
			`gesperrt|geblockt|`+
			`заблокирован)`, `customized block`, `sending address not accepted`,
		`due to spam filter`, `host network not allowed`, `connections? (?:will )?not (?:be )?accepted from`,
		`blocked see`, `part of their network is on`, `currently sending spam`, `bad ip`,
	)
	// queryRefused: the list did not answer the server, which took that for a listing.
	queryRefused = words(
		`query refused`, `open resolver`, `public resolver`, `excessive (?:number of )?quer`,
		`dns ?bl (?:error|quota)`, `@list ~ error code`, `error code (?:from|of) ~ @list`,
		`quer(?:y|ies) (?:\S+ ){0,3}(?:refused|blocked|denied|exceeded|limit|not allowed)`, `127\.255\.255\.\d+`,
		`@ip query refused`, `error open resolver`, `your dns ip`,
	)
	reputation = words(
		`sender ?score`, `(?:poor|low|bad) (?:\S+ )?score`, `reputation`, `trust score`, `senderscore`,
		`insufficient history`, `karma`, `untrusted (?:ip|host|source|sender)`, `new or un\w+`, `likely suspicious`,
	)
	domainMeant = words(
		`(?:sending|sender|from|your|spf|dkim|mail from|envelope|mailfrom|header from|5321|5322|`+
			`organi[sz]ational|this) domain`,
		`domain (?:reputation|is|of|name|@host|has)`, `reputation of (?:the |your )?(?:sending |sender )?domain`,
	)
	deferredIP = words(
		`(?:messages?|mail|emails?|connections?|traffic) from (?:@ip|your ip|this ip|your server|your`+
			` network|your host)(?: \S+){0,6} (?:deferred|delayed|throttled|limited|suspicious)`,
		`(?:mail server|server|host|client|ip|@ip)(?: \S+){0,6} (?:temporarily )?(?:rate limited|throttled|`+
			`deferred|limited|delayed) ~ reputation`,
		`server busy ~ from @ip`, `unexpected volume`, `user complaints`, `unusual (?:rate|volume|traffic|amount)`,
		`permanently deferred`, `insufficient reputation`, `low reputation`, `bad reputation`,
		`suspicious (?:connection|client|ip|host|source)`, `service refused? ~ try later`,
		`service refuse ~ plus tard`, `too (?:many|much) spams?`, `throttl\w* ~ spam`, `ip reputation`,
		`likely suspicious ~ ip`, `throttled due to`,
		`excessive (?:complaint|bounce|volume)`, `cdrbl`, `temporarily deferred`, `warm ?up`,
		`not enough reputation`,
	)
	// relayInstead: mail is not taken straight from such an address.
	relayInstead = words(
		`(?:dynamic|generic|residential) (?:\S+ )?ips?\b`, `generic (?:dns )?ptr`,
		`(?:use|through|via|using|from) (?:the |your |a |an )?(?:\S+ ){0,2}(?:isp|provider|service provider|`+
			`smarthost|smart host|providers|relay)(?: \S+){0,4} (?:smtp|mail|relay|server|smarthost|instead|mta|`+
			`outgoing)`,
		`not authori[sz]ed to send (?:email |mail )?directly`, `directly to (?:our|us|mx)`, `direct to mx`,
		`(?:dynamic|residential|dial ?up|dialup|dsl|cable|consumer|home|end ?user|broadband|generic|dhcp|`+
			`pool)(?: \S+){0,3} (?:ip|address|host|range|client|network|space|hostname|reverse|ptr|rdns|name|`+
			`user|line|connection)`,
		`may not be mail exchanger`, `not (?:a )?(?:mail server|mail exchanger|legitimate mail)`,
		`looks? like (?:a )?(?:dynamic|dial|generic|residential)`, `use your isp`, `smtp relay at your`,
		`cloud (?:ip|address|host|provider)`, `unauthenticated mail not allowed from this range`, `dul\b`,
		`port 25 ~ (?:residential|dynamic)`, `dynamische\w*`, `adresse dynamique`,
	)
	// dynamicAddress is an address of the kind that homes have.
	dynamicAddress = words(
		`(?:dynamic|residential|dial ?up|consumer|broadband|generic|dsl|cable) (?:\S+ )?ips?\b`,
		`(?:dynamic|residential|dial ?up|consumer|broadband) (?:\S+ )?(?:addresses|address|range|customers?)`,
	)
	countryMeant = words(
		`geo ?block`,
		`(?:from|in) (?:abroad|overseas)\b`, `foreign countr`,
		`geo ?ip`, `(?:country|countries|geographic|geolocation|geo ?location|continent)`,
		`your (?:region|country|location) (?:is (?:not|block|den|ban|forbid|restrict)|not|has)`,
		`from (?:your|this) (?:country|region)`, `地区|国家`,
	)
	ipv6Meant = words(
		`over ipv6`, `(?:not|no) (?:accept|support|allow)\w* (?:\S+ ){0,3}ipv6`,
		`ipv6 (?:\S+ ){0,3}(?:not|reject|refus|block|denied|unsupported|disabled)`, `use ipv4`,
	)
	proxyHeader = words(
		`proxy timeout`, `proxy (?:\S+ )?(?:expected|required|failed|format|command|signature|string|handshake|invalid)`,
		`(?:missing|invalid|malformed|unknown|unexpected) proxy`, `proxy (?:protocol|header|line)`, `haproxy`,
		`proxy ?v[12]`,
	)
	outOfSync = words(
		`(?:ssl|tls) attempted`, `non (?:ssl|tls) socket`, `plain ?text (?:\S+ )?expected`,
		`synchroni[sz]ation (?:error|violation)`, `(?:looks like|is) (?:a )?(?:tls|ssl) (?:hello|handshake|client)`,
		`speak smtp ~ (?:not|tls)`, `expected plain`, `client sent tls`,
	)

	// tooManyConnections are connections at one time, or in a short while.
	tooManyConnections = words(
		`more than (?:one|\d+) (?:logins?|sessions?|connections?)\b`,
		`too many (?:\S+ ){0,4}(?:connect|session)`, `(?:wait|pause) ~ connect`,
		`(?:connection|session|connect)s?(?: \S+){0,5} (?:limit|exceed|rate|maximum|too many|too frequent|`+
			`quota|frequency|throttl|reached|concurren)`,
		`(?:max\w*|limit|number|rate|exceed\w*|concurren\w*|simultaneous)(?: \S+){0,5} (?:connect|session)`,
		`too frequent connect`, `connecting too (?:often|fast|frequently)`, `concurren`,
		`trop de (?:connexion|session)`, `zu viele verbindung`, `demasiad\w+ conexion`, `troppe connession`,
		`muitas conex`, `слишком много (?:соединени|подключени)`,
		`连接(?:数)?(?:过多|超过)|接続(?:数)?が多`, `slow down`,
	)
	serverWideConnections = words(
		`concurrent server connections`, `per resource forest`,
		`(?:server|system) (?:\S+ ){0,3}(?:connection|session) limit`,
		`all (?:server )?(?:ports|lines|slots|connections) (?:are )?(?:busy|in use)`,
	)
	// tooManyMessagesHere: on this connection, another one goes on.
	tooManyMessagesHere = words(
		`(?:messages?|mails?|emails?|transactions?)(?: \S+){0,6} (?:per|in|this|for|on|within|during|each|`+
			`one|single|the same|over) (?:this |one |a |an |single |the |same |current |each )*(?:connection|`+
			`session)`,
		`(?:connection|session)(?: \S+){0,4} (?:max\w*|limit|exceeded|too many) ~ (?:messages|mails|transactions)`,
		`too many messages sent`, `(?:new|another) (?:session|connection) ~ (?:try|send|again)`,
		`open a new (?:session|connection)`, `reconnect`, `too many transactions`,
		`trop de messages ~ (?:connexion|session)`,
	)
	tooManyErrors = words(
		`too many (?:\S+ ){0,3}(?:errors?|commands?|syntax|protocol|unrecogni[sz]ed|nonsense|junk|unknown`+
			` commands|noop|rset|vrfy|bad commands)`,
		`(?:error|command) (?:limit|count|threshold) (?:\S+ )?(?:exceed|reach)`,
		`max\w* (?:number of )?(?:errors|bad commands|invalid commands)`, `excessive errors`,
	)
	badRecipients = words(
		`(?:too many|excessive|high number of|many|number of|max\w*)(?: \S+){0,4} (?:invalid|unknown|bad|`+
			`rejected|non ?existent|nonexist\w*|undeliverable|failed|wrong|incorrect|inactive|refused)`+
			` (?:recipient|user|address|rcpt|mailbox|deliver)`,
		`max defers and failures`,
		`(?:invalid|unknown|bad|rejected) (?:recipient|user|address)\w*(?: \S+){0,4} (?:limit|exceed|too`+
			` many|threshold|max)`,
		`(?:defers|bounces|failures|bounce rate)(?: \S+){0,3} (?:per hour|exceed|limit|too high|per day)`,
		`(?:excessive|too many) (?:\S+ ){0,2}unknowns?`, `dictionary attack`, `directory harvest`, `harvest`,
		`user unknown ~ (?:threshold|limit|too many)`,
	)
	tooManyRecipients = words(
		`\d+ (?:people|persons|addresses|addressees|receivers) (?:at a time|at once|per|in one|max)`,
		`(?:only|max\w*|up to|more than) \d+ (?:people|addresses|addressees|receivers)`,
		`too many (?:\S+ ){0,2}(?:recipient|rcpt|address|destinat|envelope)`,
		`(?:recipients|rcpts?|destinations)(?: \S+){0,5} (?:limit|exceed|maximum|too many|threshold|per`+
			` (?:message|transaction|session|mail|email))`,
		`(?:reached|exceed\w*|over|more than|max\w*|only|up to) (?:\S+ )?\d+ (?:recipients|rcpts)`,
		`recipient (?:limit|count)`,
		`(?:max\w*|limit|number|exceed\w*|many|total)(?: \S+){0,4} (?:recipient|rcpt|destinat)`,
		`(?:out of|over|beyond) (?:\S+ ){0,2}rcpt`, `rcpt num`, `separate transaction`,
		`(?:one|single) recipient (?:per|at a time|only)`, `trop de destinataire`,
		`zu viele empfanger`, `demasiados destinatario`, `troppi destinatari`, `muitos destinat`,
		`слишком много получател`, `收件人(?:过多|数量|超)`, `宛先が多`,
	)
	splitTransaction = words(
		`send the (?:rest|others?)`,
		`multiple (?:\S+ )?domains per`, `policy mismatch`, `split transaction`, `separate transaction`,
		`multiple (?:\S+ )?(?:policies|settings|backends|servers|domains) ~ (?:one|single|same)`,
		`(?:deliver|send|retry) (?:\S+ )?(?:separately|alone)`, `different (?:settings|policy|transaction)`,
	)
	// overTime is a limit that is counted over hours or days.
	overTime = words(
		`(?:per|each|every|this|an?|past|last|for the|in one|in 1|in an?|current|next|24) (?:\d+ )?(?:hour|`+
			`hr|day|month|week|period|h\b|d\b)`,
		`(?:daily|hourly|monthly|weekly|24 ?h)`, `(?:hour|day|week|month) (?:limit|quota)`,
		`for (?:the )?(?:day|month|week|hour)`,
		`(?:past|over|last|in|within) \d+ ?(?:h|hour|day|minute|min|s|sec)`, `tomorrow`,
		`(?:tages|stunden|monats)(?:limit|kontingent|quota)`,
		`diari[oa]|quotidien|journalier|horaire|giornalier|mensuel|mensual`, `суточн|дневн|часов`,
		`dagelijks|dzienn|gunluk`,
		`next (?:day|hour|month)`, `today`, `pro (?:tag|stunde)`, `par (?:jour|heure)`, `por (?:dia|hora)`,
		`(?:в|за) (?:сутки|час|день)`, `每(?:天|日|小时)|一日`, `try again after`,
	)
	// limitMeant: how much may be sent, of whatever kind.
	limitMeant = words(
		`send limit`,
		`send\w* too (?:much|many|fast|often)`,
		`(?:have|has) (?:already )?sent (?:\S+ )?\d+`,
		`(?:limit|limits|quota|quotas|allowance|cap|threshold|maximum|max|rate|credits?|balance|volume)(?:`+
			` \S+){0,6} (?:exceed\w*|exceded|reached?|used up|exhausted|hit|over|surpass\w*|too high|`+
			`insufficient|violat\w*|limited|achieved)`,
		`(?:exceed\w*|exceded|reach\w*|over|hit|used|exhausted|surpass\w*|out of|no more|insufficient|above|`+
			`beyond)(?: \S+){0,6} (?:limit|limits|quota|quotas|allowance|cap|threshold|maximum|max|rate|credits?|`+
			`balance|sends)`,
		`rate ?limit`, `throttl`, `limits? (?:for|on) how many`, `exceed\w* (?:\S+ ){0,2}\d+ (?:messages|mails|emails)`,
		`too (?:many|much) (?:\S+ ){0,3}(?:mail|message|email|sent|send|submission|request|deliver|data from|smtp)`,
		`too fast`, `too (?:quick|rapid|frequent)`,
		`(?:mail|message|email|sending|send|delivery|submission|sender|ip|connection|user)(?: \S+){0,2}`+
			` (?:rate|frequency|frequen\w+|velocity)\b`,
		`only \d+ (?:messages|mails|emails)`,
		`\d+ (?:messages|mails|emails) (?:per|a|an|each) (?:minute|hour|day|week|month)`,
		`frequency limited`, `(?:daily|hourly|monthly) (?:\S+ ){0,3}(?:limit|quota|max)`, `slow down`,
		`(?:has|have) sent (?:\S+ )?too many`, `max\w* (?:\S+ ){0,4}(?:per|reached|messages|emails|mails)`,
		`unusual rate`, `rate that`, `over ?quota`, `message limit`, `credits?\b`, `billing`,
		`(?:limite|quota)(?: \S+){0,3} (?:atteint|depasse|superad|alcanzad|raggiunt|superat|excedid)`,
		`(?:limit|kontingent)(?: \S+){0,3} (?:erreicht|uberschritten)`, `превышен\S*`, `лимит`,
		`超过|超出|上限|频率|频繁|過多`,
		`again later 10`, `(?:mi|hl) (?:sfq|itc)`, `plan ~ (?:limit|upgrade)`,
		`upgrade your (?:plan|account|subscription)`, `payment required`, `sending limit`,
	)
)
