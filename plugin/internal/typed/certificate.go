package typed

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// longestPEM bounds, in bytes, the text in which certificates are looked for.
const longestPEM = 1 << 20

// block is a block of PEM (RFC 7468) whose line breaks and dashes may have suffered.
var block = compiled(`(?s)-+\s*BEGIN ([A-Z0-9 ]*?CERTIFICATE)\s*-+(.*?)-+\s*END [A-Z0-9 ]*?CERTIFICATE\s*-+`)

// lineBreak is one as JSON, the shell and YAML write it.
var lineBreak = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n")

// Certificates returns the certificates of a text as PEM, however their lines were broken, indented or quoted, and what
// else stands around them: nothing when there is none, or one is damaged.
func Certificates(text string) string {
	var written strings.Builder
	for _, der := range certificates(text) {
		_ = pem.Encode(&written, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // A Builder takes everything.
	}
	return written.String()
}

func certificates(text string) [][]byte {
	if len(text) > longestPEM {
		return nil
	}
	if der := bareDER(text); der != nil {
		return [][]byte{der}
	}
	text = lineBreak.Replace(plainCharacters(text))
	found := block().FindAllStringSubmatch(text, -1)
	if len(found) == 0 { // PEM in base64, as Kubernetes has it.
		if inner, err := base64.StdEncoding.DecodeString(alphabetic(text)); err == nil {
			found = block().FindAllStringSubmatch(string(inner), -1)
		}
	}
	var all [][]byte
	for _, one := range found {
		der, err := base64.StdEncoding.DecodeString(alphabetic(one[2]))
		if err != nil {
			return nil
		}
		if _, err := x509.ParseCertificate(der); err != nil {
			return nil
		}
		all = append(all, der)
	}
	return all
}

// bareDER is a certificate in base64 without the lines around it.
func bareDER(text string) []byte {
	if strings.Contains(text, "BEGIN") {
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(alphabetic(lineBreak.Replace(text)))
	if err != nil {
		return nil
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		return nil
	}
	return der
}

// alphabetic leaves the alphabet of base64.
func alphabetic(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '+', r == '/', r == '=':
			return r
		}
		return -1
	}, text)
}

var (
	sha256Name = compiled(`sha-?2?-?256`)
	// hexadecimal are digits with what programs put between bytes.
	hexadecimal  = compiled(`[0-9a-f][0-9a-f :.\-]*`)
	betweenBytes = strings.NewReplacer(" ", "", ":", "", "-", "", ".", "")
)

// Fingerprint returns the SHA-256 fingerprint of a certificate that a text holds, in hexadecimal digits; of a text that
// holds one certificate instead, that of the certificate. It is empty when there is none, or more than one.
func Fingerprint(text string) string {
	if all := certificates(text); len(all) == 1 {
		sum := sha256.Sum256(all[0])
		return hex.EncodeToString(sum[:])
	}
	if len(text) > Longest {
		return ""
	}
	found := ""
	for _, run := range hexadecimal().FindAllString(sha256Name().ReplaceAllString(strings.ToLower(Plain(text)), "="), -1) {
		if digits := betweenBytes.Replace(run); len(digits) == 2*sha256.Size {
			if found != "" {
				return ""
			}
			found = digits
		}
	}
	return found
}
