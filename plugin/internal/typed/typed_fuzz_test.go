package typed

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// FuzzTyped reads any text as everything. What is proposed is valid, and is read as itself.
func FuzzTyped(f *testing.F) {
	for _, text := range []string{"", "smtps://u:p@h.com:465/",
		"“Name, Inc.” <a@b.com>; c@d.com", "h.com 587 (STARTTLS)",
		"٥٨٧",
		"[2001:db8::1]:25", "ѕmtp–x.com", "sha256 Fingerprint=AB:CD", "2 min", "\xff\u00ad\u200b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, one := range Servers(text) {
			if _, err := smtpconn.ASCIIHost(one.Host); err != nil || one.Port < 0 || one.Port > 65535 {
				t.Errorf("%q leads to %+v: %v", text, one, err)
			}
			if again := Servers(one.Host); len(again) == 0 || again[0].Host != one.Host {
				t.Errorf("%q leads to %q, and that to %+v", text, one.Host, again)
			}
		}
		for _, one := range Mailboxes(text) {
			again := Mailboxes(one.Address)
			if !shared.IsEmailAddress(one.Address) || len(again) != 1 || again[0].Address != one.Address {
				t.Errorf("%q leads to %q, and that to %+v", text, one.Address, again)
			}
		}
		for _, one := range Ports(text) {
			if one.Number < 1 || one.Number > 65535 {
				t.Errorf("%q leads to %+v", text, one)
			}
		}
		if plain := Plain(text); Plain(plain) != plain {
			t.Errorf("%q becomes %q, and that %q", text, plain, Plain(plain))
		}
		if digits := Fingerprint(text); digits != "" && (len(digits) != 64 || Fingerprint(digits) != digits) {
			t.Errorf("%q leads to %q", text, digits)
		}
		if certificates := Certificates(text); certificates != "" && Certificates(certificates) != certificates {
			t.Errorf("%q leads to %q", text, certificates)
		}
		_, _ = Duration(text)
		_, _, _ = Odd(text)
		_ = Visible(Undecorated(text))
	})
}
