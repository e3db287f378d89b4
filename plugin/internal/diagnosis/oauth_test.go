package diagnosis

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// noTokens is a source that is there.
type noTokens struct{}

func (noTokens) Token(context.Context, shared.SecretText) (smtpconn.Token, error) {
	return smtpconn.Token{}, errors.New("none")
}

func withSource(_ *smtpconn.Error, c *Circumstances) {
	c.Target.Authentication, c.Target.Tokens, c.Target.Password = smtpconn.AuthenticateOAuth2, noTokens{},
		shared.SecretText{}
}

// answered is an endpoint's answer instead of a token.
func answered(refused oauth.Error) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, c *Circumstances) {
		withSource(f, c)
		refused.Endpoint, refused.Status = "login.example", max(refused.Status, 400)
		f.Err = &refused
	}
}

// tokenExamples are the rows of what Microsoft, Google and RFC 6749 document.
func tokenExamples() []example {
	var examples []example
	add := func(want string, refused oauth.Error) {
		if refused.Kind == "" {
			refused.Kind = oauth.KindRefused
		}
		examples = append(examples, example{
			step: smtpconn.StepToken, kind: smtpconn.KindNoToken, with: answered(refused), want: want,
		})
	}
	add("oauth_secret_id", oauth.Error{Code: "invalid_client", Number: 7000215, Asked: oauth.Asked{SecretIsGUID: true}})
	for want, numbers := range map[string][]int{
		"oauth_secret_wrong": {7000215}, "oauth_secret_expired": {7000222}, "oauth_secret_missing": {7000218},
		"oauth_public_client": {700025}, "oauth_clock_wrong": {700024},
		"oauth_certificate_refused": {700027, 50012, 700030}, "oauth_application_unknown": {700016, 700011},
		"oauth_application_disabled": {7000112, 70001}, "oauth_tenant_unknown": {90002, 900023},
		"oauth_resource_unknown": {500011}, "oauth_scope_refused": {1002012, 70011, 28002},
		"oauth_consent_missing": {65001, 7000229}, "oauth_permission_missing": {650056, 650057},
		"oauth_interaction_required": {50076, 50079, 50158}, "oauth_conditional_access": {53003, 53000, 530035},
		"oauth_redirect_single_page": {700084}, "oauth_grant_ended": {70008, 700082, 70043, 50173, 70000},
		"oauth_account_unusable": {50034, 50057, 50126, 50055}, "oauth_too_many_requests": {50196},
		"oauth_endpoint_busy": {90033, 50000},
	} {
		for _, number := range numbers {
			// What Microsoft numbers may come with any code.
			for _, code := range []string{"invalid_client", "invalid_grant", "invalid_request"} {
				add(want, oauth.Error{Code: code, Number: number, Asked: oauth.Asked{Thumbprint: "AB12"}})
			}
		}
	}
	add("oauth_flow_not_allowed", oauth.Error{Code: "invalid_request",
		Words: "requested grant type is not allowed for this client"})
	for code, want := range map[string]string{
		"invalid_client": "oauth_client_refused", "unauthorized_client": "oauth_flow_not_allowed",
		"unsupported_grant_type": "oauth_flow_not_allowed", "invalid_grant": "oauth_token_denied",
		"invalid_scope": "oauth_scope_refused", "invalid_resource": "oauth_resource_unknown",
		"invalid_target": "oauth_resource_unknown", "consent_required": "oauth_consent_missing",
		"interaction_required": "oauth_interaction_required", "login_required": "oauth_interaction_required",
		"access_denied": "oauth_access_denied", "admin_policy_enforced": "oauth_access_denied",
		"invalid_request": "oauth_request_refused", "something_new": "oauth_token_denied",
	} {
		add(want, oauth.Error{Code: code})
		add(want, oauth.Error{Code: code, Number: 999999}) // a number that nobody knows
	}
	// Only who has signed in can be asked to do so again.
	add("oauth_grant_ended", oauth.Error{Code: "invalid_grant", Asked: oauth.Asked{Method: oauth.ByGrant}})
	return slices.Concat(examples, serviceAccountExamples(), signInExamples())
}

