// Package settingsfile reads and writes the settings of a page as people keep them beside their other configuration: a
// file in YAML, JSON or HCL that has the fields by their names at the top level, and under "secrets" where each secret
// comes from. The file never holds a secret itself.
//
// Every error names file, line and column and says what to do; none repeats a value, because any value may be a secret
// that stands in the wrong place.
package settingsfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"

	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// File is a file of settings, before it is known for which page it is.
type File struct {
	path string
	tree *koanf.Koanf
	// places are where things stand, by their path; names are the fields in the order of the file.
	places map[string]Place
	names  []string
	// secrets are in the order of the file.
	secrets []Source
}

// Source is where a secret comes from.
type Source struct {
	Field string
	// Text is env:NAME, file:PATH with an absolute path, keep or clear.
	Text string
	Place
}

// Place is where something stands; the zero Place is the whole file.
type Place struct{ Line, Column int }

// Error is what is wrong with a file.
type Error struct {
	Path string
	Place
	Reason string
	Err    error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Path + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Reason)
}

func (e *Error) Unwrap() error { return e.Err }

func (p Place) refuse(format string, args ...any) *Error {
	return &Error{Place: p, Reason: fmt.Sprintf(format, args...)}
}

// maxSize bounds a file, in bytes; maxDepth bounds brackets in brackets, of which settings have two.
const (
	maxSize  = 1 << 20
	maxDepth = 16
)

// separator stands between the keys of a path. It cannot be part of one.
const separator = "\x00"

// secretsKey is what has the secrets.
const secretsKey = "secrets"

// Standard is the path that stands for standard input.
const Standard = "-"

// ErrUnreadable is that there is no such file, or that it cannot be read.
var ErrUnreadable = errors.New("cannot be read")

// Read reads a file. Its name says what it is: .json is JSON, .hcl is HCL, and all others are YAML, standard input as
// well. The error is an *Error, or several of them joined; it wraps ErrUnreadable when the file could not be read.
func Read(path string, standard io.Reader) (*File, error) {
	shown := path
	if path == Standard {
		shown = "standard input"
	}
	content, err := readAll(path, standard)
	if err != nil {
		return nil, &Error{Path: shown, Reason: err.Error(), Err: fmt.Errorf("%w: %w", ErrUnreadable, err)}
	}
	file, err := parse(content, strings.ToLower(filepath.Ext(path)))
	if err != nil {
		return nil, named(err, shown)
	}
	file.path = shown
	return file, named(file.readSecrets(filepath.Dir(path)), shown)
}

func readAll(path string, standard io.Reader) ([]byte, error) {
	in := standard
	if path != Standard {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, errors.New("there is no such file; testharness export > FILE writes one")
		case err == nil && info.IsDir():
			return nil, errors.New("is a directory; name the file in it")
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("cannot be read: %w", bare(err))
		}
		defer file.Close()
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", bare(err))
	case len(content) > maxSize:
		return nil, fmt.Errorf("is larger than %d KiB; it is no file of settings", maxSize>>10)
	}
	return content, nil
}

// bare is the error without the path, which is named already.
func bare(err error) error {
	var withPath *fs.PathError
	if errors.As(err, &withPath) {
		return withPath.Err
	}
	return err
}

// named completes errors with the file's name.
func named(err error, path string) error {
	var one *Error
	var several interface{ Unwrap() []error }
	switch {
	case errors.As(err, &several):
		for _, each := range several.Unwrap() {
			_ = named(each, path)
		}
	case errors.As(err, &one):
		one.Path = path
	}
	return err
}

// parse reads the content by the end of the file's name.
func parse(content []byte, suffix string) (*File, error) {
	text, err := plainText(content)
	if err != nil {
		return nil, err
	}
	b := &builder{places: map[string]Place{}}
	var parser koanf.Parser
	switch suffix {
	case ".json":
		parser = &jsonParser{builder: b}
	case ".hcl":
		parser = &hclParser{builder: b}
	default:
		parser = &yamlParser{builder: b}
	}
	tree := koanf.New(separator)
	if err := tree.Load(rawbytes.Provider(text), parser); err != nil {
		return nil, err
	}
	return &File{tree: tree, places: b.places, names: b.names}, nil
}

