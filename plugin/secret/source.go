package secret

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"github.com/hashicorp/go-kms-wrapping/wrappers/transit/v2"
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

// transitKey is a key of Vault's Transit engine. The token comes from VAULT_TOKEN, as with Vault's own tools.
func transitKey(ctx context.Context, scheme, rest string) (key, error) {
	location, err := url.Parse("//" + rest)
	if err != nil {
		return key{}, err
	}
	mount, name, ok := cutLast(strings.Trim(location.Path, "/"), "/")
	if !ok || location.Host == "" {
		return key{}, fmt.Errorf("write transit://host:port/mount/name")
	}
	protocol := "https"
	if scheme == "transit+http" {
		protocol = "http"
	}
	prefix := "transit:" + mount + "/" + name + ":"
	wrapper := transit.NewWrapper()
	_, err = wrapper.SetConfig(ctx, wrapping.WithDisallowEnvVars(true), transit.WithAddress(protocol+"://"+location.Host),
		transit.WithMountPath(mount), transit.WithKeyName(name), transit.WithToken(os.Getenv("VAULT_TOKEN")), transit.WithKeyIdPrefix(prefix))
	return key{prefix: prefix, wrapper: wrapper}, err
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+len(separator):], true
}
