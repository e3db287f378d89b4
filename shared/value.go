package shared

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Value is what one field of the form holds: a text, an integer, a boolean or nothing.
//
// The zero Value is empty: the administrator gave nothing, so the field's default applies. Values are comparable
// with ==. A Value never holds a secret; secrets travel as [SecretChange].
type Value struct {
	kind    valueKind
	text    string
	integer int64
	boolean bool
}

type valueKind uint8

const (
	emptyValue valueKind = iota
	textValue
	integerValue
	booleanValue
)

// Text returns a text Value. Text("") is empty.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: textValue, text: s}
}

// Integer returns an integer Value. Integer(0) is not empty.
func Integer(n int64) Value { return Value{kind: integerValue, integer: n} }

// Boolean returns a boolean Value. Boolean(false) is not empty.
func Boolean(b bool) Value { return Value{kind: booleanValue, boolean: b} }

// IsEmpty reports whether nothing was given.
func (v Value) IsEmpty() bool { return v.kind == emptyValue }

// AsText returns the text, and whether v holds one.
func (v Value) AsText() (string, bool) { return v.text, v.kind == textValue }

// AsInteger returns the integer, and whether v holds one.
func (v Value) AsInteger() (int64, bool) { return v.integer, v.kind == integerValue }

// AsBoolean returns the boolean, and whether v holds one.
func (v Value) AsBoolean() (bool, bool) { return v.boolean, v.kind == booleanValue }

// String returns the value as a form or a person writes it: "" for an empty value, decimal digits, "true" or "false".
func (v Value) String() string {
	switch v.kind {
	case textValue:
		return v.text
	case integerValue:
		return strconv.FormatInt(v.integer, 10)
	case booleanValue:
		return strconv.FormatBool(v.boolean)
	default:
		return ""
	}
}

// MarshalJSON writes null, a string, a number or a boolean.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case textValue:
		return json.Marshal(v.text)
	case integerValue:
		return json.Marshal(v.integer)
	case booleanValue:
		return json.Marshal(v.boolean)
	default:
		return []byte("null"), nil
	}
}

// UnmarshalJSON reads what MarshalJSON writes; a number must be an integer.
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
		n, err := strconv.ParseInt(string(data), 10, 64)
		if err != nil {
			return fmt.Errorf("value %s is not an integer", data)
		}
		*v = Integer(n)
	default:
		return fmt.Errorf("value %s is neither text, integer, boolean nor null", data)
	}
	return nil
}

// Values holds field values by field name.
type Values map[string]Value

// Names returns the field names in alphabetical order.
func (v Values) Names() []string { return slices.Sorted(maps.Keys(v)) }
