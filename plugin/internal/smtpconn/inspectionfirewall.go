package smtpconn

import (
	"regexp"
	"strings"
	"unicode"
)

// Masking is what a firewall that inspects SMTP has left of the conversation. Such firewalls (“fixup”, “inspect
// esmtp”) put asterisks in the place of the greeting, and X in that of the extensions that they do not know, STARTTLS
// among them.
type Masking struct{ Greeting, Extensions bool }

// maskedKeyword is a keyword with nothing left but its length, such as XXXXXXXA for STARTTLS.
var maskedKeyword = regexp.MustCompile(`^X{4,}[A-Z]?(=|$)`)

// fewestAsterisks is how many of them in a row a masked greeting has at least.
const fewestAsterisks = 4

// Masking looks for the traces of such a firewall.
func (s *Session) Masking() Masking {
	var found Masking
	greeting := strings.Join(s.Greeting.heard(), " ")
	if strings.Contains(greeting, strings.Repeat("*", fewestAsterisks)) {
		found.Greeting = !strings.ContainsFunc(greeting, unicode.IsLetter) // Some leave digits standing.
	}
	for keyword := range s.Extensions {
		found.Extensions = found.Extensions || maskedKeyword.MatchString(keyword)
	}
	return found
}