// serviceAccountExamples are what Google answers one.
func serviceAccountExamples() []example {
	var examples []example
	google := oauth.Asked{Method: oauth.ByServiceAccount, ClientID: "a@b.iam.gserviceaccount.com", Mailbox: "me@email.com"}
	for _, one := range []struct{ code, words, want string }{
		{"unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not " +
			"authorized for any of the scopes requested.", "oauth_delegation_missing"},
		{"invalid_grant", "Invalid email or User ID", "oauth_mailbox_unknown"},
		{"access_denied", "Requested client not authorized.", "oauth_delegation_missing"},
		{"invalid_grant", "Not a valid email.", "oauth_mailbox_unknown"},
		{"invalid_client", "The OAuth client was not found.", "oauth_client_refused"},
		{"invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
			"oauth_clock_wrong"},
		{"invalid_grant", "Invalid JWT Signature.", "oauth_key_deleted"},
		{"invalid_grant", "Invalid grant: account not found", "oauth_key_deleted"},
		{"invalid_grant", "Bad Request", "oauth_assertion_refused"},
		{"invalid_scope", "Invalid OAuth scope or ID token audience provided.", "oauth_scope_refused"},
		{"disabled_client", "The OAuth client was disabled.", "oauth_application_disabled"},
		{"deleted_client", "The OAuth client was deleted.", "oauth_application_disabled"},
	} {
		refused := oauth.Error{Kind: oauth.KindRefused, Code: one.code, Words: one.words, Asked: google}
		examples = append(examples, example{
			step: smtpconn.StepToken, kind: smtpconn.KindNoToken, with: answered(refused), want: one.want,
		})
	}
	return examples
}

// signInExamples are what a user who signs in meets.
func signInExamples() []example {
	var examples []example
	add := func(want string, refused oauth.Error) {
		if refused.Kind == "" {
			refused.Kind = oauth.KindRefused
		}
		examples = append(examples, example{
			step: smtpconn.StepToken, kind: smtpconn.KindNoToken, with: answered(refused), want: want,
		})
	}
	signing := oauth.Asked{Method: oauth.BySignIn}
	for want, refused := range map[string]oauth.Error{
		"oauth_sign_in_unknown": {Kind: oauth.KindStranger}, "oauth_sign_in_finished": {Kind: oauth.KindFinished},
		"oauth_sign_in_expired": {Kind: oauth.KindExpired}, "oauth_sign_in_mixed_up": {Kind: oauth.KindMixedUp},
		"oauth_refresh_token_missing": {Kind: oauth.KindNotLasting}, "oauth_sign_in_denied": {Code: "access_denied"},
		"oauth_device_code_expired": {Code: "expired_token"}, "oauth_code_refused": {Code: "invalid_grant"},
		"oauth_admin_consent": {Code: "access_denied", Number: 90094}, "oauth_access_denied": {Code: "org_internal"},
		"oauth_user_not_assigned": {Code: "interaction_required", Number: 50105},
		"oauth_account_elsewhere": {Code: "invalid_request", Number: 50020},
		"oauth_secret_missing":    {Code: "invalid_client", Number: 7000218},
		"oauth_flow_not_allowed":  {Code: "unauthorized_client"}, "oauth_permission_missing": {Number: 650057},
	} {
		refused.Asked = signing
		add(want, refused)
	}
	for _, number := range []int{70008, 70000} {
		add("oauth_code_refused", oauth.Error{Code: "invalid_grant", Number: number, Asked: signing})
	}
	add("oauth_code_refused", oauth.Error{Code: "bad_verification_code", Asked: signing})
	add("oauth_redirect_not_web", oauth.Error{Code: "invalid_request", Number: 9002327, Asked: signing})
	add("oauth_sign_in_denied", oauth.Error{Code: "access_denied", Number: 65004, Asked: signing})
	add("oauth_sign_in_denied", oauth.Error{Code: "authorization_declined", Asked: signing})
	add("oauth_sign_in_denied", oauth.Error{Code: "consent_required", Number: 65004, Asked: signing})
	return examples
}

// keptGrantExamples are sign-ins that are of no use for what is kept of them.
func keptGrantExamples() []example {
	var examples []example
	for want, doubt := range map[string]oauth.Doubt{
		"oauth_grant_interrupted": oauth.Interrupted, "oauth_grant_restored": oauth.Restored,
		"oauth_grant_unheard": oauth.Unheard,
	} {
		// Another number is another cause, whatever is doubted.
		for number, want := range map[int]string{
			0: want, 70000: want, 70008: want, 50173: "oauth_grant_ended", 53003: "oauth_conditional_access",
			50057: "oauth_account_unusable", 50076: "oauth_interaction_required", 700084: "oauth_redirect_single_page",
		} {
			refused := oauth.Error{Kind: oauth.KindRefused, Code: "invalid_grant", Number: number, Doubt: doubt}
			refused.Method = oauth.ByGrant
			examples = append(examples, example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken, with: answered(refused),
				want: want})
		}
	}
	for want, reason := range map[string]error{
		"oauth_grant_missing": oauth.ErrNoGrant, "oauth_grant_locked": fmt.Errorf("odd: %w", oauth.ErrElsewhere),
		"oauth_grant_unreadable": errors.New("the database is away"),
	} {
		examples = append(examples, example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken, want: want,
			with: func(f *smtpconn.Error, c *Circumstances) {
				withSource(f, c)
				f.Err = reason
			}})
	}
	return examples
}

