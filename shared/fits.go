package shared

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Parse reads a value as people write it on a command line or in the environment. The empty text is the empty value.
func (f Field) Parse(typed string) (Value, error) {
	value := Text(typed)
	switch f.Kind {
	case KindInteger:
		if number, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64); err == nil {
			value = Integer(number)
		}
	case KindBoolean:
		if truth, err := strconv.ParseBool(strings.TrimSpace(typed)); err == nil {
			value = Boolean(truth)
		}
	}
	if !f.Fits(value) {
		return Value{}, errors.New(strings.TrimSuffix(text.Of(misfit[f.Kind].message, "field", f.Label).String(), "."))
	}
	return value, nil
}

// Fits reports whether the value is of the field's kind; an empty value fits every kind.
func (f Field) Fits(v Value) bool {
	if v.IsEmpty() {
		return true
	}
	chosen, isText := v.AsText()
	switch f.Kind {
	case KindInteger:
		_, ok := v.AsInteger()
		return ok
	case KindBoolean:
		_, ok := v.AsBoolean()
		return ok
	case KindChoice:
		return isText && slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == chosen })
	case KindDuration:
		_, err := time.ParseDuration(chosen)
		return isText && err == nil
	default:
		return isText
	}
}

// Holds reports whether the field can hold the characters of a text: all but NUL where it has several lines, none that
// is a control character elsewhere. Values of other kinds have no characters.
func (f Field) Holds(v Value) bool {
	if f.Kind == KindMultiline {
		return !strings.ContainsRune(v.text, 0)
	}
	return !strings.ContainsFunc(v.text, unicode.IsControl)
}
