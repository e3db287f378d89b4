package plugin

import (
	"context"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// boundDraft is a draft laid over the newest revision, under the environment, and checked.
type boundDraft struct {
	page        *Page
	base        store.State
	draft       shared.Draft
	stored      shared.Values // what a save would store
	settings    settings.Settings
	diagnostics shared.Diagnostics

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
	inForce := p.layers.InForce(b.stored)
	for name, value := range b.stored {
		if _, declared := settings.Schema().Field(name); !declared {
			inForce[name] = value // Kept for the check that names it.
		}
	}
	b.settings, b.diagnostics = settings.Bind(inForce, b.secretSet)
	b.checkLocks(inForce)
	b.checkEnvironment()
	b.checkSecrets()
	if b.settings.PasswordReference != "" {
		b.loadRecord(ctx)
	}
	b.checkReference()
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
	schema := settings.Schema()
	for name, lock := range b.page.layers.Locks() {
		field, _ := schema.Field(name)
		value, given := b.draft.Values[name]
		change := b.draft.Secrets[name].Action
		if given && value != inForce[name] || change != shared.SecretKeep {
			b.failLocked(field, lock)
		}
	}
}

func (b *boundDraft) failLocked(field shared.Field, lock shared.Lock) {
	b.fail(field.Name, "field_locked", phrase.Of("“{field}” is fixed by the environment variable {variable}.", "field", phrase.Word(field.Label), "variable", lock.Source),
		"Change the variable and restart the Console, or remove it to set the field here.")
}

// checkSecrets reports secrets that cannot be kept because what they are bound to has changed, and secrets that hold
// what no server could be sent.
func (b *boundDraft) checkSecrets() {
	for name, change := range b.draft.Secrets {
		field, declared := settings.Schema().Field(name)
		switch {
		case !declared || !field.Sensitive:
			b.diagnostics = append(b.diagnostics, shared.Diagnostic{Severity: shared.SeverityError, Code: "unknown_field",
				Summary: phrase.Of("There is no secret field “{name}” here.", "name", name)})
		case change.Action == shared.SecretReplace && strings.ContainsAny(change.Text.Reveal(), "\r\n\x00"):
			b.fail(name, "control_character", phrase.Of("“{field}” contains a line break or another control character.", "field", phrase.Word(field.Label)), "")
		case change.Action == shared.SecretReplace && int64(len(change.Text.Reveal())) > *field.Max:
			b.fail(name, "wrong_length", phrase.Of("“{field}” must have {bounds}.", "field", phrase.Word(field.Label), "bounds", phrase.Of("at most {max} characters", "max", *field.Max)), "")
		case change.Action == shared.SecretReplace && change.Text.Reveal() != strings.TrimSpace(change.Text.Reveal()):
			b.diagnostics = append(b.diagnostics, shared.Diagnostic{Severity: shared.SeverityWarning, Field: name, Code: "secret_has_blanks",
				Summary: phrase.Of("“{field}” begins or ends with a blank. It is used as it is.", "field", phrase.Word(field.Label))})
		}
	}
	for name := range b.base.Revision.Document.Secrets {
		if changed := b.bindingBroken(name); changed != "" {
			b.failNeededAgain(name, changed, phrase.Of("The stored one is only ever used with the server, port, login, proxy, encryption and certificates "+
				"for which it was entered, so that it cannot be sent to anybody else."))
		}
	}
}

func (b *boundDraft) fail(field, code, summary, detail string) {
	b.diagnostics = append(b.diagnostics, shared.Diagnostic{
		Severity: shared.SeverityError, Field: field, Code: code, Summary: summary, Detail: detail,
	})
}

// preview says what Test would do.
func (b *boundDraft) preview() string {
	if b.settings.Server == "" || b.settings.Port == 0 {
		return ""
	}
	way := phrase.Of("Will connect to {address} unencrypted, or with STARTTLS if the server offers it", "address", b.address())
	switch {
	case b.settings.UseSSL:
		way = phrase.Of("Will connect to {address} with TLS", "address", b.address())
	case !b.settings.Encrypts():
		way = phrase.Of("Will connect to {address} unencrypted", "address", b.address())
	}
	sender := phrase.Word("")
	if b.settings.Sender.Address != "" {
		sender = phrase.Of(", and check whether mail from {sender} is accepted", "sender", b.settings.Sender.Address)
	}
	return phrase.Of("{way}{login}{sender}. No e-mail is sent unless you ask for it.", "way", way, "login", b.previewLogin(), "sender", sender)
}

func (b *boundDraft) address() string {
	address := b.settings.Server + ":" + strconv.Itoa(b.settings.Port)
	if b.settings.Proxy == nil {
		return address
	}
	return phrase.Of("{address} through the proxy {proxy}", "address", address, "proxy", b.settings.Proxy.String())
}

// previewLogin is the part of the preview about the login.
func (b *boundDraft) previewLogin() string {
	login := b.settings.Login
	switch {
	case b.settings.WantsToken():
		return phrase.Of(", sign in as {login} with the access token", "login", login)
	case len(b.diagnostics.ForField(settings.Password)) > 0:
		return phrase.Of(", and cannot sign in as {login} without a password", "login", login)
	case !b.settings.WantsPassword():
		return phrase.Word(", without signing in")
	}
	if lock, fixed := b.page.layers.Locks()[settings.Password]; fixed {
		return phrase.Of(", sign in as {login}, using the password of {variable}", "login", login, "variable", lock.Source)
	}
	switch {
	case b.settings.PasswordReference != "":
		return phrase.Of(", sign in as {login}, using the referenced password", "login", login)
	case b.draft.Secrets[settings.Password].Action == shared.SecretReplace:
		return phrase.Of(", sign in as {login}, using the entered password", "login", login)
	default:
		return phrase.Of(", sign in as {login}, using the stored password", "login", login)
	}
}
