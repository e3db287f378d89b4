package shared_test

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

func TestIsEmailAddress(t *testing.T) {
	for _, address := range []string{
		"me@email.com", "me@mail_relay.local", "root@localhost", "me@[192.0.2.1]", "me+tag@ab--cd.com",
		"grüße@bücher.example", "o'neil@email.com",
	} {
		if !shared.IsEmailAddress(address) {
			t.Errorf("%q is an address", address)
		}
	}
	for _, text := range []string{
		"", "me", "me@", "@email.com", "me@email.com, you@email.com", "Me <me@email.com>", "<me@email.com>",
		"me@email.com\r\nRCPT TO:<x@y.z>",
		"me@e\u2028mail.com", "m\u202ee@email.com", "me@\u00ad.com", "me @email.com",
		strings.Repeat("a", 250) + "@b.example",
	} {
		if shared.IsEmailAddress(text) {
			t.Errorf("%q is no address", text)
		}
	}
}
