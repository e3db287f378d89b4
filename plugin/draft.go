package plugin

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/plugin/settings"
	"github.com/smtp-settings/smtp-settings/plugin/store"
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
}

func (p *Page) bind(ctx context.Context, draft shared.Draft) (*boundDraft, error) {
	base, err := p.store.Current(ctx)
	if err != nil {
		return nil, err
	}
	b := &boundDraft{page: p, base: base, draft: draft, stored: overlay(base.Revision.Document.Values, draft.Values)}
	inForce := p.layers.InForce(b.stored)
	for name, value := range b.stored {
		if _, declared := settings.Schema().Field(name); !declared {
			inForce[name] = value // Kept for the check that names it.
		}
	}
	b.settings, b.diagnostics = settings.Bind(inForce, b.secretSet)
	b.checkLocks(inForce)
	b.checkSecrets()
	b.checkReference()
	return b, nil
}

// overlay lays the draft's values over the stored ones; an empty value takes a stored one away.
func overlay(stored, draft shared.Values) shared.Values {
	joined := shared.Values{}
	maps.Copy(joined, stored)
	for name, value := range draft {
		if value.IsEmpty() {
			delete(joined, name)
			continue
		}
		joined[name] = value
	}
	return joined
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
			b.fail(name, "field_locked", phrase.Of("“{field}” is fixed by the environment variable {variable}.", "field", phrase.Word(field.Label), "variable", lock.Source),
				"Change the variable and restart the Console, or remove it to set the field here.")
		}
	}
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
			field, _ := settings.Schema().Field(name)
			b.fail(name, "secret_needed_again", phrase.Of("“{field}” must be entered again, because {changed} was changed.", "field", phrase.Word(field.Label), "changed", changed),
				"The stored one is only ever used with the server, port, encryption, login and proxy for which it was entered, so that it cannot be sent anywhere else.")
		}
	}
}

// bindingBroken names what has changed since the stored secret was entered; empty when the secret is not wanted, not
// kept, or still fits.
func (b *boundDraft) bindingBroken(field string) string {
	if b.draft.Secrets[field].Action != shared.SecretKeep || !b.wanted(field) {
		return ""
	}
	if _, fixed := b.page.layers.Secret(field); fixed {
		return ""
	}
	bound, now := b.base.Revision.Document.Secrets[field].Destination, b.destination(field)
	schema := settings.Schema()
	changed := ""
	for _, part := range []struct {
		field string
		same  bool
	}{
		{settings.Server, strings.EqualFold(bound.Server, now.Server)},
		{settings.Port, bound.Port == now.Port},
		{settings.UseSSL, bound.Encrypt == now.Encrypt},
		{settings.Login, bound.Login == now.Login},
		{settings.Proxy, bound.Proxy == now.Proxy},
	} {
		declared, _ := schema.Field(part.field)
		switch quoted := phrase.Of("“{field}”", "field", phrase.Word(declared.Label)); {
		case part.same:
		case changed == "":
			changed = quoted
		default:
			changed = phrase.Of("{first} and {second}", "first", changed, "second", quoted)
		}
	}
	return changed
}

// wanted reports whether the settings use the secret that is stored for the field.
func (b *boundDraft) wanted(field string) bool {
	switch field {
	case settings.Password:
		return b.settings.WantsPassword() && b.settings.PasswordReference == ""
	case settings.AccessToken:
		return b.settings.WantsToken()
	default:
		return false
	}
}

// checkReference reports a password that is typed and named at once, and one that may not be named or is not there.
func (b *boundDraft) checkReference() {
	reference := b.settings.PasswordReference
	if reference == "" || !b.settings.WantsPassword() || len(b.diagnostics.ForField(settings.PasswordReference)) > 0 {
		return
	}
	if b.draft.Secrets[settings.Password].Action == shared.SecretReplace {
		b.fail(settings.PasswordReference, "two_passwords", "The password is typed and named at the same time.",
			"Clear “Password reference” to use the typed password, or leave “Password” empty.")
		return
	}
	if _, err := b.page.configuration.References.Resolve(reference); err != nil {
		b.fail(settings.PasswordReference, "reference_refused", phrase.Of("“Password reference” cannot be used: {reason}.", "reason", err),
			"The operator decides in plugin.hcl which secrets may be named.")
	}
}

func (b *boundDraft) destination(field string) secret.Destination {
	return secret.Destination{
		Purpose: "settings", Field: field,
		Server: b.settings.Server, Port: b.settings.Port, Encrypt: b.settings.UseSSL, Login: b.settings.Login, Proxy: b.proxy(),
	}
}

// proxy is the address of the proxy; empty when there is none.
func (b *boundDraft) proxy() string {
	if b.settings.Proxy == nil {
		return ""
	}
	return b.settings.Proxy.String()
}

func (b *boundDraft) fail(field, code, summary, detail string) {
	b.diagnostics = append(b.diagnostics, shared.Diagnostic{
		Severity: shared.SeverityError, Field: field, Code: code, Summary: summary, Detail: detail,
	})
}

// secret returns the secret that the draft would use, opening the stored one if it is kept.
func (b *boundDraft) secret(ctx context.Context, field string) (shared.SecretText, error) {
	if fixed, ok := b.page.layers.Secret(field); ok {
		return fixed, nil
	}
	if field == settings.Password && b.settings.PasswordReference != "" {
		return b.page.configuration.References.Resolve(b.settings.PasswordReference)
	}
	switch change := b.draft.Secrets[field]; change.Action {
	case shared.SecretReplace:
		return change.Text, nil
	case shared.SecretClear:
		return shared.SecretText{}, nil
	}
	stored, ok := b.base.Revision.Document.Secrets[field]
	if !ok {
		return shared.SecretText{}, nil
	}
	return b.page.keeper.Open(ctx, stored.Sealed, b.destination(field))
}

// document is what a save stores.
func (b *boundDraft) document(ctx context.Context, now time.Time) (store.Document, error) {
	document := store.Document{Values: b.stored, Secrets: map[string]store.SealedSecret{}}
	for field := range settings.Schema().Fields() {
		if !field.Sensitive {
			continue
		}
		change := b.draft.Secrets[field.Name]
		stored, ok := b.base.Revision.Document.Secrets[field.Name]
		switch {
		case change.Action == shared.SecretReplace && !change.Text.IsEmpty():
			destination := b.destination(field.Name)
			sealed, err := b.page.keeper.Seal(ctx, change.Text, destination)
			if err != nil {
				return store.Document{}, err
			}
			document.Secrets[field.Name] = store.SealedSecret{Sealed: sealed, Destination: destination, Since: now.UTC()}
		case field.Name == settings.Password && b.settings.PasswordReference != "":
			// What is named elsewhere is not kept here as well.
		case change.Action == shared.SecretKeep && ok:
			document.Secrets[field.Name] = stored
		}
	}
	return document, nil
}

// preview says what Test would do.
func (b *boundDraft) preview() string {
	if b.settings.Server == "" || b.settings.Port == 0 {
		return ""
	}
	way := phrase.Of("Will connect to {address} unencrypted, or with STARTTLS if the server offers it", "address", b.address())
	if b.settings.UseSSL {
		way = phrase.Of("Will connect to {address} with TLS", "address", b.address())
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
	return phrase.Of("{address} through the proxy {proxy}", "address", address, "proxy", b.proxy())
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
