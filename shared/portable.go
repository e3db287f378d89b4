package shared

import (
	"maps"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Upgrade returns stored values as the schema names them today: a value under a former name of a field moves to the
// field, unless that has one of its own. dropped names the values that have no place: of fields that are not declared
// or cannot be given a value, or that are not of the field's kind any more. The values do not change, and the result is
// never nil. A page calls it with what an earlier version of it has stored.
func (s Schema) Upgrade(stored Values) (upgraded Values, dropped []string) {
	upgraded = Values{}
	rest := maps.Clone(stored)
	for field := range s.Fields() {
		for _, name := range append([]string{field.Name}, field.Formerly...) {
			value, there := rest[name]
			if !there || field.Sensitive || field.ReadOnly || !field.Fits(value) || !field.Holds(value) {
				continue
			}
			if delete(rest, name); upgraded[field.Name].IsEmpty() {
				upgraded[field.Name] = value
			}
		}
	}
	return upgraded, rest.Names()
}

// Unpinned returns the values of a form that was filled in over what is stored, without those that would only pin
// today's default: a field that had no value, and still has the default that applies to it, goes on having none. So a
// form that shows defaults as if they were values changes nothing when it is saved as it is. Neither given nor stored
// changes.
func (s Schema) Unpinned(given, stored Values) Values {
	unpinned := maps.Clone(given)
	follows := s.Evaluate(Draft{Values: given}.Apply(stored))
	for name, value := range given {
		if stored[name].IsEmpty() && !value.IsEmpty() && value == follows.Default(name) {
			unpinned[name] = Value{}
		}
	}
	return unpinned
}

// Export is what a page's settings are, outside of it: to be kept, compared, and taken over by another installation. It
// has no secrets.
type Export struct {
	// Plugin is the name of the plugin, Version its version; see [Info].
	Plugin  string `json:"plugin"`
	Version string `json:"version"`
	// Values are those that were given; all others have their defaults.
	Values Values `json:"values"`
}

// Export returns the settings in force as a document, without those that are fixed outside of the page: another
// installation has its own.
func (s Schema) Export(info Info, snapshot Snapshot) Export {
	values, _ := s.Upgrade(snapshot.Values)
	maps.DeleteFunc(values, func(name string, _ Value) bool { _, locked := snapshot.Locks[name]; return locked })
	return Export{Plugin: info.Name, Version: info.Version, Values: values}
}

// Import returns the draft that makes a page's settings what the document says: a field that it does not name goes back
// to its default, but secrets and locked fields stay as they are. The document may be of another version of the plugin:
// values that have no place are left out, and named by a warning each. A document of another plugin gives no draft but
// an error. The texts are English.
func (s Schema) Import(info Info, snapshot Snapshot, document Export) (Draft, Diagnostics) {
	if document.Plugin != info.Name {
		return Draft{}, Diagnostics{Violation{
			Code:    "another_plugin",
			Summary: text.Of("These are the settings of “{plugin}”.", "plugin", shown(document.Plugin)),
		}.In(text.Language{})}
	}
	values, dropped := s.Upgrade(document.Values)
	draft := Draft{Values: Values{}}
	for field := range s.Fields() {
		if _, locked := snapshot.Locks[field.Name]; !locked && !field.Sensitive && !field.ReadOnly {
			draft.Values[field.Name] = values[field.Name]
		}
	}
	var found Diagnostics
	for _, name := range dropped {
		one := Violation{
			Code: "not_taken_over", Summary: text.Of("The value of “{name}” has no place here.", "name", shown(name)),
		}.In(text.Language{})
		one.Severity = SeverityWarning
		found = append(found, one)
	}
	return draft, found
}
