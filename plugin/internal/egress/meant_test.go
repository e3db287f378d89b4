package egress

import (
	"strings"
	"testing"
)

// TestMeantEntries reads what operators write instead of an address or a network. What is proposed is an entry.
func TestMeantEntries(t *testing.T) {
	for entry, want := range map[string]string{
		"10.0.0.0 /8": "10.0.0.0/8", "10.0.0.0/255.0.0.0": "10.0.0.0/8", "10.1.*": "10.1.0.0/16", "10.1.*.*": "10.1.0.0/16",
		"192.0.2.1:25": "192.0.2.1", "[2001:db8::1]:25": "2001:db8::1", "[2001:db8::]/32": "",
		"smtp://192.0.2.1": "192.0.2.1",
		"10。0。0。0/8":       "10.0.0.0/8", "\"10.0.0.0/8\"": "10.0.0.0/8", "10.0.0.1/255.255.0.0": "10.0.0.0/16",
		"010.001.000.001": "10.1.0.1", "smtp.email.com": "", "10.0.0.0/33": "", "": "", "*": "", "10.0.0.0/255.0.255.0": "",
		"10.0.0.1-10.0.0.9": "",
	} {
		if got := meantBy(entry); got != want {
			t.Errorf("%q: %q, want %q", entry, got, want)
		}
		var network Network
		err := network.UnmarshalText([]byte(entry))
		if err == nil || want != "" && !strings.HasSuffix(err.Error(), "; did you mean \""+want+"\"?") {
			t.Errorf("%q: %v", entry, err)
		}
		if want != "" && network.UnmarshalText([]byte(want)) != nil {
			t.Errorf("%q is no entry", want)
		}
	}
}
