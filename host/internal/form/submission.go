package form

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Prefixes of the names of form controls.
const (
	valuePrefix  = "value."  // a field
	secretPrefix = "secret." // a new secret; empty keeps the stored one
	clearPrefix  = "clear."  // ticked to remove the stored secret
	optionPrefix = "option." // an option of the test
	presentName  = "present" // names each field that was on the form: an unticked box sends nothing
)

// submission is a posted form.
type submission struct {
	draft    shared.Draft
	options  shared.Values
	revision int64
	// hasContent tells which fields hold something; hints about the others would only be in the way.
	hasContent map[string]bool
}

func readSubmission(schema shared.Schema, posted url.Values) submission {
	s := submission{
		draft:      shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}},
		options:    shared.Values{},
		hasContent: map[string]bool{},
	}
	for field := range schema.Fields() {
		if !slices.Contains(posted[presentName], field.Name) {
			continue // Not on the form: locked or hidden, so it keeps its value.
		}
		if field.Sensitive {
			s.readSecret(field, posted)
			continue
		}
		value := readValue(field, posted, valuePrefix+field.Name)
		s.draft.Values[field.Name] = value
		s.hasContent[field.Name] = !value.IsEmpty()
	}
	for _, option := range schema.Test.Options {
		s.options[option.Name] = readValue(option, posted, optionPrefix+option.Name)
	}
	return s
}

func (s *submission) readSecret(field shared.Field, posted url.Values) {
	typed := posted.Get(secretPrefix + field.Name)
	if field.Kind == shared.KindMultiline {
		typed = strings.TrimSpace(typed)
	}
	switch {
	case typed != "":
		s.draft.Secrets[field.Name] = shared.ReplaceSecret(typed)
		s.hasContent[field.Name] = true
	case posted.Has(clearPrefix + field.Name):
		s.draft.Secrets[field.Name] = shared.ClearSecret()
	default:
		s.draft.Secrets[field.Name] = shared.KeepSecret()
	}
}

// readValue reads a control. What does not fit the field's kind goes to the plugin as text, which then says so.
func readValue(field shared.Field, posted url.Values, control string) shared.Value {
	if field.Kind == shared.KindBoolean {
		return shared.Boolean(posted.Has(control))
	}
	text := strings.ReplaceAll(posted.Get(control), "\r\n", "\n")
	if value, err := field.Parse(text); err == nil {
		return value
	}
	return shared.Text(text)
}

// chosenValues are the values of the fix or the preset whose button was pressed. They never hold a secret, and
// nothing that the schema does not declare: when they would, they were not made by this page, and it has answered
// already.
func (h *handler) chosenValues(
	w http.ResponseWriter, r *http.Request, schema shared.Schema,
) (chosen shared.Values, ok bool) {
	fix, preset := r.PostForm.Get("fix"), r.PostForm.Get("preset")
	switch {
	case fix != "":
		if json.Unmarshal([]byte(fix), &chosen) != nil {
			h.invalid(w, r, "fix", fix)
			return nil, false
		}
	case preset != "":
		i := slices.IndexFunc(schema.Presets, func(p shared.Preset) bool { return p.Name == preset })
		if i < 0 {
			h.invalid(w, r, "preset", preset)
			return nil, false
		}
		chosen = schema.Presets[i].Values
	}
	for name, value := range chosen {
		if field, declared := schema.Field(name); !declared || field.Sensitive || !field.Fits(value) {
			h.invalid(w, r, "fix", name)
			return nil, false
		}
	}
	return chosen, true
}

// typedTexts keeps what was typed while the plugin cannot say what the fields are. Secrets are left out.
func typedTexts(posted url.Values) map[string]string {
	typed := map[string]string{}
	for control, values := range posted {
		if name, ok := strings.CutPrefix(control, valuePrefix); ok && len(values) > 0 {
			typed[name] = values[0]
		}
	}
	return typed
}
