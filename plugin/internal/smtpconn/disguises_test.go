package smtpconn

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime/quotedprintable"
	"net/url"
	"strings"
)

// disguises are ways to repeat a secret so that it is not found by its characters, but by somebody who looks.
var disguises = map[string]func(string) string{
	"as it is":     func(s string) string { return s },
	"upper case":   strings.ToUpper,
	"lower case":   strings.ToLower,
	"reversed":     reversed,
	"ROT13":        rotated,
	"hex":          func(s string) string { return hex.EncodeToString([]byte(s)) },
	"HEX":          func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"hex, colons":  func(s string) string { return eachByte(s, "%02x:") },
	"hex, 0x":      func(s string) string { return eachByte(s, "0x%02X, ") },
	"hex, \\x":     func(s string) string { return eachByte(s, `\x%02x`) },
	"U+":           func(s string) string { return eachByte(s, "U+%04X ") },
	"percent":      func(s string) string { return eachByte(s, "%%%02X") },
	"quoted":       func(s string) string { return eachByte(s, "=%02X") },
	"octal":        func(s string) string { return eachByte(s, `\%03o`) },
	"octal, plain": func(s string) string { return eachByte(s, "%03o ") },
	"binary":       func(s string) string { return eachByte(s, "%08b ") },
	"decimal":      func(s string) string { return eachByte(s, "%d ") },
	"HTML":         func(s string) string { return eachByte(s, "&#%d;") },
	"HTML, hex":    func(s string) string { return eachByte(s, "&#x%x;") },
	"HTML, named":  html.EscapeString,
	"JSON": func(s string) string {
		encoded, _ := json.Marshal(s)
		return string(encoded)
	},
	"JSON, all":             func(s string) string { return eachByte(s, `\u%04x`) },
	"web address":           url.QueryEscape,
	"web address, twice":    func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"quoted-printable":      quotedPrintable,
	"Base64":                func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"Base64 for the web":    func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"Base64, upper case":    func(s string) string { return strings.ToUpper(inBase64(s)) },
	"Base64, lower case":    func(s string) string { return strings.ToLower(inBase64(s)) },
	"Base64, reversed":      func(s string) string { return reversed(inBase64(s)) },
	"Base64 of the reverse": func(s string) string { return inBase64(reversed(s)) },
	"Base64 of upper case":  func(s string) string { return inBase64(strings.ToUpper(s)) },
	"Base64 of hex":         func(s string) string { return inBase64(hex.EncodeToString([]byte(s))) },
	"hex of Base64":         func(s string) string { return hex.EncodeToString([]byte(inBase64(s))) },
	"hex, reversed":         func(s string) string { return reversed(hex.EncodeToString([]byte(s))) },
	"Base64, shifted 1":     func(s string) string { return inBase64("x" + s) },
	"Base64, shifted 2":     func(s string) string { return inBase64("xy" + s + "z") },
	"Base64, twice": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	},
	"Base64, twice, shifted": func(s string) string { return inBase64("a" + inBase64("xy"+s)) },
	"Base64, twice, upper":   func(s string) string { return strings.ToUpper(inBase64(inBase64(s))) },
	"Base64, three times":    func(s string) string { return inBase64(inBase64(inBase64(s))) },
	"Base64 of a login":      func(s string) string { return inBase64("\x00me@example.com\x00" + s) },
	"Base32":                 func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) },
	"Base32, lower case":     func(s string) string { return strings.ToLower(inBase32(s)) },
	"Base32, shifted":        func(s string) string { return inBase32("abc" + s) },
	"blanks between":         func(s string) string { return between(s, " ") },
	"hyphens between":        func(s string) string { return between(s, "-") },
	"dots between":           func(s string) string { return between(s, " . ") },
	"letters between":        func(s string) string { return between(s, "x") },
	"pairs between":          func(s string) string { return between(s, ", ") },
	"middle dots between":    func(s string) string { return between(s, " · ") },
	"nothing between":        func(s string) string { return between(s, "\u200b") },
	"joiners between":        func(s string) string { return between(s, "\u2060\u00ad\ufe0f") },
	"accents":                func(s string) string { return between(s, "\u0301") + "\u0301" },
	"full width":             func(s string) string { return eachMoved(s, 0xff01) },
	"mathematical":           mathematical,
	"UTF-16":                 func(s string) string { return printable(between(s, "\x00")) },
	"UTF-16 in Base64":       func(s string) string { return inBase64(between(s, "\x00") + "\x00") },
	"hyphens, upper case":    func(s string) string { return between(strings.ToUpper(s), "-") },
	"hyphens in Base64":      func(s string) string { return between(inBase64(s), "-") },
	"blanks, reversed":       func(s string) string { return between(reversed(s), " ") },
	"over two lines":         func(s string) string { return s[:len(s)/2] + "\n" + s[len(s)/2:] },
	"a character a line":     func(s string) string { return between(s, "\n") },
	"Base64 over lines":      func(s string) string { return between(inBase64(s), "\n") },
	"hex over lines":         func(s string) string { return eachByte(s, "%02x\n") },
}

func eachByte(s, form string) string {
	written := ""
	for i := range len(s) {
		written += fmt.Sprintf(form, s[i])
	}
	return written
}

func between(s, separator string) string { return strings.Join(strings.Split(s, ""), separator) }

// eachMoved moves the printable characters to where the first of them is another one.
func eachMoved(s string, first rune) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return r
		}
		return r - '!' + first
	}, s)
}

// mathematical writes letters in bold.
func mathematical(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 0x1d41a
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 0x1d400
		case r >= '0' && r <= '9':
			return r - '0' + 0x1d7ce
		default:
			return r
		}
	}, s)
}

func quotedPrintable(s string) string {
	var written strings.Builder
	w := quotedprintable.NewWriter(&written)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return written.String()
}
