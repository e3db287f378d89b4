package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Pattern names a variable of the environment, or all that begin alike: "SSL_CERT_FILE", "SMTP_*".
type Pattern string

var patternForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*\*?$`)

// UnmarshalText reads a pattern.
func (p *Pattern) UnmarshalText(text []byte) error {
	*p = Pattern(text)
	switch name := string(text); {
	case name == "*":
		return errors.New(`"*" alone is no pattern: name what the plugin needs, such as "SMTP_*"`)
	case strings.Contains(name, "="):
		return errors.New("write the name of a variable only; its value is that of the host's environment")
	case strings.Contains(strings.TrimSuffix(name, "*"), "*"):
		return errors.New(`a "*" may stand at the end of a name only, as in "SMTP_*"`)
	case !patternForm.MatchString(name):
		return errors.New(`write the name of a variable (letters, digits and _), which may end in "*"`)
	case reserved(strings.TrimSuffix(name, "*")):
		return fmt.Errorf("variables that begin with %s are the host's own and never passed on; remove the entry",
			strings.Join(reservedPrefixes, " or "))
	}
	return nil
}

// matches reports whether the variable is named, which is as variableName returns it.
func (p Pattern) matches(name string) bool {
	prefix, wildcard := strings.CutSuffix(variableName(string(p)), "*")
	return name == prefix || wildcard && strings.HasPrefix(name, prefix)
}

// reservedPrefixes begin the names of the variables by which a host speaks to its plugin: those of go-plugin, and those
// of this contract with the handshake's cookie. What a host has of them, for example because it is a plugin itself, is
// not for its own plugin.
var reservedPrefixes = []string{"PLUGIN_", "SETTINGS_PAGE_"}

func reserved(name string) bool {
	name = variableName(name)
	return slices.ContainsFunc(reservedPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Environment returns the variables that the plugin may see, of an environment as os.Environ returns it.
func (m *Manifest) Environment(environ []string) []string {
	patterns := slices.Concat(always, m.Env)
	var passed []string
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		name = variableName(name)
		if !reserved(name) && slices.ContainsFunc(patterns, func(p Pattern) bool { return p.matches(name) }) {
			passed = append(passed, name+"="+value)
		}
	}
	return passed
}

// WithoutReserved returns the environment without what a host says to its plugin.
func WithoutReserved(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), reserved)
}

// digest is a SHA-256 in hexadecimal.
type digest string

// UnmarshalText reads the digits.
func (d *digest) UnmarshalText(text []byte) error {
	if sum, err := hex.DecodeString(string(text)); err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("must have 64 hexadecimal digits, as sha256sum prints them; it has %d characters", len(text))
	}
	*d = digest(strings.ToLower(string(text)))
	return nil
}
