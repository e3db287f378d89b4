package form

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Prefixes of the names of form controls.
const (
	valuePrefix   = "value."   // a field
	secretPrefix  = "secret."  // a new secret; empty keeps the stored one
	clearPrefix   = "clear."   // ticked to remove the stored secret
	optionPrefix  = "option."  // an option of the test
	addPrefix     = "add."     // an entry for a list, of those that an action has found
	offeredPrefix = "offered." // names each of them that the list had when it was offered
	actionPrefix  = "action."  // an option of an action, with the action's name before its own
	presentName   = "present"  // names each field that was on the form: an unticked box sends nothing
	unsetName     = "unset"    // names each field whose control showed the default as if it were the value
	refusedName   = "refused"  // given by the script while the page says that nothing was saved
)

// submission is a posted form.
type submission struct {
	draft shared.Draft
	// options are those of the test, whose name is empty, and of the actions.
	options  map[string]shared.Values
	revision int64
	base     *formBase // nil when the form does not say what it was opened with
	// hasContent tells which fields hold something; hints about the others would only be in the way.
	hasContent map[string]bool
	// present and unset are the keys of the fields that were on the form, and of those that showed their default.
	present, unset map[string]bool
	// found and tickets are what an action came back with: options by field, and what stands for authorizations.
	found   map[string][]shared.Option
	tickets map[string]string
}

func readSubmission(schema shared.Schema, posted url.Values) submission {
	s := submission{
		draft:      shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}},
		options:    map[string]shared.Values{},
		hasContent: map[string]bool{},
		present:    setOf(posted[presentName]),
		unset:      setOf(posted[unsetName]),
		tickets:    map[string]string{},
	}
	for field := range schema.Fields() {
		if field.ReadOnly || !s.present[field.Name] {
			continue // Not on the form: locked or hidden, so it keeps its value.
		}
		if field.Sensitive {
			s.readSecret(field, posted)
			continue
		}
		value := withFound(field, readValue(field, posted, valuePrefix+field.Name), posted)
		s.draft.Values[field.Name] = value
		s.hasContent[field.Name] = !value.IsEmpty() && value != shared.Boolean(false)
	}
	s.options[""] = s.readOptions("", schema.Test.Form(), posted)
	for _, action := range schema.Actions {
		s.options[action.Name] = s.readOptions(runName(action.Name), action.Form(), posted)
	}
	return s
}

func setOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// readOptions reads the options of a test or an action. One that was left empty, or is not on the form, is not named,
// so that it has its default.
func (s *submission) readOptions(of runName, form shared.Schema, posted url.Values) shared.Values {
	read := shared.Values{}
	for option := range form.Fields() {
		control := of.optionControl() + option.Name
		if !posted.Has(control) && !s.present[of.optionKey()+option.Name] {
			continue
		}
		if value := readValue(option, posted, control); !value.IsEmpty() {
			read[option.Name] = value
		}
	}
	return read
}

// settle leaves out of the draft what it does not decide: what was typed into fields that are disabled or hidden, and
// what is only a default that the form showed as if it were a value.
func (h *handler) settle(r *http.Request, schema shared.Schema, s *submission) {
	stored := sync.OnceValue(func() shared.Values {
		snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
		if err != nil {
			return nil
		}
		return snapshot.Values
	})
	s.draft = schema.Reachable(s.draft, stored)
	s.unpin(schema, stored)
}

func (s *submission) unpin(schema shared.Schema, stored func() shared.Values) {
	var untouched []string
	for field := range schema.Fields() {
		if !s.draft.Values[field.Name].IsEmpty() && s.unset[field.Name] {
			untouched = append(untouched, field.Name)
		}
	}
	if len(untouched) == 0 {
		return
	}
	var base shared.Values
	elsewhere := func(name string) bool {
		_, given := s.draft.Values[name]
		return !given
	}
	if slices.ContainsFunc(schema.DefaultDepends(untouched...), elsewhere) {
		base = stored()
	}
	base = s.draft.Apply(base)
	for _, name := range untouched {
		delete(base, name)
	}
	s.draft.Values = schema.Unpinned(s.draft.Values, base)
}

