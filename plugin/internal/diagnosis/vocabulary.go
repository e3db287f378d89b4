package diagnosis

// The vocabulary of servers: what a reply may name, and what may be said of it. A gist (see rules_gist.go) puts them
// together, so that a new way of putting an old thing is understood. Stems of the languages that servers speak stand
// side by side: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Swedish, Turkish, Russian,
// Chinese, Japanese. A letter in brackets keeps a word of another language from the spell checker of this one.

// What a reply may name.
var (
	namesLogin = words(
		`authenti\w*`, `auth\b`, `(?:smtp|esmtp) ?auth`, `log(?:ged|ging)? ?(?:in|on)\b`, `sign(?:ed)? ?(?:in|on)\b`,
		`credentials?`, `anmeld`, `angemeldet`, `zugangsdaten`, `identifi(?:er|ez|cation)`, `autenti`, `inloggen|aanmeld`,
		`uwierzyteln|zalogow`, `prihlas`, `logga in`, `oturum|kimlik`, `авториз|аутентиф|логин`,
		`认证|登录|身份验证`,
		`認証|ログイン`,
	)
	namesEncryption = words(
		`tls`, `ssl`, `starttls|start tls|stls`, `encrypt`, `secured? (?:connection|channel|session|transport|link)`,
		`(?:clear|plain) ?text`, `unencrypted|insecure`, `verschlussel|unverschlussel`, `chiffr`, `cifra`, `crittograf`,
		`criptograf`, `versleutel`, `szyfrow`, `sifrelem`, `шифров`, `加密|暗号`,
	)
	namesRelay = words(
		`relay`, `third ?party`, `(?:mail )?gateway for`, `weiterleit|weitergeleit`, `relai`, `reenvi|retransmi|inoltr`,
		`doorstur`, `ретрансл|пересыл|релей`, `中继|转发|中継|転送`,
	)
	namesMailbox = words(
		`mail ?box`, `inbox`, `users?\b`, `recipients?\b`, `addressee`, `accounts?\b`, `address(?:es)?\b`,
		`name\b|nobody|no ?one\b`,
		`@recipient`, `@addr`, `rcpt`,
		`postfach|empfanger|benutzer|kont[oaue]\b|adresse`, `boite|destinataire|compte|utilisateur`,
		`buzon|destinatari|cuenta|usuario|direccion`, `casella|utente|indirizzo`, `caixa|conta\b`,
		`gebruiker|ontvanger|postbus|adre[s]`, `uzytkownik|skrzynk|adresat|odbiorc`, `anvandar|mottagar|brevlada`,
		`uzivatel|schrank|prijemc`, `kullan|alici|posta kutu`,
		`пользовател|получател|ящик|адрес|учетн`,
		`用户|收件人|邮箱|地址|帐号|账号|账户`,
		`ユーザ|宛先|受信者|アドレス|メールボックス`,
	)
	// namesStorage is how much a mailbox may hold, namesQuota how much of something is allowed.
	namesStorage = words(
		`space|room\b|storage|capacity|disk`, `speicher\w*`, `espace`, `espacio`, `spazio`, `espaco`, `ruimte`, `miejsca`,
		`quota`, `cuota`, `cota\b`, `kota\b`, `utrymme`, `мест[оа]|квот`, `容量|空间`,
	)
	namesQuota = words(
		`limits?\b`, `quotas?\b`, `allowance`, `maxim|max\b`, `volume`, `credits?\b`, `cap\b`, `plan\b|package|subscription`,
		`kontingent|\w*limit\b`, `limite|cuota|cupo|cota\b`, `limiet`, `лимит|квот`, `上限|限制|配额|制限`,
	)
	namesSending = words(
		`send|sent\b|sender`, `outgoing|outbound`, `submi(?:t|ssion)`, `messages?\b|mails?\b|emails?\b`, `deliver`, `smtp`,
		`versand|versend|senden`, `envoi|envoy`, `envi[oa]`, `invi[oa]`, `verzend`, `wysyl`, `отправ|рассыл`,
		`发信|发送|送信`,
	)
	namesAccount = words(
		`accounts?\b|acct`, `(?:your|this|smtp) (?:service|access|subscription|contract|domain|profile|user)`,
		`customer|tenant|organi[sz]ation`, `privilege`, `konto|zugang`, `compte`, `cuenta`, `conta\b`, `rekening`,
		`аккаунт|учетн|ящик`, `帐号|账号|账户|帐户|アカウント`,
	)
	// namesIdentity is who logged in, when a sender is compared with it.
	namesIdentity = words(
		`auth\w*`, `key\b|tenant|team|project|subaccount`, `log(?:ged)? ?(?:in|on)\b`, `accounts?\b`, `users?\b|username`,
		`mailbox`, `credential`, `your\b`,
		`konto|benutzer|postfach|angemeldet`, `compte|utilisateur|authentifie`, `cuenta|usuario`, `utente`, `conta\b`,
		`gebruiker`, `konto|uzytkownik`, `логин|учетн|аккаунт|пользовател`,
		`用户|登录|账号|帐号|認証|アカウント|ユーザ`,
	)
	namesSenderAddress = words(
		`senders?\b`, `mail ?from`, `from (?:address|header|domain|field|line)|from\b .*header`, `alias\w*`, `identity`,
		`@sender`, `envelope`, `return ?path|reply ?to`, `absender\w*`, `expediteur`, `remitente`, `mittente`, `remetente`,
		`afzender`, `nadawc`, `odesilatel`, `avsandar`, `gonderen`, `отправител`,
		`发件人|发信人|寄件人|差出人|送信者|発信者`, `address(?:es)?\b`,
	)
	namesClient = words(
		`@ip`, `ips?\b|ip ?adre[s]\w*`,
		`(?:your|this|the|sending|source|client|remote|connecting|smtp) (?:\S+ )?(?:server|host|`+
			`machine|network|address space|connection|system|mta|client|isp|domain|provider)\b`,
		`client host|hosts?\b`, `you\b`, `ihre? (?:server|rechner|netz)`, `votre (?:serveur|adresse ip)`,
		`su (?:ip|servidor)`,
		`ваш\S* (?:ip|сервер|адрес)`,
	)
	namesDomain = words(
		`domain|domaine|dominio|domein|domen`, `mx\b`, `dns\b`, `resolver|resolution`, `name ?server`, `host ?name`,
		`домен`,
		`域名|ドメイン`,
	)
	namesServer = words(
		`servers?\b|mail ?server|service|system|back ?end|host\b`, `queue|spool|disk|storage`,
		`database|directory|ldap|sql|mysql`, `serveur|serveur|servidor|servizio|servico|сервер`, `we are|resources?\b`,
		`服务器|系统|サーバ|システム`,
	)
	namesInnerServer = words(
		`(?:destination|inner|internal|back ?end|remote|next|target|recipient|upstream|downstream|receiving|home|final)`+
			` (?:\S+ )?(?:server|host|mta|system|hop|mx)`,
		`(?:server|host|mx) (?:of|for) (?:this|the|@\w+)`,
	)
	namesDirectory = words(
		`directory|directories|database|ldap|sql|mysql|table|alias map|maps?\b|look ?up`,
	)
	namesFilter = words(
		`filter|scann|milter|anti ?(?:spam|virus)|(?:spam|virus|content) (?:check\w*|engine|daemon|service)`,
		`clam\w*|amavis|rspamd|spamd|spamassassin|policy (?:server|service|daemon)`,
	)
	namesSpam = words(
		`spam`, `junk`, `unsolicited`, `unwanted`, `phish`, `score`, `ube\b|uce\b`, `bulk\b`, `scam\b|fraud`,
		`unerwunscht`, `indesirable|pourriel|non (?:sollicit|desir)`, `no deseado`, `indesiderat`, `ongewenst`, `niechcian`,
		`спам`, `垃圾|迷惑|スパム`,
	)
	namesVirus = words(
		`virus|viren`, `trojan`, `malware`, `worm\b`, `infect|infiz`, `ransomware`, `eicar`, `schadsoftware`, `maliciel`,
		`вирус|троян`, `病毒|ウイルス|ウィルス`,
	)
	namesFile = words(
		`attach`, `files?\b|filename|archive|zip\b|executable|extension`, `anhang|anlage|dateien|dateityp`,
		`pieces? jointe|fichier`, `adjunto|archivo`, `allegat`, `anexo`, `bijlage`, `zalacznik`, `вложен|файл`,
		`附件|添付`,
	)
	namesLink = words(
		`urls?\b|uris?\b|links?\b|web ?(?:site|address|page)|hyperlink`, `lien|enlace|collegament|ссылк`,
	)
	// namesForm is a part of a message that has a form.
	namesForm = words(
		`headers?\b`, `date\b|subject\b|message id|reply to|(?:from|to|cc) (?:header|field|line)`,
		`mime|boundary|charset|encoding|content type`,
		`lines?\b`, `8 ?bit|bytes?\b|octets?|characters?|letters`, `kopfzeile|betreff`, `en ?tete|objet\b`, `cabecera|asunto`,
		`заголов`,
	)
	namesMessage = words(
		`message|mail|email|content|body|letter|text\b`, `nachricht|inhalt`, `courrier|contenu`, `mensaje|correo|contenido`,
		`messaggio|contenuto`, `mensagem|conteudo`, `bericht`, `wiadomosc`, `письм|сообщени`,
		`邮件|信件|メール|内容`,
	)
	namesHello     = words(`helo\b|ehlo\b|hello\b`, `introduc\w*|greeting name|greet(?:ed|ing) (?:\S+ )?(?:name|with|as)`)
	namesOwnDomain = words(
		`(?:our|own|internal|local|inside|company)(?: own)? (?:\S+ )?(?:domain|address|sender|user)`, `from (?:inside|us)\b`,
	)
	namesOutside = words(
		`outside|external|internet|foreign|forged?|fake|spoof|claims?|pretend|impersonat|unauthenticated|remote`,
	)
	namesPassword = words(
		`passw|password|kennwort|mot de passe|contrasena|clave|senha|wachtwoord|haslo|heslo|losenord|sifre|парол`,
		`密码|パスワード`,
	)
	namesGroup    = words(`lists?\b|groups?\b|organi[sz]ation`)
	namesPrograms = words(
		`(?:third ?party|external|other|mail) (?:\S+ )?(?:programs?|clients?|apps?|applications?|software)`,
		`pop3?\b|imap`, `smtp(?: access| service| server)?\b`)
	namesSpamVerdict = words(`message|content|mail (?:looks|was|is)`)
	namesConnection  = words(
		`connect`,
		`sessions?\b`,
		`verbindung|connexion|conexi|соединени|подключени`,
		`连接|接続`,
	)
	namesMessages = words(
		`messages?\b|mails?\b|emails?\b|transactions?\b`,
		`nachrichten|courriers|mensajes|писем`,
	)
	namesRecipients = words(
		`recipients?\b|rcpts?\b|destinations?\b|addressees`,
		`empfanger|destinatai?r`,
		`получател|收件人`,
	)
	namesDeadRecipients = words(
		`(?:invalid|unknown|bad|wrong|dead|non ?existent|undeliverable|rejected) (?:\S+ )?(?:recipients?|users?|address\w*)`,
		`bounces|defers|failures`,
	)
	namesDisk      = words(`disk|spool|queue|file ?system|partition|volume`)
	namesInbox     = words(`mail ?box|inbox|user\b|account|recipient`)
	namesLicence   = words(`licen[cs]e`)
	namesSmarthost = words(
		`smart ?host`,
		`(?:your|the|a) (?:\S+ ){0,3}(?:isp|provider|relay|mail ?gateway)\b`,
		`smtp relay`,
	)
	namesTarget = words(`recipients?\b|destination|target|addressee`)
	namesPolicy = words(`polic`, `richtlinie|politique|politica`)
	namesLogins = words(`log ?ins?\b|logons?|attempts`)
)

