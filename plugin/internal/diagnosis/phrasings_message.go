package diagnosis

// Concepts of the message.
var (
	malformed = words(
		`lines? (?:over|longer than|exceeds|of more than) \d+`,
		`no (?:date|subject|message id)\b`,
		`bare (?:lf|cr|line ?feed|linefeed|carriage|newline|@addr)`,
		`(?:from|to|subject|date|message id|messageid|header|headers|reply to|sender) (?:header|field|line|`+
			`headers)(?: \S+){0,6} (?:missing|required|invalid|malformed|not (?:accepted|valid|allowed|found|`+
			`present|rfc)|multiple|duplicate\w*|too large|too long|syntax|empty|absent|broken|bad|illegal|`+
			`contains)`,
		`(?:missing|multiple|duplicate\w*|invalid|malformed|no|bad|empty|illegal|two|more than one|without|`+
			`broken|improper|incorrect|required) (?:\S+ ){0,4}(?:header|headers|from field|date field|message id|`+
			`mime|from line|header fields?)`,
		`rfc ?(?:5322|2822|822|2047|2045)`, `8 ?bit (?:data|characters?)`, `non ?ascii`,
		`not (?:rfc|compliant|7 ?bit|standards?)`, `multiple addresses in from`,
		`headers? too (?:large|long|big|many)`, `line (?:too long|length|exceeds)`, `lines? (?:\S+ ){0,4}too long`,
		`(?:message|mail|mime|body|header|content|charset|encoding|boundary)(?: \S+){0,3} (?:malformed|`+
			`syntax|corrupt\w*|not properly|ill formed|parse|structure|unparsable|format (?:error|invalid)|non`+
			` compliant|noncompliant|not (?:in )?(?:compliance|conform))`,
		`(?:malformed|ill ?formed|corrupt|unparsable|unparseable|improper\w*) (?:\S+ )?(?:message|mail|mime|`+
			`body|header|email)`,
		`invalid message (?:content|format|structure|body|syntax|id)`, `null (?:byte|character|char)`,
		`nul (?:byte|char)`, `message (?:has )?no (?:from|date|subject|body|header)`, `duplicate header`,
		`header (?:\S+ )?size`, `line limit`, `improper use of`, `purported`, `header error`, `line length`,
		`invalid (?:utf|charset|character)`, `smtp smuggling`,
		`from header (?:is )?(?:missing|empty|invalid)`,
		`content (?:type|transfer) (?:\S+ ){0,3}(?:invalid|missing|bad)`,
	)
	tooBig = words(
		`(?:message|mail|email|size|attachment|content|body|msg|letter|data)(?: \S+){0,6} (?:too (?:big|`+
			`large|long|much)|exceed\w*|larger than|size limit|over (?:the )?(?:size|limit)|bigger than|maximum`+
			` size|exceeded|above|length limit)`,
		`(?:max\w*|limit|exceed\w*|over)(?: \S+){0,4} (?:message size|size|mail size|email size|databytes|`+
			`bytes|mb|length)`,
		`too (?:big|large)\b`, `(?:message|mail|file|size|databytes) (?:size )?limit`,
		`recipsizelimit|sendersizelimit|sizelimit`, `taille(?: \S+){0,4} (?:limite|maxim|depass)`,
		`(?:nachricht|mail)(?: \S+){0,4} (?:zu gro|uberschreitet)`, `tamano ~ (?:excede|maximo|limite)`,
		`dimension\w* ~ (?:massima|limite|eccede)`, `размер ~ превыш`,
		`(?:邮件|附件)(?:过大|超)|サイズ(?:が)?(?:超|制限)`,
		`maximum (?:\S+ )?size exceeded`, `size exceeds`, `databytes`, `bytes (?:\S+ )?exceed`, `oversize`,
	)
	loop = words(
		`(?:mail |routing |message |delivery |forward\w* )?loop(?:s|ing)?\b`, `too many (?:hops|received|forward)`,
		`hop count`, `hops? (?:\S+ )?(?:exceed|limit|max)`, `(?:exceeded|max\w*|over|more than) (?:\d+ )?hops`,
		`received headers`, `boucle`, `schleife|bucle|зациклив|循环`,
	)
	virus = words(
		`virus`, `viral`, `malware`, `infected`, `trojan`, `eicar`, `worm\b`, `clamav`,
		`phishing ~ (?:detected|found)`, `ransomware`, `malicious (?:content|file|attachment|code|software|message)`,
		`вирус`, `病毒|ウイルス`, `schadsoftware|virenverseucht`, `infect`,
	)
	attachment = words(
		`password protected (?:zip|archive|file|document)`, `macros? (?:in|document|enabled)`,
		`attach(?:ment|ed)`, `banned (?:file|content type|name|extension|filename)`,
		`(?:file ?)?(?:extension|file ?type|filename|file name|mime type)s?(?: \S+){0,6} (?:not|blocked|`+
			`banned|prohibited|forbidden|disallowed|rejected|refused|unacceptable|denied|executable)`,
		`(?:blocked|banned|prohibited|forbidden|disallowed|dangerous|executable|unacceptable|illegal) (?:\S+`+
			` ){0,2}(?:file|extension|mime|filename|executable)`,
		`mime banned`, `banned (?:application|image|text|audio|video|multipart|exe|zip)`, `file extension`, `executable`,
		`potential security issue`, `anhang`, `piece jointe`, `adjunto|allegato|anexo`,
		`вложени`, `附件|添付`,
	)
	attachmentLinks = links(`answer/6590`)
	badURL          = words(
		`(?:url|urls|link|links|uri|uris|hyperlink|web ?site|web address|domain in (?:the )?(?:body|message|`+
			`content|url))(?: \S+){0,6} (?:block\w*|black\w*|listed|spam|malicious|phish\w*|bad|banned|`+
			`suspicious|reject\w*|unsafe|prohibited|not allowed|reputation|dangerous)`,
		`(?:spam|blacklisted|blocked|bad|malicious|phishing|suspicious|blocklisted|dangerous|listed|`+
			`prohibited) (?:\S+ )?(?:url|urls|link|links|uri|uris|website)`,
		`(?:url|urls|uri|uris|link|links) in (?:the )?(?:body|message|content|mail)`, `surbl`, `uribl`,
		`contains (?:a )?(?:\S+ )?(?:url|link)`, `message contains ~ @list`, `body ~ @list`,
		`(?:domain|host) (?:@host )?in (?:the )?(?:\S+ )?(?:body|text|content|link)(?: \S+){0,4} (?:block|black|list)`,
		`links? within`, `ivmuri`,
	)
	spam = words(
		`anti ?spam`, `(?:advertising|advertisement)`, `mass mailer`, `has detected that this message`, `bulk `,
		`spam`, `junk`, `\bube\b`, `ube\b`, `\buce\b`, `uce\b`, `unsolicited`, `bulk (?:mail|email)`, `phish`,
		`(?:content|message|mail|email|body|text|subject|word)(?: \S+){0,5} (?:reject\w*|denied|blocked|`+
			`filter\w*|not allowed|refused|banned|prohibited|unacceptable|suspicious|forbidden|objectionable|`+
			`classified|considered|identified|looks like|not accepted|scored)`,
		`(?:banned|prohibited|blocked|objectionable|forbidden|bad|suspicious|unacceptable|unwanted|`+
			`inappropriate|offensive) (?:\S+ )?(?:content|word|subject|text|message|phrase)`,
		`(?:reject|block|filter|refus|den)\w*(?: \S+){0,6} (?:content|filter|score|spam|heuristic|fingerprint)`,
		`security (?:issue|policies|risk|threat)`, `suspicio`, `non sollicite`, `indesirable`, `unerwunscht`,
		`no deseado`, `indesiderat`, `спам`, `垃圾|迷惑メール|スパム`,
		`message (?:not allowed|filtered|refused)`,
		`mail rejete`, `mail content`, `dangerous`, `rspamd|spamassassin|amavis|bayes`, `high probability`, `scored`,
		`policy reasons`, `blocked for ~ content`,
	)
	policyMeant = words(
		`transport rules?`,
		`(?:organi[sz]ation|company|corporate|administrat\w*|site|domain|tenant|content|mail ?flow|dlp|`+
			`compliance|recipient|local|security|internal|group|server|transport|email|message) (?:\S+`+
			` )?(?:policy|policies|rules?)`,
		`policy (?:violation|restriction|reject\w*|prohibit\w*|reasons?|rejection)`,
		`(?:due to|because of|violat\w*|by|against|per|according to|prohibited by|blocked by|for) (?:\S+`+
			` ){0,4}(?:policy|policies|rules?)`,
		`transport ?rules? ?reject`, `has a policy`, `data loss`, `dlp`,
		`administrat\w* (?:prohibit\w*|reject\w*|block\w*|den\w*|refus\w*|policy)`, `richtlinie`, `politique`,
		`politica`, `политик`,
	)
	commandRejected = words(`command rejected`, `permanently rejected message`)

	// Concepts of the server.
	serverStorage = words(
		`(?:insufficient|not enough|no|out of|low|lack of|running out of) (?:\S+ ){0,2}(?:system`+
			` )?(?:storage|disk|space|room)\b`,
		`(?:disk|file ?system|storage|queue|spool|mail system|partition|volume|system)(?: \S+){0,3} (?:full|`+
			`shortage|exhausted|no space|out of space)`,
		`space shortage`, `insufficient system (?:resources|storage)`, `insufficient (?:disk )?space`,
		`speicher ~ (?:voll|knapp)`, `write error or disk full`, `no space left`, `system storage`,
		`memoire insuffisante`,
	)
	serverLookup = words(
		`(?:temporary |local |internal |table |map |alias |database |db |user |directory |address )?lookup`+
			` (?:failure|error|failed|problem)`,
		`(?:ldap|sql|mysql|postgres\w*|database|directory|db|dictionary|redis|map|table|dns ?bl)(?: \S+){0,4}`+
			` (?:error|fail\w*|unavailable|down|unreachable|timeout|not respond\w*|connection|lookup|problem|`+
			`temporar\w*)`,
		`system temporary unavailable`,
		`(?:cannot|could not|unable to) (?:\S+ )?(?:access|open|read|query|load) (?:\S+ ){0,3}(?:database|`+
			`map|table|directory|user|alias)`,
		`active directory`, `chkuser`,
	)
	filterBroken = words(
		`(?:anti ?virus|anti ?spam|scanner|clam\w*) (?:\S+ ){0,2}(?:updat|reload|restart|starting)`,
		`(?:scanner|filter|milter|virus check\w*) (?:\S+ ){0,2}(?:takes|took) (?:too )?long`,
		`(?:milter|content (?:filter|scan\w*)|virus (?:scan\w*|check\w*)|anti ?virus|anti ?spam|amavis|`+
			`clamd?|clamav|spamd|spamassassin|rspamd|scanner|scanning|filter|spam (?:check|filter|scan\w*)|policy`+
			` (?:server|service|daemon)|av scan\w*|dkim milter)(?: \S+){0,6} (?:unavailable|temporar\w*|fail\w*|`+
			`error|timeout|timed out|down|not (?:available|respond\w*|working|running)|defer\w*|problem|unable|`+
			`could not|malfunction|later|busy|tempfail)`,
		`(?:unable|failed|failure|error|could not|cannot|problem) (?:\S+ ){0,3}(?:scan|filter|check for`+
			` (?:virus|spam)|milter|content filter|virus)`,
		`error in processing id`, `queue file write error ~ filter`, `server configuration problem`,
		`all virus scanners failed`,
	)
	serverBroken = words(
		`(?:server|system|mail ?server|host|local|mta|smtp|mailer|service) (?:\S+ ){0,2}(?:configuration|`+
			`config|misconfig\w*|set ?up)(?: \S+){0,2} ?(?:error|problem|invalid|fail\w*)`,
		`(?:configuration|config) (?:error|problem|failure)`, `misconfigur`,
		`licen[sc]e (?:\S+ )?(?:expired|invalid|exceeded|error|limit|missing)`,
		`(?:expired|invalid|no|exceeded) (?:\S+ )?licen[cs]e`, `bad configuration`, `unknown (?:mailer|transport)`,
		`mail system (?:is )?(?:not )?configured`, `local configuration`, `not properly configured`,
		`incorrectly configured`, `operating system error`, `can ?not (?:open|create|chdir)`,
	)
	serverBusy = words(
		`not accepting (?:network )?messages`, `too (?:\S+ )?(?:busy|much load|loaded)`,
		`(?:server|service|system|resources?|host|mta|smtp|we|currently|is|am|machine|mailserver)(?:`+
			` \S+){0,4} (?:busy|overload\w*|high load|under load|unavailable|not available|shutting down|down`+
			` for|maintenance|temporarily|temporary|out of|unable|offline|stopped|restart\w*|too high|closing)`,
		`(?:high|heavy|excessive|system|server) (?:\S+ )?load`, `load (?:average )?(?:is )?(?:too )?(?:high|limit)`,
		`try again (?:later|in|after|soon)`, `please (?:try|retry|come back)`, `(?:shutting|going) down`,
		`maintenance`, `closing (?:transmission )?channel`,
		`temporar\w* (?:failure|unavailable|error|problem|rejected|refused|service|system|server|local|fault|`+
			`condition|not available|out)`,
		`retry later`, `busy`, `resources temporarily`, `service (?:temporarily )?(?:unavailable|not available)`,
		`bitte ~ spater`, `(?:essayer|reessayer|ressayer) (?:\S+ )?(?:plus tard|ulterieur)`,
		`(?:intente|intentelo|reintente) ~ (?:tarde|despues)`,
		`riprova|tente novamente|попробуйте|稍后|しばらく|後で`,
		`come back`, `not active`,
	)
	serverTrouble = words(
		`(?:internal|local|system|server|software|processing|unexpected|unknown|proxy|queue|spool|write|i o|`+
			`io|disk|database|storage|qq|resource|storedrv|transport|replication|hub|mailbox server|backend|`+
			`delivery|temporary (?:system|server|local)) (?:\S+ ){0,2}(?:error|fail\w*|problem|trouble|fault|`+
			`exception|exhausted)`,
		`(?:error|failure|problem|exception) (?:in|while|during|when|on) (?:\S+ )?(?:processing|writing|`+
			`storing|saving|handling|queuing|local|delivery|spool|server|reading|queue)`,
		`(?:could not|cannot|unable to|failed to|not) (?:be )?(?:\S+ )?(?:saved?|stored?|queued?|written?|`+
			`spool\w*|process\w*|write|fork|creat\w*|open|deliver(?:ed)? locally|accept your)`,
		`qqt`, `qq `, `proxy(?:ing)? ~ fail`, `crash`, `out of memory`, `unable to read`,
		`temporary (?:system|server) (?:problem|error)`, `storage ?transient|transient`, `i cannot`,
		`service refuse`, `temporary problem`,
	)
	timedOut = words(
		`takes too long`,
		`lost (?:input|connection|channel)`, `no activity`,
		`connection (?:has )?expired`, `time ?out`, `timed out`, `idle (?:too long|time|for)`,
		`inactiv\w* (?:timeout|limit|too)`,
		`(?:waited|waiting) (?:\S+ ){0,4}(?:too long|input|client|command|data|for)`, `took too long`,
		`(?:no|without) (?:activity|input|command|response|data) (?:\S+ ){0,3}(?:received|seconds|minutes|for)`,
		`zeituberschreitung`, `delai ~ depass`, `tiempo ~ (?:agotado|excedido)`,
	)
	// simulated is what test servers say of the faults that they make up: Mailpit Chaos, Jim of MailHog, smtp4dev.
	simulated = words(
		`chaos (?:sender|recipient|authentication|data) (?:error|rejection)`, `chaos (?:monkey|mode|trigger)`,
		`jim ?(?:the )?(?:chaos|monkey)`,
		`simulat(?:ed|ing|es) (?:\S+ )?(?:error|failure|fault|rejection|refusal|bounce|outage|timeout|delay|reply|response|`+
			`smtp|greylisting|bug)`,
		`(?:error|failure|fault|rejection|refusal|bounce|reply|response) (?:\S+ )?simulat`,
		`(?:fake|mock|dummy|test) (?:error|failure|rejection|bounce|reply|response)\b`, `fault injection`,
		`(?:fake|mock|dummy|test) server (?:\S+ ){0,3}(?:error|failure|rejection|fault)`,
	)
	greylisting = words(
		`temporar\w* (?:rejected|deferred|refused) ~ (?:spam|precaution|protection)`,
		`gr[ae]y ?-?list`, `grey rbl`, `postgrey`, `intentional policy rejection`,
		`not (?:\S+ )?whitelisted ~ (?:again|later)`, `deferred for`,
		`(?:try|retry|again)(?: \S+)? (?:in|after) (?:\d+|some|a few|several|five|ten)`,
		`first (?:time|contact|attempt) ~ (?:sender|try|retry|later|again)`,
		`internal resource temporarily unavailable`,
		`temporar\w+ (?:rejected|deferred|refused) ~ (?:unknown|new|first|trusted)`,
		`unknown (?:sender|triplet)|triplet`, `листинг|грейлист|灰名单`,
		`greyed|gris ~ liste|liste grise|lista gris|graue? liste`,
		`wait (?:\S+ )?(?:\d+|few|more) (?:seconds|minutes)`,
	)
	tryLater = words(
		`try (?:\S+ )?(?:again )?(?:later|again|in|after|back)`, `retry`, `again (?:later|in|after)`, `later`,
		`come back`, `spater`, `plus tard`, `mas tarde`, `piu tardi`, `позже`, `稍后`, `service currently unavailable`,
	)
	accessDenied = words(
		`access (?:is |has been )?(?:denied|refused|forbidden|prohibited|rejected|not)`,
		`not (?:allowed|permitted|authori[sz]ed|accepting|welcome) (?:to )?(?:connect\w*|access|use|submit|send)?`,
		`(?:connection|connect|client|host|you|service)(?: \S+){0,4} (?:refused|rejected|denied|not allowed|`+
			`not permitted|not accepted|forbidden|blocked|prohibited)`,
		`no smtp (?:service|access)`, `client host rejected`, `administrat\w* prohibit`,
		`does not have permissions?`, `your access to`, `not accepting connections`, `external client`,
		`for (?:our |the )?customers`, `customers ~ only`, `a problem occurred`, `you are not`,
	)
	wrongServer = words(
		`wrong (?:\S+ ){0,3}(?:region|server|data ?cent\w*|mx|host|domain|cluster)`,
		`(?:not|no) (?:allowed|permitted|accepted|supported|available) on ~ (?:mx|inbound|incoming)`,
		`(?:use|try|connect to|go to|see) (?:the )?(?:correct|right|other|outgoing|submission|your region|`+
			`smtp server|port 587|port 465)`,
		`(?:receiving|inbound|incoming)(?: \S+){0,2} (?:only|server|mail server|mx|mail only)`,
		`not (?:a|an|the) (?:\S+ )?(?:submission|outgoing|outbound|relay|smtp relay|sending) (?:server|port|`+
			`host|service)`,
		`(?:region|account|domain) is served by`, `ibsmtp`,
		`this server (?:is|does) not ~ (?:outgoing|submission|send|relay)`,
		`mx (?:server )?(?:only|does not)`, `port 25 only`,
	)
	noLoginsHere = words(
		`auth\w* (?:is )?not (?:allowed|supported|available|permitted|accepted|enabled|offered) (?:on|here|`+
			`at|in|by|for) (?:this|the|mx|ibsmtp|inbound|incoming|port)?`,
		`(?:does|do) not (?:accept|support|offer|take|allow) (?:\S+ )?(?:auth|login)`,
	)
	unicodeAddress = words(
		`smtputf8`, `unicode address`, `internationali[sz]ed (?:email )?address`,
		`utf ?8 (?:address|sender|recipient|mailbox)`, `eai\b`,
	)
	handshakeFailed = words(
		`handshake`, `negotiation fail`, `tls (?:\S+ )?(?:fail|error)`, `ssl (?:\S+ )?(?:fail|error)`, `certificate`,
	)
	noLongerLoggedIn = words(
		`auth\w* (?:has |is )?(?:expired|timed out)`,
		`session(?: \S+){0,3} (?:has )?(?:expired|no longer valid)`, `login (?:has )?(?:expired|timed out)`,
		`re ?authenticat\w*`,
	)
)