// plainText makes sure that the file is a text, and takes away what editors of other systems put in.
func plainText(content []byte) ([]byte, error) {
	text := string(plaintext.From(content))
	line, column := 1, 1
	for at, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[at:], "\uFFFD"):
			return nil, Place{line, column}.refuse("is not a text in UTF-8; save the file as UTF-8")
		case r == '\n':
			line, column = line+1, 0
		case r < ' ' && r != '\t', r == 0x7f:
			return nil, Place{line, column}.refuse("holds the control character U+%04X; remove it", r)
		}
		column++
	}
	return []byte(text), nil
}

// builder collects where things stand while a parser makes the tree.
type builder struct {
	places map[string]Place
	names  []string
}

// add notes a key below a path. It refuses one that stands twice.
func (b *builder) add(path, key string, place Place) (string, error) {
	if strings.ContainsFunc(key, func(r rune) bool { return r < ' ' }) {
		return "", place.refuse("a key has no control characters")
	}
	here := key
	if path != "" {
		here = path + separator + key
	}
	if first, twice := b.places[here]; twice {
		return "", place.refuse("the key %s stands twice, first in line %d; leave one of them out", shown(key), first.Line)
	}
	b.places[here] = place
	if path == "" && key != secretsKey {
		b.names = append(b.names, key)
	}
	return here, nil
}

// readSecrets reads the part of the file that has the sources. Files are looked for from the directory on.
func (f *File) readSecrets(directory string) error {
	given, there := f.tree.Raw()[secretsKey]
	if !there {
		return nil
	}
	place := f.places[secretsKey]
	sources, isMap := given.(map[string]any)
	if !isMap {
		return place.refuse("secrets: write the fields below it, each with its source: password: env:NAME")
	}
	var wrong []error
	for field, source := range sources {
		place := f.places[secretsKey+separator+field]
		text, isText := source.(string)
		kind, rest, _ := strings.Cut(text, ":")
		switch {
		case isText && (text == "keep" || text == "clear"), isText && kind == "env" && isVariable(rest):
		case isText && kind == "file" && rest != "":
			if !filepath.IsAbs(rest) {
				rest = filepath.Join(directory, rest)
			}
			text = kind + ":" + rest
		default:
			wrong = append(wrong, place.refuse("secrets: %s: is not a source; write env:NAME for a variable of the "+
				"environment, file:PATH, keep or clear, never the secret itself", shown(field)))
			continue
		}
		f.secrets = append(f.secrets, Source{Field: field, Text: text, Place: place})
	}
	inOrder(f.secrets)
	return joined(wrong)
}

func inOrder(sources []Source) {
	slices.SortFunc(sources, func(a, b Source) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// joined is what errors.Join returns, in the order of the file.
func joined(errs []error) error {
	slices.SortStableFunc(errs, func(a, b error) int {
		var first, second *Error
		if !errors.As(a, &first) || !errors.As(b, &second) || first.Line == second.Line {
			return 0
		}
		return first.Line - second.Line
	})
	return errors.Join(errs...)
}

// isVariable reports whether the text can be the name of a variable of the environment (POSIX, Base Definitions, 8.1).
func isVariable(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// Secrets are the sources of the file, in its order.
func (f *File) Secrets() []Source { return f.secrets }

// Refuse is an error about a secret, at the place of its source.
func (f *File) Refuse(source Source, err error) error {
	return &Error{Path: f.path, Place: source.Place, Reason: "secrets: " + shown(source.Field) + ": " + err.Error(),
		Err: err}
}

// PlaceOf is where the file names a field, as "smtp.yaml:3:1"; empty when it does not.
func (f *File) PlaceOf(field string) string {
	place, found := f.places[field]
	if !found {
		place, found = f.places[secretsKey+separator+field]
	}
	if !found {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", f.path, place.Line, place.Column)
}

// maxShown bounds a key that an error repeats: a longer one is no key but something that stands in the wrong place.
const maxShown = 64

// shown is a key as an error repeats it.
func shown(key string) string {
	if len(key) > maxShown {
		return "(too long to be a key)"
	}
	return fmt.Sprintf("%q", key)
}
