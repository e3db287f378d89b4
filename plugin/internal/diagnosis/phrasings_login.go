package diagnosis

// Concepts of logins and accounts. Names say what the server means.
var (
	// loginDemanded: nothing goes on without a login.
	loginDemanded = words(
		`passw\w* (?:is )?(?:required|needed)`,
		`auth\w* (?:is |command )?(?:required|needed|mandatory|necessary|expected|requested|missing)`,
		`auth\w* (?:is )?(?:not )?(?:first|before)`,
		`(?:please |must |should |you need to |have to |has to |needs? to |try to |required to )(?:first`+
			` )?(?:auth|log ?(?:in|on)\b|sign ?in|be auth|be logged)`,
		`(?:must|should|need to|have to|please) (?:first )?(?:issue|use|send|provide|perform|enable|turn on|`+
			`activate|check|supply|do) ~ (?:auth|login|credential|logon)`,
		`(?:enable|turn on|use|activate|check|requires?|needs?|with|valid|provide|supply) (?:the |a |your |`+
			`valid |proper |esmtp )?smtp ?auth`,
		`smtp ?auth\w* (?:is |must )?(?:be )?(?:required|needed|enabled|mandatory|first|only)`,
		`(?:esmtp|asmtp|smtp) authentication`, `requires? (?:\S+ ){0,3}(?:authentication|login|logging in|auth)\b`,
		`(?:not|never|without|no) (?:yet |been |being |previously |properly |successfully )?(?:authenticated|`+
			`logged in|logged on|authentication|smtp auth|auth\b|identified)`,
		`un ?authenti(?:cated|fied) (?:senders?|mail|user|client|connection|smtp|relay|host|session|access|`+
			`message|email)`,
		`un ?authenticated ~ not (?:allowed|permitted|accepted)`,
		`anonymous (?:client|user|connection|access|login|mail|sender|relay)`, `only (?:accepts? )?authenticated`,
		`(?:is|only|reserved) (?:for|to) authenticated (?:submission|users?|clients?|senders?|customers?)`,
		`authenticated (?:users?|clients?|senders?|sessions?|connections?) only`,
		`(?:log ?in|log ?on|sign ?in) (?:is )?(?:required|first|needed|before)`,
		`authori[sz]ation (?:is )?(?:required|needed)`, `authorize first`, `(?:send|issue|use) (?:an |the )?auth\b`,
		`(?:check|read|fetch|get|collect|retrieve) ~ (?:mail|pop) ~ before`, `pop ?(?:3)? ?(?:before|first|auth)`,
		`smtp after pop`, `must be authenticated`, `need authentication`, `no authentication`,
		`authentication credentials (?:required|not provided)`, `bitte ~ (?:anmelden|authentifi)`,
		`(?:anmeldung|authentifizierung) (?:ist )?(?:erforderlich|notwendig|noetig|nötig)`,
		`nicht (?:angemeldet|authentifiziert)`,
		`authentification (?:smtp )?(?:est )?(?:requise|necessaire|obligatoire)`,
		`veuillez vous (?:authentifier|identifier|connecter)`, `non authentifie`,
		`autenticaci[oó]n (?:smtp )?(?:es )?(?:requerida|necesaria|obligatoria)`, `(?:debe|requiere) ~ autentic`,
		`no autenticado`, `autenticazione (?:smtp )?(?:richiesta|necessaria|obbligatoria)`,
		`autenticacao (?:smtp )?(?:requerida|necessaria|obrigatoria)`, `nao autenticado`,
		`требуется (?:smtp )?(?:авторизаци|аутентификаци)`,
		`необходима (?:авторизаци|аутентификаци)`,
		`авторизуйтесь`, `wymagan\w+ (?:autoryzacj|uwierzytelni|logowani)`, `wymagane uwierzytelnienie`,
		`需要(?:认证|登录|身份验证|验证)`, `请先(?:登录|认证)`, `認証(?:が必要|してください)`,
		`ログインしてください`, `identify yourself`,
		`you are not logged`, `user ~ not auth`, `fail\w* to authenticate`,
	)
	// loginDemandedVaguely is a login demanded where no login was given.
	loginDemandedVaguely = words(
		`client host rejected access denied`, `submission ~ (?:requires?|only)`, `recipient not authori[sz]ed`,
		`no authori[sz]ed destination`, `not authori[sz]ed to (?:use|relay|send|submit)`,
		`relay(?:ing)? ~ without auth`, `sender ~ not authenticated`, `local sender ~ (?:auth|login)`,
	)
	// encryptionDemanded: plain text is not taken.
	encryptionDemanded = words(
		`encrypt (?:the|your|this) (?:connection|session|link|mail)`, `use (?:an )?encrypt`,
		`(?:secure|encrypted) connection (?:is )?(?:required|needed|mandatory)`, `security level`,
		`(?:must|please|should|need to|have to|you must) (?:first )?(?:issue|use|send|run|do|start|give) ~`+
			` (?:starttls|start tls|tls|ssl)`,
		`(?:starttls|start tls|tls|ssl|ssl tls|encryption|tls ssl)(?: \S+){0,3} (?:is |are |be )?(?:required|`+
			`needed|mandatory|demanded|necessary|first|expected)`,
		`(?:require|requires|requiring|required|needs?|demands?) (?:a |an |the |use of |to use |secure`+
			` )*(?:starttls|tls|ssl|encrypt|secure)`,
		`(?:not|never|cannot|only) ~ (?:without|over|with|on|via|until|before) (?:a |an |tls |starttls`+
			` )?(?:non )?(?:secure|encrypt|tls|ssl|starttls|unencrypt|insecure|plain|clear)`,

		`(?:clear|plain) ?text (?:\S+ ){0,3}(?:disallow|not allowed|disabled|forbidden|not permitted|refused|is not)`,
		`encryption required`, `encrypt(?:ed)? connection (?:is )?(?:required|needed)`,
		`use (?:a )?(?:secure|encrypted) connection`, `you feel vulnerable`, `starttls first`,
		`without (?:tls|ssl|encryption|starttls)`, `not (?:sent )?over (?:a )?(?:tls|ssl|encrypted|secure)`,
		`connection is not (?:encrypted|secure)`, `insecure connection`,
		`unencrypted (?:connection|session|channel)`, `no tls`, `before (?:starttls|tls)`, `use starttls`,
		`not available until ~ tls`, `privacy required`, `tls ~ muss`,
		`verschlusselung (?:ist )?(?:erforderlich|notwendig)`, `chiffrement (?:est )?(?:requis|obligatoire)`,
		`cifrado ~ (?:requerid|obligatori)`,
	)
	startTLSFirst = words(
		`(?:issue|use|send|run|start|require|with) (?:a |the )?(?:starttls|start tls)`,
		`(?:starttls|start tls) (?:command )?(?:is )?(?:first|required|needed|before)`,
	)
	strongerEncryption = words(
		`(?:stronger|weak|insufficient|too weak|higher|newer|modern|better|old|outdated|obsolete|deprecated)`+
			` ~ (?:encryption|cipher|tls|ssl|protocol|key)`,
		`(?:encryption|cipher|tls|ssl)(?: \S+){0,3} (?:too weak|too old|insufficient|too low|weak|not strong|`+
			`outdated|not acceptable|deprecated)`,
		`tls ?v? ?1\.[0-3] (?:or|and|is|not)`, `security strength factor`, `ssf`, `minimum (?:tls|ssl)`,
	)
	// appPassword: the ordinary password is not the one for this.
	appPassword = words(
		`authentication code (?:needed|required)`,
		`passw\w* (?:made |meant |only )?for (?:\S+ )?(?:programs|apps|applications|clients|devices)`,
		`(?:special|separate|dedicated|program) passw`,
		`app(?:lication)?s? ?(?:specific )?passw`, `app(?:lication)? code`, `authori[sz]ation code`,
		`authenti(?:cation|fication) code to log`, `auth code`, `(?:two|2|multi) ?(?:factor|step|fa)\b`, `2fa`,
		`mfa\b`, `otp\b`, `second factor`, `parol\w* prilozh`, `пароль приложени`,
		`пароль для внешн`, `授权码`,
		`客户端(?:专用|授权)密码`, `アプリ(?:用)?パスワード`, `app passwort`,
		`anwendungs(?:spezifisch\w+ )?passwor`,
		`mot de passe d'?\s?application`, `contrasena de aplicaci`, `password specifica`,
		`device (?:specific )?password`, `external (?:application )?password`, `mail(?:box)? specific password`,
	)
	passwordExpired = words(
		`passw\w* (?:has |is |have )?(?:been )?(?:expired|too old|outdated|aged)`, `expired passw`,
		`pass ?phrase (?:has |is )?expired`,
		`passw\w* ~ (?:expired|must be changed|must be reset|needs? to be (?:changed|reset))`,
		`(?:must|need to|please|have to) (?:change|reset|renew|update) (?:your |the )?passw`,
		`passwort ~ abgelaufen`, `mot de passe ~ expire`, `contrasena ~ (?:caducad|expirad)`,
	)
	passwordTooSimple = words(
		`passw\w* ~ (?:weak|simple|insecure|not secure|strong|strength|complex|short|leak|breach|pwned|easy|`+
			`requirement|policy)`,
		`(?:weak|simple|insecure|leaked|easy|unsafe) passw`, `too (?:simple|weak|easy) ~ passw`,
		`密码(?:过于|太)?(?:简单|弱)`, `弱密码`,
	)
	// tooManyLogins is a brake on guessing.
	tooManyLogins = words(
		`too many (?:\S+ )?(?:tries|guesses)`,
		`too many (?:\S+ ){0,4}(?:log ?in|logon|auth|passw|attempt|sign ?in|credential)`,
		`too many (?:failed|failures|bad|invalid|wrong|unsuccessful)`, `too much (?:\S+ ){0,2}(?:fail|auth|log ?in)`,
		`(?:log ?in|auth\w*|logon|passw\w*|sign ?in) (?:\S+ ){0,4}(?:too many|too often|too frequent|`+
			`frequency|rate.?limit|rate limit|throttl)`,
		`(?:max\w*|limit|number|excess\w*|repeated|multiple|many|exceed\w*) (?:\S+ ){0,5}(?:log ?in|auth\w*|`+
			`logon|passw\w*) (?:attempt|fail|error|tr(?:y|ies))`,
		`(?:log ?in|auth\w*|logon|passw\w*) (?:attempt|fail\w*|error|tr(?:y|ies))s? (?:\S+ ){0,5}(?:exceed|`+
			`max|limit|reach|too|block|ban)`,
		`brute ?force`, `fail2ban`, `attempts? ~ (?:exceeded|blocked|limit)`,
		`(?:ip|address|@ip|host) ~ (?:blocked|banned|locked|blacklisted) ~ (?:failed|failures|auth|login|attempt)`,
		`(?:try|retry|wait|again) ~ (?:minutes|hours|seconds) ~ (?:log ?in|auth)`, `rate ?limit`, `throttl`,
		`log ?in limit`, `login frequency`, `登录(?:过于)?频繁`, `temporar\w+ (?:blocked|banned) ~ (?:log|auth)`,
		`excessive authentication`, `authentication failures`, `zu viele (?:fehl|anmelde|login)`,
		`trop de tentatives`, `demasiados intentos`,
	)
	// accountSuspended: the provider has stopped the account.
	accountSuspended = words(
		`account (?:\S+ )?is blocked`, `(?:outgoing|outbound) spam`,
		`(?:account|user|mailbox|sender|server|service|domain|sending|credential|customer|organi[sz]ation|`+
			`tenant|access|smtp|team|project|profile|api|relay)(?: \S+){0,5} (?:suspend|banned|terminated|blocked`+
			` for|been blocked|paused|under review|restricted|on hold|frozen|deactivated due|disabled due|`+
			`compromis|hacked)`,
		`suspended`, `suspension`, `sending (?:has been |is )?(?:paused|suspended|blocked|disabled|stopped)`,
		`spam abuse detected`, `bad outbound sender`, `outbound ~ (?:spam|abuse|block)`,
		`(?:abuse|abusive|suspicious|unusual|fraud|malicious|abnormal|irregular|bulk) (?:\S+ )?(?:activity|activities|`+
			`behavio|usage|sending|login|detected|use|pattern|traffic)`,
		`(?:account|user|mailbox) (?:\S+ )?(?:has been |was |is |may be )?(?:compromised|hacked|hijacked|`+
			`flagged|abused)`,
		`behaviou?r spam`, `due to (?:spam|abuse|phishing)`,
		`(?:violat\w+|breach) ~ (?:terms|policy|agreement|aup|tos)`, `unblock (?:me|your|account)`, `gesperrt wegen`,
		`konto (?:\S+ )?(?:gesperrt|blockiert)`, `compte (?:\S+ )?(?:suspendu|bloque)`,
		`cuenta (?:\S+ )?(?:suspendida|bloqueada)`, `account sospeso`, `conta suspensa`,
		`(?:аккаунт|ящик|учетная запись) ~ (?:заблокирован|приостановлен)`,
		`sender ~ (?:suspended|banned)`,
		`mail sending denied`,
	)
	// accountNotActivated: the account cannot send yet.
	accountNotActivated = words(
		`(?:activate|enable|confirm|verify) (?:your|the|this) (?:\S+ ){0,2}(?:account|subscription|profile|smtp)`,
		`(?:awaiting|pending) activation`,
		`not (?:yet |been )*(?:activated|enabled|approved|subscribed|provisioned|confirmed|authori[sz]ed yet|`+
			`set ?up|live)`,
		`(?:in)?activated? yet`,
		`(?:activate|enable|confirm|verify|complete) (?:your |the |this )?(?:account|smtp|relay|email`+
			` address|subscription|profile|registration|setup|transactional)`,
		`(?:pending|awaiting|requires|await) (?:\S+ ){0,2}(?:activation|approval|verification|confirmation|review)`,
		`activation (?:is )?(?:required|pending)`,
		`(?:sandbox|test|testing|trial|demo|free|developer) (?:mode|account|domain|subdomain|plan|emails?)`,
		`(?:sandbox|trial) ~ (?:authorized|only)`, `account ~ sandbox`, `only send testing emails`,
		`account ~ (?:not active|inactive|unverified|not verified|incomplete|unconfirmed)`, `disabled by user`,
		`smtp (?:relay |service |access )?(?:is )?not (?:enabled|activated|active)`,
		`not (?:eligible|allowed) to send (?:emails? )?(?:yet|until)`,
		`must (?:be )?(?:activate|approved|verify your account)`,
	)
	// accountConfirmation: the owner has something to do in a browser.
	accountConfirmation = words(
		`(?:log ?in|sign ?in|logging in|log ?on) (?:\S+ ){0,5}(?:web|browser|website|site|portal|webmail|`+
			`online|interface)`,
		`web ?(?:log ?in|mail|browser) (?:\S+ )?(?:required|first)`, `via (?:your |the |a )?(?:web )?browser`,
		`(?:verify|confirm|validate|unlock|secure|review) (?:your |the |this )?(?:account|identity|profile|mailbox)`+
			` (?:by|at|via|through|here|on our|in (?:your|the|a) (?:web ?)?browser)\b`,
		`(?:bestatigen|entsperren|verifizieren) sie (?:bitte )?ihre? (?:konto|identitat|postfach)`,
		`(?:confirmez|verifiez|validez) votre (?:compte|identit[e])`, `(?:confirme|verifique) su (?:cuenta|identidad)`,
		`(?:confermi|verifichi) il suo account`,
		`подтвердите (?:\S+ )?(?:аккаунт|личность|учетн)`,
		`验证(?:您的|你的)?(?:身份|账号|帐号)|本人確認`,
		`eula`, `(?:accept|agree|confirm) ~ (?:terms|agreement|licen[cs]e|policy|conditions|tos)`, `captcha`,
		`(?:confirm|verify|validate|add|bind) (?:your |a |the )?(?:phone|mobile|telephone)`, `robot`,
		`verify (?:that )?(?:you|your) (?:are|phone|identity|human|mobile)`,
		`(?:phone|mobile) (?:number )?(?:\S+ )?(?:verif|confirm|valid|bind|required)`, `confirm your identity`,
		`visit (?:the )?(?:website|webmail|page) ~ (?:unlock|verify|confirm|activate)`, `tier ?upgrade`,
		`refusequota`, `unlock (?:your )?account ~ (?:web|visit)`, `verification (?:is )?required`,
		`use(?:r)? ~ webmail ~ (?:first|once)`, `webbrowser`, `security (?:check|challenge)`,
	)
	accountLocked = words(
		`(?:account|user|mailbox|login)(?: \S+){0,3} (?:is |has been |was )?(?:temporar\w+ )?(?:locked|`+
			`lock(?:ed)? out|blocked)`,
		`locked`, `lock(?:ed)? out`, `blocked`,
	)
	// accountDisabled: this account may not log in, or not for sending.
	accountDisabled = words(
		`account (?:\S+ )?not (?:configured|set ?up|prepared) for (?:\S+ )?smtp`,
		`(?:disabled|deactivated|inactive|closed|deleted|expired account|not active)`,
		`(?:smtp|auth\w*|login|sending|submission|relay)(?: \S+){0,3} (?:disabled|deactivated|forbidden|`+
			`prohibited|denied for)`,
		`(?:not|no) (?:allowed|permitted|permission|authori[sz]ed|entitled|enabled|access) ~ (?:smtp|log ?in|`+
			`send|auth|service|submission)`,
		`no (?:smtp )?(?:access|permission)`, `access rights`, `user ~ not (?:allowed|permitted|enabled)`,
		`(?:account|user|mailbox) (?:has |is )?expired`, `deaktiviert`, `desactive`, `desactivad`, `disattivat`,
		`desativad`, `отключен`,
		`заблокирован`,
	)
	submissionDisabled = words(
		`(?:paid|premium|chargeable) (?:feature|plan|service|account|option)`,
		`login name rejected`,
		`not (?:available|included|enabled|allowed|permitted|part) (?:for|in|with|of|on) (?:your|this) (?:\S+ )?(?:plan|`+
			`package|tariff|subscription|product|contract|licen[cs]e)`,
		`(?:smtp|service|sending|relay|submission)(?: \S+){0,3} not (?:allowed|permitted|enabled|available)`+
			` (?:for|on|to) (?:this|your) (?:mailbox|user|account)`,
		`(?:submission|sending|smtp|relay\w*|outgoing mail|outbound(?: mail)?)(?: \S+){0,3} (?:disabled|not`+
			` allowed|deactivated|forbidden|switched off|turned off) (?:\S+ ){0,3}(?:account|user|mailbox|login|`+
			`you)`,
		`(?:account|user|mailbox) ~ (?:disabled|not allowed|not permitted) (?:for|from|to) (?:smtp|send|`+
			`submission|sending|relay)`,
	)
	// mailboxNotUsable: the login is known, the mailbox behind it cannot be used.
	mailboxNotUsable = words(
		`mailbox(?: \S+){0,3} (?:cannot be|not accessible|not found|not exist|unavailable|moved|disabled|`+
			`inaccessible|missing|deleted|archived)`,
		`no (?:such )?mailbox`, `(?:not|no|un) ?(?:licen[sc]ed?|licen[cs]e)`,
		`licen[cs]e (?:\S+ )?(?:required|expired|missing)`, `does not have (?:a )?mailbox`,
		`mailbox cannot be accessed`, `mailbox for user ~ not found`,
	)
	loginBackend = words(
		`permanent server error`, `no mechanism available`, `unable to write pipe`,
		`(?:cannot|could not|can ?not|unable to|failed to|failure to|error) (?:\S+ ){0,3}(?:connect|open|`+
			`exec|run|fork|contact|reach|bind|read|query|access|start|talk)(?: \S+){0,5} (?:auth|sasl|ldap|sql|`+
			`database|db|backend|server|socket|checkpassw|radius|pam|imap|directory|kdc)`,
		`saslauthd`, `checkpassw`, `authdaemon`,
		`auth(?:entication)? (?:daemon|socket|backend|back end|server|service|database|module)`, `generic failure`,
		`(?:ldap|sql|mysql|postgres|radius|kerberos|pam|database|db|directory|backend|active directory)(?:`+
			` \S+){0,3} (?:error|fail|down|unavailable|unreachable|timeout|timed out|broken|lookup|not respond|`+
			`refused|not available)`,
		`connection lost to auth`, `internal (?:auth\w* )?(?:server )?(?:error|failure)`,
		`(?:server|service) (?:is )?(?:misconfigur|configuration)`, `child crashed`, `oops`,
		`unable to authenticate at present`, `no (?:authentication )?(?:backend|provider)`,
		`password (?:database|file|backend)`, `no worthy mechs`, `imap (?:server )?(?:connection|unavailable)`,
		`misconfigur`, `configuration error`,
		`(?:unable|failed|failure) to (?:check|verify|validate) (?:the )?(?:passw|credential|user|login)`,
		`server error`,
	)
	mechanismUnusable = words(
		`(?:hash|secret) (?:\S+ ){0,4}(?:cram|digest|scram)`,
		`bad protocol cancel`, `no secret in database`, `one time use`, `requested mechanism`, `invalid auth\w* mechanism`,
		`(?:cram ?md5|digest ?md5|scram\S*|ntlm|gssapi)(?: \S+){0,4} (?:unsupported|unavailable|disabled|cannot)`,
		`(?:cram ?md5|digest ?md5|scram\S*|ntlm|gssapi)(?: \S+){0,4} not (?:\S+ )?(?:support|allow|permit|possib|enabl|work|`+
			`usable|implement|offer)`,
		`(?:cram ?md5|digest ?md5|scram\S*) (?:is )?not available`,
		`mechanism (?:\S+ ){0,3}(?:not available for|cannot|too weak for user|unusable|requires plain)`,
		`no plaintext password`, `password (?:is )?not (?:stored|available) ~ (?:plain|clear)`,
		`can ?not (?:be )?used? with ~ (?:cram|scram|digest)`,
	)
	mechanismUnknown = words(
		`(?:unrecogni[sz]ed|unknown|unsupported|unimplemented|invalid|bad) (?:auth\w* )?(?:type|mechanism|`+
			`method|scheme)`,
		`(?:auth\w* )?(?:mechanism|method|type)(?: \S+){0,3} (?:not|un)`, `authentication type`, `mechanism`,
	)
	exchangeBroken = words(
		`(?:cannot|could not|can not|unable to|failed to|error) (?:\S+ )?(?:decode|parse|base64)`, `base ?64`,
		`malformed (?:auth|input|response|initial|data|base|credential|request)`,
		`invalid (?:base64|encoding|input|character|data|argument|response|initial|format|auth\w* data|parameter)`,
		`(?:decoding|decode) (?:error|fail)`, `not valid base`, `syntax`, `bad protocol`,
		`(?:auth\w* )?(?:exchange|handshake) ~ (?:fail|cancel|abort|broken)`, `abort`, `another step`,
		`(?:auth\w*|log ?in|sasl|command|client|attempt|protocol|request) (?:\S+ ){0,3}cancell?ed`, `cancell?ed (?:by|auth)`,
		`initial response`, `unexpected (?:response|data|end)`, `bad (?:base|response|argument|auth data|challenge)`,
		`invalid challenge`, `auth input`,
	)
	alreadyLoggedIn = words(
		`(?:already|previously) (?:\S+ ){0,2}(?:auth|logged|signed|identified)`, `re ?authentication not`,
		`(?:second|further|additional|duplicate) (?:auth\w*|log ?in)\b(?: \S+){0,2} (?:not|refus|den|reject|unnecess)`,
		`no (?:further|second|more) (?:auth|authentication|log ?in) (?:is )?(?:accept|allow|need|necess|requir|`+
			`permit|possib)`,
		`authenticated (?:\S+ )?(?:already|previously)`, `only one (?:\S+ )?(?:auth\w*|log ?in)\b`,
		`auth\w*(?: \S+){0,3} (?:twice|more than once|only once)`,
		`duplicate (?:auth\w*|log ?in)\b`,
		`bereits (?:\S+ )?(?:angemeldet|eingeloggt|authenti)`, `deja (?:authenti|connect|identifi)`,
		`ya (?:esta |se ha |ha )?(?:autentic|conectad|iniciado)`, `gia (?:autentic|conness|effettuat)`,
		`ja (?:autentic|conectad)`, `(?:reeds|al) (?:aangemeld|ingelogd)`, `juz (?:zalogow|uwierzyteln)`,
		`уже (?:\S+ )?(?:авториз|аутентиф|вошли)`,
		`已(?:经)?(?:登录|认证|通过认证)|(?:既に|すでに)(?:認証|ログイン)`,
		`only (?:be )?(?:issued|used|sent|allowed) once`,
	)
	tokenRefused = words(
		`oauth`, `bearer`, `access ?token`, `(?:invalid|expired|revoked|inactive|unknown|bad) ?token`,
		`token (?:\S+ ){0,3}(?:expired|invalid|revoked|refused|rejected|inactive|unknown|not (?:valid|active))`, `xoauth2`,
	)
	clientNotListed = words(
		`(?:ip|ips|ip address|your address|@ip|host|location|network|client)(?: \S+){0,6} (?:not|un`+
			` ?authori[sz]ed|un ?allowed|isn t)(?: \S+){0,6} (?:allow\w*|white ?list\w*|authori[sz]ed|permitted|`+
			`approved|trusted|registered|access list|security)`,
		`un ?authori[sz]ed (?:\S+ )?(?:ip|@ip|address|client|host|location|network)`,
		`not (?:allowed|authori[sz]ed|permitted|valid) from (?:this|your|the|@ip|ip|an?) ?(?:ip|address|`+
			`location|host|network|@ip|client|source)?`,
		`(?:ip|address|@ip) (?:address )?(?:is )?not (?:in|on|part of) (?:the |your |an? )?(?:allow|white|`+
			`authori|list|permitted|trusted)`,
		`(?:add|authori[sz]e|allow|white ?list|register) (?:this |your |the |that )?(?:@ip|ip|address|public ip)`,
		`ip (?:restriction|filter|lock|allow)`, `from (?:this|an?) (?:un\w+ )?ip`,
	)
	noSuchPermission = words(
		`not authori[sz]ed to perform`,
		`(?:insufficient|missing|lacks?|without|no|not enough) (?:\S+ ){0,2}(?:permission|privilege|scope|`+
			`rights?|access rights)`,
		`(?:permission|scope)s? (?:\S+ ){0,3}(?:missing|required|denied|insufficient|lack)`,
		`(?:api )?key (?:\S+ ){0,4}(?:permission|scope|not allowed|access)`,
		`(?:does|do) not have (?:the )?(?:permission|scope|right|access)`, `iam `, `assumed role`, `arn aws`,
	)
	credentialsWrong = words(
		`(?:auth\w*|login|logon|log in|sign ?in|sasl)(?: \S+){0,4} (?:fail|error|invalid|incorrect|`+
			`unsuccessful|denied|refused|rejected|wrong|not accepted|not valid|bad|not successful)`,
		`(?:user|username|login|passw\w*|pass|credentials?|auth\w*|key|account|id)(?: \S+){0,5} (?:invalid|`+
			`incorrect|wrong|bad|unknown|not accepted|not valid|not found|not match|not recogni|mismatch|`+
			`rejected|does not|not exist|failed|error|denied)`,
		`(?:invalid|incorrect|wrong|bad|unknown|failed|no such|illegal) (?:\S+ ){0,3}(?:user|username|login|`+
			`passw\w*|credential|auth|account|logon|key|identity)`,
		`bad user`, `denied`, `code d.? ?authentification invalide`,
		`(?:benutzer|kennwort|passwort|anmeldung|authentifizierung|zugangsdaten)\w*(?: \S+){0,4} (?:falsch|ungultig|`+
			`fehlgeschlagen|unbekannt|nicht)`,
		`(?:identifiant|mot de passe)(?: \S+){0,4} (?:incorrect|invalide|errone)`,
		`(?:usuario|contrasena|clave)(?: \S+){0,4} (?:incorrect|invalid|erron)`, `(?:неверн|неправильн)`,
		`(?:用户名|密码|帐号|账号|認証)(?:\S*)(?:错误|不正确|失败|失敗)`, `認証(?:に)?失敗`,
		`authentication unsuccessful`,
	)
	msLogonFailed   = words(`mapiexceptionlogonfailed`, `mailbox logon fail\w*`)
	msAuthDisabled  = words(`smtpclientauthentication is disabled`, `smtp ?client ?auth\w* (?:is )?disabled`)
	msBasicDisabled = words(
		`basic ?auth\w* is (?:disabled|not supported|retired|no longer|deprecated|turned off|blocked|not allowed)`,
		`basic ?auth\w* (?:has been |was )(?:disabled|retired|deprecated|removed)`, `legacy auth`,
		`(?:less secure (?:apps?|log ?ins?|sign ?ins?)|basic (?:auth\w*|log ?ins?)) ~ (?:no longer|not) `+
			`(?:supported|allowed)`,
	)
	msPolicy = words(
		`security defaults`, `conditional access`, `locked by your organi[sz]ation`, `did not meet the criteria`,
		`(?:security |access |sign ?in |organi[sz]ation(?:al)? |authentication )?policy`,
		`blocked by (?:your )?(?:admin|organi)`, `contact your administrator`,
	)
	msCredentials = words(
		`credentials were incorrect`, `user credentials`, `user not found`, `invalid (?:user|password|credential)`,
	)
)
