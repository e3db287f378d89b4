package diagnosis

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// grantTokens are those of somebody who has signed in.
type grantTokens struct{ noTokens }

func (grantTokens) Method() oauth.Method { return oauth.ByGrant }

// TestWordsForPeople gives somebody who has signed in no advice for an application, and the other way round.
func TestWordsForPeople(t *testing.T) {
	const auth, message = smtpconn.StepAuth, smtpconn.StepMessage
	const exchange = "smtp.office365.com"
	for _, c := range []struct {
		name          string
		e             example
		person, other string // stand in what is said, and not in what is said to the other one
	}{
		{"Exchange", example{host: exchange, step: auth, reply: "535 5.7.3 Authentication unsuccessful"},
			"delegated permission SMTP.Send, or “Authenticated SMTP”", "service principal"},
		{"store", example{host: exchange, step: message, reply: "430 4.2.0 STOREDRV; mailbox logon failure; " +
			"MapiExceptionLogonFailed"}, "The account that has signed in may not open the mailbox", "service principal"},
		{"Gmail", example{host: "smtp.gmail.com", step: auth, reply: "535 5.7.8 Username and Password not accepted."},
			"the account that has signed in", "delegation"},
		{"another", example{step: auth, reply: "535 5.7.8 Error: authentication failed: token introspection says inactive"},
			"Another account may have signed in", "It may belong to another mailbox"},
	} {
		for _, tokens := range []smtpconn.TokenSource{grantTokens{}, noTokens{}} {
			c.e.with = func(f *smtpconn.Error, circumstances *Circumstances) {
				withSource(f, circumstances)
				circumstances.Target.Tokens = tokens
				f.Token = &smtpconn.TokenError{Status: "400", Text: `{"status":"400","schemes":"Bearer"}`}
			}
			failure, circumstances := c.e.failure()
			_, got := Explain(failure, circumstances)
			said := got.In(language.Of("en"))
			whole := said.Summary + " " + said.Detail
			_, person := tokens.(grantTokens)
			if strings.Contains(whole, c.person) != person || strings.Contains(whole, c.other) == person {
				t.Errorf("%s, person %t: %s", c.name, person, whole)
			}
		}
	}
	for _, tokens := range []smtpconn.TokenSource{grantTokens{}, noTokens{}} {
		c := Circumstances{Target: smtpconn.Target{Host: exchange, Tokens: tokens}}
		note, _ := SendAsUnproven(&smtpconn.Session{Login: smtpconn.LoginDone}, c)
		_, person := tokens.(grantTokens)
		said := note.In(language.Of("en")).Summary
		if strings.Contains(said, "account") != person || strings.Contains(said, "application") == person {
			t.Errorf("person %t: %s", person, said)
		}
	}
}

// TestClientRefused says which of client id and secret is wrong where the endpoint does, and asks for no choice that
// the page does not offer.
func TestClientRefused(t *testing.T) {
	style := []string{"oauth_client_secret", "oauth_client_id", "oauth_client_style", "oauth_service_account"}
	for _, c := range []struct {
		refused     oauth.Error
		shown       []string
		field, says string
	}{
		{oauth.Error{}, style, "oauth_client_secret", "HTTP Basic"},
		{oauth.Error{}, style[:2], "oauth_client_secret", "Check both. "},
		{oauth.Error{Words: "The OAuth client was not found."}, style, "oauth_client_id", "does not know this client id"},
		{oauth.Error{Words: "The OAuth client was not found.", Asked: oauth.Asked{Method: oauth.ByServiceAccount}}, style,
			"oauth_service_account", "service account of this key"},
		{oauth.Error{Number: 7000218, Asked: oauth.Asked{Method: oauth.ByGrant}}, style, "oauth_client_secret",
			"The endpoint wants a client secret. "},
		{oauth.Error{Number: 70001}, style, "oauth_client_id", "does not exist in this tenant, or is disabled"},
		{oauth.Error{Number: 7000112}, style, "oauth_client_id", "is disabled or deleted"},
	} {
		c.refused.Kind, c.refused.Code = oauth.KindRefused, "invalid_client"
		failure, circumstances := example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken,
			with: answered(c.refused)}.failure()
		circumstances.ShownFields = c.shown
		_, got := Explain(failure, circumstances)
		said := got.In(language.Of("en"))
		if whole := said.Summary + " " + said.Detail + " "; got.Field != c.field || !strings.Contains(whole, c.says) {
			t.Errorf("%+v: %s %s", c.refused, got.Field, whole)
		}
	}
}

// revocationExamples are grants that could not be ended.
func revocationExamples() []example {
	var examples []example
	for _, c := range []struct {
		want    string
		refused oauth.Error
	}{
		{"oauth_revocation_unanswered", oauth.Error{Kind: oauth.KindBusy}},
		{"oauth_revocation_unanswered", oauth.Error{Kind: oauth.KindUnreachable, Err: errors.New("odd")}},
		{"oauth_endpoint_untrusted", oauth.Error{Kind: oauth.KindUnreachable, Err: x509.UnknownAuthorityError{}}},
		{"oauth_endpoint_not_permitted", oauth.Error{Kind: oauth.KindUnreachable,
			Err: &smtpconn.Error{Kind: smtpconn.KindNotPermitted, Err: errors.New("the operator denies 10.0.0.1")}}},
		{"oauth_revocation_refused", oauth.Error{Kind: oauth.KindRefused, Code: "invalid_client"}},
		{"oauth_revocation_refused", oauth.Error{Kind: oauth.KindNotUnderstood}},
	} {
		c.refused.Method = oauth.ByRevocation
		examples = append(examples, example{step: smtpconn.StepToken, kind: smtpconn.KindNoToken,
			with: answered(c.refused), want: c.want})
	}
	return examples
}

// TestRevocationFailures has words of its own for a grant that could not be ended.
func TestRevocationFailures(t *testing.T) {
	for _, e := range revocationExamples() {
		failure, circumstances := e.failure()
		_, got := Explain(failure, circumstances)
		if said := got.In(language.Of("en")).Summary; got.Code != e.want || strings.Contains(said, "access token") ||
			!strings.Contains(said, "withdraw") {
			t.Errorf("%s: %s", got.Code, said)
		}
	}
}
