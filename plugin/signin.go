package plugin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// signInLife is how long the browser may take to come back.
const signInLife = 10 * time.Minute

// signingIn is one run of the action that has the owner of the mailbox sign in.
type signingIn struct {
	page    *Page
	request shared.ActionRequest
	send    func(shared.TestEvent) error
	began   time.Time

	bound *boundDraft
	// secret is that of the client, which may be empty.
	secret       shared.SecretText
	registration oauth.Registration
	// values are what the form is filled in with when the browser is back and nobody has signed in: it is another page.
	values shared.Values
}

// signIn has the owner of the mailbox sign in: in this browser where it can come back, else in any.
func (p *Page) signIn(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	s := &signingIn{page: p, request: request, send: send, began: time.Now()}
	if request.Returned != "" {
		return s.comeBack(ctx)
	}
	if wrong, err := s.prepare(ctx, request.Draft); err != nil || len(wrong) > 0 {
		return s.failed(wrong, err)
	}
	if request.ReturnURL != "" && s.registration.Authorization != "" {
		return s.sendAway(ctx)
	}
	return s.byDevice(ctx)
}

// prepare binds the draft and reads at which client it signs in. What is wrong is none of the sign-in itself.
func (s *signingIn) prepare(ctx context.Context, draft shared.Draft) (wrong finding.Findings, err error) {
	if s.bound, err = s.page.bind(ctx, draft); err != nil {
		return nil, err
	}
	wrong = slices.DeleteFunc(slices.Clone(s.bound.found), func(one finding.Finding) bool {
		return one.Severity != shared.SeverityError || one.Field == settings.OAuthGrant
	})
	if len(wrong) > 0 {
		return wrong, nil
	}
	if !s.bound.settings.WantsSignIn() {
		return finding.Findings{{
			Severity: shared.SeverityError, Field: settings.Authentication, Code: "no_sign_in",
			Summary: text.Of("Nobody signs in with this “{field}”.", "field", settings.Label(settings.Authentication)),
		}}, nil
	}
	if s.secret, err = s.bound.secret(ctx, settings.OAuthClientSecret); err != nil {
		s.page.logger.Error("a stored secret cannot be opened", "error", err)
		return finding.Findings{unreadable(settings.OAuthClientSecret)}, nil
	}
	s.registration = s.bound.settings.Registration(s.secret)
	s.registration.RedirectURL = s.request.ReturnURL
	s.registration, err = s.client().Resolve(ctx, s.registration)
	return nil, err
}

// client carries the requests: by the policy, the proxy and the certificates of the draft.
func (s *signingIn) client() oauth.Client {
	return s.bound.settings.TokenClient(smtpconn.Dialer{Permit: s.page.egress.Permit})
}

// given stores what the owner of the mailbox has permitted. What the form gets of it is a ticket. values are what the
// form is to be filled in with. What has been given is not given up with the caller.
func (s *signingIn) given(ctx context.Context, answer oauth.Answer, values shared.Values) error {
	kept := context.WithoutCancel(ctx)
	bound := s.bound
	id, err := s.page.grants.Add(kept, grant.New{
		Account: answer.Account, Author: s.request.Actor, Parts: bound.settings.Destination(), Answer: answer,
	})
	if err != nil {
		return err
	}
	made := grantTicket{ID: id.Reveal(), Account: answer.Account, Parts: bound.settings.Destination()}
	if change := bound.draft.Secrets[settings.OAuthClientSecret]; change.Action == shared.SecretReplace {
		made.ClientSecret = change.Text.Reveal()
	}
	ticket, err := s.page.issueGrantTicket(kept, made, s.began)
	if err != nil {
		return err
	}
	s.page.logger.Info("the owner of a mailbox has signed in", "actor", s.request.Actor, "account", answer.Account)
	found := finding.Findings{{
		Severity: shared.SeverityInfo, Code: "signed_in", Field: settings.OAuthGrant, Summary: signedInAs(answer.Account),
		Detail: text.Of("Test, and save: until then nothing uses it."),
	}}
	return s.end("signed_in", "Signed in", shared.StatusPassed, append(found, bound.otherAccount(answer.Account)...),
		shared.ActionResult{
			Values: values, Tickets: map[string]shared.SecretText{settings.OAuthGrant: ticket},
		})
}

func signedInAs(account string) text.Text {
	if account == "" {
		return text.Of("The provider does not say who has signed in.")
	}
	return text.Of("{account} has signed in.", "account", account)
}

// otherAccount warns where another account has signed in than the login names. Some servers let one mailbox send for
// another, so it is no mistake for certain.
func (b *boundDraft) otherAccount(account string) finding.Findings {
	login := b.settings.Login
	if account == "" || !shared.IsEmailAddress(login) || strings.EqualFold(account, login) {
		return nil
	}
	return finding.Findings{{
		Severity: shared.SeverityWarning, Code: "other_account_signed_in", Field: settings.OAuthGrant,
		Summary: text.Of("{account} has signed in, and “SMTP login” is {login}: another mailbox.", "account", account,
			"login", login),
		Detail: text.Of("Sign in as {login}, or enter {account} as “SMTP login” and sign in again. It is right as it is "+
			"only where {account} may open that mailbox.", "account", account, "login", login),
	}}
}

// failed ends the action because of what is wrong, or of an error of package oauth. Another error is a defect.
func (s *signingIn) failed(wrong finding.Findings, err error) error {
	var failure *oauth.Error
	switch {
	case errors.Is(err, context.Canceled):
		return s.end("cancelled", "Nobody has signed in", shared.StatusFailed, finding.Findings{{
			Severity: shared.SeverityInfo, Code: "sign_in_cancelled", Summary: text.Of("It was cancelled."),
		}}, shared.ActionResult{})
	case errors.As(err, &failure):
		wrong = append(wrong, s.bound.explainToken(failure))
	case err != nil:
		return err
	}
	return s.end("not_signed_in", "Nobody has signed in", shared.StatusFailed, wrong,
		shared.ActionResult{Values: s.values})
}

// explainToken names the cause of what an endpoint answers.
func (b *boundDraft) explainToken(failure error) finding.Finding {
	circumstances := diagnosis.Circumstances{}
	if b != nil {
		circumstances.Target = smtpconn.Target{Host: b.settings.Server, Port: b.settings.Port, Login: b.settings.Login}
		circumstances.ShownFields = b.settings.ShownFields()
	}
	_, explained := diagnosis.Explain(&smtpconn.Error{
		Step: smtpconn.StepToken, Kind: smtpconn.KindNoToken, Err: failure,
	}, circumstances)
	return explained
}

// end sends the verdict. A caller who is gone has no use for it.
func (s *signingIn) end(
	outcome string, headline text.Message, status shared.Status, found finding.Findings, result shared.ActionResult,
) error {
	reader := language.Of(s.request.Locale)
	return s.send(shared.Completed{Result: result, Report: shared.TestReport{
		Outcome: outcome, Headline: reader.Message(headline), Status: status,
		Duration: shared.Elapsed(time.Since(s.began)), Diagnostics: found.In(reader),
	}})
}
