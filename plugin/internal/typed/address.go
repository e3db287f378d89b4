package typed

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Longest bounds, in bytes, what is read at all: nothing that a person types into one line is longer.
const Longest = 4096

// most bounds how many candidates are proposed.
const most = 3

var (
	// atInWords and dotInWords are what people write so that programs do not find an address.
	atInWords  = compiled(`(?i)\s*(?:[(\[{<]\s*(?:at|@|ät|arroba|chez)\s*[)\]}>]|\s(?:at|ät|arroba)\s)\s*`)
	dotInWords = compiled(`(?i)\s*(?:[(\[{<]\s*(?:dot|\.|punkt|point|punto)\s*[)\]}>]|\s(?:dot|punkt)\s)\s*`)
	// besideAt are blanks that stand beside the sign.
	besideAt = compiled(`\s*@\s*`)
	// mailto begins an address of the web (RFC 6068).
	mailto = compiled(`(?i)mailto:/*([^\s<>"]+)`)
	// markdown is a link, [text](address).
	markdown = compiled(`\[([^\[\]]*)\]\([^()]*\)`)
	// bracketed is an address in square brackets.
	bracketed = compiled(`\[([^\[\]@\s]+@[^\[\]\s]+)\]`)
	// signs and dots are several in a row.
	signs = compiled(`@{2,}`)
	dots  = compiled(`\.{2,}`)
	// commaForDot stands before the last part of a name.
	commaForDot = compiled(`(?i)([a-z0-9])[,;](com|net|org|edu|gov|info|biz|[a-z]{2})([\s>"']|$)`)
)

// Mailboxes returns the addresses that a text names, with the names of their owners, as far as it has such: at most
// three, without repetition. Each is a bare address.
func Mailboxes(text string) []mail.Address {
	if len(text) > Longest {
		return nil
	}
	text = withoutLinks(Plain(decoded(text)))
	text = dotBlank().ReplaceAllString(blankDot().ReplaceAllString(signs().ReplaceAllString(text, "@"), "$1.$2"), "$1.$2")
	text = bracketed().ReplaceAllString(text, "$1")
	if list, err := mail.ParseAddressList(text); err == nil {
		if found := bare(list); len(found) > 0 {
			return found
		}
	}
	if !strings.Contains(text, "@") || atInWords().MatchString(text) {
		text = dotInWords().ReplaceAllString(atInWords().ReplaceAllString(text, "@"), ".")
	}
	text = commaForDot().ReplaceAllString(text, "$1.$2$3")
	text = besideAt().ReplaceAllString(text, "@")
	if list, err := mail.ParseAddressList(strings.Trim(strings.ReplaceAll(text, ";", ","), ", ")); err == nil {
		if found := bare(list); len(found) > 0 {
			return found
		}
	}
	return bare(words(text))
}

// withoutLinks takes the address out of a link.
func withoutLinks(text string) string {
	text = markdown().ReplaceAllString(text, "$1")
	return mailto().ReplaceAllStringFunc(text, func(link string) string {
		address, query, _ := strings.Cut(mailto().FindStringSubmatch(link)[1], "?")
		if address == "" {
			if values, err := url.ParseQuery(query); err == nil {
				address = values.Get("to")
			}
		}
		if decoded, err := url.PathUnescape(address); err == nil {
			address = Plain(decoded)
		}
		return address
	})
}

// words are the words of a text that have the sign of an address. A word before one in angle brackets is its name.
func words(text string) []*mail.Address {
	var found []*mail.Address
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;<>()\"'|=\\", r) }) {
		if strings.Contains(word, "@") {
			found = append(found, &mail.Address{Address: word})
		}
	}
	return found
}

// bare brings addresses into the form in which they are valid, and drops those that have none.
func bare(list []*mail.Address) []mail.Address {
	var found []mail.Address
	for _, one := range list {
		address := tidy(one.Address)
		known := slices.ContainsFunc(found, func(other mail.Address) bool { return other.Address == address })
		if !known && shared.IsEmailAddress(address) && len(found) < most {
			found = append(found, mail.Address{Name: Plain(one.Name), Address: address})
		}
	}
	return found
}

// tidy takes off what stands around an address, and writes its letters as they were meant.
func tidy(address string) string {
	address = strings.Trim(dots().ReplaceAllString(address, "."), ".,:;!?/\\*_|@'\"` ")
	address = strings.TrimPrefix(address, "smtp:")
	if at := strings.LastIndexByte(address, '@'); at > 0 {
		domain, _ := Latin(strings.Trim(address[at+1:], ".-"))
		address = strings.TrimRight(address[:at], ".") + "@" + domain
	}
	address, _ = Latin(address)
	return address
}
