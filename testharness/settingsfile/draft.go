package settingsfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Draft returns the draft that makes a page's settings what the file says: a field that it does not name goes back to
// its default, but secrets that it does not name, and fields that are fixed or disabled, stay as they are. changes are
// what the sources of the file hold. The error has all that does not fit the page, each an *Error.
func (f *File) Draft(
	schema shared.Schema, snapshot shared.Snapshot, changes map[string]shared.SecretChange,
) (shared.Draft, error) {
	r := reading{file: f, schema: schema, stored: stored(schema, snapshot), locks: snapshot.Locks}
	draft := shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}}
	for field := range schema.Fields() {
		if _, locked := snapshot.Locks[field.Name]; !locked && !field.Sensitive && !field.ReadOnly {
			draft.Values[field.Name] = shared.Value{}
		}
	}
	for _, name := range f.names {
		r.read(draft.Values, name)
	}
	for _, source := range f.secrets {
		if field, declared := schema.Field(source.Field); !declared || !field.Sensitive {
			r.refuse(source.Place, "secrets: there is no secret %s; see testharness schema", shown(source.Field))
			continue
		}
		draft.Secrets[source.Field] = changes[source.Field]
	}
	if len(r.wrong) == 0 {
		draft = r.changeable(draft)
	}
	return draft, joined(r.wrong)
}

// stored are the values in force by the names of today.
func stored(schema shared.Schema, snapshot shared.Snapshot) shared.Values {
	values, _ := schema.Upgrade(snapshot.Values)
	return values
}

// reading is a file that is read for a page.
type reading struct {
	file   *File
	schema shared.Schema
	stored shared.Values
	locks  map[string]shared.Lock
	wrong  []error
}

func (r *reading) refuse(place Place, format string, args ...any) {
	refused := place.refuse(format, args...)
	refused.Path = r.file.path
	r.wrong = append(r.wrong, refused)
}

// read puts what the file says of a field into the values.
func (r *reading) read(values shared.Values, name string) {
	place := r.file.places[name]
	field, declared := r.field(name)
	switch {
	case !declared:
		r.refuse(place, "there is no field %s%s", shown(name), r.suggestion(name))
		return
	case field.Sensitive:
		r.refuse(place, "%s is a secret, which never stands in the file: write its source below secrets, as %s: env:NAME "+
			"or %s: file:PATH", name, name, name)
		return
	case field.ReadOnly:
		r.refuse(place, "%s is computed and cannot be set; leave it out", name)
		return
	}
	value, at, err := valueOf(field, r.file.tree.Raw()[name])
	if err != nil {
		if inside, known := r.file.places[name+at]; known {
			place = inside
		}
		r.refuse(place, "%s: %s", name, err)
		return
	}
	if trimmed(value) == r.stored[field.Name] {
		value = r.stored[field.Name]
	}
	if lock, locked := r.locks[field.Name]; locked {
		if value != r.stored[field.Name] {
			r.refuse(place, "%s is fixed by the environment variable %s; leave the key out, or change the variable", name,
				lock.Source)
		}
		return
	}
	if given := values[field.Name]; !given.IsEmpty() {
		r.refuse(place, "%s is the former name of %s, which stands in the file as well; leave it out", name, field.Name)
		return
	}
	values[field.Name] = value
}

// field finds a field by its name, or by one that it had before.
func (r *reading) field(name string) (shared.Field, bool) {
	if field, declared := r.schema.Field(name); declared {
		return field, true
	}
	for field := range r.schema.Fields() {
		if slices.Contains(field.Formerly, name) {
			return field, true
		}
	}
	return shared.Field{}, false
}

// nearEnough is how much two names must have in common for one to be taken for the other.
const nearEnough = 0.6

// suggestion is the field that may be meant, or where to find all of them.
func (r *reading) suggestion(name string) string {
	best, likest := "", nearEnough
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if len(name) <= maxShown {
		for field := range r.schema.Fields() {
			if likeness := levenshtein.Similarity(name, field.Name, nil); likeness > likest && !field.ReadOnly {
				best, likest = field.Name, likeness
			}
		}
	}
	if best == "" {
		return "; see testharness schema"
	}
	return fmt.Sprintf("; did you mean %s? See testharness schema", best)
}

// changeable leaves out what fields that stay disabled would be given, and refuses what the file wants of one.
func (r *reading) changeable(draft shared.Draft) shared.Draft {
	left := r.schema.Changeable(draft, func() shared.Values { return r.stored })
	for field := range r.schema.Fields() {
		value, set := draft.Values[field.Name]
		_, still := left.Values[field.Name]
		change, secret := draft.Secrets[field.Name]
		_, stillSecret := left.Secrets[field.Name]
		wanted := set && !still && !value.IsEmpty() && value != r.stored[field.Name]
		wantedSecret := secret && !stillSecret && change.Action != shared.SecretKeep
		if wanted || wantedSecret {
			place := r.file.places[field.Name]
			if wantedSecret {
				place = r.file.places[secretsKey+separator+field.Name]
			}
			r.refuse(place, "%s cannot be changed: it is disabled as the other fields are; leave it out", field.Name)
		}
	}
	return left
}

// Changes are what the draft would change of what is in force, in the order of the schema. The named secrets are known
// to be the stored ones.
func Changes(schema shared.Schema, snapshot shared.Snapshot, draft shared.Draft, same []string) []shared.Change {
	before := stored(schema, snapshot)
	var changes []shared.Change
	for field := range schema.Fields() {
		if value, given := draft.Values[field.Name]; given && value != before[field.Name] {
			changes = append(changes, shared.Change{Field: field.Name, Before: before[field.Name], After: value})
		}
		change := draft.Secrets[field.Name]
		replaced := change.Action == shared.SecretReplace && !slices.Contains(same, field.Name)
		cleared := change.Action == shared.SecretClear && snapshot.Secrets[field.Name].Set
		if replaced || cleared {
			changes = append(changes, shared.Change{Field: field.Name})
		}
	}
	return changes
}
