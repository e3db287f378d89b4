package plugin

import (
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Environment has variables as os.Environ returns them. A variable may hold a password, so every way of printing shows
// "(hidden)".
type Environment []string

// String hides the variables.
func (Environment) String() string { return shared.SecretText{}.String() }

// GoString hides the variables from %#v.
func (Environment) GoString() string { return shared.SecretText{}.GoString() }

// Format hides the variables from every verb of package fmt.
func (Environment) Format(f fmt.State, verb rune) { shared.SecretText{}.Format(f, verb) }

// MarshalText hides the variables from JSON and from structured loggers.
func (Environment) MarshalText() ([]byte, error) { return shared.SecretText{}.MarshalText() }
