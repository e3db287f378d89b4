package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// A source of plugin.hcl says where a value is. What stands in its place by mistake is most likely the value itself, so
// no error of this file repeats a source, or a part of one.

// KeySource says where a key is; see OpenKeyring.
type KeySource string

// UnmarshalText reads a source.
func (s *KeySource) UnmarshalText(text []byte) error {
	*s = KeySource(text)
	return checkKeySource(string(text))
}

func checkKeySource(source string) error {
	scheme, rest, _ := strings.Cut(source, "://")
	switch scheme {
	case "env", "file":
		return CheckSource(source)
	case "transit", "transit+http":
		_, err := transitLocation(rest)
		return err
	default:
		return errors.New("says where the key is, and must begin with env://, file:// or transit://; " +
			"the key itself goes into a file of mode 0600: file:///path")
	}
}

// variableName is the name of a variable of the environment.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// CheckSource makes sure that env://NAME or file:///path names a variable or a file.
func CheckSource(source string) error {
	scheme, rest, _ := strings.Cut(source, "://")
	switch {
	case scheme == "env" && !variableName.MatchString(rest):
		return errors.New("env:// must be followed by the name of a variable: letters, digits and _")
	case scheme == "file" && rest == "":
		return errors.New("file:// must be followed by the path of a file, as in file:///path")
	}
	return nil
}

// openKey opens the key that a source names; see OpenKeyring.
func openKey(ctx context.Context, source string) (key, error) {
	if err := checkKeySource(source); err != nil {
		return key{}, &SourceError{Err: err}
	}
	scheme, rest, _ := strings.Cut(source, "://")
	if scheme == "transit" || scheme == "transit+http" {
		opened, err := transitKey(ctx, scheme, rest)
		if err != nil {
			return key{}, fmt.Errorf("key in Vault: %w", err)
		}
		return opened, nil
	}
	digits, err := Read(source)
	if err != nil {
		return key{}, &SourceError{Err: err}
	}
	opened, err := localKey(digits)
	if err != nil {
		return key{}, &SourceError{Err: fmt.Errorf("what it names cannot be used: %w", err)}
	}
	return opened, nil
}

// SourceError is a source of plugin.hcl that does not lead to a key.
type SourceError struct {
	// Old is the number of the source among the old ones, from 1 on; 0 is that of the current key.
	Old int
	Err error
}

func (e *SourceError) Error() string { return "key: " + e.Err.Error() }
func (e *SourceError) Unwrap() error { return e.Err }

// maxSource bounds what a file of a source holds, in bytes.
const maxSource = 64 << 10

// Read returns what a source of plugin.hcl names: the content of a variable (env://NAME) or of a file (file:///path)
// without its last line break, or the text itself. A file that others can read is refused.
func Read(source string) (string, error) {
	scheme, rest, _ := strings.Cut(source, "://")
	switch scheme {
	case "env":
		text, given := os.LookupEnv(rest)
		if !given {
			return "", errors.New("the variable that it names is not set, or env in plugin.hcl does not let the plugin see it")
		}
		if text == "" {
			return "", errors.New("the variable that it names is empty")
		}
		return text, nil
	case "file":
		text, err := readPrivate(localPath(rest))
		if err != nil {
			return "", fmt.Errorf("the file that it names %w", err)
		}
		return text, nil
	default:
		return source, nil
	}
}

// readPrivate reads a file with a secret. The error does not name it.
func readPrivate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", pathless(err))
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", pathless(err))
	}
	defer file.Close()
	if info, err = file.Stat(); err == nil { // Of the file that is read.
		err = filemode.Secret(path, info)
	}
	if err != nil {
		return "", pathless(err)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxSource+1))
	text := strings.TrimRight(string(plaintext.From(content)), "\r\n")
	switch {
	case err != nil:
		return "", fmt.Errorf("cannot be read: %w", pathless(err))
	case len(content) > maxSource:
		return "", fmt.Errorf("is larger than %d KiB", maxSource>>10)
	case text == "":
		return "", errors.New("is empty")
	}
	return text, nil
}

// pathless is the error without the path.
func pathless(err error) error {
	var withPath *fs.PathError
	if errors.As(err, &withPath) {
		return withPath.Err
	}
	return err
}

// location is where Vault has a key.
type location struct{ host, mount, name string }

// transitLocation reads what stands behind the scheme. What url.Parse says would repeat it.
func transitLocation(rest string) (location, error) {
	malformed := errors.New("a key in Vault is written transit://host:port/mount/name, without a login or a token; " +
		"the token comes from VAULT_TOKEN")
	parsed, err := url.Parse("//" + rest)
	if err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return location{}, malformed
	}
	mount, name, found := cutLast(strings.Trim(parsed.Path, "/"), "/")
	if !found || mount == "" || name == "" || strings.Contains(parsed.Path, "@") {
		return location{}, malformed
	}
	return location{host: parsed.Host, mount: mount, name: name}, nil
}
