// Package manifest reads plugin.hcl, the one file that an operator writes. It declares one plugin: what the host has to
// know to start it, and a config block that only the plugin understands. Both sides read the file with this package, so
// a secret in the config block needs no other way into the plugin.
//
// The file is HCL (the native syntax of version 2) of literals only. Every error names file, line and column and says
// what to do; none repeats a value, because any value may be a secret that stands in the wrong place.
package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// Manifest is the content of a plugin.hcl.
type Manifest struct {
	// Path is the absolute path of the file. Relative paths in it start from its directory.
	Path string
	// Name is the label of the plugin block.
	Name string
	// Binary is the absolute path of the plugin. On Windows it ends in .exe, which the file need not say.
	Binary string
	// SHA256 is the checksum that the binary must have, in hexadecimal; empty means that any binary is started.
	SHA256 string
	// Env says which variables of the host's environment the plugin may see. Nothing else is passed on; see Environment.
	Env []Pattern

	config    *koanf.Koanf
	positions map[string]position // by the path of the key, from the top of the file
	warnings  []string
}

// maxSize bounds the file, in bytes.
const maxSize = 256 << 10

// separator stands between the keys of a path. It cannot be part of a key or of a name.
const separator = "/"

// pluginBlock and configBlock are the two blocks.
const pluginBlock, configBlock = "plugin", "config"

// declaration is what the host has to know.
type declaration struct {
	Binary string    `koanf:"binary" required:"true"`
	SHA256 digest    `koanf:"sha256"`
	Env    []Pattern `koanf:"env"`
}

// Read reads the file. The error is an *Error.
func Read(path string) (*Manifest, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, &Error{Path: path, Reason: err.Error(), Err: err}
	}
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	tree, parser := koanf.New(separator), newParser()
	if err := tree.Load(rawbytes.Provider(content), parser); err != nil {
		return nil, at(path, err)
	}
	m := &Manifest{Path: absolute, Name: parser.name, positions: parser.positions}
	block := tree.Cut(pluginBlock + separator + m.Name)
	m.config = block.Cut(configBlock)
	block.Delete(configBlock)
	var declared declaration
	if err := m.decode(block, nil, &declared); err != nil {
		return nil, at(path, err)
	}
	m.SHA256, m.Env = string(declared.SHA256), declared.Env
	if m.Binary, err = programPath(declared.Binary, m.Resolve(declared.Binary)); err != nil {
		return nil, at(path, m.Refuse("binary", err))
	}
	return m, nil
}

// readFile reads a regular file of bounded size.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Path: path, Reason: "there is no such file; give its place with --manifest", Err: err}
	case err != nil:
		return nil, &Error{Path: path, Reason: "cannot be read: " + bare(err).Error(), Err: err}
	case info.IsDir():
		return nil, &Error{Path: path, Reason: "cannot be read: is a directory; give the file in it"}
	case !info.Mode().IsRegular():
		return nil, &Error{Path: path, Reason: "cannot be read: is not a regular file; the plugin reads it as well"}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, &Error{Path: path, Reason: "cannot be read: " + bare(err).Error(), Err: err}
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, &Error{Path: path, Reason: "cannot be read: " + bare(err).Error(), Err: err}
	case len(content) > maxSize:
		return nil, &Error{Path: path, Reason: fmt.Sprintf("is larger than %d KiB; it is not a plugin.hcl", maxSize>>10)}
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

// Resolve makes a path of the manifest absolute.
func (m *Manifest) Resolve(path string) string { return absolute(filepath.Dir(m.Path), path) }

// Config decodes the config block into target, a pointer to a struct. The koanf tag of a field is its key; a key that
// is not given leaves the field as it is. The type says what the value must be, and the error, an *Error, names its
// place when it is something else:
//
//	string, []string            texts in quotes, never empty
//	int, int64                  a whole number, from 0 on unless the tags min and max say otherwise
//	bool                        true or false
//	time.Duration               a text such as "30s", longer than nothing; min and max are such texts
//	encoding.TextUnmarshaler    a text that UnmarshalText takes; its error must not repeat the text
//
// and slices of them. The tag required:"true" makes a key necessary. A field with the tag deprecated:"reason" is a key
// that has lost its meaning: it is taken, whatever its value, and a warning names its place and the reason; see
// Warnings. A struct with the tag koanf:",squash" has its keys in the same block.
func (m *Manifest) Config(target any) error {
	return at(m.Path, m.decode(m.config, []string{configBlock}, target))
}

// Warnings are what Config found that is of no use any more, each with its place.
func (m *Manifest) Warnings() []string { return m.warnings }

// Refuse is an error about the value of a key, found later than by reading the file. The key is one of the config
// block, or else of the plugin block; an entry of a list is its key, a slash and the entry's number from 0 on. err must
// not repeat the value.
func (m *Manifest) Refuse(key string, err error) error {
	named, _, _ := cut(key)
	for _, place := range []string{m.path(configBlock, key), m.path(configBlock, named), m.path(key), m.path(named),
		m.path(configBlock), m.path()} {
		if found, given := m.positions[place]; given {
			return &Error{Path: m.Path, Line: found.line, Column: found.column, Reason: named + ": " + err.Error(), Err: err}
		}
	}
	return &Error{Path: m.Path, Reason: named + ": " + err.Error(), Err: err}
}