// endpointExamples are endpoints that give no answer, or none of OAuth 2.0.
func endpointExamples() []example {
	var examples []example
	add := func(want string, kind oauth.Kind, err error) {
		examples = append(examples, example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken,
			with: answered(oauth.Error{Kind: kind, Err: err}), want: want})
	}
	unreachable := func(cause error) error { return &url.Error{Op: "Post", URL: "https://login.example", Err: cause} }
	add("oauth_endpoint_busy", oauth.KindBusy, nil)
	add("oauth_endpoint_unreachable", oauth.KindUnreachable, unreachable(&smtpconn.Error{Kind: smtpconn.KindTimeout}))
	add("oauth_endpoint_unreachable", oauth.KindUnreachable, errors.New("odd"))
	add("oauth_endpoint_not_permitted", oauth.KindUnreachable,
		unreachable(&smtpconn.Error{Kind: smtpconn.KindNotPermitted, Err: errors.New("the operator denies 10.0.0.1")}))
	add("oauth_endpoint_untrusted", oauth.KindUnreachable, unreachable(x509.UnknownAuthorityError{}))
	add("oauth_endpoint_redirects", oauth.KindRedirected, nil)
	add("oauth_issuer_wrong", oauth.KindWrongIssuer, nil)
	for _, kind := range []oauth.Kind{oauth.KindNotUnderstood, oauth.KindTooLong, oauth.KindUnusable} {
		add("oauth_endpoint_not_understood", kind, nil)
	}
	add("oauth_token_denied", oauth.KindNotSigned, errors.New("odd"))
	return append(examples,
		example{step: smtpconn.StepToken, kind: smtpconn.KindTimeout, with: withSource, want: "oauth_endpoint_unreachable"},
		example{step: smtpconn.StepToken, kind: smtpconn.KindCancelled, with: withSource, want: "cancelled"})
}

// tokenLoginExamples are mail servers that do not take a token which was given.
func tokenLoginExamples() []example {
	const auth, message = smtpconn.StepAuth, smtpconn.StepMessage
	const microsoft = "smtp.office365.com"
	withStatus := func(f *smtpconn.Error, c *Circumstances) {
		withSource(f, c)
		f.Token = &smtpconn.TokenError{Status: "400", Text: `{"status":"400","schemes":"Bearer"}`}
	}
	return []example{
		{host: microsoft, step: auth, reply: "535 5.7.3 Authentication unsuccessful [AM0PR01.eurprd01.prod.outlook.com]",
			with: withSource, want: "oauth2_token_refused"},
		{host: microsoft, step: auth,
			reply: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled " +
				"for the Mailbox.", with: withSource, want: "smtp_auth_disabled"},
		{host: microsoft, step: message, reply: "430 4.2.0 STOREDRV; mailbox logon failure; message will be retried; " +
			"MapiExceptionLogonFailed: Unable to open message store", with: withSource, want: "oauth_mailbox_not_open"},
		{host: microsoft, step: message, reply: "554 5.2.252 SendAsDenied; me@email.com not allowed to send as " +
			"you@email.com; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
			with: withSource, want: "sender_not_owned"},
		{host: microsoft, step: message, reply: "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException." +
			"MapiExceptionSendAsDenied; Failed to process message due to a permanent exception", with: withSource,
			want: "sender_not_owned"},
		{host: "smtp.gmail.com", step: auth, reply: "535 5.7.8 Username and Password not accepted.", with: withStatus,
			want: "oauth2_token_refused"},
		{step: auth, reply: "535 5.7.8 Error: authentication failed: token introspection says inactive", with: withSource,
			want: "oauth2_token_refused"},
	}
}

// TestTokenHeadlines has a refused client or grant be a refused login, and an endpoint that is away a failure that
// passes.
func TestTokenHeadlines(t *testing.T) {
	for _, e := range tokenExamples() {
		failure, c := e.failure()
		outcome, got := Explain(failure, c)
		busy := got.Code == "oauth_endpoint_busy" || got.Code == "oauth_too_many_requests"
		if (outcome == LoginFailed) == busy || got.Lasting == shared.LastingTemporary != busy {
			t.Errorf("%s: %s, %s", got.Code, outcome, got.Lasting)
		}
		if login := got.Scope == shared.ScopeLogin; login == busy {
			t.Errorf("%s hits the %s", got.Code, got.Scope)
		}
	}
	for _, e := range endpointExamples() {
		failure, c := e.failure()
		if outcome, got := Explain(failure, c); outcome != Failed && got.Code != "oauth_token_denied" {
			t.Errorf("%s: %s", got.Code, outcome)
		}
	}
}

