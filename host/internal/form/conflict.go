package form

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

type conflict struct {
	Revision shared.Revision
	Fields   []conflictField
	// SecretsKept means that secrets that were typed still stand on the page.
	SecretsKept bool
}

type conflictField struct {
	Label         string
	Yours, Theirs text.Text
}

// newConflict shows both versions side by side; saving again is then a decision.
func newConflict(schema shared.Schema, s submission, result shared.SaveResult) *conflict {
	found := &conflict{Revision: result.Snapshot.Revision}
	withYours, withTheirs := schema.Evaluate(s.draft.Values), schema.Evaluate(result.Snapshot.Values)
	for field := range schema.Fields() {
		yours, given := s.draft.Values[field.Name]
		theirs := result.Snapshot.Values[field.Name]
		switch {
		case field.Sensitive && s.draft.Secrets[field.Name].Action != shared.SecretKeep:
			found.Fields = append(found.Fields, conflictField{field.Label, text.Of("changed"), text.Of("not shown")})
		case given && yours != theirs && withYours.Effective(field.Name) != withTheirs.Effective(field.Name):
			found.Fields = append(found.Fields,
				conflictField{field.Label, valueText(field, yours), valueText(field, theirs)})
		}
	}
	return found
}

// valueText is a value as people read it.
func valueText(field shared.Field, value shared.Value) text.Text {
	if value.IsEmpty() {
		return text.Of("(default)")
	}
	if truth, ok := value.AsBoolean(); ok {
		if truth {
			return text.Of("yes")
		}
		return text.Of("no")
	}
	entries, several := value.AsList()
	if !several {
		entries = strings.Split(field.Format(value), "\n")
	}
	labels := map[string]string{} // The plugin has translated them.
	for _, option := range field.Options {
		labels[option.Value] = option.Label
	}
	for i, entry := range entries {
		if label, isOption := labels[entry]; isOption {
			entries[i] = label
		}
	}
	return text.Plain(printable.Line(strings.Join(entries, ", ")))
}
