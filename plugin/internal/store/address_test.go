package store

import (
	"strings"
	"testing"
)

// TestAddress reads addresses of databases. One that is refused is not repeated, and no part of a password is taken for
// a host, a port or a name, which are shown.
func TestAddress(t *testing.T) {
	const canary = "c4nary"
	for text, fits := range map[string]bool{
		"postgres://console@db.example:5432/console":              true,
		"postgresql://console:c4nary@db.example/console":          true,
		"postgres://console:c4nary%40%23%2F@db.example/c":         true,
		"postgres://console:c4nary@[2001:db8::1]:5432/c":          true,
		"postgres://console:c4nary@a.example:1,b.example:2/c":     true,
		"postgres://console@/c?host=/var/run/postgresql":          true,
		"postgres://console:c4nary@h/c?sslmode=require":           true,
		"env://DATABASE_URL":                                      true,
		"file:///run/secrets/database":                            true,
		"postgres://console:c4nary@h/c?sslmode=c4nary":            false,
		"postgres://console:12/c4nary@h/c":                        false,
		"postgres://console:12#c4nary@h/c":                        false,
		"postgres://console:12?c4nary@h/c":                        false,
		"postgres://console:c4nary/@h/c":                          false,
		"postgres://console:c4%nary@h/c":                          false,
		"postgres://console:c4nary@h:port/c":                      false,
		"postgres:console:c4nary@h/c":                             false,
		"mysql://console:c4nary@h/c":                              false,
		"host=h user=console password=c4nary":                     false,
		"c4nary":                                                  false,
		"env://c4nary-c4nary":                                     false,
		"env://":                                                  false,
		"file://":                                                 false,
		"postgres://console:c4nary@h:99999/c":                     false,
		"postgres://console:c4nary@h/c?connect_timeout=c4nary":    false,
		"postgres://console:c4nary@h/c?target_session_attrs=none": false,
	} {
		var address Address
		err := address.UnmarshalText([]byte(text))
		if (err == nil) != fits {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error repeats it: %v", text, err)
		}
		if _, parseErr := parseAddress(text); parseErr != nil && strings.HasPrefix(text, "postgres") &&
			!Misaddressed(parseErr) {
			t.Errorf("%s: not taken for a bad address: %v", text, parseErr)
		}
	}
}
