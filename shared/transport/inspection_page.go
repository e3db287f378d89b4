package transport

import (
	"regexp"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Looks at the answers of a page and of its history; see [inspection].

// pluginName is what a plugin's name looks like, up to its length. It becomes a part of addresses.
var pluginName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

const maxPluginName = 64

// maxCapabilities bounds what a plugin of a later version may announce.
const maxCapabilities = 64

func (a *inspection) info(i *shared.Info) {
	if len(i.Name) > maxPluginName || !pluginName.MatchString(i.Name) {
		a.refuse(
			"its name is %q; a name has 1 to 64 lower case letters, digits and hyphens",
			printable.Shortened(i.Name, maxNameLength),
		)
	}
	a.line(&i.Title, &i.Version)
	if len(i.Capabilities) > maxCapabilities {
		a.refuse("%d capabilities, at most %d", len(i.Capabilities), maxCapabilities)
	}
	for _, capability := range i.Capabilities {
		a.name("a capability", capability)
	}
}

// schema mends the texts of a form. The rest is for [Schema.Check].
func (a *inspection) schema(s *shared.Schema) {
	a.line(&s.Title, &s.SaveNote, &s.Test.Label)
	a.paragraph(&s.Description)
	for i := range s.Prerequisites {
		a.paragraph(&s.Prerequisites[i].Text)
	}
	for i := range s.Sections {
		section := &s.Sections[i]
		a.line(&section.Title)
		a.paragraph(&section.Help)
		a.fieldTexts(section.Fields)
	}
	for i := range s.Presets {
		a.line(&s.Presets[i].Label)
		a.paragraph(&s.Presets[i].Note)
	}
	a.fieldTexts(s.Test.Options)
	for i := range s.Test.Plan {
		a.line(&s.Test.Plan[i].Label, &s.Test.Plan[i].Detail)
	}
	for i := range s.Actions {
		action := &s.Actions[i]
		a.line(&action.Label, &action.Confirm)
		a.paragraph(&action.Help)
		a.fieldTexts(action.Options)
	}
}

func (a *inspection) fieldTexts(fields []shared.Field) {
	for i := range fields {
		field := &fields[i]
		a.line(
			&field.Label, &field.Placeholder, &field.Unit, &field.PatternMessage, &field.KeyLabel, &field.ItemLabel,
			&field.Link.Text, &field.Deprecated,
		)
		a.paragraph(&field.Help)
		for j := range field.Options {
			a.line(&field.Options[j].Label)
		}
	}
}

func (a *inspection) snapshot(s *shared.Snapshot) {
	for name, value := range s.Values {
		field, declared := a.field(name)
		switch {
		case !declared || field.Sensitive || field.ReadOnly:
			a.refuse("the value of %q, which is a secret, read-only or not declared", name)
		case !a.bounded(name, value):
		case a.form != nil && !field.Holds(value):
			a.refuse("the value of %q has control characters", name)
		}
	}
	for name, state := range s.Secrets {
		if field, declared := a.field(name); !declared || a.form != nil && !field.Sensitive {
			a.refuse("the state of the secret %q, which is not declared", name)
		}
		a.time("the time of a secret", state.Since)
		a.time("the end of a secret", state.Expires)
		a.line(&state.Hint)
		s.Secrets[name] = state
	}
	a.computed(s.Computed)
	for _, name := range s.Pending {
		if _, declared := a.field(name); !declared {
			a.refuse("a change of %q takes effect later, which is not declared", name)
		}
	}
	if a.form != nil && len(s.Pending) > len(a.form.fields) {
		a.refuse("more changes than fields")
	}
	for name, lock := range s.Locks {
		if _, declared := a.field(name); !declared {
			a.refuse("a lock on %q, which is not declared", name)
		}
		a.line(&lock.Source)
		s.Locks[name] = lock
	}
	a.revision(&s.Revision)
	a.verification(s.Verified)
}

// computed looks at what read-only fields show.
func (a *inspection) computed(values shared.Values) {
	for name, value := range values {
		field, declared := a.field(name)
		switch {
		case !declared || a.form != nil && !field.ReadOnly:
			a.refuse("what %q shows, which is not declared as read-only", name)
		case !a.bounded(name, value):
		case a.form != nil && (!field.Fits(value) || !field.Holds(value)):
			a.refuse("%q shows what is not of kind %q", name, field.Kind)
		}
	}
}

func (a *inspection) verification(v *shared.Verification) {
	if v == nil {
		return
	}
	a.line(&v.Actor)
	a.time("the time of a verification", v.At)
	a.count("the revision of a verification", v.Revision)
	for _, name := range v.Changed {
		if _, declared := a.field(name); !declared {
			a.refuse("a change of %q, which is not declared", name)
		}
	}
	if a.form != nil && len(v.Changed) > len(a.form.fields) {
		a.refuse("more changes than fields")
	}
}

func (a *inspection) revision(r *shared.Revision) {
	a.line(&r.Author)
	a.count("the number of a revision", r.Number)
	a.time("the time of a revision", r.At)
}

func (a *inspection) validation(v *shared.Validation) {
	a.diagnostics(v.Diagnostics)
	a.line(&v.Preview)
	a.computed(v.Computed)
	for _, name := range v.SameSecrets {
		if field, declared := a.field(name); !declared || !field.Sensitive {
			a.refuse("the same secret for %q, which is none", name)
		}
	}
	if a.form != nil && len(v.SameSecrets) > len(a.form.fields) {
		a.refuse("more secrets than fields")
	}
}

func (a *inspection) saveResult(r *shared.SaveResult) {
	a.diagnostics(r.Diagnostics)
	a.snapshot(&r.Snapshot)
	a.line(&r.Confirm)
	switch {
	case r.Saved && r.Confirm != "":
		a.refuse("a save that has still to be confirmed")
	case r.Saved && r.Conflict:
		a.refuse("a save that was refused for a conflict")
	case r.Saved && r.Snapshot.Revision.Number == 0:
		a.refuse("a save without a revision")
	}
}

func (a *inspection) revisions(request shared.RevisionsRequest, l *shared.RevisionList) {
	a.list("revisions", len(l.Entries), request.Bounded(), l.More)
	before := request.Before
	for i := range l.Entries {
		entry := &l.Entries[i]
		a.revision(&entry.Revision)
		if entry.Number <= 0 || before > 0 && entry.Number >= before {
			a.refuse("revision %d after revision %d in the history", entry.Number, before)
		}
		before = entry.Number
		a.count("the number of a restored revision", entry.RestoredFrom)
		a.changes(entry.Changes)
	}
}

// changes may be of fields that the form does not have any more.
func (a *inspection) changes(list []shared.Change) {
	if len(list) > maxChanges {
		a.refuse("%d changes of one revision", len(list))
	}
	for _, change := range list {
		a.required("field of a change", change.Field)
		a.bounded(change.Field, change.Before)
		a.bounded(change.Field, change.After)
		told := !change.Before.IsEmpty() || !change.After.IsEmpty()
		if field, declared := a.field(change.Field); told && declared && field.Sensitive {
			a.refuse("the value of the secret %q in the history", change.Field)
		}
	}
}

func (a *inspection) purgeResult(r *shared.PurgeResult) { a.count("a count of secrets", r.Secrets) }

func (a *inspection) rekeyResult(r *shared.RekeyResult) {
	a.count("a count of secrets", r.Secrets)
	a.line(&r.Summary)
}
