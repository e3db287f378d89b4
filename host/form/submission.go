package form

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	s.revision, _ = strconv.ParseInt(posted.Get("revision"), 10, 64)
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

// chosenValues are the values of the fix or the preset whose button was pressed, limited to what the schema declares.
func chosenValues(schema shared.Schema, r *http.Request) shared.Values {
	var chosen shared.Values
	if fix := r.PostForm.Get("fix"); fix != "" {
		_ = json.Unmarshal([]byte(fix), &chosen) // An invalid one fills in nothing.
	} else {
		for _, preset := range schema.Presets {
			if preset.Name == r.PostForm.Get("preset") {
				chosen = preset.Values
			}
		}
	}
	allowed := shared.Values{}
	for name, value := range chosen {
		if field, ok := schema.Field(name); ok && !field.Sensitive && field.Fits(value) {
			allowed[name] = value
		}
	}
	return allowed
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
