package settingsfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// valueOf makes what stands in the file the value of a field. What it looks like is decided here; whether it is allowed
// says the page. at is the path from the field to what does not fit. The error repeats no value.
func valueOf(field shared.Field, given any) (value shared.Value, at string, err error) {
	if given == nil {
		return value, "", errors.New("has no value; leave the key out for its default")
	}
	if _, odd := given.(oddNumber); odd {
		return value, "", errors.New("is a number in a form that could be misread; write it in digits without a leading " +
			"zero, or as a text in quotes")
	}
	switch field.Kind.Form() {
	case shared.FormText:
		value, err = textOf(given)
	case shared.FormInteger:
		value, err = integerOf(field, given)
	case shared.FormDecimal:
		value, err = decimalOf(given)
	case shared.FormBoolean:
		truth, isBoolean := given.(bool)
		value = shared.Boolean(truth)
		if !isBoolean {
			err = errors.New("must be true or false, without quotes")
		}
	case shared.FormList:
		return listOf(given)
	case shared.FormMap:
		return mapOf(given)
	default:
		err = errors.New("is of a kind that this testharness does not know; use a newer one")
	}
	return value, "", err
}

func textOf(given any) (shared.Value, error) {
	text, isText := given.(string)
	if !isText {
		return shared.Value{}, fmt.Errorf("must be a text, and is %s; write it in double quotes", whatIs(given))
	}
	return shared.Text(text), nil
}

func integerOf(field shared.Field, given any) (shared.Value, error) {
	switch given := given.(type) {
	case int64:
		return shared.Integer(given), nil
	case string:
		if field.Kind != shared.KindByteSize {
			break
		}
		if value, err := field.Parse(given); err == nil {
			return value, nil
		}
	}
	if field.Kind == shared.KindByteSize {
		return shared.Value{}, errors.New("must be a number of bytes, or a text such as 10 MiB")
	}
	return shared.Value{}, fmt.Errorf("must be a whole number without quotes, and is %s", whatIs(given))
}

func decimalOf(given any) (shared.Value, error) {
	switch given := given.(type) {
	case int64:
		return shared.Integer(given), nil
	case float64:
		return shared.Decimal(given), nil
	}
	return shared.Value{}, fmt.Errorf("must be a number without quotes, and is %s", whatIs(given))
}

func listOf(given any) (value shared.Value, at string, err error) {
	list, isList := given.([]any)
	if !isList {
		return value, "", fmt.Errorf("must be a list, and is %s", whatIs(given))
	}
	entries := make([]string, len(list))
	for i, one := range list {
		text, isText := one.(string)
		if !isText {
			return value, separator + strconv.Itoa(i), fmt.Errorf("an entry must be a text, and is %s; write it in double "+
				"quotes", whatIs(one))
		}
		entries[i] = text
	}
	return shared.List(entries...), "", nil
}

func mapOf(given any) (value shared.Value, at string, err error) {
	entries, isMap := given.(map[string]any)
	if !isMap {
		return value, "", fmt.Errorf("must be a map of keys and texts, and is %s", whatIs(given))
	}
	texts := map[string]string{}
	for key, one := range entries {
		text, isText := one.(string)
		if !isText {
			return value, separator + key, fmt.Errorf("the text of a key must be one, and is %s; write it in double quotes",
				whatIs(one))
		}
		texts[key] = text
	}
	return shared.Map(texts), "", nil
}

// whatIs says of what type a value is.
func whatIs(given any) string {
	switch given.(type) {
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case int64, float64, oddNumber:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	default:
		return "a text"
	}
}

// trimmed is a value without blanks around its texts, which most pages do not store.
func trimmed(value shared.Value) shared.Value {
	if text, isText := value.AsText(); isText {
		return shared.Text(strings.TrimSpace(text))
	}
	if list, isList := value.AsList(); isList {
		for i, one := range list {
			list[i] = strings.TrimSpace(one)
		}
		return shared.List(list...)
	}
	return value
}
