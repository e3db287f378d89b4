package shared

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// complaint is what is wrong with a field: the code, and a sentence about {field}.
type complaint struct {
	code    string
	message text.Message
	values  []any
	// words are said instead of the message, when there are any.
	words string
}

func (c complaint) about(field Field, label func(Field) text.Text) *Violation {
	said := text.Of(c.message, append([]any{"field", label(field)}, c.values...)...)
	if c.words != "" {
		said = text.Plain(c.words)
	}
	return &Violation{Code: c.code, Field: field.Name, Summary: said}
}

var (
	missing    = &complaint{code: "required", message: "“{field}” must be filled in."}
	unexpected = &complaint{code: "read_only", message: "“{field}” cannot be changed."}
)

// complaintOf returns the first thing that is wrong with a field, nil when there is none.
func (e *Evaluation) complaintOf(field Field, secretSet func(string) bool) *complaint {
	if field.ReadOnly {
		if !e.values[field.Name].IsEmpty() {
			return unexpected
		}
		return nil
	}
	if !e.Visible(field) || !e.Enabled(field) {
		return nil
	}
	value := e.Effective(field.Name)
	there := !value.IsEmpty()
	if field.Sensitive {
		there = secretSet(field.Name)
	}
	switch {
	case !there && e.Required(field):
		return missing
	case !there || field.Sensitive:
		return nil
	default:
		return field.complaintAbout(value)
	}
}

// complaintAbout returns the first thing that is wrong with a value that is not empty, nil when there is none.
func (f Field) complaintAbout(value Value) *complaint {
	if !f.Fits(value) {
		unfit := misfitOf(f)
		return &unfit
	}
	if !f.Holds(value) {
		return &complaint{
			code: "control_character", message: "“{field}” contains a line break or another control character.",
		}
	}
	measure := f.measure(value)
	if !f.within(measure, f.Min, f.Max) {
		return f.outside(f.Min, f.Max)
	}
	if least, most := f.bounds(); !f.within(measure, least, most) {
		return f.outside(least, most)
	}
	if list, ok := value.AsList(); ok {
		return f.complaintAboutEntries(list)
	}
	if entries, ok := value.AsMap(); ok {
		return f.complaintAboutMap(entries)
	}
	if typed, ok := value.AsText(); ok {
		return f.complaintAboutText(typed)
	}
	return nil
}

func (f Field) complaintAboutText(typed string) *complaint {
	switch {
	case f.Kind == KindEmail && !IsEmailAddress(typed):
		return &complaint{
			code: "not_an_address", message: "“{field}” must be an e-mail address such as notifications@example.com.",
		}
	case f.Pattern != "" && !wholly(f.Pattern).MatchString(typed):
		return &complaint{
			code: "wrong_form", message: "“{field}” does not have the expected form.", words: f.PatternMessage,
		}
	default:
		return nil
	}
}

func (f Field) complaintAboutEntries(list []string) *complaint {
	seen := map[string]bool{}
	for _, entry := range list {
		if f.Kind == KindChoices && seen[entry] {
			return &complaint{
				code: "entry_twice", message: "“{entry}” stands in “{field}” twice.", values: []any{"entry", shown(entry)},
			}
		}
		seen[entry] = true
		if found := f.complaintAboutEntry(entry); found != nil {
			return found
		}
	}
	return nil
}

func (f Field) complaintAboutMap(entries map[string]string) *complaint {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if key == "" || tooLongEntry(key) {
			return &complaint{code: "wrong_key", message: "A key of “{field}” is empty or too long."}
		}
		if entries[key] == "" {
			return &complaint{
				code: "wrong_entry", message: "“{entry}” in “{field}” has no text: an entry is written as key = text.",
				values: []any{"entry", shown(key)},
			}
		}
		if found := f.complaintAboutEntry(entries[key]); found != nil {
			return found
		}
	}
	return nil
}

// complaintAboutEntry returns what is wrong with an entry of a list or a map.
func (f Field) complaintAboutEntry(entry string) *complaint {
	if entry == "" || tooLongEntry(entry) {
		return &complaint{code: "wrong_entry", message: "An entry of “{field}” is empty or too long."}
	}
	if f.entryField().complaintAbout(Text(entry)) != nil {
		return &complaint{
			code: "wrong_entry", message: "“{entry}” in “{field}” does not have the expected form.",
			values: []any{"entry", shown(entry)}, words: f.PatternMessage,
		}
	}
	return nil
}

