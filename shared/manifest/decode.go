package manifest

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/v2"
)

// koanfTag names the key of a field.
const koanfTag = "koanf"

// decode puts the values of a block into target, after it has made sure that they fit. names are the keys that lead to
// the block from the plugin block.
func (m *Manifest) decode(block *koanf.Koanf, names []string, target any) error {
	structure := reflect.TypeOf(target)
	if structure == nil || structure.Kind() != reflect.Pointer || structure.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("manifest: a block cannot be decoded into %T; it needs a pointer to a struct", target)
	}
	declared, err := declaredKeys(structure.Elem())
	if err != nil {
		return err
	}
	if err := m.check(block, names, declared); err != nil {
		return err
	}
	for _, one := range declared {
		if one.deprecated != "" {
			block.Delete(one.key)
		}
	}
	return block.UnmarshalWithConf("", target, koanf.UnmarshalConf{Tag: koanfTag,
		DecoderConfig: &mapstructure.DecoderConfig{
			Result: target, ZeroFields: true, // A list replaces its default as a whole.
			// Else a key would also be that of a field that has no tag, such as resolver for Resolver.
			MatchName: func(key, field string) bool { return key == field },
			DecodeHook: mapstructure.ComposeDecodeHookFunc(mapstructure.StringToTimeDurationHookFunc(),
				mapstructure.TextUnmarshallerHookFunc()),
		}})
}

// check makes sure that the keys of a block are declared and that their values fit.
func (m *Manifest) check(block *koanf.Koanf, names []string, declared []declaredKey) error {
	prefix := strings.Join(append(slices.Clone(names), ""), ": ")
	given := block.Raw()
	known := map[string]declaredKey{}
	for _, one := range declared {
		known[one.key] = one
	}
	for _, key := range m.inOrder(given, names) {
		path := m.path(append(slices.Clone(names), key)...)
		one, found := known[key]
		switch {
		case !found:
			return m.positions[path].refuse("%sunknown key %s%s keys are %s", prefix, shown(key), suggestion(key, declared),
				listed(declared))
		case one.deprecated != "":
			place := m.positions[path]
			m.warnings = append(m.warnings, (&Error{Path: m.Path, Line: place.line, Column: place.column,
				Reason: fmt.Sprintf("%sthe key %q has no effect any more: %s; remove the line", prefix, key,
					one.deprecated)}).Error())
		default:
			if at, err := one.check(given[key]); err != nil {
				place, found := m.positions[path+at]
				if !found {
					place = m.positions[path]
				}
				return &Error{Line: place.line, Column: place.column, Reason: prefix + key + ": " + err.Error(), Err: err}
			}
		}
	}
	for _, one := range declared {
		if _, found := given[one.key]; one.required && !found {
			return m.positions[m.path(m.present(names)...)].refuse("%sthe key %q is missing; add a line %s = …",
				prefix, one.key, one.key)
		}
	}
	return nil
}

// present leaves out a block that the file does not have.
func (m *Manifest) present(names []string) []string {
	if _, found := m.positions[m.path(names...)]; found {
		return names
	}
	return nil
}

// inOrder are the keys in the order of the file.
func (m *Manifest) inOrder(given map[string]any, names []string) []string {
	keys := make([]string, 0, len(given))
	for key := range given {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		first, second := m.positions[m.path(append(slices.Clone(names), a)...)],
			m.positions[m.path(append(slices.Clone(names), b)...)]
		if first.line != second.line {
			return first.line - second.line
		}
		return first.column - second.column
	})
	return keys
}

// nearEnough is how much two keys must have in common for one to be taken for the other.
const nearEnough = 0.6

// suggestion is how the list of the keys begins, with the one that may be meant.
func suggestion(key string, declared []declaredKey) string {
	best, likest := "", nearEnough
	key = strings.ReplaceAll(strings.ToLower(key), "-", "_")
	for _, one := range declared {
		if likeness := levenshtein.Similarity(key, one.key, nil); likeness > likest && one.deprecated == "" {
			best, likest = one.key, likeness
		}
	}
	if best == "" {
		return "; the"
	}
	return fmt.Sprintf("; did you mean %q? The", best)
}

// listed names the keys for people.
func listed(declared []declaredKey) string {
	var keys []string
	for _, one := range declared {
		if one.deprecated == "" {
			keys = append(keys, one.key)
		}
	}
	if len(keys) < 2 {
		return strings.Join(keys, "")
	}
	return strings.Join(keys[:len(keys)-1], ", ") + " and " + keys[len(keys)-1]
}

// check makes sure that a value fits. at is the path from the key to what does not.
func (d declaredKey) check(value any) (at string, err error) {
	if d.kind.Kind() != reflect.Slice || unmarshals(d.kind) {
		return "", d.fits(d.kind, value)
	}
	list, isList := value.([]any)
	if !isList {
		return "", fmt.Errorf("must be a list: write it in [ ]")
	}
	for i, one := range list {
		if err := d.fits(d.kind.Elem(), one); err != nil {
			return separator + strconv.Itoa(i), err
		}
	}
	return "", nil
}

func (d declaredKey) fits(kind reflect.Type, value any) error {
	text, isText := value.(string)
	switch {
	case kind == durationType:
		length, err := time.ParseDuration(text)
		if !isText || err != nil || length < d.shortest || length > d.longest {
			return fmt.Errorf("must be a length of time in quotes, such as \"30s\"%s", d.bounds())
		}
	case unmarshals(kind):
		if !isText {
			return fmt.Errorf("must be a text in double quotes")
		}
		return reflect.New(kind).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case kind.Kind() == reflect.String:
		if !isText {
			return fmt.Errorf("must be a text in double quotes")
		}
	case kind.Kind() == reflect.Bool:
		if _, isBool := value.(bool); !isBool {
			return fmt.Errorf("must be true or false, without quotes")
		}
	default:
		if number, isNumber := value.(int64); !isNumber || number < d.least || number > d.most {
			return fmt.Errorf("must be a whole number without quotes%s", d.bounds())
		}
	}
	return nil
}

// bounds are those of a number or a length of time, for people.
func (d declaredKey) bounds() string {
	switch kind := d.element(); {
	case kind == durationType && d.longest < math.MaxInt64:
		return fmt.Sprintf(", from %s to %s", d.min, d.max)
	case kind == durationType && d.min != "":
		return fmt.Sprintf(", at least %s", d.min)
	case kind == durationType:
		return ""
	case d.most < math.MaxInt32:
		return fmt.Sprintf(", from %d to %d", d.least, d.most)
	default:
		return fmt.Sprintf(", at least %d", d.least)
	}
}
