package smtpconn

import (
	"crypto/md5"  //nolint:gosec // looked for, not relied on
	"crypto/sha1" //nolint:gosec // looked for, not relied on
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// longSecret is from how many bytes on a secret is looked for in fewer encodings: access tokens have some thousands.
const longSecret = 256

// encodings are forms of a secret that a server may repeat in another case, or in which nothing else is to be found.
func encodings(secret string) []string {
	once := shifted(secret, 3, 6, inBase64)
	if len(secret) > longSecret {
		return once
	}
	found := append(slices.Clone(once), inBase64(base64.StdEncoding.EncodeToString([]byte(secret))), rotated(secret),
		inBase64(reversed(secret)))
	for _, inner := range once {
		found = append(found, shifted(inner, 3, 6, inBase64)...)
	}
	found = append(found, shifted(secret, 5, 5, inBase32)...)
	// Hashes without a salt are as good as the secret when it is a weak one.
	//nolint:gosec // see above
	md, sha, sha2 := md5.Sum([]byte(secret)), sha1.Sum([]byte(secret)), sha256.Sum256([]byte(secret))
	for _, sum := range [][]byte{md[:], sha[:], sha2[:]} {
		found = append(found, hex.EncodeToString(sum), inBase64(string(sum)))
	}
	return found
}

// shifted encodes the secret as it stands inside a longer text, at each place of a group of bytes. Digits, of some bits
// each, that depend on what stands around it are left out.
func shifted(secret string, group, bits int, encode func(string) string) []string {
	var found []string
	for before := range group {
		digits := encode(strings.Repeat("\x00", before) + secret)
		first, last := (8*before+bits-1)/bits, 8*(before+len(secret))/bits
		found = append(found, digits[min(first, last):last])
	}
	return found
}

// wordsOf are the forms in which a secret of a few characters is looked for.
func wordsOf(secret string) []string {
	once := inBase64(secret)
	return []string{
		secret, reversed(secret), once, inBase64(once), hex.EncodeToString([]byte(secret)), url.QueryEscape(secret),
	}
}

func inBase64(text string) string { return base64.RawStdEncoding.EncodeToString([]byte(text)) }

func inBase32(text string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(text))
}

// fromBase64 decodes a line of a login; empty when it is none.
func fromBase64(line string) string {
	decoded, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return ""
	}
	return string(decoded)
}

func reversed(text string) string {
	characters := []rune(text)
	slices.Reverse(characters)
	return string(characters)
}

// rotated is ROT13.
func rotated(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		default:
			return r
		}
	}, text)
}
