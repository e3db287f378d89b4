package plugin

import (
	"maps"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// settingsDestination is what a secret of the settings is sealed for.
func settingsDestination(field string, parts map[string]string) secret.Destination {
	return secret.Destination{Purpose: "settings", Field: field, Parts: parts}
}

// destination is what a secret would be used with, without an identity.
func (b *boundDraft) destination(field string) secret.Destination {
	return settingsDestination(field, b.settings.Destination())
}

// checkEnvironment reports settings with which a secret of the environment would go elsewhere than the environment
// says. Most are locked; this finds those that may be chosen.
func (b *boundDraft) checkEnvironment() {
	named := b.page.layers.Destination()
	for name, lock := range b.page.layers.Locks() {
		if !b.settings.UsesSecret(name) && (name != settings.PasswordReference || !b.settings.NamesSecret()) {
			continue
		}
		for _, field := range b.changedSince(named) {
			b.failLocked(field.Name, lock)
		}
		return
	}
}

// changedSince returns the fields by which the draft's destination differs from the parts, in the order of the form.
func (b *boundDraft) changedSince(parts map[string]string) []shared.Field {
	now := b.settings.Destination()
	var changed []shared.Field
	for field := range settings.Schema().Fields() {
		if parts[field.Name] != now[field.Name] {
			changed = append(changed, field)
		}
	}
	return changed
}

// listed joins the labels of the fields.
func listed(fields []shared.Field) text.Text {
	var list text.Text
	for _, field := range fields {
		quoted := text.Of("“{field}”", "field", settings.Label(field.Name))
		if list.IsZero() {
			list = quoted
		} else {
			list = text.Of("{first} and {second}", "first", list, "second", quoted)
		}
	}
	return list
}

// bindingBroken returns the fields that have changed since the stored secret was entered; none when the secret is not
// wanted, not kept, or still fits.
func (b *boundDraft) bindingBroken(field string) []shared.Field {
	if b.draft.Secrets[field].Action != shared.SecretKeep || !b.wanted(field) {
		return nil
	}
	if _, fixed := b.page.layers.Secret(field); fixed {
		return nil
	}
	return b.changedSince(b.boundParts(b.base.Revision.Document.Secrets[field].Destination))
}

// boundParts are the parts that a stored secret is bound to. One in the first form is bound to what else stands in its
// revision.
func (b *boundDraft) boundParts(stored secret.Destination) map[string]string {
	if stored.ID != "" {
		return stored.Parts
	}
	parts := secret.OnlyLater(b.page.settingsOf(b.base.Revision).Destination())
	for name, value := range stored.Parts {
		if value != "" {
			parts[name] = value
		}
	}
	return parts
}

// wanted reports whether the settings use the secret that is stored for the field.
func (b *boundDraft) wanted(field string) bool {
	return b.settings.UsesSecret(field) && (!b.settings.NamesSecret() || field != b.settings.NamedField())
}

// checkReference reports a password that is typed and named at once, one that may not be named or is not there, and one
// that was named for another destination.
func (b *boundDraft) checkReference() {
	reference := b.settings.PasswordReference
	if !b.settings.NamesSecret() || len(b.found.ForField(settings.PasswordReference)) > 0 {
		return
	}
	field := b.settings.NamedField()
	if _, given := b.page.layers.Secret(field); given {
		return // It is not used.
	}
	if b.draft.Secrets[field].Action == shared.SecretReplace {
		b.fail(settings.PasswordReference, "two_passwords",
			text.Of("The password is typed and named at the same time."),
			text.Of("Clear “Password reference” to use the typed password, or leave “Password” empty."))
		return
	}
	if _, err := b.named(); err != nil {
		b.fail(settings.PasswordReference, "reference_refused",
			text.Of("“Password reference” cannot be used: {reason}.", "reason", text.OfError(err)),
			text.Of("The operator decides in plugin.hcl which secrets may be named."))
		return
	}
	b.checkReferenceBinding(reference)
}

// checkReferenceBinding holds that what a reference names goes only where it was saved for. To have it go elsewhere it
// has to be taken out and named anew, which are two saves that the history shows.
func (b *boundDraft) checkReferenceBinding(reference string) {
	if _, fixed := b.page.layers.Locks()[settings.PasswordReference]; fixed {
		return // The destination is fixed as well.
	}
	detail := text.Of("A named password goes only to the destination for which the reference was saved. " +
		"To have it go elsewhere, take the reference out and save, then name it again and save. The history shows both.")
	stored := storedReference(b.base.Revision.Document.Values)
	bound := b.record.Reference
	switch {
	case bound == nil && stored != "" && b.page.references.Same(stored, reference):
		unknown := unreadable(settings.PasswordReference)
		unknown.Detail = detail
		b.found = append(b.found, unknown)
	case bound == nil || !b.page.references.Same(bound.Name, reference):
		return // It is named for this destination now.
	default:
		changed := b.changedSince(bound.Parts)
		if len(changed) == 0 {
			return
		}
		b.failNeededAgain(settings.PasswordReference, changed, detail)
	}
	last := &b.found[len(b.found)-1]
	last.Fixes = []finding.Fix{{Label: text.Of("Take the reference out"), Values: shared.Values{
		settings.PasswordReference: shared.Value{}, settings.Authentication: settings.NoAuthentication,
	}}}
}

// namesUnsaved reports whether the draft names a password for a destination that was not saved.
func (b *boundDraft) namesUnsaved() bool {
	if _, fixed := b.page.layers.Locks()[settings.PasswordReference]; fixed || b.settings.PasswordReference == "" {
		return false
	}
	bound := b.record.Reference
	return bound == nil || bound.Name != b.settings.PasswordReference || !maps.Equal(bound.Parts, b.settings.Destination())
}

func (b *boundDraft) failNeededAgain(field string, changed []shared.Field, detail text.Text) {
	b.fail(field, "secret_needed_again", text.Of("“{field}” must be entered again, because {changed} was changed. || "+
		"“{field}” must be entered again, because {changed} were changed.",
		"field", settings.Label(field), "changed", listed(changed), "count", len(changed)), detail)
}
