package smtpconn

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A password often shares a word with the host, the login or the sender, which the page shows beside the server's
// words. To hide the word there would tell who reads the page that the password has it, and nobody could read whom a
// certificate is for. So it stays where a whole word of these public values is all that was found. A word that is a
// secret itself stays only within a longer one of these values, such as the domain of the login: elsewhere it may be an
// echo. As soon as anything else in the text is a piece of a secret, all that was found is taken for an echo.

// public adds values that the page shows anyway: names, addresses, and whatever the client itself says in the clear.
func (r *redaction) public(values ...string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, value := range values {
		for _, word := range publicWords(value) {
			if !slices.Contains(r.known, word) {
				clear(r.shown)
				r.known = append(r.known, word)
			}
		}
	}
}

// publicWords are a value and what is recognised of it when a server says it: its domain and those above it, the
// parts between points, and the words of these.
func publicWords(value string) []string {
	value = strings.Trim(asciiLower(value), " .")
	words := []string{value}
	local, domain, isAddress := strings.Cut(value, "@")
	if !isAddress {
		local, domain = "", value
	}
	words = append(words, local)
	for {
		words = append(words, domain)
		_, above, more := strings.Cut(domain, ".")
		if !more {
			break
		}
		domain = above
	}
	words = append(words, strings.FieldsFunc(value, func(r rune) bool { return r == '@' || r == '.' })...)
	words = append(words, strings.FieldsFunc(value, func(r rune) bool { return !isLetterOrDigit(r) })...)
	return slices.DeleteFunc(words, func(word string) bool { return word == "" })
}

// harmless reports whether all that was found in the text lies in public words that are no secret.
func (r *redaction) harmless(text string, found []span) bool {
	if len(r.known) == 0 {
		return false
	}
	var free []span
	lower := asciiLower(text)
	for _, word := range r.known {
		if _, letters := foldText(word); slices.Contains(r.secrets, letters) {
			continue
		}
		for from := 0; ; {
			at := strings.Index(lower[from:], word)
			if at < 0 {
				break
			}
			from += at
			if standsAlone(lower, from, from+len(word)) {
				free = append(free, span{int32(from), int32(from + len(word))}) //nolint:gosec // replies are short
			}
			from++
		}
	}
	return !slices.ContainsFunc(found, func(piece span) bool {
		return !slices.ContainsFunc(free, func(word span) bool { return word.from <= piece.from && piece.to <= word.to })
	})
}

// standsAlone reports whether no letter or digit touches the part of the text.
func standsAlone(text string, from, to int) bool {
	left, _ := utf8.DecodeLastRuneInString(text[:from])
	right, _ := utf8.DecodeRuneInString(text[to:])
	return !isLetterOrDigit(left) && !isLetterOrDigit(right)
}

// asciiLower leaves the length of the text as it is.
func asciiLower(text string) string {
	lower := []byte(text)
	for i, b := range lower {
		if b >= 'A' && b <= 'Z' {
			lower[i] = b + 'a' - 'A'
		}
	}
	return string(lower)
}
