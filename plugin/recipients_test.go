package plugin

import (
	"strings"
	"testing"
)

// TestDecoratedRecipient says of an address that an operator has decorated that it is to stand alone, and not which it
// is.
func TestDecoratedRecipient(t *testing.T) {
	for entry, want := range map[string]string{
		"ops@example.com": "", "@example.com": "", "Ops <ops@example.com>": "brackets, mailto: or another address",
		"mailto:ops@example.com": "brackets, mailto: or another address",
		"ops":                    "for a whole domain", "*@example.com": "for a whole domain",
	} {
		var recipient Recipient
		err := recipient.UnmarshalText([]byte(entry))
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", entry, err, want)
		}
	}
}