// take fills in what an action has found: values, options, and tickets for authorizations. It returns those tickets.
func (s *submission) take(schema shared.Schema, found shared.ActionResult) (tickets map[string]string) {
	s.found, tickets = found.Choices, map[string]string{}
	for field := range schema.Fields() {
		if value, given := found.Values[field.Name]; given && !field.Sensitive && !field.ReadOnly && field.Fits(value) {
			s.draft.Values[field.Name] = value
		}
		if ticket := found.Tickets[field.Name].Reveal(); ticket != "" && field.Kind == shared.KindAuthorization {
			s.tickets[field.Name], tickets[field.Name] = ticket, ticket
		}
	}
	return tickets
}

func (s *submission) readSecret(field shared.Field, posted url.Values) {
	typed := posted.Get(secretPrefix + field.Name)
	switch field.Kind {
	case shared.KindMultiline, shared.KindFile:
		typed = strings.TrimSpace(typed)
	}
	switch {
	case typed != "":
		if field.Kind == shared.KindAuthorization {
			s.tickets[field.Name] = typed // It is given once, so the page carries it on.
		}
		s.draft.Secrets[field.Name] = shared.ReplaceSecret(typed)
		s.hasContent[field.Name] = true
	case posted.Has(clearPrefix + field.Name):
		s.draft.Secrets[field.Name] = shared.ClearSecret()
	default:
		s.draft.Secrets[field.Name] = shared.KeepSecret()
	}
}

// withFound is a list with those of the found entries that are ticked, and without those that were unticked.
func withFound(field shared.Field, value shared.Value, posted url.Values) shared.Value {
	ticked, had := posted[addPrefix+field.Name], posted[offeredPrefix+field.Name]
	entries, isList := value.AsList()
	if field.Kind != shared.KindList || len(ticked)+len(had) == 0 || !isList && !value.IsEmpty() {
		return value
	}
	had = had[:min(len(had), mostTicked)]
	entries = slices.DeleteFunc(slices.Clone(entries), func(one string) bool {
		return slices.Contains(had, one) && !slices.Contains(ticked, one)
	})
	for _, one := range ticked[:min(len(ticked), mostTicked)] {
		if one != "" && !slices.Contains(had, one) && !slices.Contains(entries, one) {
			entries = append(entries, one)
		}
	}
	return shared.List(entries...)
}

// mostTicked is how many tick-boxes of one field are read: more than a list may have, which the plugin then says.
const mostTicked = 257

// readValue reads a control. What does not fit the field's kind goes to the plugin as text, which then says so.
func readValue(field shared.Field, posted url.Values, control string) shared.Value {
	if field.Kind == shared.KindBoolean {
		return shared.Boolean(posted.Has(control))
	}
	if field.Kind == shared.KindChoices { // A tick-box each.
		ticked := slices.DeleteFunc(slices.Clone(posted[control]), func(one string) bool { return one == "" })
		return shared.List(ticked[:min(len(ticked), mostTicked)]...)
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
		return h.declaredValues(w, r, schema, "fix", fix)
	case preset != "":
		i := slices.IndexFunc(schema.Presets, func(p shared.Preset) bool { return p.Name == preset })
		if i < 0 {
			h.invalid(w, r, "preset", preset)
			return nil, false
		}
		chosen = schema.Presets[i].Values
	}
	return chosen, h.allDeclared(w, r, schema, "preset", chosen)
}

// declaredValues reads values that a control of the page holds.
func (h *handler) declaredValues(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, control, posted string,
) (values shared.Values, ok bool) {
	if json.Unmarshal([]byte(posted), &values) != nil {
		h.invalid(w, r, control, posted)
		return nil, false
	}
	return values, h.allDeclared(w, r, schema, control, values)
}

func (h *handler) allDeclared(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, control string, values shared.Values,
) bool {
	for name, value := range values {
		if field, declared := schema.Field(name); !declared || field.Sensitive || field.ReadOnly || !field.Fits(value) {
			h.invalid(w, r, control, name)
			return false
		}
	}
	return true
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
