package settingstest

import (
	"maps"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// example makes a draft of the given one, and of defaults and placeholders for what has to be filled in beside it:
// values and secrets, those that are required by what others say as well. What is in force by the environment and
// secrets that are stored stay; an authorization is nothing that can be made up.
func example(schema shared.Schema, inForce shared.Snapshot, given shared.Draft) shared.Draft {
	draft := shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}}
	maps.Copy(draft.Values, given.Values)
	maps.Copy(draft.Secrets, given.Secrets)
	for filled := true; filled; { // Each one may have another be required that comes before it.
		filled = false
		for field := range schema.Fields() {
			_, locked := inForce.Locks[field.Name]
			if locked || !schema.Evaluate(draft.Values).Required(field) {
				continue
			}
			filled = fillIn(draft, schema, field, inForce.Secrets[field.Name].Set) || filled
		}
	}
	return draft
}

// fillIn makes up what a required field has nothing of.
func fillIn(draft shared.Draft, schema shared.Schema, field shared.Field, stored bool) bool {
	_, hasSecret := draft.Secrets[field.Name]
	_, hasValue := draft.Values[field.Name]
	value := exampleValue(field)
	switch {
	case hasSecret, hasValue, value.IsEmpty():
		return false
	case field.Sensitive && (stored || field.Kind == shared.KindAuthorization):
		return false
	case field.Sensitive:
		draft.Secrets[field.Name] = shared.ReplaceSecret(value.String())
	case !schema.Effective(field.Name, draft.Values).IsEmpty():
		return false
	default:
		draft.Values[field.Name] = value
	}
	return true
}

// told writes findings in one line.
func told(found shared.Diagnostics) string {
	lines := make([]string, len(found))
	for i, one := range found {
		lines[i] = one.Summary
		if one.Field != "" {
			lines[i] += " [" + one.Field + "]"
		}
	}
	return strings.Join(lines, " ")
}
