package shared

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Fits reports whether the value is of the field's kind; an empty value fits every kind. Bounds, Pattern and characters
// are another matter: see [Schema.Validate] and [Field.Holds].
func (f Field) Fits(v Value) bool {
	if v.IsEmpty() {
		return true
	}
	traits, known := kinds[f.Kind]
	switch {
	case !known || !traits.form.has(v):
		return false
	case traits.pattern != "":
		return wholly(traits.pattern).MatchString(v.text)
	case f.Kind == KindURL:
		return wholly(f.schemePattern() + urlRest).MatchString(v.text)
	case f.Kind == KindChoice:
		return f.areOptions(v.text)
	case f.Kind == KindChoices:
		chosen, _ := v.AsList()
		return f.areOptions(chosen...)
	case f.Kind == KindByteSize:
		return v.integer >= 0
	default:
		return true
	}
}

// has reports whether a value that is not empty has the form.
func (form Form) has(v Value) bool {
	return v.form == form || form == FormDecimal && v.form == FormInteger
}

// areOptions reports whether all the texts can be chosen. Where an action finds the options, any may be one.
func (f Field) areOptions(chosen ...string) bool {
	if f.OptionsFrom != "" {
		return true
	}
	others := names{}
	for _, one := range chosen {
		others[one] = true
	}
	for _, option := range f.Options {
		delete(others, option.Value)
	}
	return len(others) == 0
}

// defaultSchemes are those of a URL when the field names none.
var defaultSchemes = []string{"https", "http"}

func (f Field) schemePattern() string {
	schemes := f.Schemes
	if len(schemes) == 0 {
		schemes = defaultSchemes
	}
	quoted := make([]string, len(schemes))
	for i, scheme := range schemes {
		quoted[i] = regexp.QuoteMeta(scheme)
	}
	return "(?:" + strings.Join(quoted, "|") + ")"
}

// Holds reports whether the field can hold the characters of a text, or of the texts of a list or map: all but NUL
// where it has several lines, none that is a control character elsewhere. Values of other kinds have no characters.
func (f Field) Holds(v Value) bool {
	switch v.form {
	case FormText:
		if kinds[f.Kind].lines {
			return !strings.ContainsRune(v.text, 0)
		}
		return !hasControl(v.text)
	case FormList:
		entries, _ := v.AsList()
		return !slices.ContainsFunc(entries, hasControl)
	case FormMap:
		entries, _ := v.AsMap()
		for key, entry := range entries {
			if hasControl(key) || hasControl(entry) {
				return false
			}
		}
	}
	return true
}

func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// Parse reads a value as people write it on a command line, in the environment or in a form. The empty text is the
// empty value. A list is one entry a line or a JSON array; a map is one line "key = text" an entry or a JSON object; a
// number of bytes may have a unit, such as 10 MiB.
func (f Field) Parse(typed string) (Value, error) {
	value := f.read(typed)
	if !f.Fits(value) {
		return Value{}, misfitOf(f).err(f)
	}
	return value, nil
}

// read reads what is typed; what is not of the field's kind stays the text that it is.
func (f Field) read(typed string) Value {
	trimmed := strings.TrimSpace(typed)
	switch f.Kind {
	case KindInteger:
		if number, err := parseInteger(trimmed); err == nil {
			return Integer(number)
		}
	case KindDecimal:
		if number, ok := parseDecimal(trimmed); ok {
			return number
		}
	case KindBoolean:
		if truth, err := parseBoolean(trimmed); err == nil {
			return Boolean(truth)
		}
	case KindByteSize:
		if bytes, ok := parseBytes(trimmed); ok {
			return Integer(bytes)
		}
	case KindList, KindChoices:
		return parseList(trimmed)
	case KindMap:
		return parseMap(trimmed)
	}
	return Text(typed)
}

// Format writes a value as people type it, and as Parse reads it: a list and a map as lines, a number of bytes with the
// largest unit that it is a whole number of.
func (f Field) Format(value Value) string {
	written := value.String()
	switch {
	case !kinds[f.Kind].form.has(value):
		return written
	case f.Kind == KindByteSize:
		return formatBytes(value.integer)
	case f.Kind == KindList || f.Kind == KindChoices:
		written = formatList(value)
	case f.Kind == KindMap:
		written = formatMap(value)
	}
	if f.read(written) != value {
		return value.String() // Its entries look like something else.
	}
	return written
}

// patterns are expressions that have been compiled before. Those of schemas come from other processes: few are kept.
var patterns = struct {
	sync.Mutex
	compiled map[string]*regexp.Regexp
}{compiled: map[string]*regexp.Regexp{}}

const maxCompiled = 512 // A schema has at most two for each field.

// wholly returns the expression that matches the whole of a text. The pattern is one that [Schema.Check] accepts.
func wholly(pattern string) *regexp.Regexp {
	patterns.Lock()
	defer patterns.Unlock()
	if known := patterns.compiled[pattern]; known != nil {
		return known
	}
	if len(patterns.compiled) >= maxCompiled {
		clear(patterns.compiled)
	}
	compiled := regexp.MustCompile(wholePattern(pattern))
	patterns.compiled[pattern] = compiled
	return compiled
}

// onFirstUse compiles an expression when it is first needed: every plugin and Console loads this package.
func onFirstUse(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// wholePattern is the expression of a whole text that matches another one.
func wholePattern(pattern string) string { return `^(?:` + pattern + `)$` }

// entryField is the field that an entry of a list or a map is.
func (f Field) entryField() Field {
	entry := Field{Name: f.Name, Kind: f.Items, Label: f.Label, Pattern: f.Pattern, Schemes: f.Schemes}
	if entry.Kind == "" {
		entry.Kind = KindText
	}
	return entry
}

func tooLongEntry(entry string) bool { return utf8.RuneCountInString(entry) > maxEntryLength }
