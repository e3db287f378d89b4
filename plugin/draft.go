package plugin

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// boundDraft is a draft laid over the newest revision, under the environment, and checked.
type boundDraft struct {
	page     *Page
	base     store.State
	draft    shared.Draft
	stored   shared.Values // what a save would store
	settings settings.Settings
	found    finding.Findings

	ticket         *grantTicket // of a sign-in that is not saved; nil without one
	secretOfTicket bool         // the client secret came with it

	recordLoaded bool
	record       record // of base, once it is loaded
	recordErr    error  // why there is none
}

// loadRecord fills in the record; opening it may need a service that holds the key.
func (b *boundDraft) loadRecord(ctx context.Context) {
	if !b.recordLoaded {
		b.record, b.recordErr = b.page.currentRecord(ctx, b.base)
		b.recordLoaded = true
	}
}

func (p *Page) bind(ctx context.Context, draft shared.Draft) (*boundDraft, error) {
	base, err := p.store.Current(ctx)
	if err != nil {
		return nil, err
	}
	b := &boundDraft{page: p, base: base, draft: draft, stored: draft.Apply(base.Revision.Document.Values)}
	worthless := b.cashTickets(ctx)
	given := b.stored
	b.stored = settings.WithoutBlanks(given)
	inForce := p.layers.InForce(given)
	for name, value := range given {
		if _, declared := settings.Schema().Field(name); !declared {
			inForce[name] = value // Kept for the check that names it.
		}
	}
	b.settings, b.found = settings.Bind(inForce, b.secretSet)
	b.found = append(b.found, worthless...)
	b.checkLocks(inForce)
	b.checkEnvironment()
	b.checkSecrets()
	b.checkTicket()
	b.checkGrant(ctx)
	if b.settings.PasswordReference != "" {
		b.loadRecord(ctx)
	}
	b.checkReference()
	b.found = append(b.found, b.settings.SecretEnding(time.Now())...)
	b.found = p.withoutLockedFixes(b.found)
	return b, nil
}

// secretSet reports whether the sensitive field would be set if the draft were saved.
func (b *boundDraft) secretSet(field string) bool {
	if _, fixed := b.page.layers.Secret(field); fixed {
		return true
	}
	switch change := b.draft.Secrets[field]; change.Action {
	case shared.SecretReplace:
		return !change.Text.IsEmpty()
	case shared.SecretClear:
		return false
	default:
		_, stored := b.base.Revision.Document.Secrets[field]
		return stored
	}
}

// checkLocks reports fields that the draft would change although the environment fixes them.
func (b *boundDraft) checkLocks(inForce shared.Values) {
	for name, lock := range b.page.layers.Locks() {
		value, given := b.draft.Values[name]
		change := b.draft.Secrets[name].Action
		if given && value != inForce[name] || change != shared.SecretKeep {
			b.failLocked(name, lock)
		}
	}
}

func (b *boundDraft) failLocked(field string, lock shared.Lock) {
	b.fail(field, "field_locked", text.Of("“{field}” is fixed by the environment variable {variable}.",
		"field", settings.Label(field), "variable", lock.Source),
		text.Of("Change the variable and restart the Console, or remove it to set the field here."))
}

// checkSecrets reports secrets that cannot be kept because what they are bound to has changed, and secrets that hold
// what no server could be sent.
func (b *boundDraft) checkSecrets() {
	for name, change := range b.draft.Secrets {
		if field, declared := settings.Schema().Field(name); !declared || !field.Sensitive {
			b.found = append(b.found, finding.Finding{Severity: shared.SeverityError, Code: "unknown_field",
				Summary: text.Of("There is no secret field “{name}” here.", "name", name)})
		} else if change.Action == shared.SecretReplace {
			b.found = append(b.found, b.settings.CheckSecret(field, change.Text.Reveal())...)
		}
	}
	for field := range settings.Schema().Fields() {
		if secret, fixed := b.page.layers.Secret(field.Name); fixed {
			b.checkSecretOfEnvironment(field, secret)
		}
	}
	for name := range b.base.Revision.Document.Secrets {
		changed := b.bindingBroken(name)
		switch {
		case len(changed) == 0:
		case name == settings.OAuthGrant:
			b.failSignInAgain(changed)
		default:
			b.failNeededAgain(name, changed, boundToSettings)
		}
	}
}

