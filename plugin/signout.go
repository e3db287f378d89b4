package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// signOut takes out what the owner of the mailbox has permitted, withdraws it at the provider, and saves that nobody is
// signed in. What stands in the form does not matter: it is about what is in force.
func (p *Page) signOut(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	s := &signingIn{page: p, request: request, send: send, began: time.Now()}
	var err error
	if s.bound, err = p.bind(ctx, shared.Draft{}); err != nil {
		return err
	}
	if _, stored := s.bound.base.Revision.Document.Secrets[settings.OAuthGrant]; !stored {
		return s.end("nobody_signed_in", "Nobody has signed in", shared.StatusPassed, nil, shared.ActionResult{})
	}
	withdrawn, err := s.withdraw(ctx)
	if err != nil {
		return err
	}
	if err := p.forgetGrant(context.WithoutCancel(ctx), request.Actor); err != nil {
		return err
	}
	p.logger.Info("the owner of a mailbox was signed out", "actor", request.Actor)
	return s.end("signed_out", "Signed out", shared.StatusPassed, withdrawn, shared.ActionResult{})
}

// withdraw takes the grant out, and ends it at the provider where that is possible. Afterwards nobody here can use it.
func (s *signingIn) withdraw(ctx context.Context) (finding.Findings, error) {
	id, err := s.bound.grantID(ctx)
	if err != nil {
		s.page.logger.Error("a stored secret cannot be opened", "error", err)
		return notWithdrawn(), nil
	}
	kept := context.WithoutCancel(ctx)
	refresh, err := s.page.grants.SignOut(kept, id, s.bound.settings.Destination())
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		return nil, nil
	case err != nil && !errors.Is(err, secret.ErrCannotOpen):
		return nil, err
	case refresh.IsEmpty():
		return notWithdrawn(), nil
	}
	if s.secret, err = s.bound.secret(ctx, settings.OAuthClientSecret); err != nil {
		return notWithdrawn(), nil
	}
	err = s.client().Revoke(kept, s.bound.settings.Registration(s.secret), refresh)
	return s.withdrawn(err), nil
}

// withdrawn says what has come of ending a grant at the provider.
func (s *signingIn) withdrawn(err error) finding.Findings {
	ended := finding.Finding{
		Severity: shared.SeverityInfo, Code: "grant_withdrawn",
		Summary: text.Of("The permission was withdrawn at the provider."),
	}
	switch {
	case err == nil:
	case errors.Is(err, oauth.ErrAlreadyEnded):
		ended.Code, ended.Summary = "grant_ended_before", text.Of("The provider had ended the permission before.")
	case errors.Is(err, oauth.ErrNotRevocable):
		return notWithdrawn()
	default:
		why := s.bound.explainToken(err)
		why.Severity = shared.SeverityWarning
		return append(notWithdrawn(), why)
	}
	return finding.Findings{ended}
}

// notWithdrawn says that the provider does not know of the end.
func notWithdrawn() finding.Findings {
	return finding.Findings{{
		Severity: shared.SeverityWarning, Code: "grant_not_withdrawn",
		Summary: text.Of("The permission is forgotten here, but was not withdrawn at the provider."),
		Detail:  text.Of("Withdraw it there: the owner of the mailbox removes this application from their account."),
	}}
}

// forgetGrant saves that nobody is signed in, whatever else is saved at the same time.
func (p *Page) forgetGrant(ctx context.Context, actor string) error {
	draft := shared.Draft{Secrets: map[string]shared.SecretChange{settings.OAuthGrant: shared.ClearSecret()}}
	for {
		result, err := untilStored(func() (saved, error) {
			bound, err := p.bind(ctx, draft)
			if err != nil {
				return saved{}, err
			}
			return p.sealAndAppend(ctx, bound, actor, time.Now())
		})
		if err != nil || result.Saved {
			return err
		}
	}
}
