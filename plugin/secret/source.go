package secret

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// openKey opens the key that a source names; see OpenKeyring.
func openKey(ctx context.Context, source string) (key, error) {
	scheme, rest, _ := strings.Cut(source, "://")
	var opened key
	var err error
	switch scheme {
	case "env", "file":
		var digits string
		if digits, err = Read(source); err == nil {
			opened, err = localKey(digits)
		}
	case "transit", "transit+http":
		opened, err = transitKey(ctx, scheme, rest)
	default:
		return key{}, fmt.Errorf("key %q must begin with env://, file:// or transit://", scheme)
	}
	if err != nil {
		return key{}, fmt.Errorf("key %s: %w", source, err)
	}
	return opened, nil
}

// Read returns what a source of plugin.hcl names: the content of a variable (env://NAME) or of a file (file:///path)
// without its last line break, or the text itself.
func Read(source string) (string, error) {
	scheme, rest, _ := strings.Cut(source, "://")
	switch scheme {
	case "env":
		text, given := os.LookupEnv(rest)
		if !given {
			return "", fmt.Errorf("the variable %s is not set, or env in plugin.hcl does not let the plugin see it", rest)
		}
		return text, nil
	case "file":
		text, err := os.ReadFile(rest)
		return strings.TrimRight(string(text), "\r\n"), err
	default:
		return source, nil
	}
}