// shown is what a user typed, short and on one line.
func shown(typed string) string { return printable.Line(printable.Shortened(typed, maxShown)) }

var misfit = map[Kind]complaint{
	KindText:          {code: "not_text", message: "“{field}” must be text."},
	KindMultiline:     {code: "not_text", message: "“{field}” must be text."},
	KindEmail:         {code: "not_text", message: "“{field}” must be text."},
	KindFile:          {code: "not_text", message: "“{field}” must be text."},
	KindAuthorization: {code: "not_text", message: "“{field}” must be text."},
	KindInteger:       {code: "not_a_number", message: "“{field}” must be a whole number."},
	KindDecimal:       {code: "not_a_number", message: "“{field}” must be a number."},
	KindBoolean:       {code: "not_a_boolean", message: "“{field}” must be true or false."},
	KindChoice:        {code: "not_an_option", message: "“{field}” must be one of the given options."},
	KindChoices:       {code: "not_an_option", message: "“{field}” must be some of the given options."},
	KindList:          {code: "not_a_list", message: "“{field}” must be a list of texts."},
	KindMap:           {code: "not_a_map", message: "“{field}” must be texts by key, each key once."},
	KindURL: {
		code: "not_a_url", message: "“{field}” must be an address such as {example}, without a name or password in it.",
	},
	KindHostPort: {code: "not_a_host_and_port",
		message: "“{field}” must be a host and a port, such as server.example.com:636."},
	KindDuration: {code: "not_a_duration", message: "“{field}” must be a length of time such as 30s or 2m."},
	KindByteSize: {code: "not_a_size", message: "“{field}” must be a number of bytes such as 512 KiB or 10 MB."},
	KindDate:     {code: "not_a_date", message: "“{field}” must be a date such as 2026-12-31."},
}

// misfitOf says what a value of the field's kind looks like.
func misfitOf(field Field) complaint {
	found := misfit[field.Kind]
	if field.Kind == KindURL {
		scheme := defaultSchemes[0]
		if len(field.Schemes) > 0 {
			scheme = field.Schemes[0]
		}
		found.values = []any{"example", scheme + "://server.example.com"}
	}
	return found
}

// outside says what the bounds are.
func (f Field) outside(least, most Value) *complaint {
	switch kinds[f.Kind].bounded {
	case byLength:
		return &complaint{
			code: "wrong_length", message: "“{field}” must have {bounds}.",
			values: []any{"bounds", lengthBounds(least, most)},
		}
	case byEntries:
		return &complaint{
			code: "wrong_length", message: "“{field}” must hold {bounds}.",
			values: []any{"bounds", entryBounds(least, most)},
		}
	}
	if f.Kind == KindInteger || f.Kind == KindDecimal {
		return &complaint{
			code: "out_of_range", message: "“{field}” must be {bounds}.", values: []any{"bounds", numberBounds(least, most)},
		}
	}
	found := complaint{
		code: "out_of_range", message: "“{field}” must lie between {min} and {max}.",
		values: []any{"min", f.Format(least), "max", f.Format(most)},
	}
	if least.IsEmpty() {
		found.message = "“{field}” must not be more than {max}."
	} else if most.IsEmpty() {
		found.message = "“{field}” must not be less than {min}."
	}
	return &found
}

func numberBounds(least, most Value) text.Text {
	switch {
	case least.IsEmpty():
		return text.Of("at most {max}", "max", most)
	case most.IsEmpty():
		return text.Of("at least {min}", "min", least)
	default:
		return text.Of("between {min} and {max}", "min", least, "max", most)
	}
}

func lengthBounds(least, most Value) text.Text {
	switch {
	case least.IsEmpty():
		return text.Of("at most {count} character || at most {count} characters", "count", most.integer)
	case most.IsEmpty():
		return text.Of("at least {count} character || at least {count} characters", "count", least.integer)
	default:
		return text.Of("between {min} and {count} character || between {min} and {count} characters",
			"min", least, "count", most.integer)
	}
}

func entryBounds(least, most Value) text.Text {
	if most.IsEmpty() {
		most = Integer(maxEntries)
	}
	if least.IsEmpty() {
		return text.Of("at most {count} entry || at most {count} entries", "count", most.integer)
	}
	return text.Of("between {min} and {count} entry || between {min} and {count} entries",
		"min", least, "count", most.integer)
}

// err is the complaint as an error of a program.
func (c complaint) err(field Field) error {
	words := text.Of(c.message, append([]any{"field", field.Label}, c.values...)...)
	return errors.New(strings.TrimSuffix(words.String(), "."))
}
