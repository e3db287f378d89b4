package plugin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// ticketLife is how long a ticket is worth something: there is time to have a certificate uploaded.
const ticketLife = 24 * time.Hour

// ticketDestination is what a secret is sealed for that a form carries as a ticket.
func ticketDestination(field, id, expires string) secret.Destination {
	return secret.Destination{Purpose: "ticket", Field: field, ID: id, Parts: map[string]string{"expires": expires}}
}

// issueTicket seals a secret that was made here, for the form to carry until it is saved. The ticket tells nothing of
// it, and any process with the key opens it.
func (p *Page) issueTicket(
	ctx context.Context, field string, made shared.SecretText, now time.Time,
) (shared.SecretText, error) {
	id, expires := rand.Text(), strconv.FormatInt(now.Add(ticketLife).Unix(), 10)
	sealed, err := p.keeper.Seal(ctx, made, ticketDestination(field, id, expires))
	if err != nil {
		return shared.SecretText{}, err
	}
	ticket := strings.Join([]string{id, expires, base64.RawURLEncoding.EncodeToString(sealed)}, ".")
	return shared.NewSecretText(ticket), nil
}

// cashTickets puts the secrets in the place of their tickets. It says which ticket is worth nothing.
func (b *boundDraft) cashTickets(ctx context.Context) (worthless finding.Findings) {
	for _, field := range []string{settings.OAuthCertificateKey, settings.OAuthGrant} {
		change := b.draft.Secrets[field]
		if change.Action != shared.SecretReplace || change.Text.IsEmpty() {
			continue
		}
		b.draft.Secrets = maps.Clone(b.draft.Secrets)
		opened, err := b.page.openTicket(ctx, field, change.Text, time.Now())
		switch {
		case err != nil:
		case field == settings.OAuthGrant && b.wasUsed(ctx, change.Text):
			delete(b.draft.Secrets, field)
			worthless = append(worthless, usedTicket())
		case field == settings.OAuthGrant:
			err = b.cashGrant(opened, change.Text)
		default:
			b.draft.Secrets[field] = shared.ReplaceSecret(opened.Reveal())
		}
		if err != nil {
			b.page.logger.Debug("a ticket is worth nothing", "field", field, "error", err)
			delete(b.draft.Secrets, field)
			worthless = append(worthless, worthlessTicket(field))
		}
	}
	return worthless
}

// usedTicketName is what the use of a ticket is noted under: its id, which the seal binds. The rest may be written in
// several ways, and would have as many names.
func usedTicketName(ticket shared.SecretText) string {
	id, _, _ := strings.Cut(ticket.Reveal(), ".")
	return "ticket:" + nameOf(shared.NewSecretText(id))
}

// wasUsed reports whether the settings were saved with the ticket, in whatever process. A database that does not answer
// says no here; it says so again before the ticket is used.
func (b *boundDraft) wasUsed(ctx context.Context, ticket shared.SecretText) bool {
	_, found, err := b.page.store.SignIn(ctx, usedTicketName(ticket))
	return err == nil && found
}

// useTicket notes that the ticket of a sign-in is saved now. It is false where it was before.
func (b *boundDraft) useTicket(ctx context.Context, now time.Time) (bool, error) {
	if b.ticket == nil {
		return true, nil
	}
	return b.page.store.UseOnce(ctx, usedTicketName(b.ticket.text), now.Add(ticketLife), now)
}

// returnTicket takes that back where nothing was saved.
func (b *boundDraft) returnTicket(ctx context.Context) {
	if b.ticket == nil {
		return
	}
	if err := b.page.store.Unused(context.WithoutCancel(ctx), usedTicketName(b.ticket.text)); err != nil {
		b.page.logger.Warn("the ticket of a sign-in cannot be used any more, though nothing was saved", "error", err)
	}
}

func usedTicket() finding.Finding {
	return finding.Finding{
		Severity: shared.SeverityError, Field: settings.OAuthGrant, Code: "sign_in_finished",
		Summary: text.Of("This sign-in was already finished."),
		Detail:  text.Of("It was saved. Load the page again to see who has signed in, or sign in again."),
	}
}

func worthlessTicket(field string) finding.Finding {
	worthless := finding.Finding{Severity: shared.SeverityError, Field: field, Code: "ticket_worthless"}
	if field == settings.OAuthGrant {
		worthless.Summary = text.Of("The sign-in was too long ago, or elsewhere.")
		worthless.Detail = text.Of("Sign in again, and save.")
		return worthless
	}
	worthless.Summary = text.Of("The key of the certificate was made too long ago, or elsewhere.")
	worthless.Detail = text.Of("Have a certificate made here, or clear it to use a client secret.")
	return worthless
}

func (p *Page) openTicket(
	ctx context.Context, field string, ticket shared.SecretText, now time.Time,
) (shared.SecretText, error) {
	parts := strings.Split(ticket.Reveal(), ".")
	if len(parts) != 3 {
		return shared.SecretText{}, secret.ErrCannotOpen
	}
	expires, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || now.Unix() > expires {
		return shared.SecretText{}, secret.ErrCannotOpen
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return shared.SecretText{}, secret.ErrCannotOpen
	}
	return p.keeper.Open(ctx, sealed, ticketDestination(field, parts[0], parts[1]))
}
