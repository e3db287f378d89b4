package shared

import (
	"encoding/json"
	"fmt"
	"time"
)

// SecretText is a secret on its way into the plugin. Every way of printing it shows "(hidden)"; only
// [SecretText.Reveal] returns the characters. The zero SecretText is the empty secret.
type SecretText struct{ characters string }

const hidden = "(hidden)"

// NewSecretText wraps a secret.
func NewSecretText(characters string) SecretText { return SecretText{characters: characters} }

// Reveal returns the secret itself, for the one place that needs it.
func (s SecretText) Reveal() string { return s.characters }

// IsEmpty reports whether the secret has no characters.
func (s SecretText) IsEmpty() bool { return s.characters == "" }

// String hides the secret.
func (s SecretText) String() string { return hidden }

// GoString hides the secret from %#v.
func (s SecretText) GoString() string { return hidden }

// Format hides the secret from every verb of package fmt.
func (s SecretText) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalJSON hides the secret from JSON and from structured loggers that use it.
func (s SecretText) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// MarshalText hides the secret from text encoders.
func (s SecretText) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// SecretAction says what a draft does with a stored secret.
type SecretAction string

// The three things that can be done with a secret. The zero action is SecretKeep: to say nothing keeps it.
const (
	SecretKeep    SecretAction = ""
	SecretReplace SecretAction = "replace"
	SecretClear   SecretAction = "clear"
)

// SecretChange is what a draft wants done with one sensitive field. The zero SecretChange keeps the stored secret.
type SecretChange struct {
	Action SecretAction
	// Text is the new secret; used only with SecretReplace.
	Text SecretText
}

// KeepSecret leaves the stored secret as it is.
func KeepSecret() SecretChange { return SecretChange{} }

// ReplaceSecret puts a new secret in the place of the stored one.
func ReplaceSecret(characters string) SecretChange {
	return SecretChange{Action: SecretReplace, Text: NewSecretText(characters)}
}

// ClearSecret removes the stored secret.
func ClearSecret() SecretChange { return SecretChange{Action: SecretClear} }

// SecretState is all that ever comes out about a stored secret: whether it is set, and since when, and what the page
// tells of it. Its length is not part of it.
type SecretState struct {
	Set bool `json:"set"`
	// Hint helps people to know which secret it is, such as "ends in 4711" or the name of the account that an
	// authorization is for; may be empty. It does not give away what would help to guess the secret.
	Hint string `json:"hint,omitempty"`
	// Expires is when the secret is of no use any more; zero when that is not known.
	Expires time.Time `json:"expires,omitzero"`
	// Since is the time of the save that stored the secret; zero when it is not set or when the time is not known.
	Since time.Time `json:"since,omitzero"`
}