// boundToSettings is why a secret has to be entered again.
var boundToSettings = text.Of("The stored one is only ever used with the server, port, login, proxy, " +
	"encryption and certificates for which it was entered, so that it cannot be sent to anybody else.")

// checkSecretOfEnvironment says what is odd about a secret of the environment, and in which variable it is.
func (b *boundDraft) checkSecretOfEnvironment(field shared.Field, secret shared.SecretText) {
	for _, one := range b.settings.CheckSecret(field, secret.Reveal()) {
		one.Detail = text.Join(one.Detail, text.Of("It comes from the environment variable {variable}.", "variable",
			b.page.layers.Locks()[field.Name].Source))
		b.found = append(b.found, one)
	}
}

func (b *boundDraft) fail(field, code string, summary, detail text.Text) {
	b.found = append(b.found, finding.Finding{
		Severity: shared.SeverityError, Field: field, Code: code, Summary: summary, Detail: detail,
	})
}

// preview says what Test would do. Of an address that is none, or with a secret that is still missing, it would do
// nothing.
func (b *boundDraft) preview() text.Text {
	wrong := func(field string) bool { return b.found.ForField(field).HasErrors() }
	if b.settings.Server == "" || b.settings.Port == 0 || slices.ContainsFunc(
		[]string{settings.Server, settings.Port, settings.Proxy}, wrong) {
		return text.Text{}
	}
	if login := b.settings.Login; wrong(settings.Password) && b.settings.WantsPassword() {
		return text.Of("The test can begin when the password of {login} has been entered.", "login", login)
	}
	way := text.Of("Will connect to {address} unencrypted, or with STARTTLS if the server offers it",
		"address", b.address())
	switch {
	case b.settings.UseSSL:
		way = text.Of("Will connect to {address} with TLS", "address", b.address())
	case !b.settings.Encrypts():
		way = text.Of("Will connect to {address} unencrypted", "address", b.address())
	}
	var sender text.Text
	if b.settings.Sender.Address != "" {
		sender = text.Of(", and check whether mail from {sender} is accepted", "sender", b.settings.Sender.Address)
	}
	return text.Of("{way}{login}{sender}. No e-mail is sent unless you ask for it.",
		"way", way, "login", b.previewLogin(), "sender", sender)
}

func (b *boundDraft) address() text.Text {
	address := b.settings.Server + ":" + strconv.Itoa(b.settings.Port)
	if b.settings.Proxy == nil {
		return text.Plain(address)
	}
	return text.Of("{address} through the proxy {proxy}", "address", address, "proxy", b.settings.Proxy)
}

// previewLogin is the part of the preview about the login.
func (b *boundDraft) previewLogin() text.Text {
	login := b.settings.Login
	switch {
	case b.settings.WantsApplication():
		return text.Of(", sign in as {login} with an access token that is fetched first", "login", login)
	case b.settings.WantsToken():
		return text.Of(", sign in as {login} with the access token", "login", login)
	case !b.settings.WantsPassword():
		return text.Of(", without signing in")
	}
	if lock, fixed := b.page.layers.Locks()[settings.Password]; fixed {
		return text.Of(", sign in as {login}, using the password of {variable}", "login", login, "variable", lock.Source)
	}
	switch {
	case b.settings.PasswordReference != "":
		return text.Of(", sign in as {login}, using the referenced password", "login", login)
	case b.draft.Secrets[settings.Password].Action == shared.SecretReplace:
		return text.Of(", sign in as {login}, using the entered password", "login", login)
	default:
		return text.Of(", sign in as {login}, using the stored password", "login", login)
	}
}
