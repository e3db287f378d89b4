package secret

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Destination is what a secret is sealed for. All members count.
//
// A Destination without ID and Generation and with no other parts than the named ones is in the first form: that of
// what versions without identities have stored, and of messages, which are bound to their recipient and key.
type Destination struct {
	// Purpose keeps apart what is sealed with the same key, such as "settings" and "notification".
	Purpose string
	Field   string
	// Parts are the settings that decide where the secret goes and who can read it on the way, by name. An empty part
	// counts as none, so that a setting which is added later leaves what is stored as it is.
	Parts map[string]string
	// ID tells two secrets of one destination apart, and Generation those from before and after a removal.
	ID, Generation string
}

// Names of the parts that the first form has.
const (
	Server  = "server"
	Port    = "port"
	Encrypt = "use_ssl"
	Login   = "login"
	Proxy   = "proxy"
)

var firstParts = []string{Server, Port, Encrypt, Login, Proxy}

// FirstForm returns the destination as the first form has it, without what only later forms bind.
func (d Destination) FirstForm() Destination {
	first := Destination{Purpose: d.Purpose, Field: d.Field, Parts: map[string]string{}}
	for _, name := range firstParts {
		first.Parts[name] = d.Parts[name]
	}
	return first
}

// OnlyLater returns the parts that the first form does not bind.
func OnlyLater(parts map[string]string) map[string]string {
	later := maps.Clone(parts)
	maps.DeleteFunc(later, func(name, value string) bool { return value == "" || slices.Contains(firstParts, name) })
	return later
}

// additionalData is an unambiguous encoding of the destination: each part with its length before it.
func (d Destination) additionalData() []byte {
	var parts []string
	if d.ID == "" && d.Generation == "" && len(OnlyLater(d.Parts)) == 0 {
		parts = d.firstForm()
	} else {
		parts = []string{"v2", d.Purpose, d.Field, d.ID, d.Generation}
		for _, name := range slices.Sorted(maps.Keys(d.Parts)) {
			if d.Parts[name] != "" {
				parts = append(parts, name, d.Parts[name])
			}
		}
	}
	var data []byte
	for _, part := range parts {
		data = binary.BigEndian.AppendUint32(data, uint32(len(part))) //nolint:gosec // the parts are far shorter
		data = append(data, part...)
	}
	return data
}

func (d Destination) firstForm() []string {
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	parts := []string{
		"v1", d.Purpose, d.Field, strings.ToLower(d.Parts[Server]), or(d.Parts[Port], "0"), or(d.Parts[Encrypt], "false"),
		d.Parts[Login],
	}
	if proxy := d.Parts[Proxy]; proxy != "" {
		parts = append(parts, proxy)
	}
	return parts
}

// storedDestination is a Destination in JSON; the second group is what the first form had instead of parts.
type storedDestination struct {
	Purpose    string            `json:"purpose"`
	Field      string            `json:"field"`
	Parts      map[string]string `json:"parts,omitempty"`
	ID         string            `json:"id,omitempty"`
	Generation string            `json:"generation,omitempty"`

	Server  string `json:"server,omitempty"`
	Port    int    `json:"port,omitempty"`
	Encrypt bool   `json:"encrypt,omitempty"`
	Login   string `json:"login,omitempty"`
	Proxy   string `json:"proxy,omitempty"`
}

// MarshalJSON writes the present form.
func (d Destination) MarshalJSON() ([]byte, error) {
	return json.Marshal(storedDestination{Purpose: d.Purpose, Field: d.Field, Parts: d.Parts, ID: d.ID,
		Generation: d.Generation})
}

// UnmarshalJSON reads the present form and the first one.
func (d *Destination) UnmarshalJSON(data []byte) error {
	var stored storedDestination
	if err := json.Unmarshal(data, &stored); err != nil {
		return fmt.Errorf("destination: %w", err)
	}
	*d = Destination{Purpose: stored.Purpose, Field: stored.Field, Parts: stored.Parts, ID: stored.ID,
		Generation: stored.Generation}
	if stored.Parts == nil {
		d.Parts = map[string]string{
			Server: strings.ToLower(stored.Server), Port: strconv.Itoa(stored.Port), Encrypt: strconv.FormatBool(stored.Encrypt),
			Login: stored.Login, Proxy: stored.Proxy,
		}
	}
	return nil
}
