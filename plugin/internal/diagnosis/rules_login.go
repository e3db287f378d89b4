package diagnosis

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// authRules are for a refused login. Whether the password is wrong is asked last: many servers say 535 whatever the
// matter is.
var authRules = slices.Concat(loginRules, loginGists, plainNoRules, refusedLoginRules)

var loginRules = []rule{
	// Not this password, but the way.
	{cause: "login_tls_too_weak", steps: auth, says: all(strongerEncryption)},
	{cause: "login_needs_encryption", steps: demanding, replies: replies(538, 523)},
	{cause: "login_needs_encryption", steps: auth, enhanced: enhanced("x.7.10", "x.7.11")},
	{cause: "login_needs_encryption", steps: auth, says: all(encryptionDemanded), when: unencrypted},
	{cause: "login_needs_encryption", steps: auth, says: all(startTLSFirst)},
	{cause: "login_tls_too_weak", steps: auth, says: all(encryptionDemanded)},
	{cause: "already_logged_in", steps: auth, says: all(alreadyLoggedIn), unless: none(tooManyWords)},
	{cause: "session_login_expired", steps: auth, says: all(noLongerLoggedIn), unless: none(tokenRefused)},
	{cause: "client_address_not_authorized", steps: auth, says: all(clientNotListed), unless: none(tooManyWords)},
	{cause: "client_country_refused", steps: auth, says: all(countryMeant)},
	{cause: "wrong_server_for_sending", steps: auth, says: all(wrongServer)},
	{cause: "permission_missing", steps: auth, says: all(forbidden), unless: none(accountDisabledWords, unknownAccess)},
	{cause: "permission_missing", steps: auth, says: all(noSuchPermission),
		unless: none(accountDisabledWords, unknownAccess)},

	// Codes of RFC 4954 and RFC 5248 that say it all.
	{cause: "password_transition_needed", steps: auth, replies: replies(432),
		unless: none(tooManyConnections, tooManyLogins, loginBackend)},
	{cause: "password_transition_needed", steps: auth, enhanced: enhanced("5.7.12")},
	{cause: "account_disabled", steps: auth, enhanced: enhanced("5.7.13")},
	{cause: "client_address_not_authorized", steps: auth, providers: providers("brevo"), replies: replies(525)},
	{cause: "account_disabled", steps: auth, replies: replies(525)},

	// How often, how much.
	{cause: "sending_limit_reached", steps: auth, says: all(creditsUsedUp)},
	{cause: "app_password_required", steps: auth, providers: providers("yahoo", "qq"), says: all(anyReason),
		when: usedPassword},
	{cause: "too_many_logins", steps: auth, says: all(loginsPaused)},
	{cause: "account_locked", steps: auth, says: all(accountLocked),
		unless: none(accountStopped, temporarily, accountConfirmation)},
	{cause: "too_many_logins", steps: auth, says: all(tooManyLogins), unless: none(accountStopped)},
	{cause: "too_many_errors", steps: auth, says: all(tooManyErrors)},
	{cause: "too_many_connections", steps: auth, says: all(tooManyConnections), unless: none(failedLogins)},

	// The account and its password.
	{cause: "app_password_required", steps: auth, says: all(appPassword), unless: none(tokenRefused),
		when: usedPassword},
	{cause: "password_expired", steps: auth, says: all(passwordExpired)},
	{cause: "password_too_simple", steps: auth, says: all(passwordTooSimple)},
	{cause: "account_confirmation_required", steps: auth, says: all(accountConfirmation)},
	{cause: "account_suspended", steps: auth, says: all(accountSuspended)},
	{cause: "account_suspended", steps: auth, says: all(together(namesAccount, saysAbused))},
	{cause: "account_locked", steps: auth, says: all(accountLocked), unless: none(failedLogins, loginBackend)},
	{cause: "account_not_activated", steps: auth, says: all(accountNotActivated),
		unless: none(mechanismUnknown, authNotEnabled, credentialsPlainlyWrong)},
	{cause: "oauth2_token_refused", steps: auth, says: all(tokenRefused)},

	// The server's own check is out of order.
	{cause: "login_backend_broken", steps: auth, replies: replies(5), says: all(loginBackend), unless: none(temporarily)},
	{cause: "login_temporarily_unavailable", steps: auth, says: all(loginBackend)},
	{cause: "mechanism_unusable", steps: auth, says: all(mechanismUnusable)},
	{cause: "login_exchange_broken", steps: auth, says: all(exchangeBroken), unless: none(credentialsPlainlyWrong)},
	{cause: "sending_limit_reached", steps: auth, says: all(together(namesQuota, saysExceeded)),
		unless: none(tooManyWords, namesLogins)},
	{cause: "login_tls_too_weak", steps: auth, says: all(together(namesEncryption, saysWeak))},
	{cause: "login_interrupted", steps: auth, replies: replies(421)},
	{cause: "oauth2_token_refused", steps: auth, replies: replies(4), says: all(credentialsPlainlyWrong),
		unless: none(temporarily), when: usedOAuth2},
	{cause: "wrong_credentials", steps: auth, replies: replies(4), says: all(credentialsPlainlyWrong),
		unless: none(temporarily)},
	{cause: "login_temporarily_unavailable", steps: auth, replies: replies(4)},
	{cause: "account_disabled", steps: auth, says: all(submissionDisabled)},
	{cause: "account_disabled", steps: auth, says: all(accountDisabled), unless: none(authNotEnabled, unknownAccess)},
	{cause: "login_not_taken_here", steps: auth, says: all(noLoginsHere), when: atExchange},
}