// TestHiddenFieldsAreNotNamed explains a refusal where the field that has it is not on the page, or not on it yet.
func TestHiddenFieldsAreNotNamed(t *testing.T) {
	refused := &smtpconn.Error{Step: smtpconn.StepToken, Kind: smtpconn.KindNoToken,
		Err: &oauth.Error{Kind: oauth.KindRefused, Code: "invalid_scope"}}
	for _, c := range []struct {
		shown []string
		want  string
	}{
		{nil, "oauth_scope"}, {[]string{"login", "oauth_scope"}, "oauth_scope"}, {[]string{"login"}, ""},
	} {
		if _, found := Explain(refused, Circumstances{ShownFields: c.shown}); found.Field != c.want {
			t.Errorf("with %v the field is %q", c.shown, found.Field)
		}
	}
}

// TestTokenEvidence shows the provider's own words, and when it wants to be asked again.
func TestTokenEvidence(t *testing.T) {
	for _, c := range []struct {
		refused oauth.Error
		want    string
		link    string
	}{
		{oauth.Error{Kind: oauth.KindRefused, Status: 401, Code: "invalid_client", Number: 7000222,
			Words: "AADSTS7000222: The provided client secret keys are expired. Trace ID: 1"},
			"401 invalid_client: AADSTS7000222: The provided client secret keys are expired. Trace ID: 1",
			"https://login.microsoftonline.com/error?code=7000222"},
		{oauth.Error{Kind: oauth.KindBusy, Status: 429, Wait: 2 * time.Minute}, "429 Retry-After: 120", ""},
		{oauth.Error{Kind: oauth.KindNotUnderstood, Status: 404, Words: "<html>"}, "404 <html>", ""},
		{oauth.Error{Kind: oauth.KindRefused, Status: 400, Code: "invalid_grant", Page: "https://login.example/help"},
			"400 invalid_grant", "https://login.example/help"},
	} {
		failure, circumstances := example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken,
			with: answered(c.refused)}.failure()
		_, got := Explain(failure, circumstances)
		if got.Evidence == nil || fmt.Sprint(got.Evidence.Code, " ", got.Evidence.Text) != c.want {
			t.Errorf("%+v, want %s", got.Evidence, c.want)
		}
		if said := got.In(language.Of("en")).Detail; !strings.Contains(said, c.link) {
			t.Errorf("%q does not lead to %s", said, c.link)
		}
	}
	failure, circumstances := tokenLoginExamples()[5].failure()
	_, got := Explain(failure, circumstances)
	if want := `{"status":"400","schemes":"Bearer"} Username and Password not accepted.`; got.Evidence.Text != want {
		t.Errorf("%q, want %q", got.Evidence.Text, want)
	}
	if said := got.In(language.Of("en")).Summary; !strings.Contains(said, "not one for the mailbox me@email.com") {
		t.Errorf("%q", said)
	}
}

// TestTokenWarnings names what the token itself lacks.
func TestTokenWarnings(t *testing.T) {
	hints := []string{oauth.HintNoRole, oauth.HintAudience, oauth.HintClock, "unheard_of"}
	got := TokenWarnings(&smtpconn.Session{Token: smtpconn.TokenFacts{Hints: hints}})
	if len(got) != 3 {
		t.Fatalf("%d warnings: %v", len(got), got)
	}
	for i, one := range got {
		if one.Code != hints[i] || one.Severity != shared.SeverityWarning || one.Step != "token" {
			t.Errorf("%+v", one)
		}
		checkWords(t, one)
	}
}

// TestSendAsUnproven says what a test without an e-mail cannot show, where that matters.
func TestSendAsUnproven(t *testing.T) {
	for host, want := range map[string]bool{"smtp.office365.com": true, "smtp.gmail.com": false, "mail.example": false} {
		c := Circumstances{Target: smtpconn.Target{Host: host, Tokens: noTokens{}}}
		note, got := SendAsUnproven(&smtpconn.Session{Login: smtpconn.LoginDone}, c)
		if got != want {
			t.Errorf("%s: %t", host, got)
		}
		if got {
			checkWords(t, note)
		}
	}
}
