package diagnosis

// Concepts of recipients, of addresses and of their domains.
var (
	recipientMeant = words(
		`recipients?\b`, `rcpt`, `@recipient`, `destination`, `addressee`, `empfanger`, `destinataire`,
		`destinatari\w*`, `получател`, `收件人|宛先|受信者`, `mailbox`, `inbox`, `user\b`, `account`,
		`your address`,
		`delivery error`, `forward ?path`, `to address`, `odbiorc`, `ontvanger`,
	)
	recipientCheckDeferred = words(
		`recipient address rejected unverified address`, `unverified address`, `address verification in progress`,
		`(?:recipient|address|rcpt)(?: \S+){0,3} (?:verif\w*|callout|check|validation)(?: \S+){0,5} (?:in`+
			` progress|defer\w*|temporar\w*|timed? ?out|failed temporarily|timeout|not complete|unavailable|`+
			`error)`,
		`(?:could not|cannot|unable to|can not|failed to) (?:complete )?(?:verify|check|validate|confirm|`+
			`complete)(?: \S+){0,3} (?:recipient|rcpt|address|user|destination)`,
		`recipient verify (?:defer|callout|temporar)`, `callout`, `verification in progress`, `recipient check`,
		`could not load drd`,
	)
	recipientUnreachable = words(
		`(?:mail ?box|inner|internal|home) (?:mail )?(?:server|host|system)(?: \S+){0,4} (?:unavailable|`+
			`unreachable|down|offline|contacted|reached|not (?:available|respond\w*|reachable))`,
		`(?:upstream|next hop|back ?end|destination|recipient|remote|downstream|target|relay host|mail server`+
			` for|delivery) ?(?:mail )?(?:server|host|mta|system|error|smtp|mx)?(?: \S+){0,6} (?:unavailable|`+
			`unreachable|not (?:available|respond\w*|reachable|accept\w*)|temporar\w*|timed? ?out|refused|down|`+
			`offline|failed|timeout|(?:could not|cannot) be (?:reached|contacted))`,
		`target ip`, `alternate host`, `failover`, `upstream`,
		`connect(?:ion)? to @host(?: \S+){0,3} (?:refused|timed|failed)`, `lost connection with`,
		`no route to`,
		`(?:cannot|could not|unable to) (?:connect|reach|contact) (?:\S+ ){0,3}(?:server|host|@host|mx|destination)`,
		`network (?:is )?unreachable`, `host (?:\S+ )?(?:not reachable|unreachable)`,
		`server was temporarily unavailable to accept your`,
	)
	domainLookupDeferred = words(
		`dns lookup (?:of|for) (?:\S+ ){0,3}(?:fail|error)`,
		`(?:dns|name ?servers?|mx)(?: \S+){0,4} not (?:answer|respond|reach)`,
		`temporar\w*(?: \S+){0,5} (?:dns|domain|resol\w*|name server|mx\b)`,
		`(?:dns|domain|resol\w*|name ?server|mx|nameserver|host)(?: \S+){0,5} (?:temporar\w*|try again|timed?`+
			` ?out|timeout|servfail|server fail\w*|later|defer\w*)`,
		`servfail`, `dns (?:failure|error|timeout|lookup fail\w*|problem)`, `name service error`, `temperror`,
		`host not found try again`, `lookup timed out`,
	)
	domainBad = words(
		`dead domain`, `host unreachable`, `domain (?:is )?not reachable`, `domain must exist`, `could not find a gateway`,
		`(?:dns|mx) records for (?:\S+ ){0,4}(?:not|could)`, `no matches to nameserver`, `no route for`,
		`domain(?: \S+){0,5} (?:not (?:found|exist|valid|resolv\w*|known)|does not (?:exist|resolve|have)|`+
			`nonexist\w*|unknown|invalid|no mx|cannot be resolved|could not be (?:found|resolved)|lookup failed|`+
			`misspell)`,
		`(?:no such|unknown|invalid|bad|non ?existent|nonexistent|illegal|unresolvable|unroutable) (?:\S+`+
			` )?(?:domain|host|destination host)`,
		`host (?:unknown|not found|name lookup failure)`, `name or service not known`, `nxdomain`,
		`un ?rout(?:e)?able`, `unrout(?:e)?able (?:address|mail domain|domain)`, `all relevant mx records point`,
		`no (?:valid )?(?:mx|mail exchanger|mail server|a record|mail hosts?|dns)\b`,
		`(?:mx|dns)(?: \S+){0,4} (?:not found|no record|invalid|lookup|name not found|missing)`, `dns error`,
		`bad destination (?:system|mailbox|domain|host)`, `(?:cannot|could not|unable to) (?:resolve|find|route)`,
		`domain name not found`, `domaine ~ (?:inconnu|invalide|inexistant)`,
		`dominio ~ (?:inexistente|no existe|desconocido)`, `unbekannte domain`,
		`домен ~ не (?:найден|существует)`,
	)
	nullMX = words(
		`null ?mx`, `(?:domain|host) (?:\S+ )?does not accept (?:any )?(?:mail|email)(?: null\S*)? $`,
		`domain (?:\S+ )?(?:accepts? no|takes no|does not accept any) (?:mail|email)`, `no mail accepted for`,
	)
	mailboxUnknown = words(
		`not in (?:\S+ )?(?:ldap|directory|database|user ?list|passwd)`,
		`mailbox unavaiable`, `userunknown`, `(?:recip|recipient) ?notfound`,
		`recipients? (?:cannot|could not) be verified`, `not a member of`, `no exist`,
		`recipient (?:is )?not (?:accepted|ok)`, `recipient verif\w* fail`, `cannot accept user`, `rejected recipients`,
		`recipients? (?:was|were|is) undeliverable`, `not found recipient`, `@\w+ (?:was )?not found`,
		`missing home directory`, `nessun utente`, `envelope recipient has been denied`, `not an active address`,
		`unknown local`, `not email address`,
		`(?:user|recipient|mailbox|address|account|addressee|alias|inbox|person|customer|subscriber|member|`+
			`rcpt|destination|email|@addr|@recipient|username|local part|name)(?: \S+){0,7} (?:unknown|not`+
			` (?:found|exist\w*|known|valid|here|recogni\w*|listed|local|a valid|registered|present|our)|does not`+
			` exist|does not (?:have|match)|do not exist|not exist|non ?existent|nonexist\w*|invalid|`+
			`unrecogni\w*|not be found|no longer (?:exists|here|available|valid|works)|unavailable|undeliverable|`+
			`unallocated|unrouteable|wrong|incorrect|misspell\w*|marked as invalid|is not one of|bad|disallowed|`+
			`could not be found|not active)`,
		`(?:unknown|no such|non ?existent|invalid|bad|illegal|not a valid|no valid|unrecogni\w*|nonexist\w*|`+
			`undeliverable|not our|wrong|incorrect|no) (?:\S+ ){0,3}(?:user|recipient|mailbox|address|account|`+
			`addressee|alias|person|customer|local part|rcpt|name|destination mailbox|mail ?drop|email)`,
		`(?:do not|does not|not) (?:know|have|recogni\w*) (?:\S+ ){0,3}(?:user|recipient|mailbox|address|`+
			`account|name|by that|this)`,
		`no (?:one|body|mailbox|such|account|user) (?:\S+ )?(?:here|by|with|named|of that|at this|in this)`,
		`not in (?:recipient|user|our|the|my)(?: \S+){0,3} (?:list|table|database|directory|system)`, `user unknown`,
		`unknown user`, `mailbox unavailable`, `not known here`, `does not exist`, `no mailbox`,
		`(?:is )?not (?:a )?(?:known|valid) (?:user|address|mailbox|recipient|here)`, `not listed in`,
		`no mail ?box`, `there is no`, `address unknown`, `unallocated`,
		`this (?:address|user|account|mailbox|email) ~ not`, `(?:no existe|desconocid|inexistente)`,
		`utilisateur inconnu|destinataire inconnu|adresse inconnue|boite ~ inexistante|compte ~ inconnu|n`+
			` existe pas|destinataire invalide|adresse ~ (?:invalide|inexistante)`,
		`(?:unbekannt\w* (?:empfanger|benutzer|adresse|user)|(?:empfanger|benutzer|adresse|postfach)(?:`+
			` \S+){0,3} (?:unbekannt|nicht|existiert|ungultig))`,
		`(?:utente|destinatario|casella|indirizzo)(?: \S+){0,3} (?:sconosciut|inesistente|non)`,
		`(?:usuario|destinatario|caixa)(?: \S+){0,3} (?:desconhecid|nao|inexistente|no)`,
		`(?:пользовател|получател|ящик|адрес)\S*(?: \S+){0,3} (?:не|неизвест)`,
		`нет такого|не существует`,
		`(?:用户|收件人|邮箱|地址)(?:不存在|无效)|不存在`,
		`ユーザー?(?:が|は)?(?:見つか|存在)|宛先不明`,
		`(?:nieznany|nie istnieje|brak takiego)`,
		`onbekend`, `okand|finns inte`, `bilinmeyen`, `deliver\w* ~ not possible`, `undeliverable address`,
	)
	// notInTable: the server has a list of those whom it takes mail for.
	notInTable = words(
		`(?:recipient|rcpt|address|addressee|user|mailbox|destination|account|@recipient|@addr)(?: \S+){0,2}`+
			` (?:not|absent|missing)(?: \S+)? (?:in|on|from|among)(?: \S+){0,4}`+
			` (?:list|table|map|directory|database|file|recipients|users)\b`,
		`(?:empfanger|adresse|benutzer)\w*(?: \S+){0,3} (?:nicht|fehlt) (?:in|auf)\b`,
		`(?:destinataire|adresse)(?: \S+){0,3} (?:dans|de) la (?:liste|table)`, `no (?:esta|figura) en la (?:lista|tabla)`,
		`no (?:entry|match|mapping|alias) (?:\S+ ){0,2}(?:for|of) (?:@addr|@recipient|(?:this|that|the) (?:recipient|`+
			`address|user|mailbox))`,
		`не в списке`, `不在(?:\S+)?列表`,
	)
	// allowList is a list of those who are let, not of those who exist.
	allowList = words(
		`(?:white|allow|safe|pass|approved|permit(?:ted)?|accept(?:ed)?|allowed|clearance|trust(?:ed)?) ?(?:\S+ )?list`,
		`list of (?:\S+ )?(?:permitted|allowed|approved|accepted|trusted|authori[sz]ed)`,
		`positivliste|freigabeliste`, `liste blanche`, `lista (?:blanca|bianca|branca)`,
		`бел\S+ списк`, `白名单|ホワイトリスト`,
	)
	mailboxDisabled = words(
		`(?:account|mail ?box|user|recipient) (?:\S+ ){0,3}no (?:mail|messages) accepted`,
		`(?:is|has been|was|are) (?:now |currently |temporar\w+ )?(?:suspended|locked|deactivated|disabled|closed)`,
		`temporary locked`, `no longer accepts`, `(?:mail )?receiving disabled`,
		`not currently being accepted for this`, `extended inactivity`,
		`(?:user|recipient|mailbox|address|account|email|inbox|@addr|@recipient|route|alias|domain|`+
			`incoming)(?: \S+){0,7} (?:disabled|deactivated|inactive|suspended|blocked|locked|closed|frozen|`+
			`expired|archived|terminated|discontinued|cancell?ed|dormant|abandoned|inactivity|deleted|retired|no`+
			` longer (?:valid|active|available|in use|accepting|used|monitored|enabled)|over ?limit|not active|on`+
			` hold|not accept\w* (?:any )?(?:mail|messages|email|incoming)|does not accept (?:any )?(?:mail|`+
			`messages|email|incoming)|cannot receive|unable to receive|not (?:allowed|able) to receive|not`+
			` receiving)`,
		`(?:disabled|deactivated|inactive|suspended|blocked|locked|closed|frozen|expired|archived|dormant|`+
			`discontinued) (?:\S+ ){0,2}(?:user|recipient|mailbox|address|account|email|inbox)`,
		`invalid inactive`, `badrcptto`,
		`(?:boite|compte|adresse)(?: \S+){0,4} (?:archive|bloque|desactiv|ferme|suspendu|inactiv)`,
		`(?:postfach|konto|adresse)(?: \S+){0,4} (?:gesperrt|deaktiviert|geschlossen|inaktiv)`,
		`(?:cuenta|buzon|casella|conta|caixa)(?: \S+){0,4} (?:desactivad|bloquead|cerrad|suspendid|`+
			`disattivat|inativ|desativ|bloccat|sospes)`,
		`(?:ящик|аккаунт)(?: \S+){0,4} (?:заблокирован|отключен|неактив)`,
		`(?:учетная запись|account)(?: \S+){0,4} (?:заблокирован|отключен|неактив)`,
		`邮箱(?:已|暂时|被)?(?:停用|禁用|冻结)`, `is no longer valid`, `mailbox is unavailable account`,
		`incoming suspended`,
		`does not accept incoming`,
	)
	mailboxFull = words(
		`(?:user|mailbox|recipient|account) has too many (?:messages|mails|emails)`, `mailbox exceeded`,
		`(?:exceed\w*|over|reached|beyond) (?:\S+ ){0,3}(?:mailbox|disk|allowed|storage|user|mail|allocated)`+
			` (?:\S+ )?quota`,
		`full mailbox`, `disk ?space quota`, `not have enough space`, `space has been used up`,
		`(?:userdisk|domaindisk) quota`, `mailbox size limit`, `mail quota`,
		`(?:mailbox|inbox|user|account|recipient|maildir|mail ?box|mail ?folder|box|allocation|quota|@addr|`+
			`@recipient|mail data|space)(?: \S+){0,6} (?:full\b|over ?quota|over (?:the |its |his |allocated`+
			` )?(?:quota|limit|size)|out of (?:storage|space|quota)|exceed\w* (?:\S+ ){0,3}(?:quota|storage|size|`+
			`limit|space|allocat\w*)|quota (?:exceed\w*|violation|full\b)|size limit exceeded|limit exceeded|`+
			`exceeded|insufficient space|has no space|not enough|violation|overquota|exhausted|no space)`,
		`quota ?(?:exceed\w*|violation|full\b|is full)`, `over ?quota`, `overquota`, `exceeded storage`,
		`storage allocation`, `(?:mailbox|mail box|inbox|user|box) (?:is )?(?:\S+ )?full\b`, `too much mail data`,
		`(?:not enough|insufficient|no|out of) (?:\S+ ){0,2}(?:space|storage|room|quota)(?: \S+){0,4}`+
			` (?:mailbox|user|account|recipient|inbox)`,
		`boite(?: \S+){0,4} (?:plein|satur|rempli)|quota ~ depasse`,
		`(?:postfach|mailbox|posteingang)(?: \S+){0,3} (?:voll|uberfullt)`,
		`(?:buzon|bandeja|cuota)(?: \S+){0,3} (?:llen|excedid|superad)`, `casella(?: \S+){0,3} piena`,
		`caixa(?: \S+){0,3} cheia`,
		`(?:ящик|квота)\S*(?: \S+){0,3} (?:переполнен|превышен|полон)|переполнен`,
		`邮箱(?:已)?满|容量(?:不足|超)|メールボックス(?:が)?(?:一杯|満杯)`, `skrzynka ~ pelna`,
	)
	receivesTooMuch = words(
		`(?:user|mailbox|recipient|account|@recipient)(?: \S+){0,3} (?:receiv\w*|gets|getting|`+
			`got) (?:\S+ )?too (?:many|much|fast|`+
			`quick)`,
		`receiving too (?:many|much|fast)`,
		`(?:user|recipient|mailbox|account|address)(?: \S+){0,6} (?:receiv\w*|getting|gets)(?: \S+){0,3}`+
			` (?:mail|messages|emails|email)?(?: ?\S*){0,3} (?:rate|quick\w*|fast|too many|too much|too often|`+
			`limit)`,
		`receiving mail (?:at|too)`, `(?:can|may|they can) receive per`, `send to this recipient per`,
		`(?:recipient|destination|mailbox) (?:\S+ )?(?:quota exceeded|rate limit\w*|rate exceeded|message`+
			` limit|exceeded (?:\S+ ){0,2}(?:limit|rate|message)|throttl\w*)`,
		`recipients? domain (?:\S+ )?(?:quota|limit|rate)`, `recipient has exceeded`,
		`(?:messages|mail|emails) (?:to|for) (?:@\w+|this (?:user|recipient|mailbox)|the recipient|`+
			`recipient)(?: \S+){0,6} (?:deferred|too many|limit\w*|exceed\w*|throttl\w*|excessive|rate)`,
		`too many recent messages`, `received too many (?:messages|mails|emails)`,
		`too many messages (?:for|to) (?:@|(?:this|the) (?:user|recipient|mailbox|address))`,
		`organization queue quota`, `recipient (?:\S+ )?(?:has )?exceeded`,
	)
	restricted = words(
		`known (?:contacts|senders)`, `moderated`, `role (?:accounts?|address)`,
		`(?:receive|accept)\w* (?:\S+ )?(?:mail|messages|email) from (?:the |an )?(?:internet|outside|external)`,
		`mailbox access ~ refused`,
		`may only (?:write|send|mail) to`,
		`only accepts? (?:mail|messages|email) from`, `accepts? (?:mail|messages|email) only from`,
		`(?:user|recipient|addressee) (?:id )?(?:\S+ )?(?:refuses?|rejects?|rejected|refused) (?:to|this|`+
			`your|the|mail|message|it)`,
		`only accepting mail from`, `user (?:rules?|reject)`, `list of senders`, `has restricted`,
		`not accepting mail with`, `rejected by this user`, `closed mailing list`, `non ?member`,
		`(?:distribution|mailing) (?:list|group)`,
		`(?:not|un) ?(?:allowed|authori[sz]ed|permitted)(?: \S+){0,4} to (?:email|post|write|send (?:mail |`+
			`email |messages )?to|deliver to|message)(?: \S+){0,3} (?:recipient|list|group|user|address|mailbox|`+
			`this|@)?`,
		`(?:only|restricted to|accepts? (?:mail|messages|email) only) (?:\S+ ){0,4}(?:internal|members?|`+
			`subscribers?|authori[sz]ed|authenticated|inside|certain|approved|trusted|company|allowed|`+
			`whitelisted|local)(?: \S+){0,2} ?(?:sender|user|people|network)?`,
		`resolver rst`, `rst (?:authrequired|notauthori[sz]ed|auth)`, `recipient preferences`,
		`recipient ~ (?:restrict\w*|only accepts|does not accept (?:mail|messages|email) from|has (?:blocked|`+
			`restricted|refused)|not authori[sz]ed|permission|preference|policy)`,
		`(?:blocked|rejected|refused|denied) by (?:this |the |that )?(?:recipient|user|destination|addressee|`+
			`mailbox owner|receiver)`,
		`restricted by policy`, `user entry`, `(?:by|to) (?:the )?destination domain`,
		`(?:want|wish|like) (?:\S+ )?your (?:mail|message|email)`,
		`local users? only`,
		`(?:does not|not|do not) (?:accept|want|allow|receive) (?:\S+ )?(?:mail|messages|emails?|anything)`+
			` from (?:you|this sender|outside|external|the internet|unknown|your|strangers|@sender)`,
		`internal (?:users?|senders?|use|mail) only`,
		`external (?:senders?|mail|messages) (?:not|are not|blocked|rejected)`,
		`not accepting (?:mail|messages) from`, `members? only`, `need permission to (?:send|post|email)`,
		`not on (?:\S+ )?(?:allow|white|approved|accept) ?list`, `recipient address rejected not authori[sz]ed`,
		`permanent failure for one or more recipients`, `private (?:list|address|group)`,
	)
	recipientMoved = words(
		`left (?:the |our )?(?:company|organi[sz]ation|firm|institution|university|school)`,
		`(?:user|recipient|mailbox|account|address|has|have) (?:\S+ )?(?:moved|migrated|relocated|left|transferred)`,
		`(?:has been|was) replaced by`, `no longer on (?:this )?server`, `(?:new|changed|forwarding) address`,
		`please try @\w+`, `user not local`,
		`moved (?:to|permanently)`, `has left`, `please (?:use|contact|forward to) @\w+`,
		`no longer (?:works|employed|with)`, `changed (?:his|her|their|its) address`, `unbekannt verzogen`,
	)
	recipientSuppressed = words(
		`bounced hard`,
		`marked (?:as )?inactive`, `bounced? (?:check|filter)`, `suppress`, `unsubscribed?`, `address blacklisted`,
		`(?:previous|prior|old|past|hard) (?:\S+ )?bounce`,
		`bounced (?:address|before|earlier|previously|recently)`, `(?:earlier|repeated|recent) (?:\S+ )?bounc`,
		`complain(?:t|ed) (?:about|by|from)`, `marked (?:\S+ ){0,3}as spam by`,
		`do not (?:mail|contact|email|send)`, `opted? out`, `blocked recipient`, `bounce (?:rule|list)`,
		`inactive recipient`,
	)
	addressSyntax = words(
		`(?:malformed|illegal|improper|unparsable|mal formed) (?:\S+ ){0,4}(?:address|syntax|format|`+
			`character|domain|local part|mailbox|path|parameter|argument|recipient|sender)`,
		`(?:invalid|bad|wrong|incorrect|error in|illegal) (?:\S+ ){0,3}(?:syntax|format|character|local part|`+
			`path|parameter|argument)`,
		`syntactically`, `bad (?:sender|recipient) address syntax`,
		`(?:address|recipient|sender|mailbox|path|domain|@addr)(?: \S+){0,5} (?:syntax|malformed|format|`+
			`illegal|invalid char\w*|not rfc|unqualified|must be fully|fully qualified|not (?:a )?valid|single`+
			` label)`,
		`missing (?:\S+ ){0,2}(?:domain|@addr|at sign|local part)`, `need fully qualified`, `fully qualified`,
		`domain (?:name )?required`, `real domain`, `unqualified address`,
		`uucp`, `source rout`, `bang path`, `percent hack`, `reserved by rfc`, `single label`, `5321 syntax`, `syntax error`,
		`must (?:contain|include|have) (?:a |an )?(?:domain|@addr|at sign)`, `cannot parse`,
		`not a valid (?:email )?address`,
	)
	relayMeant = words(
		`not accept (?:mail|messages|email) (?:addressed )?(?:to|for) (?:\S+ ){0,2}(?:at )?@host`,
		`not configured for (?:\S+ )?(?:domain|@host)`,
		`not (?:a|our) customer`,
		`(?:only|just) (?:take|accept|receive|handle|deliver)s? (?:\S+ )?for (?:our|local|my|its|these)`,
		`(?:@host|domain) (?:is )?not (?:served|hosted|handled)\b`, `not forward (?:\S+ )?(?:to|for)`,
		`mail to (?:remote|external|foreign|other) (?:domains?|hosts?)`,
		`(?:only )?accepts? mail (?:only )?for local`, `cannot deliver (?:mail )?(?:for|to)`,
		`not deliver (?:mail )?(?:for|to)`, `relay(?:s|ing|ed)?\b`, `relai`,
		`not (?:a )?(?:local|hosted) (?:domain|recipient|host|user|destination|delivery)`,
		`(?:rcpthost|relay domains)`,
		`(?:domain|host)(?: \S+){0,5} (?:not (?:local|hosted|handled|served|accepted|allowed|known|in my|in`+
			` our|one of|configured)|is not (?:in|one of) (?:my|our))`,
		`(?:recipient|address|user)(?: \S+){0,4} not (?:local|hosted|in (?:my|our) (?:domain|list))`,
		`no[ -]?domain`, `do not (?:relay|handle|accept mail for|host|serve|deliver)`,
		`not (?:one )?of (?:my|our) (?:\S+ )?(?:domains|hosts|customers|users)`,
		`not authori[sz]ed to (?:relay|send to)`, `delivery is not allowed`, `not configured to (?:relay|accept)`,
		`(?:cannot|can not|will not|unable to|not allowed to|refuse to|wont) (?:relay|forward|deliver (?:mail`+
			` )?(?:to|for) (?:this|that|the) (?:domain|host|remote))`,
		`local (?:delivery|domains?|mail|recipients?) only`, `open relay`, `not our (?:customer|domain)`,
		`mail (?:from|for) @\w+ ~ (?:not|denied)`,
		`you (?:are|must be|may) (?:not )?(?:a )?local`,
		`remote (?:domain|user|address|recipient|delivery) (?:\S+ )?(?:not|denied|reject|refus)`,
		`nicht weitergeleitet`, `retransmission`,
		`reenvio|encaminhamento|inoltro|пересылк|ретрансляци|中继|中転|中継`,
		`received as unauthenticated incoming`, `attr14`, `weiterleit`, `third ?party`, `hosted tenant`,
	)
)
