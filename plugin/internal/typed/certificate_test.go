package typed

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

func authority(t testing.TB) string {
	t.Helper()
	made, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return string(made.PEM())
}

// TestCertificates reads certificates as they come out of other programs.
func TestCertificates(t *testing.T) {
	one, other := authority(t), authority(t)
	body := strings.TrimSpace(strings.NewReplacer("-----BEGIN CERTIFICATE-----", "", "-----END CERTIFICATE-----", "").
		Replace(one))
	key := "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	for name, c := range map[string]struct{ text, want string }{
		"as it is":         {one, one},
		"two":              {one + other, one + other},
		"CRLF":             {strings.ReplaceAll(one, "\n", "\r\n"), one},
		"one line":         {strings.ReplaceAll(one, "\n", " "), one},
		"JSON":             {`"` + strings.ReplaceAll(one, "\n", `\n`) + `"`, one},
		"indented":         {"    " + strings.ReplaceAll(one, "\n", "\n    "), one},
		"no-break blanks":  {"\u00a0" + strings.ReplaceAll(one, "\n", "\n\u00a0"), one},
		"typographic":      {strings.ReplaceAll(one, "-----", "—–—"), one},
		"text around":      {"subject=CN=x\n" + one + "\nVerify return code: 0 (ok)", one},
		"with a key":       {key + one, one},
		"without lines":    {body, one},
		"base64 of PEM":    {base64.StdEncoding.EncodeToString([]byte(one)), one},
		"mark of UTF-8":    {"\ufeff" + one, one},
		"X509 CERTIFICATE": {strings.ReplaceAll(one, " CERTIFICATE", " X509 CERTIFICATE"), one},
		"damaged":          {strings.Replace(one, body[:20], "", 1), ""},
		"a key":            {key, ""}, "nothing": {"", ""}, "text": {"hello", ""},
	} {
		if got := Certificates(c.text); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestFingerprint reads fingerprints as other programs show them.
func TestFingerprint(t *testing.T) {
	one := authority(t)
	der, _ := pem.Decode([]byte(one))
	sum := sha256.Sum256(der.Bytes)
	digits := hex.EncodeToString(sum[:])
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, strings.ToUpper(digits[i:i+2]))
	}
	for name, text := range map[string]string{
		"as it is": digits, "OpenSSL": "sha256 Fingerprint=" + strings.Join(pairs, ":"),
		"prefix":  "SHA256:" + strings.Join(pairs, ":"),
		"Windows": "\u200e" + strings.ToLower(strings.Join(pairs, " ")), "hyphens": strings.Join(pairs, "–"),
		"lines": strings.Join(pairs[:16], " ") + "\r\n" + strings.Join(pairs[16:], " "), "quoted": "“" + digits + "”",
		"certificate": one, "full width": strings.Replace(digits, digits[:1], string(rune(digits[0])+0xfee0), 1),
	} {
		if got := Fingerprint(text); got != digits {
			t.Errorf("%s, %q: %q", name, text, got)
		}
	}
	for _, text := range []string{"", digits[2:], digits + "ab", digits + " " + digits, one + authority(t), "sha1:" +
		digits[:40]} {
		if got := Fingerprint(text); got != "" {
			t.Errorf("%q: %q", text, got)
		}
	}
}
