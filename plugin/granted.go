package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// grantTicket is what the form carries of a sign-in until it is saved. It is sealed.
type grantTicket struct {
	ID      string            `json:"id"`
	Account string            `json:"account,omitempty"`
	Parts   map[string]string `json:"parts"`
	// ClientSecret was typed when the browser was sent away, and is not in the form when it comes back.
	ClientSecret string `json:"client_secret,omitempty"`

	text shared.SecretText // the ticket itself
}

func (p *Page) issueGrantTicket(ctx context.Context, made grantTicket, now time.Time) (shared.SecretText, error) {
	encoded, err := json.Marshal(made) //nolint:gosec // It is sealed.
	if err != nil {
		return shared.SecretText{}, err
	}
	return p.issueTicket(ctx, settings.OAuthGrant, shared.NewSecretText(string(encoded)), now)
}

// cashGrant puts what was signed in with in the place of the ticket: the grant, and the client secret where the form
// does not say otherwise.
func (b *boundDraft) cashGrant(opened, ticket shared.SecretText) error {
	made := grantTicket{text: ticket}
	if err := json.Unmarshal([]byte(opened.Reveal()), &made); err != nil {
		return secret.ErrCannotOpen
	}
	b.ticket = &made
	b.draft.Secrets[settings.OAuthGrant] = shared.ReplaceSecret(made.ID)
	if made.ClientSecret != "" && b.draft.Secrets[settings.OAuthClientSecret].Action == shared.SecretKeep {
		b.draft.Secrets[settings.OAuthClientSecret] = shared.ReplaceSecret(made.ClientSecret)
		b.secretOfTicket = true
	}
	return nil
}

// checkTicket holds that what a ticket brings goes only where it was given for.
func (b *boundDraft) checkTicket() {
	if b.ticket == nil || !b.settings.WantsSignIn() {
		return
	}
	changed := b.changedSince(b.ticket.Parts)
	if len(changed) == 0 {
		b.found = append(b.found, b.otherAccount(b.ticket.Account)...)
		return
	}
	b.failSignInAgain(changed)
	if b.secretOfTicket {
		b.failNeededAgain(settings.OAuthClientSecret, changed, boundToSettings)
	}
}

// failSignInAgain says that a sign-in is locked.
func (b *boundDraft) failSignInAgain(changed []shared.Field) {
	b.fail(settings.OAuthGrant, "secret_needed_again",
		text.Of("The sign-in is locked, because {changed} was changed. || "+
			"The sign-in is locked, because {changed} were changed.", "changed", listed(changed), "count", len(changed)),
		text.Of("Sign in again, or change it back: then the present sign-in is used again."))
}

// grantID is the id of the grant that the draft uses; empty where nobody has signed in.
func (b *boundDraft) grantID(ctx context.Context) (shared.SecretText, error) {
	return b.secret(ctx, settings.OAuthGrant)
}

// checkGrant says what is known of the grant: that it has ended, or ends soon, or is of another mailbox.
func (b *boundDraft) checkGrant(ctx context.Context) {
	if !b.settings.WantsSignIn() || b.ticket != nil || len(b.found.ForField(settings.OAuthGrant)) > 0 {
		return
	}
	id, err := b.grantID(ctx)
	if err != nil || id.IsEmpty() {
		return // Test says what is wrong with it.
	}
	told, err := b.page.grants.Describe(ctx, id)
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		gone := b.explainToken(err)
		gone.Severity, gone.Field = shared.SeverityWarning, settings.OAuthGrant
		b.found = append(b.found, gone)
		return
	case err != nil:
		return
	case !told.Refused.IsZero():
		b.found = append(b.found, finding.Finding{
			Severity: shared.SeverityWarning, Field: settings.OAuthGrant, Code: "grant_refused",
			Summary: text.Of("The provider has refused the sign-in on {date}.", "date",
				told.Refused.UTC().Format(time.DateOnly)),
			Detail: text.Of("Sign in again, and save."),
		})
	default:
		b.found = append(b.found, b.settings.GrantEnding(told.Ends, time.Now())...)
	}
	b.found = append(b.found, b.otherAccount(told.Account)...)
}

// tokensOfGrant is the source of the access tokens of what the owner of the mailbox has permitted. All processes share
// what it gets, tests and deliveries alike.
func (b *boundDraft) tokensOfGrant(ctx context.Context, id shared.SecretText) (*oauth.Source, error) {
	clientSecret, err := b.secret(ctx, settings.OAuthClientSecret)
	if err != nil {
		return nil, err
	}
	registration := b.settings.Registration(clientSecret)
	client := b.settings.TokenClient(smtpconn.Dialer{Permit: b.page.egress.Permit})
	grants := b.page.grants.Of(id, b.settings.Destination())
	return oauth.NewGrantSource(client, registration, grants, registration.Identity()+id.Reveal()), nil
}

// describeGrant tells on the page who has signed in, and until when that holds. Where that cannot be told, the snapshot
// says no more than before, which is enough for a page.
func (p *Page) describeGrant(ctx context.Context, state store.State, snapshot *shared.Snapshot) error {
	known := snapshot.Secrets[settings.OAuthGrant]
	if !known.Set {
		return nil
	}
	told, err := p.granted.get(ctx, state.Reading, func(ctx context.Context) (shared.SecretText, bool, error) {
		bound, err := p.bind(ctx, shared.Draft{})
		if err != nil {
			return shared.SecretText{}, false, err
		}
		id, err := bound.grantID(ctx)
		return id, err == nil, err
	})
	var description grant.Description
	if err == nil {
		description, err = p.grants.Describe(ctx, told)
	}
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		known, err = shared.SecretState{}, nil
	case err == nil:
		known.Hint, known.Since = description.Account, description.SignedIn
		if settings.SignsIn(snapshot.Values) { // Otherwise nothing needs it, and its end concerns nobody.
			known.Expires = description.Ends
		}
	}
	snapshot.Secrets[settings.OAuthGrant] = known
	return err
}
