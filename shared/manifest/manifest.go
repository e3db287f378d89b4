// Package manifest reads plugin.hcl, the one file that an operator writes. It declares one plugin: what the host has to
// know to start it, and a config block that only the plugin understands. Both sides read the file with this package, so
// a secret in the config block needs no other way into the plugin.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/hcl"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// Manifest is the content of a plugin.hcl.
type Manifest struct {
	// Path is the absolute path of the file. Relative paths in it start from its directory.
	Path string
	// Name is the label of the plugin block.
	Name string
	// Binary is the absolute path of the plugin.
	Binary string
	// SHA256 is the checksum that the binary must have, in hexadecimal; empty means that any binary is started.
	SHA256 string
	// Env lists the variables of the host's environment that the plugin may see; a name may end in "*". Nothing else is
	// passed on.
	Env []string

	config *koanf.Koanf
}

// Error is a manifest that cannot be used. It names the file, the place and the remedy.
type Error struct {
	Path   string
	Reason string
	Err    error
}

func (e *Error) Error() string { return e.Path + ": " + e.Reason }
func (e *Error) Unwrap() error { return e.Err }

// Read reads the file. The error is an *Error.
func Read(path string) (*Manifest, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, &Error{Path: path, Reason: err.Error(), Err: err}
	}
	refuse := func(format string, args ...any) error {
		return &Error{Path: path, Reason: fmt.Sprintf(format, args...)}
	}
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Path: path, Reason: "there is no such file; give its place with --manifest", Err: err}
	case err != nil:
		var pathError *fs.PathError
		errors.As(err, &pathError)
		return nil, &Error{Path: path, Reason: "cannot be read: " + pathError.Err.Error(), Err: err}
	}
	tree := koanf.New("/")
	if err := tree.Load(rawbytes.Provider(content), hcl.Parser(true)); err != nil {
		return nil, &Error{Path: path, Reason: "is not valid HCL: " + err.Error(), Err: err}
	}
	for _, key := range slices.Sorted(maps.Keys(tree.Raw())) {
		if key != "plugin" {
			return nil, refuse("unknown key %q; the file holds one block plugin \"NAME\" { … }", key)
		}
	}
	name, block, err := onlyPlugin(tree.Raw()["plugin"])
	if err != nil {
		return nil, refuse("%s", err)
	}
	m := &Manifest{Path: absolute, Name: name, config: koanf.New("/")}
	if err := m.read(block); err != nil {
		return nil, refuse("plugin %q: %s", name, err)
	}
	return m, nil
}

// onlyPlugin finds the one plugin block. With several, the parser returns a list instead of a map.
func onlyPlugin(node any) (name string, block map[string]any, err error) {
	switch node := node.(type) {
	case nil:
		return "", nil, errors.New(`declares no plugin; write a block plugin "NAME" { … }`)
	case map[string]any:
		names := slices.Sorted(maps.Keys(node))
		if len(names) == 1 {
			if block, ok := node[names[0]].(map[string]any); ok {
				return names[0], block, nil
			}
		}
		return "", nil, errors.New(`the block must have a name: plugin "NAME" { … }`)
	case []map[string]any:
		var names []string
		for _, one := range node {
			names = append(names, slices.Sorted(maps.Keys(one))...)
		}
		if different := slices.Compact(slices.Sorted(slices.Values(names))); len(different) < len(names) {
			return "", nil, fmt.Errorf("declares a plugin twice (%s); leave one of the blocks out", strings.Join(names, ", "))
		}
		return "", nil, fmt.Errorf("declares %d plugins (%s); give each a file of its own", len(names), strings.Join(names, ", "))
	default:
		return "", nil, errors.New(`“plugin” must be a block: plugin "NAME" { … }`)
	}
}

func (m *Manifest) read(block map[string]any) error {
	tree := koanf.New("/")
	if err := tree.Load(confmap.Provider(block, ""), nil); err != nil {
		return err
	}
	var keys struct {
		Binary string         `koanf:"binary"`
		SHA256 string         `koanf:"sha256"`
		Env    []string       `koanf:"env"`
		Config map[string]any `koanf:"config"`
	}
	if err := decode(tree, &keys, "binary, sha256, env and config"); err != nil {
		return err
	}
	if keys.Binary == "" {
		return errors.New(`the key "binary" is missing; it is the path of the plugin`)
	}
	if sum, err := hex.DecodeString(keys.SHA256); keys.SHA256 != "" && (err != nil || len(sum) != sha256.Size) {
		return fmt.Errorf(`the key "sha256" must have 64 hexadecimal digits, as sha256sum prints them; it has %d characters`, len(keys.SHA256))
	}
	m.Binary, m.SHA256, m.Env = m.Resolve(keys.Binary), strings.ToLower(keys.SHA256), keys.Env
	return m.config.Load(confmap.Provider(keys.Config, ""), nil)
}

// Resolve makes a path of the manifest absolute.
func (m *Manifest) Resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(m.Path), path)
}

// Config decodes the config block into target, a pointer to a struct with koanf tags. Unknown keys and wrong types are
// errors; known names the keys for the message.
func (m *Manifest) Config(target any, known string) error {
	if err := decode(m.config, target, known); err != nil {
		return m.Refuse("config: %s", err)
	}
	return nil
}

// Refuse is an error about the content of the file; it names the file and the plugin.
func (m *Manifest) Refuse(format string, args ...any) error {
	return &Error{Path: m.Path, Reason: fmt.Sprintf("plugin %q: ", m.Name) + fmt.Sprintf(format, args...)}
}

func decode(tree *koanf.Koanf, target any, known string) error {
	var metadata mapstructure.Metadata
	err := tree.UnmarshalWithConf("", target, koanf.UnmarshalConf{
		Tag:           "koanf",
		DecoderConfig: &mapstructure.DecoderConfig{Metadata: &metadata},
	})
	if err != nil {
		return errors.New(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "decoding failed due to the following error(s):")), " "))
	}
	if len(metadata.Unused) > 0 {
		slices.Sort(metadata.Unused)
		return fmt.Errorf("unknown key %q; the keys are %s", metadata.Unused[0], known)
	}
	return nil
}
