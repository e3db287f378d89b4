package plugin

import (
	"strings"
	"testing"
)

// TestRecipientIsMeant proposes the address that an operator has decorated.
func TestRecipientIsMeant(t *testing.T) {
	for entry, want := range map[string]string{
		"ops@example.com": "", "@example.com": "", "Ops <ops@example.com>": `did you mean "ops@example.com"?`,
		"mailto:ops@example.com": `did you mean "ops@example.com"?`,
		"ops":                    "for a whole domain", "*@example.com": "for a whole domain",
	} {
		var recipient Recipient
		err := recipient.UnmarshalText([]byte(entry))
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", entry, err, want)
		}
	}
}
