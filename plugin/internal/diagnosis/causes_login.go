package diagnosis

import "github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"

// atEnvelope are the steps at which servers say what they should have said at the login: Postfix, for one, asks for a
// login only when the recipient is given.
var atEnvelope = steps(smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage)

// loginWasTried distinguishes a server that does not know our login from one that wants another.
func loginWasTried(failure *smtpconn.Error, _ Circumstances) bool {
	return failure.Session != nil && failure.Session.Login == smtpconn.LoginDone
}

func noLoginSet(failure *smtpconn.Error, c Circumstances) bool {
	return !loginWasTried(failure, c) && c.Target.Login == "" && c.Target.Password.IsEmpty()
}

func loginNotOffered(failure *smtpconn.Error, _ Circumstances) bool {
	return failure.Session != nil && failure.Session.Login == smtpconn.LoginNotOffered
}

func usedOAuth2(_ *smtpconn.Error, c Circumstances) bool {
	return c.Target.Authentication == smtpconn.AuthenticateOAuth2
}

func unencrypted(failure *smtpconn.Error, _ Circumstances) bool {
	return failure.Session != nil && !failure.Session.LoginEncrypted()
}

// loginCauses are about the credentials.
var loginCauses = []row{
	// What never got as far as a reply.
	{kinds: kinds(smtpconn.KindNoCommonMechanism), when: usedOAuth2, outcome: Failed, code: "oauth2_not_offered", field: "authentication",
		summary: "The server does not offer a login with OAuth 2.0.",
		detail:  "It offers: {offered}. Choose another kind of authentication, or another server of your provider."},
	{kinds: kinds(smtpconn.KindNoCommonMechanism), outcome: Failed, code: "no_common_mechanism", field: "authentication",
		summary: "The server and this software have no way to log in in common.",
		detail:  "The server offers: {offered}. Its operator can turn on PLAIN or LOGIN (over an encrypted connection) or SCRAM-SHA-256."},
	{kinds: kinds(smtpconn.KindPasswordNeedsTLS), outcome: ConnectionFailed, code: "password_needs_encryption", field: "use_ssl",
		summary: "The password was not sent, because the connection is not encrypted.",
		detail:  "Use a port that offers encryption."},
	{kinds: kinds(smtpconn.KindServerUntrusted), outcome: Failed, code: "server_untrusted", field: "server",
		summary: "The server could not prove that it knows the password itself, so it may be an impostor.",
		detail:  "Check the address of the server. If it is right, tell its operator."},
	{kinds: kinds(smtpconn.KindBadChallenge), outcome: Failed, code: "login_exchange_broken", field: "authentication",
		summary: "The login by {mechanism} could not be carried out: {reason}.",
		detail:  "Either the server's answers make no sense, or login or password hold characters that this kind of login does not allow."},
	{steps: auth, kinds: kinds(smtpconn.KindTimeout), outcome: Failed, code: "login_timeout", field: "server",
		summary: "The server did not answer the login in time.",
		detail:  "Its user database may be out of order. Try again later; if it stays like this, tell its operator."},
	{steps: auth, kinds: broken, outcome: Failed, code: "login_closed", field: "server",
		summary: "The server closed the connection during the login.",
		detail:  "Some servers do this after several wrong passwords, or when their user database is out of order. Wait a few minutes before you try again."},
	{steps: auth, kinds: kinds(smtpconn.KindMalformedReply, smtpconn.KindNotSMTP), outcome: Failed, code: "malformed_reply", field: "server",
		summary: "The server's answer makes no sense as SMTP.",
		detail:  "The transcript shows what was answered."},

	// Temporary refusals of a login say nothing about the password.
	{steps: auth, replies: replies(421, 454, 450, 451), words: words(`too many|\brates?\b|rate.?limit|try again later.*(login|auth)|attempts`), outcome: Failed, code: "too_many_logins", field: "login",
		summary: "The server takes no more logins for the moment, because there were too many.",
		detail:  "Wait before you try again, a quarter of an hour at least: every further attempt may prolong the pause."},
	{steps: auth, replies: replies(432), outcome: LoginFailed, code: "password_transition_needed", field: "password",
		summary: "The server wants the password to be set anew before this kind of login works.",
		detail:  "Log in to the mail box in another way and change the password, or ask the server's operator."},
	{steps: auth, replies: replies(421), outcome: Failed, code: "login_interrupted", field: "server",
		summary: "The server ended the conversation during the login.",
		detail:  "It may be restarting or overloaded. Try again in a few minutes."},
	{steps: auth, replies: replies(4), outcome: Failed, code: "login_temporarily_unavailable", field: "server",
		summary: "The server cannot check logins at the moment.",
		detail:  "Login and password may be right. Try again in a few minutes; if it stays like this, tell the server's operator."},

	// Refusals with a meaning of their own, by enhanced code or by a code that says it all.
	{steps: auth, when: usedOAuth2, kinds: kinds(smtpconn.KindRefusedByReply), outcome: LoginFailed, code: "oauth2_token_refused", field: "access_token",
		summary: "The server refused the access token.",
		detail:  "It may have expired, belong to another mail box than {login}, or lack the permission to send mail (scope)."},
	{replies: replies(538, 523), outcome: LoginFailed, code: "login_needs_encryption", field: "use_ssl",
		summary: "The server accepts a login only over an encrypted connection.",
		detail:  "Turn on “Use SSL”.", fixes: fixes(useSSL)},
	{steps: auth, replies: replies(530, 503, 534, 504), when: unencrypted, words: words(`starttls|encrypt|\btls\b|\bssl\b|secure`), outcome: LoginFailed, code: "login_needs_encryption", field: "use_ssl",
		summary: "The server accepts a login only over an encrypted connection.",
		detail:  "Turn on “Use SSL”.", fixes: fixes(useSSL)},
	{steps: auth, replies: replies(525), outcome: LoginFailed, code: "account_disabled", field: "login",
		summary: "The server knows the account {login}, but it is disabled.",
		detail:  "Ask the server's operator to enable it."},
	{steps: auth, replies: replies(534), outcome: LoginFailed, code: "mechanism_too_weak", field: "authentication",
		summary: "The server wants another kind of login than {mechanism} for this account.",
		detail:  "Many providers mean by this that an app password or OAuth 2.0 is needed. The server's answer says more."},
	{steps: auth, enhanced: enhanced("5.7.13"), outcome: LoginFailed, code: "account_disabled", field: "login",
		summary: "The server knows the account {login}, but it is disabled.",
		detail:  "Ask the server's operator to enable it."},
	{steps: auth, enhanced: enhanced("5.7.12"), outcome: LoginFailed, code: "password_transition_needed", field: "password",
		summary: "The server wants the password to be set anew before this kind of login works.",
		detail:  "Log in to the mail box in another way and change the password, or ask the server's operator."},

	// Refusals whose code only says no; here the words are worth reading.
	{steps: auth, replies: replies(5), words: words(`app(lication)?[- ]?(specific )?password`), outcome: LoginFailed, code: "app_password_required", field: "password",
		summary: "This account needs an app password; its ordinary password is not accepted here.",
		detail:  "Make an app password in the security settings of the mail account and enter it as the password."},
	{steps: auth, replies: replies(5), words: words(`\b(locked|lock(ed)? out|suspended|blocked)\b`), outcome: LoginFailed, code: "account_locked", field: "login",
		summary: "The account {login} is locked.",
		detail:  "Often this happens after several wrong passwords and ends by itself after a while; otherwise ask the server's operator. Do not go on testing."},
	{steps: auth, replies: replies(5), words: words(`password.*expired|expired.*password`), outcome: LoginFailed, code: "password_expired", field: "password",
		summary: "The password of {login} has expired.",
		detail:  "Set a new one for the mail box and enter it here."},
	{steps: auth, replies: replies(5), words: words(`disabled|deactivated|inactive`), outcome: LoginFailed, code: "account_disabled", field: "login",
		summary: "The server does not let the account {login} log in: it, or logging in for sending, is disabled.",
		detail:  "Ask the server's operator to enable it."},
	{steps: auth, replies: replies(5), words: words(`too many`), outcome: LoginFailed, code: "too_many_logins", field: "login",
		summary: "The server takes no more logins for the moment, because there were too many.",
		detail:  "Wait before you try again, a quarter of an hour at least: every further attempt may prolong the pause."},
	{steps: auth, replies: replies(535), outcome: LoginFailed, code: "wrong_credentials", field: "password",
		summary: "The server does not accept this login and password.",
		detail:  "Check both; many servers want the whole e-mail address as login. Watch out for blanks at either end and for a password pasted from an old note."},
	{steps: auth, replies: replies(500, 502, 503, 504), outcome: LoginFailed, code: "login_not_enabled", field: "authentication",
		summary: "The server offers a login but does not carry it out.",
		detail:  "Its operator has to enable it; or use another port (465 or 587), where logins are usually accepted.", otherPorts: true},
	{steps: auth, replies: replies(530), outcome: LoginFailed, code: "login_refused", field: "login",
		summary: "The server refused the login.",
		detail:  "The server's answer says more."},
	{steps: auth, kinds: kinds(smtpconn.KindRefusedByReply), outcome: LoginFailed, code: "login_refused", field: "login",
		summary: "The server refused the login.",
		detail:  "The server's answer says more."},

	// A login that is missed only when sender and recipient are given.
	{steps: atEnvelope, replies: replies(530, 503, 550, 554), when: unencrypted, words: words(`must issue a starttls|starttls (command )?first|encryption required`), outcome: LoginFailed, code: "login_needs_encryption", field: "use_ssl",
		summary: "The server wants an encrypted connection before anything else.",
		detail:  "Turn on “Use SSL”.", fixes: fixes(useSSL)},
	{steps: atEnvelope, replies: replies(530), when: loginNotOffered, outcome: LoginFailed, code: "login_demanded_not_offered", field: "use_ssl",
		summary: "The server demands a login but does not offer one on this connection.",
		detail:  "Usually it offers it only over an encrypted connection: turn on “Use SSL”, or use port 465 or 587.", fixes: fixes(useSSL, port465, port587)},
	{steps: atEnvelope, replies: replies(530), when: noLoginSet, outcome: LoginFailed, code: "login_required", field: "login",
		summary: "The server demands a login.",
		detail:  "Enter login and password of the mail box that sends the notifications."},
	{steps: atEnvelope, replies: replies(530, 535), outcome: LoginFailed, code: "login_required", field: "login",
		summary: "The server demands another login than the one it was given.",
		detail:  "The server's answer says more."},
	{steps: atEnvelope, replies: replies(5), when: noLoginSet, words: words(`authentication (is )?required|auth(entication)? (first|needed)|not authenticated|log ?in first|smtp auth`), outcome: LoginFailed, code: "login_required", field: "login",
		summary: "The server demands a login.",
		detail:  "Enter login and password of the mail box that sends the notifications."},
}
