package notify

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// oneLine makes a text one line: what breaks it, and tabs, become a blank each.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r == '\r' || r == '\n' || r == '\t' || r == 0 || r == '\u2028' || r == '\u2029'
	}), " ")
}

// mailbox is the value of a header field with one address, and a name that may be empty.
func mailbox(field, name, address string) (string, error) {
	there, err := headerAddress(address)
	if err != nil {
		return "", err
	}
	there = (&mail.Address{Address: there}).String()
	switch {
	case name == "":
		return there, nil
	case needsEncoding(name):
		return encodedText(field, name) + " " + there, nil
	default:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" ` + there, nil
	}
}

// headerAddress is an address as it stands in a header: its domain is ASCII (RFC 5891), unless its local part needs
// SMTPUTF8 anyway (RFC 6532).
func headerAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || strings.ContainsFunc(address[:at], func(r rune) bool { return r >= utf8.RuneSelf }) {
		return address, nil
	}
	domain, err := smtpconn.ASCIIDomain(address[at+1:])
	return address[:at+1] + domain, err
}

// Bounds of RFC 2047 section 2, in characters.
const (
	maxEncodedWord = 75
	maxEncodedLine = 76
)

// encodedText is a text as the value of a header field: as it is where it is printable ASCII, otherwise as encoded
// words (RFC 2047), none of which takes a line over 76 columns or a mark from its letter.
func encodedText(field, text string) string {
	if !needsEncoding(text) {
		return text
	}
	encoded := encodedB
	if field == "Subject" && len(encodedQ(text)) <= len(encodedB(text)) { // In a phrase it allows fewer characters.
		encoded = encodedQ
	}
	var words []string
	longest, word := maxEncodedLine-len(field+": "), ""
	for _, cluster := range clusters(text) {
		if word != "" && len(encoded(word+cluster)) > longest {
			words, word, longest = append(words, encoded(word)), "", maxEncodedWord
		}
		word += cluster
	}
	return strings.Join(append(words, encoded(word)), " ")
}

func encodedB(text string) string {
	return "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
}

func encodedQ(text string) string {
	word := []byte("=?utf-8?q?")
	for _, one := range []byte(text) {
		switch {
		case one == ' ':
			word = append(word, '_')
		case one < ' ', one > '~', one == '=', one == '?', one == '_':
			word = fmt.Appendf(word, "=%02X", one)
		default:
			word = append(word, one)
		}
	}
	return string(word) + "?="
}

// needsEncoding reports whether a text is not printable ASCII, or could be taken for something encoded.
func needsEncoding(text string) bool {
	return strings.Contains(text, "=?") ||
		strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// clusters cuts a text where it may be cut: marks stay with their letters, and joined characters together.
func clusters(text string) (list []string) {
	const joiner = '\u200d'
	start, before := 0, rune(0)
	for at, r := range text {
		skinTone := '\U0001F3FB' <= r && r <= '\U0001F3FF'
		if at > start && !unicode.Is(unicode.M, r) && r != joiner && before != joiner && !skinTone &&
			utf8.RuneStart(text[at]) || at-start > maxCluster {
			list, start = append(list, text[start:at]), at
		}
		before = r
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

// maxCluster is how many bytes stay together at most, so that they fit into an encoded word.
const maxCluster = 12