// What may be said of it.
var (
	saysDemanded = words(
		`requir`, `need`, `must`, `mandatory`, `obligat`, `necess`, `demand`, `expect`, `please`, `(?:have|has) to`, `should`,
		`first\b`, `before`, `only\b`, `without`, `missing`, `restricted to`, `activate|enable|configure|turn on`, `yourself`,
		`erforderlich|notig|notwendig|benotigt|verlangt|pflicht|mussen|bitte`, `requis|exige|veuillez|devez|avant`,
		`requier|debe|antes`, `richiest|devi|deve|prima`, `obrigat|precisa`, `vereist|nodig|verplicht|moet`,
		`wymagan|koniecz|nalezy`, `vyzad|nutn`, `krav|maste`, `gerek|zorunlu`,
		`требует|необходим|нужн|обязательн`,
		`需要|请先|必须|必要|ください`,
	)
	saysRefused = words(
		`den(?:y|ied|ies)`, `refus`, `reject`, `not (?:\S+ )?(?:allow|permit|accept|authori|possible|available|welcome|taken`+
			`|eligible)`,
		`disallow`, `prohibit`, `forbid`, `block`, `ban(?:ned|s)?\b`, `bar(?:red|s)\b`, `unauthori`, `unaccept`,
		`may not|no access|off\b|takes? no|accepts? no|cannot|unable`,
		`abgelehnt|verweigert|nicht (?:erlaubt|gestattet|zugelassen|angenommen|moglich)|gesperrt|geblockt|verboten|untersagt`,
		`interdit|(?:non|pas) autoris|bloque|rejet`, `denegad|rechazad|no (?:permit|autoriz|acept)|bloquead`,
		`negat|rifiutat|non (?:consentit|autorizzat|permess)|bloccat|vietat`,
		`recusad|rejeitad|nao (?:permit|autoriz|aceit)`, `geweigerd|niet toegestaan`, `odrzuc|zabron|niedozwol`,
		`отклон|запрещ|отказ|заблокир|не (?:разреш|прин)`, `reddedil|engellen`,
		`avvisa|nekad`, `odmitnut|zamitnut`,
		`拒绝|禁止|不允许|拒否|許可されて`,
	)
	saysUnknown = words(
		`unknown`,
		`not (?:\S+ )?(?:found|exist|known|here|our|valid|listed|configured|registered|hosted|defined|recogni|live)`,
		`not a (?:valid|known|local|registered)`, `no (?:such|account|user|mailbox|person)|nobody|no ?one\b`, `invalid`,
		`non ?exist`, `unrecogni`, `(?:cannot|could not|unable to) (?:be )?(?:\S+ )?f(?:ind|ound)`,
		`not (?:\S+ )?resolv|unresolv|no (?:mx|a\b|dns|records?)\b|neither`,
		`unbekannt|existiert nicht|nicht (?:vorhanden|gefunden|bekannt|existent)|ungultig`,
		`inconnu|existe pas|introuvable|inexistant|invalide`, `desconocid|no existe|inexistente|no (?:valid|encontr)`,
		`sconosciut|inesistente|non (?:esiste|trovat|valid)`, `desconhecid|nao (?:existe|encontr)|invalid`,
		`onbekend|bestaat niet`, `nieznan|nie istnieje|nie ma|brak\b`, `okan|finns (?:inte|ej)`, `neexist|neznam|nenalez`,
		`yok\b|bulunamad|bilinmeyen`,
		`неизвест|не (?:существ|найден)|нет так|несуществ|отсутств`,
		`absent\b|absente?\b|ausente|assente`,
		`不存在|无效|未知|存在し|見つか|不明`,
	)
	saysClosed = words(
		`disabled`, `deactivat`, `inactiv`, `suspend`, `closed`, `frozen`, `lock(?:ed)?\b`, `expired`, `terminat`,
		`discontinu`,
		`cancel`, `hold\b`, `out of (?:service|use|order)`, `no longer`, `retired`, `abandon`, `dormant`,
		`(?:switched|turned) off`, `revoked`, `stopped|halted|paused|probation`, `deleted|removed`,
		`gesperrt|deaktiviert|stillgelegt|geschlossen|geloscht|abgelaufen|abgeschaltet`, `desactiv|bloque|ferme|supprim`,
		`bloquead|cerrad|eliminad`, `disattivat|sospes|chius|bloccat|scadut`, `desativad|suspens|encerrad`,
		`geblokkeerd|uitgeschakeld|afgesloten`, `zablokowan|wylaczon|zawieszon|nieaktywn`, `avstang|inaktiv`,
		`заблокир|отключ|удален|закрыт|неактив`, `停用|禁用|冻结|注销|停止|無効`,
	)
	saysFull = words(
		`full\b`,
		`over\b|exceed|reach|exhaust|used up|maximum|at capacity|insufficient|not enough|out of|no (?:\S+ )?(?:space|`+
			`room|storage)|limit`,
		`voll\b|uberfull|erschopft|uberschr`, `plein|satur|depass`, `llen[oa]|agotad|excedid|superad`,
		`pien[oa]|esaurit|superat`, `chei[oa]|esgotad|excedid`, `vol\b|overschreden`, `pelna|przepeln|przekroczon|brak\b`,
		`full|overskrid`, `dolu\b|asildi|doldu`, `переполн|полон|превыш|нет мест`,
		`满|不足|超|一杯|いっぱい`,
	)
	saysExceeded = words(
		`exceed|exceded`, `reach`, `spent|depleted|consumed`, `used (?:up|all)|no \S+ left`, `over\b`, `used up`, `exhaust`,
		`hit\b`, `surpass`, `above`,
		`beyond`, `too (?:many|much)`,
		`more than|no more`, `uberschritten|erreicht|ausgeschopft|aufgebraucht`, `depass|atteint|epuise`,
		`superad|excedid|alcanzad|agotad`, `superat|raggiunt|esaurit`, `atingid|ultrapassad`, `overschreden|bereikt`,
		`przekroczon|osiagn|wyczerpan`, `overskrid|natt`, `asildi|doldu`, `превыш|исчерпан|достигнут`,
		`超过|超出|达到|超え|達し`,
	)
	saysAbused = words(
		`spam`, `abuse|abusive`, `compromis|hacked|hijack`, `complain`, `violat`, `phish`, `fraud`, `suspicious`,
		`(?:terms|rules) of`, `narusz|verstoss|verstoß|infracci|violaz|нарушен|违反|規約`, `missbrauch`,
		`abus\b`, `abuso`,
		`спам|рассылк`, `垃圾`,
	)
	// saysStolen is abuse of which no filter speaks.
	saysStolen = words(`compromis|hacked|hijack|fraud`)
	// saysSame compares two addresses.
	saysSame = words(
		`among\b|none of`,
		`belong|match|correspond|agree\b|conform|same|equal|identical|own(?:ed|er|s)?\b|assigned|linked|associat`,
		`wrong (?:\S+ )?(?:from|sender|address)`,
		`differ|other than|instead of|not yours|mismatch|not (?:\S+ )?(?:permitted|allowed|authori[sz]ed|valid) (?:for|to)`,
		`gehort?\b|stimmt|passt|ubereinstimm|abweich`, `appartien|different`, `coincid|pertenec|disti[n]t`,
		`divers[oa]|corri[s]pond`, `pertence`, `komt niet overeen`, `zgodn|nalezy do`, `eslesm`,
		`соответств|принадлеж|совпад`, `一致|不符|匹配|不同|異な`,
	)
	saysVerified = words(
		`verif|confirm|validated|approved|registered|set ?up|added|authenticated|not (?:found )?in your|onboard|whitelist`,
		`bestatigt|verifiziert`, `подтвер`, `验证|确认`,
	)
	saysNot = words(
		`not\b|no\b|un(?:known|verif|auth|allowed|accept|regist|confirm|listed|trust|recogni|config|valid|permit)`,
		`never|missing|isnt|must|needs?\b|has to|required|please|invalid|fail`,
		`nicht|nein|kein`,
		`pas\b|non\b`,
		`no\b`, `не |нет `, `未|没有|不`,
	)
	saysBroken = words(
		`down\b`, `fail`, `error`, `unavailable|unreachable`, `not (?:\S+ )?(?:respond|answer|reach|available|work|running)`,
		`no (?:answer|response|reply)|gives no`, `gone\b`, `broken`, `tim(?:ed|e) ?out`, `trouble|problem`,
		`recover`, `maintenance|upgrade`, `overload|busy|crash`, `(?:cannot|could not|unable to|can not)`, `defer|tempfail`,
		`nicht (?:erreichbar|verfugbar)|fehler`, `indisponible|erreur`, `no disponible`, `non disponibile|errore`,
		`недоступ|ошибк`,
	)
	saysBlocked = words(
		`black ?list|block ?list|deny ?list|dnsbl|rbl`, `list of|listed|(?:is|are) on (?:a|our|the)|our list`,
		`appears? (?:in|on)`,
		`flagged`, `banned|blocked|bad hosts?`, `abuse|spam source|spamming|spammer`, `sperrliste|gesperrt|geblockt`,
		`liste noire|bloque`, `lista negra|bloquead`, `lista nera|bloccat`, `zwarte lijst`, `czarn\w+ li`,
		`черн\S+ спис|заблокир`, `黑名单|ブラックリスト|ブロック`,
	)
	saysNew = words(
		`first (?:mail|message|contact|time|attempt|try|delivery)`, `unknown here yet|not (?:yet )?seen|unseen|never seen`,
		`next (?:attempt|try|time)|second (?:attempt|try)|retry (?:in|after)|try again in`,
		`(?:delay|defer)\w* (?:for|by|as|because) (?:\S+ )?(?:spam|anti ?spam|policy|security)`,
		`spam (?:prevention|protection) (?:\S+ ){0,4}(?:retry|later|again|delay)`,
	)
	saysOutdated = words(
		`(?:days|months) old`,
		`expir|out ?of ?date|outdated|too old|aged|change|renew|reset`,
		`abgelaufen|expire|caduc|scadut`,
		`istek|过期|期限切れ`,
	)
	saysUnpaid = words(
		`(?:trial|plan|subscription|contract|free period) (?:\S+ ){0,2}(?:run out|ran out|over\b|ended|expired)`,
		`(?:please|must|not|overdue|un) ?pa(?:y|id)`, `invoice|overdue|arrears`,
		`(?:contract|subscription|plan|licen[cs]e) (?:\S+ ){0,3}(?:ended|expired|cancel|over\b|inactive)`,
	)
	saysSwitchedOn = words(
		`enable|activate|turn on|switch on|allow\b|permit\b`, `freischalt|aktivier`, `activ`, `включ`,
		`开启|有効`)
	saysNotTaken  = words(`not\b|type`, `nicht|pas\b|no\b|non\b|не `)
	saysMisshapen = words(
		`missing|lack|without|none|not (?:\S+ )?(?:valid|allowed|accepted|found|present|compliant)`,
		`invalid|bad\b|wrong|illegal|error|incorrect|problem|malformed|broken|corrupt|improper|raw|bare`,
		`duplicat|twice|multiple|more than one|double`, `too (?:long|large|many)|longer|exceed`, `fehl|ungult|doppelt`,
		`manqu|invalide`, `falta|invalid`, `mancan`, `отсутств|неверн`,
	)
	saysOver    = words(`expired|no longer|timed out|time ?out|idle|inactiv|re ?authenticat`)
	saysInstead = words(`use\b|using|through|via|please|instead`)
	saysWeak    = words(`weak|old\b|outdated|obsolete|strength|cipher|strong|deprecated`)
	saysAged    = words(`expir|out ?of ?date|outdated|too old`, `abgelaufen|expire|caduc|scadut`)
)
