package secret

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// References says where secrets may be taken from that an administrator names instead of typing them. The zero value
// allows none: a reference makes this process read a file or a variable and send it to a server of the administrator's
// choice, so the operator decides which.
type References struct {
	// Directory is the only one whose files may be named; empty allows no files.
	Directory string
	// Prefix begins the names of the variables that may be named; empty allows no variables.
	Prefix string
}

// maxReferenced bounds a secret that is read by reference, in bytes.
const maxReferenced = 64 << 10

// Resolve returns the secret that env://NAME or file://path names. One line break at the end is not part of it. The error
// is fit to be shown and does not tell whether a file exists that may not be named.
func (r References) Resolve(reference string) (shared.SecretText, error) {
	scheme, rest, _ := strings.Cut(reference, "://")
	switch scheme {
	case "env":
		return r.variable(rest)
	case "file":
		return r.file(rest)
	default:
		return shared.SecretText{}, fmt.Errorf("it must begin with env:// or file://")
	}
}

func (r References) variable(name string) (shared.SecretText, error) {
	switch {
	case r.Prefix == "":
		return shared.SecretText{}, fmt.Errorf("the operator allows no variables (secret_prefix in plugin.hcl)")
	case !strings.HasPrefix(name, r.Prefix):
		return shared.SecretText{}, fmt.Errorf("only variables whose names begin with %s are allowed", r.Prefix)
	}
	text := os.Getenv(name)
	if text == "" {
		return shared.SecretText{}, fmt.Errorf("the variable %s is not set", name)
	}
	return shared.NewSecretText(text), nil
}

func (r References) file(path string) (shared.SecretText, error) {
	if r.Directory == "" {
		return shared.SecretText{}, fmt.Errorf("the operator allows no files (secret_dir in plugin.hcl)")
	}
	// A root keeps links and .. from leading out of the directory.
	root, err := os.OpenRoot(r.Directory)
	if err != nil {
		return shared.SecretText{}, fmt.Errorf("the directory %s cannot be opened", r.Directory)
	}
	defer root.Close()
	inside, err := filepath.Rel(r.Directory, path)
	if err != nil || !filepath.IsLocal(inside) {
		return shared.SecretText{}, fmt.Errorf("only files in %s are allowed", r.Directory)
	}
	content, err := root.ReadFile(inside)
	if err != nil || len(content) > maxReferenced {
		return shared.SecretText{}, fmt.Errorf("there is no readable file %s", path)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if text == "" {
		return shared.SecretText{}, fmt.Errorf("the file %s is empty", path)
	}
	return shared.NewSecretText(text), nil
}
