package shared

import (
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxEmailLength is in characters (RFC 5321 section 4.5.3.1.3).
const maxEmailLength = 254

// IsEmailAddress reports whether address is one bare e-mail address: no display name, no angle brackets, no comment.
// Addresses with letters outside ASCII and with a domain of one word are addresses; a domain with letters outside ASCII
// must have a form in ASCII (RFC 5891).
func IsEmailAddress(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || strings.ContainsAny(address, "<>()\"\\ \t,;:") && !isAddressLiteral(address) {
		return false
	}
	if strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	domain := address[strings.LastIndexByte(address, '@')+1:]
	if strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if _, err := idna.Lookup.ToASCII(domain); err != nil {
			return false
		}
	}
	return parsed.Address == address && utf8.RuneCountInString(address) <= maxEmailLength
}

var addressLiteral = onFirstUse(`^[^\s<>()"\\,;:@]+@\[[0-9A-Fa-f:.IPv]+\]$`)

func isAddressLiteral(address string) bool { return addressLiteral().MatchString(address) }

// isWebAddress reports whether a link may lead there.
func isWebAddress(address string) bool { return wholly(`https` + urlRest).MatchString(address) }

// IsVisitable reports whether a [Prompt] may lead to the address: an https URL without a user name or password, or an
// http URL of this machine.
func IsVisitable(address string) bool {
	if isWebAddress(address) {
		return true
	}
	parsed, err := url.Parse(address)
	if err != nil || !wholly(`http`+urlRest).MatchString(address) {
		return false
	}
	ip, err := netip.ParseAddr(parsed.Hostname())
	return parsed.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
