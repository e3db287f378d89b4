package shared

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Value is what one field of the form holds: a text, a whole number, a decimal, a boolean, a list of texts, a map of
// texts or nothing. These forms are all that there are; a [Kind] says which of them a field has.
//
// The zero Value is empty: the administrator gave nothing, so the field's default applies. Values are comparable
// with ==, and what holds the same is equal: a map has no order, and a decimal that is a whole number is that number. A
// Value does not change and may be used concurrently. It never holds a secret; secrets travel as [SecretChange].
type Value struct {
	form    Form
	text    string // of a text; lists, maps and decimals are kept as JSON, so that Values stay comparable
	integer int64
	boolean bool
}

// Form is what a [Value] looks like, whatever the kind of its field.
type Form string

// The forms. The set is closed: later versions of the contract add kinds, not forms.
const (
	FormEmpty   Form = ""
	FormText    Form = "text"
	FormInteger Form = "integer"
	FormDecimal Form = "decimal"
	FormBoolean Form = "boolean"
	FormList    Form = "list"
	FormMap     Form = "map"
)

// maxExact is the largest whole number up to which every program can tell each from the next: those that are written in
// JavaScript have no others (RFC 8259 section 6).
const maxExact = 1<<53 - 1

// Text returns a text Value. Text("") is empty.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{form: FormText, text: s}
}

// Integer returns an integer Value. Integer(0) is not empty.
func Integer(n int64) Value { return Value{form: FormInteger, integer: n} }

// Decimal returns the Value of a number. A whole number is an integer Value, as [Integer] makes it; what is not finite
// is empty.
func Decimal(f float64) Value {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return Value{}
	case f == math.Trunc(f) && math.Abs(f) <= maxExact:
		return Integer(int64(f))
	default:
		return Value{form: FormDecimal, text: formatDecimal(f)}
	}
}

func formatDecimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// Boolean returns a boolean Value. Boolean(false) is not empty.
func Boolean(b bool) Value { return Value{form: FormBoolean, boolean: b} }

// List returns the Value of texts in order; List() is empty. What is not UTF-8 in them becomes U+FFFD.
func List(entries ...string) Value {
	if len(entries) == 0 {
		return Value{}
	}
	return Value{form: FormList, text: jsonText(entries)}
}

// Map returns the Value of texts by key; one without keys is empty. What is not UTF-8 in them becomes U+FFFD.
func Map(entries map[string]string) Value {
	if len(entries) == 0 {
		return Value{}
	}
	return Value{form: FormMap, text: jsonText(entries)} // Its keys are sorted.
}

// jsonText is JSON of what always can be written so.
func jsonText(of any) string {
	encoded, _ := json.Marshal(of) //nolint:errchkjson // texts have no errors
	return string(encoded)
}

// Form returns what v looks like.
func (v Value) Form() Form { return v.form }

// IsEmpty reports whether nothing was given.
func (v Value) IsEmpty() bool { return v.form == FormEmpty }

// AsText returns the text, and whether v holds one.
func (v Value) AsText() (string, bool) {
	if v.form != FormText {
		return "", false
	}
	return v.text, true
}

// AsInteger returns the integer, and whether v holds one.
func (v Value) AsInteger() (int64, bool) { return v.integer, v.form == FormInteger }

// AsDecimal returns the number, and whether v holds one: a decimal or an integer.
func (v Value) AsDecimal() (float64, bool) {
	switch v.form {
	case FormInteger:
		return float64(v.integer), true
	case FormDecimal:
		f, err := strconv.ParseFloat(v.text, 64)
		return f, err == nil
	default:
		return 0, false
	}
}

// AsBoolean returns the boolean, and whether v holds one.
func (v Value) AsBoolean() (bool, bool) { return v.boolean, v.form == FormBoolean }

// AsList returns the texts of a list, and whether v holds one. The slice belongs to the caller.
func (v Value) AsList() ([]string, bool) {
	var entries []string
	if v.form != FormList || json.Unmarshal([]byte(v.text), &entries) != nil {
		return nil, false
	}
	return entries, true
}

// AsMap returns the texts of a map by key, and whether v holds one. The map belongs to the caller.
func (v Value) AsMap() (map[string]string, bool) {
	var entries map[string]string
	if v.form != FormMap || json.Unmarshal([]byte(v.text), &entries) != nil {
		return nil, false
	}
	return entries, true
}

// String returns the value as a form or a person writes it, and as [Field.Parse] reads it: "" for an empty value,
// decimal digits, "true" or "false", a JSON array of a list, a JSON object of a map.
func (v Value) String() string {
	switch v.form {
	case FormInteger:
		return strconv.FormatInt(v.integer, 10)
	case FormBoolean:
		return strconv.FormatBool(v.boolean)
	default:
		return v.text
	}
}

// Bounded reports whether the value is no larger than one that a field may have: 256 entries of a list or a map, of
// 4000 characters each, and the keys as many, or a text of 1,048,576 characters. What comes from another process and is
// larger need not be looked at any further.
func (v Value) Bounded() bool {
	if list, ok := v.AsList(); ok {
		return len(list) <= maxEntries && !slices.ContainsFunc(list, tooLongEntry)
	}
	if entries, ok := v.AsMap(); ok {
		for key, entry := range entries {
			if tooLongEntry(key) || tooLongEntry(entry) {
				return false
			}
		}
		return len(entries) <= maxEntries
	}
	return utf8.RuneCountInString(v.text) <= maxFileEver
}

// size is how many bytes of text the value has.
func (v Value) size() int { return len(v.text) }

// MarshalJSON writes null, a string, a number, a boolean, an array of strings or an object of strings.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.form {
	case FormEmpty:
		return []byte("null"), nil
	case FormText:
		return json.Marshal(v.text)
	default:
		return []byte(v.String()), nil
	}
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	var decoded any
	if err := json.Unmarshal(data, &decoded); err != nil {
		return err
	}
	switch decoded := decoded.(type) {
	case nil:
		*v = Value{}
	case string:
		*v = Text(decoded)
	case bool:
		*v = Boolean(decoded)
	case float64:
		*v = Decimal(decoded)
		if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
			*v = Integer(n)
		}
	case []any:
		var entries []string
		if err := json.Unmarshal(data, &entries); err != nil {
			return fmt.Errorf("value %s is not a list of texts", data)
		}
		*v = List(entries...)
	case map[string]any:
		var entries map[string]string
		if err := json.Unmarshal(data, &entries); err != nil {
			return fmt.Errorf("value %s is not a map of texts", data)
		}
		*v = Map(entries)
	}
	return nil
}

// Values holds field values by field name.
type Values map[string]Value

// Names returns the field names in alphabetical order.
func (v Values) Names() []string { return slices.Sorted(maps.Keys(v)) }
