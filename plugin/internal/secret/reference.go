package secret

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// References says where secrets may be taken from that an administrator names instead of typing them. The zero value
// allows none: a reference makes this process read a file or a variable and send it to a server of the administrator's
// choice, so the operator decides which.
type References struct {
	// Directory is the only one whose files may be named; empty allows no files.
	Directory string
	// Prefix begins the names of the variables that may be named; empty allows no variables.
	Prefix Prefix
	// Withheld are sources (env://NAME or file://path) of secrets that are not for administrators, such as the key,
	// whatever Directory and Prefix allow. Others than these two kinds count for nothing.
	Withheld []string
}

// Prefix begins the names of variables.
type Prefix string

// UnmarshalText reads a prefix.
func (p *Prefix) UnmarshalText(given []byte) error {
	*p = Prefix(given)
	if strings.HasSuffix(string(given), "*") {
		return errors.New(`is the beginning of names as it is, without "*"`)
	}
	if err := CheckSource("env://" + string(given)); err != nil {
		return errors.New("is the beginning of names of variables: letters, digits and _")
	}
	return nil
}

// maxReferenced bounds a secret that is read by reference, in bytes.
const maxReferenced = 64 << 10

// Resolve returns the secret of one line that env://NAME or file://path names. One line break at the end is not part of
// it. The error is fit to be shown and does not tell whether a file exists that may not be named.
func (r References) Resolve(reference string) (shared.SecretText, error) {
	resolved, err := r.ResolveText(reference)
	if err == nil && strings.ContainsAny(resolved.Reveal(), "\r\n") {
		return shared.SecretText{}, manyLines(reference)
	}
	return resolved, err
}

// manyLines says that a secret of one line has more.
func manyLines(reference string) error {
	if name, isVariable := strings.CutPrefix(reference, "env://"); isVariable {
		return refusal("the value of the variable {name} has a line break; set it without", "name", name)
	}
	return refusal("the file {path} has more than one line", "path", strings.TrimPrefix(reference, "file://"))
}

// ResolveText is [References.Resolve] for a secret that may have several lines, such as a key.
func (r References) ResolveText(reference string) (shared.SecretText, error) {
	if slices.ContainsFunc(r.Withheld, func(source string) bool { return r.isSource(reference, source) }) {
		return shared.SecretText{}, refusal("it names a secret that is not for mail servers")
	}
	scheme, rest, _ := strings.Cut(reference, "://")
	switch scheme {
	case "env":
		return r.variable(rest)
	case "file":
		return r.file(localPath(rest))
	default:
		return shared.SecretText{}, refusal("it must begin with env:// or file://")
	}
}

// refusal is why a reference is not followed, for the administrator who named it.
func refusal(message text.Message, values ...any) error {
	return text.Error{Text: text.Of(message, values...)}
}

// Same reports whether two references name the same secret: links and other ways to write a path are seen through.
func (r References) Same(one, other string) bool {
	if one == other {
		return true
	}
	onePath, first := cutPath(one)
	otherPath, second := cutPath(other)
	if !first || !second {
		return false
	}
	if filepath.Clean(onePath) == filepath.Clean(otherPath) {
		return true
	}
	oneFile, err1 := r.stat(onePath)
	otherFile, err2 := r.stat(otherPath)
	return err1 == nil && err2 == nil && os.SameFile(oneFile, otherFile)
}

// cutPath is the path of a reference or source that names a file.
func cutPath(source string) (path string, isFile bool) {
	path, isFile = strings.CutPrefix(source, "file://")
	return localPath(path), isFile
}

// isSource reports whether the reference names the same secret as a source, which may be outside of the directory.
func (r References) isSource(reference, source string) bool {
	path, isFile := cutPath(source)
	named, namesFile := cutPath(reference)
	if !isFile || !namesFile {
		return strings.EqualFold(reference, source) // Names of variables that differ in case only are one on Windows.
	}
	file, err1 := os.Stat(path)
	other, err2 := r.stat(named)
	return err1 == nil && err2 == nil && os.SameFile(file, other)
}

func (r References) variable(name string) (shared.SecretText, error) {
	switch {
	case r.Prefix == "":
		return shared.SecretText{}, refusal("the operator allows no variables (secret_prefix in plugin.hcl)")
	case !strings.HasPrefix(name, string(r.Prefix)):
		return shared.SecretText{}, refusal("only variables whose names begin with {prefix} are allowed", "prefix", r.Prefix)
	}
	value := os.Getenv(name)
	if value == "" {
		return shared.SecretText{}, refusal("the variable {name} is not set", "name", name)
	}
	return shared.NewSecretText(value), nil
}

func (r References) file(path string) (shared.SecretText, error) {
	if r.Directory == "" {
		return shared.SecretText{}, refusal("the operator allows no files (secret_dir in plugin.hcl)")
	}
	root, inside, err := r.open(path)
	if err != nil {
		return shared.SecretText{}, err
	}
	defer root.Close()
	content, err := readRegular(root, inside)
	if err != nil || len(content) > maxReferenced {
		return shared.SecretText{}, refusal("there is no readable file {path}", "path", path)
	}
	value := strings.TrimSuffix(string(plaintext.From(content)), "\n")
	if value == "" {
		return shared.SecretText{}, refusal("the file {path} is empty", "path", path)
	}
	return shared.NewSecretText(value), nil
}

// readRegular reads a file, and no more of it than shows that it is too large. Nothing else is opened: to open a pipe
// may take forever.
func readRegular(root *os.Root, inside string) ([]byte, error) {
	info, err := root.Stat(inside)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	file, err := root.Open(inside)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxReferenced+1))
}

// open returns the directory as a root, which keeps links and .. from leading out of it, and the path within.
func (r References) open(path string) (*os.Root, string, error) {
	root, err := os.OpenRoot(r.Directory)
	if err != nil {
		return nil, "", refusal("the directory {directory} cannot be opened", "directory", r.Directory)
	}
	if absolute, err := filepath.Abs(path); err == nil { // A relative one starts where the host has started this process.
		path = absolute
	}
	inside, err := filepath.Rel(r.Directory, path)
	if err != nil || !filepath.IsLocal(inside) {
		_ = root.Close()
		return nil, "", refusal("only files in {directory} are allowed", "directory", r.Directory)
	}
	return root, inside, nil
}

func (r References) stat(path string) (os.FileInfo, error) {
	root, inside, err := r.open(path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(inside)
}
