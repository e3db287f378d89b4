package alert

import (
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

// hidden is what every way of printing shows.
var hidden shared.SecretText

// String hides the address.
func (a Address) String() string { return hidden.String() }

// GoString hides the address from %#v.
func (a Address) GoString() string { return hidden.GoString() }

// Format hides the address from every verb of package fmt.
func (a Address) Format(f fmt.State, verb rune) { hidden.Format(f, verb) }

// MarshalText hides the address from JSON and from structured loggers.
func (a Address) MarshalText() ([]byte, error) { return hidden.MarshalText() }

// String hides the secret.
func (s Secret) String() string { return hidden.String() }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return hidden.GoString() }

// Format hides the secret from every verb of package fmt.
func (s Secret) Format(f fmt.State, verb rune) { hidden.Format(f, verb) }

// MarshalText hides the secret from JSON and from structured loggers.
func (s Secret) MarshalText() ([]byte, error) { return hidden.MarshalText() }
