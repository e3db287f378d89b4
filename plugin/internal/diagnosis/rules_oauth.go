package diagnosis

import (
	"errors"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// tokenRules are for what the endpoint of OAuth 2.0 answers instead of an access token. What is to be done follows from
// its code (RFC 6749 section 5.2); Microsoft's number, which may change, and Google's words only say more.
func tokenRules() []rule {
	return slices.Concat(revocationRules(), keptGrantRules(), microsoftTokenRules(), googleTokenRules(), signInRules(),
		codedTokenRules(), endpointRules())
}

// revocationRules are for a grant that could not be ended at the provider.
func revocationRules() []rule {
	return []rule{
		{cause: "oauth_endpoint_not_permitted", steps: gettingToken, when: both(byRevocation, endpointNotPermitted)},
		{cause: "oauth_endpoint_untrusted", steps: gettingToken, when: both(byRevocation, endpointUntrusted)},
		{cause: "oauth_revocation_unanswered", steps: gettingToken,
			when: both(byRevocation, tokenKind(oauth.KindUnreachable, oauth.KindBusy))},
		{cause: "oauth_revocation_refused", steps: gettingToken, when: byRevocation},
	}
}

// keptGrantRules are for what is kept of a sign-in. Which token was refused matters more than how the provider says so,
// unless it says something else than that the token is of no use.
func keptGrantRules() []rule {
	refused := func(doubt oauth.Doubt) func(*reading) bool {
		return both(byGrant, numbered(0, 70000, 70008), ofToken(func(e *oauth.Error) bool { return e.Doubt == doubt }))
	}
	return []rule{
		{cause: "oauth_grant_interrupted", steps: gettingToken, when: refused(oauth.Interrupted)},
		{cause: "oauth_grant_unheard", steps: gettingToken, when: refused(oauth.Unheard)},
		{cause: "oauth_grant_restored", steps: gettingToken, when: refused(oauth.Restored)},
		{cause: "oauth_grant_missing", steps: gettingToken, when: withCause(oauth.ErrNoGrant)},
		{cause: "oauth_grant_locked", steps: gettingToken, when: withCause(oauth.ErrElsewhere)},
	}
}

// withCause reports whether a failure has the cause.
func withCause(cause error) func(*reading) bool {
	return func(r *reading) bool { return errors.Is(r.failure.Err, cause) }
}

func microsoftTokenRules() []rule {
	return []rule{
		// What came back from a sign-in, which has the numbers of a refresh token too.
		{cause: "oauth_code_refused", steps: gettingToken, when: both(bySignIn, numbered(70008, 70000))},
		{cause: "oauth_redirect_not_web", steps: gettingToken, when: numbered(9002327)},

		// The client.
		{cause: "oauth_secret_id", steps: gettingToken, when: both(numbered(7000215), secretIsGUID)},
		{cause: "oauth_secret_wrong", steps: gettingToken, when: numbered(7000215)},
		{cause: "oauth_secret_expired", steps: gettingToken, when: numbered(7000222)},
		{cause: "oauth_secret_missing", steps: gettingToken, when: numbered(7000218)},
		{cause: "oauth_public_client", steps: gettingToken, when: numbered(700025)},
		{cause: "oauth_clock_wrong", steps: gettingToken, when: numbered(700024)},
		{cause: "oauth_certificate_refused", steps: gettingToken, when: numbered(700027, 50012, 700030)},
		{cause: "oauth_application_unknown", steps: gettingToken, when: numbered(700016, 700011)},
		{cause: "oauth_application_disabled", steps: gettingToken, when: numbered(7000112, 70001)},
		{cause: "oauth_tenant_unknown", steps: gettingToken, when: numbered(90002, 900023)},

		// What is asked for.
		{cause: "oauth_resource_unknown", steps: gettingToken, when: numbered(500011)},
		{cause: "oauth_scope_refused", steps: gettingToken, when: numbered(1002012, 70011, 28002)},
		{cause: "oauth_consent_missing", steps: gettingToken, when: numbered(65001, 7000229)},
		{cause: "oauth_permission_missing", steps: gettingToken, when: numbered(650056, 650057)},

		// The user and the grant.
		{cause: "oauth_admin_consent", steps: gettingToken, when: numbered(90094, 90095)},
		{cause: "oauth_user_not_assigned", steps: gettingToken, when: numbered(50105)},
		{cause: "oauth_account_elsewhere", steps: gettingToken, when: numbered(50020, 50178, 500213)},
		{cause: "oauth_sign_in_denied", steps: gettingToken, when: numbered(65004)},
		{cause: "oauth_interaction_required", steps: gettingToken, when: numbered(50076, 50079, 50158)},
		{cause: "oauth_conditional_access", steps: gettingToken, when: numbered(53003, 53000, 530035)},
		{cause: "oauth_redirect_single_page", steps: gettingToken, when: numbered(700084)},
		{cause: "oauth_grant_ended", steps: gettingToken, when: numbered(70008, 700082, 70043, 50173, 70000)},
		{cause: "oauth_account_unusable", steps: gettingToken, when: numbered(50034, 50057, 50126, 50055)},

		// Later.
		{cause: "oauth_too_many_requests", steps: gettingToken, when: numbered(50196)},
		{cause: "oauth_endpoint_busy", steps: gettingToken, when: numbered(90033, 50000)},
	}
}

func googleTokenRules() []rule {
	return []rule{
		{cause: "oauth_delegation_missing", steps: gettingToken, when: both(byServiceAccount, coded("unauthorized_client"))},
		{cause: "oauth_delegation_missing", steps: gettingToken,
			when: both(byServiceAccount, coded("access_denied"), worded("client not authorized"))},
		{cause: "oauth_mailbox_unknown", steps: gettingToken,
			when: both(byServiceAccount, worded("invalid email or user id", "not a valid email"))},
		{cause: "oauth_clock_wrong", steps: gettingToken, when: both(byServiceAccount, worded("reasonable timeframe"))},
		{cause: "oauth_key_deleted", steps: gettingToken,
			when: both(byServiceAccount, worded("invalid jwt signature", "account not found"))},
		{cause: "oauth_assertion_refused", steps: gettingToken, when: both(byServiceAccount, coded("invalid_grant"))},
		{cause: "oauth_application_disabled", steps: gettingToken, when: coded("disabled_client", "deleted_client")},
	}
}

// signInRules are for a user who is signing in.
func signInRules() []rule {
	return []rule{
		{cause: "oauth_sign_in_unknown", steps: gettingToken, when: tokenKind(oauth.KindStranger)},
		{cause: "oauth_sign_in_finished", steps: gettingToken, when: tokenKind(oauth.KindFinished)},
		{cause: "oauth_sign_in_expired", steps: gettingToken, when: tokenKind(oauth.KindExpired)},
		{cause: "oauth_sign_in_mixed_up", steps: gettingToken, when: tokenKind(oauth.KindMixedUp)},
		{cause: "oauth_refresh_token_missing", steps: gettingToken, when: tokenKind(oauth.KindNotLasting)},
		{cause: "oauth_sign_in_denied", steps: gettingToken, when: both(bySignIn,
			coded("access_denied", "authorization_declined"))},
		{cause: "oauth_device_code_expired", steps: gettingToken, when: both(bySignIn, coded("expired_token"))},
		{cause: "oauth_code_refused", steps: gettingToken, when: both(bySignIn,
			coded("invalid_grant", "bad_verification_code"))},
	}
}

// codedTokenRules are for the codes that all endpoints have.
func codedTokenRules() []rule {
	return []rule{
		{cause: "oauth_endpoint_busy", steps: gettingToken, when: tokenKind(oauth.KindBusy)},
		{cause: "oauth_client_refused", steps: gettingToken, when: coded("invalid_client")},
		{cause: "oauth_flow_not_allowed", steps: gettingToken, when: coded("unauthorized_client", "unsupported_grant_type")},
		{cause: "oauth_flow_not_allowed", steps: gettingToken,
			when: both(coded("invalid_request"), worded("grant type", "grant_type"))},
		{cause: "oauth_grant_ended", steps: gettingToken, when: both(byGrant, coded("invalid_grant"))},
		{cause: "oauth_scope_refused", steps: gettingToken, when: coded("invalid_scope")},
		{cause: "oauth_resource_unknown", steps: gettingToken, when: coded("invalid_resource", "invalid_target")},
		{cause: "oauth_consent_missing", steps: gettingToken, when: coded("consent_required")},
		{cause: "oauth_interaction_required", steps: gettingToken, when: coded("interaction_required", "login_required")},
		{cause: "oauth_access_denied", steps: gettingToken, when: coded("access_denied", "admin_policy_enforced",
			"org_internal")},
		{cause: "oauth_request_refused", steps: gettingToken, when: coded("invalid_request")},
		{cause: "oauth_token_denied", steps: gettingToken, when: tokenKind(oauth.KindRefused)},
	}
}

// endpointRules are for an endpoint that gives no answer, or none of OAuth 2.0.
func endpointRules() []rule {
	return []rule{
		{cause: "oauth_endpoint_not_permitted", steps: gettingToken, when: endpointNotPermitted},
		{cause: "oauth_endpoint_untrusted", steps: gettingToken, when: endpointUntrusted},
		{cause: "oauth_endpoint_unreachable", steps: gettingToken, when: tokenKind(oauth.KindUnreachable)},
		{cause: "oauth_endpoint_unreachable", steps: gettingToken, kinds: kinds(smtpconn.KindTimeout)},
		{cause: "oauth_endpoint_redirects", steps: gettingToken, when: tokenKind(oauth.KindRedirected)},
		{cause: "oauth_issuer_wrong", steps: gettingToken, when: tokenKind(oauth.KindWrongIssuer)},
		{cause: "oauth_endpoint_not_understood", steps: gettingToken,
			when: tokenKind(oauth.KindNotUnderstood, oauth.KindTooLong, oauth.KindUnusable)},
		{cause: "oauth_grant_unreadable", steps: gettingToken, kinds: kinds(smtpconn.KindNoToken), when: nobodyAsked},
		{cause: "oauth_token_denied", steps: gettingToken},
	}
}

// nobodyAsked is a failure before an endpoint was asked, or after it has answered.
func nobodyAsked(r *reading) bool { return r.failure.Err != nil && tokenFailure(r.failure) == nil }

var gettingToken = steps(smtpconn.StepToken)

// tokenFailure is what the endpoint answered instead of a token; nil where no endpoint was asked.
func tokenFailure(failure *smtpconn.Error) *oauth.Error {
	var refused *oauth.Error
	if !errors.As(failure.Err, &refused) {
		return nil
	}
	return refused
}

// ofToken makes a condition about what the endpoint answered.
func ofToken(holds func(*oauth.Error) bool) func(*reading) bool {
	return func(r *reading) bool {
		refused := tokenFailure(r.failure)
		return refused != nil && holds(refused)
	}
}

// numbered are Microsoft's numbers.
func numbered(numbers ...int) func(*reading) bool {
	return ofToken(func(e *oauth.Error) bool { return slices.Contains(numbers, e.Number) })
}

// coded are codes of answers that mean no.
func coded(codes ...string) func(*reading) bool {
	return ofToken(func(e *oauth.Error) bool { return e.Kind == oauth.KindRefused && slices.Contains(codes, e.Code) })
}

// worded are parts of what the endpoint says, in small letters.
func worded(parts ...string) func(*reading) bool {
	return ofToken(func(e *oauth.Error) bool {
		said := strings.ToLower(e.Words)
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(said, part) })
	})
}