var refusedLoginRules = []rule{
	{cause: "mechanism_too_weak", steps: auth, replies: replies(534)},
	{cause: "wrong_credentials", steps: auth, replies: replies(535)},
	{cause: "login_not_enabled", steps: auth, replies: replies(500, 502, 503, 504)},
	{cause: "login_not_enabled", steps: auth, says: all(authNotEnabled)},
	{cause: "no_common_mechanism", steps: auth, says: all(mechanismUnknown)},
	{cause: "wrong_credentials", steps: auth, says: all(credentialsWrong)},
	{cause: "address_blocklisted", steps: auth, says: all(listed)},
	{cause: "login_exchange_broken", steps: auth, replies: replies(501)},
	{cause: "login_refused", steps: auth, kinds: kinds(smtpconn.KindRefusedByReply)},
}

var (
	forbidden = words(`forbidden`)
	// anyReason is what providers say of a password that is not an app password, whatever it says beside.
	anyReason     = words(`auth00\d too many bad`, `account is abnormal ~ password is incorrect`)
	loginsPaused  = words(`log ?ins? ~ (?:suspended|paused|blocked|stopped) ~ (?:fail|minutes|min\b|attempt)`)
	creditsUsedUp = words(
		`credits?\b`, `(?:sending|daily|monthly|hourly|account|plan|message|email) (?:\S+ )?(?:limit|quota)`,
		`billing`, `payment`, `out of credit`, `balance`, `over ?quota`, `subscription ~ expired`,
		`trial ~ (?:ended|expired|over)`,
	)
	accountStopped = words(
		`suspend`, `compromis`, `hacked`, `spam`, `abuse`, `(?:account|user|you|mailbox) (?:\S+ )?banned`, `terminated`,
		`violat`, `fraud`, `suspicious`,
		`unusual`,
	)
	temporarily = words(`temporar\w*`, `try (?:again|later)`, `at present`, `later`,
		`\d+ (?:minutes|hours|seconds)`)
	accountDisabledWords = words(`disabled`, `deactivated`, `smtp access`)
	authNotEnabled       = words(
		`auth\w* (?:is |has been )?(?:disabled|switched off|turned off)`,
		`auth\w*(?: \S+){0,3} (?:not|un)(?: \S+)? ?(?:enabled|supported|available|advertised|implemented|`+
			`recogni[sz]ed|permitted|allowed|known|offered|activated|understood)`,
		`command(?: \S+){0,3} (?:not|un|disabled)`, `not (?:implemented|recogni[sz]ed|advertised|supported)`,
	)
	unknownAccess           = words(`access rights to this service`, `invalid|incorrect|wrong|bad`)
	credentialsPlainlyWrong = words(
		`(?:invalid|incorrect|wrong|bad) (?:\S+ ){0,2}(?:user|username|login|passw\w*|credential)`,
		`authentication credentials`, `authentication fail\w*$`,
	)
	tooManyWords = words(`too many`, `attempts`, `failures`)
)