func tokenKind(kinds ...oauth.Kind) func(*reading) bool {
	return ofToken(func(e *oauth.Error) bool { return slices.Contains(kinds, e.Kind) })
}

var (
	secretIsGUID     = ofToken(func(e *oauth.Error) bool { return e.SecretIsGUID })
	byCertificate    = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.ByCertificate })
	byServiceAccount = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.ByServiceAccount })
	byGrant          = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.ByGrant })
	bySignIn         = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.BySignIn })
	byRevocation     = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.ByRevocation })
	// ofPerson is what is asked for a person who signs in, or has.
	ofPerson = ofToken(func(e *oauth.Error) bool { return e.Method == oauth.ByGrant || e.Method == oauth.BySignIn })
)

// endpointNotPermitted reports whether the operator does not allow the endpoint.
func endpointNotPermitted(r *reading) bool {
	var refused *smtpconn.Error
	return tokenKind(oauth.KindUnreachable)(r) && errors.As(tokenFailure(r.failure).Err, &refused) &&
		refused.Kind == smtpconn.KindNotPermitted
}

// endpointUntrusted reports whether the endpoint's certificate was not accepted.
func endpointUntrusted(r *reading) bool {
	return tokenKind(oauth.KindUnreachable)(r) && !certificateReason(tokenFailure(r.failure).Err).IsZero()
}

// fromSource is a login with a token that was got for it, and not typed.
func fromSource(r *reading) bool { return r.Target.Tokens != nil }

// fromGrant is a login with a token of somebody who has signed in.
func fromGrant(r *reading) bool {
	source, got := r.Target.Tokens.(interface{ Method() oauth.Method })
	return got && source.Method() == oauth.ByGrant
}

// tokenStatus is what the server says of the token in its challenge.
func tokenStatus(status string) func(*reading) bool {
	return func(r *reading) bool { return r.failure.Token != nil && r.failure.Token.Status == status }
}
