package typed

import (
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// pairs are what stands around a text that was copied with them.
var pairs = []string{`""`, "''", "<>", "()", "[]"}

// Undecorated returns a text without quotation marks or brackets around all of it, and without commas and semicolons
// behind it. Characters of word processors among them count as those of ASCII; otherwise the text stays as it is but
// for blanks at either end.
func Undecorated(text string) string {
	bare := strings.TrimSpace(text)
	for {
		before := bare
		bare = strings.TrimSpace(strings.TrimRight(bare, ",;"))
		if inner, first, last := withoutEnds(bare); slices.Contains(pairs, first+last) {
			bare = strings.TrimSpace(inner)
		}
		if bare == before {
			return bare
		}
	}
}

var (
	percent = compiled(`%[0-9A-Fa-f]{2}`)
	// blankDot and dotBlank are blanks beside a dot within a name.
	blankDot = compiled(`(?i)([a-z0-9])\s+\.([a-z])`)
	dotBlank = compiled(`(?i)(@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*)\.\s+(com|net|org|edu|gov|info|biz)\b`)
)

// decoded undoes the ways in which a web page or its address write characters. What is a user's part of an address of
// the web is decoded where it is read.
func decoded(text string) string {
	for range 4 { // What was copied twice is written so twice.
		text = decodedOnce(text)
	}
	return text
}

func decodedOnce(text string) string {
	text = html.UnescapeString(text)
	if strings.ContainsAny(text, "@") || strings.Contains(text, "://") || strings.Contains(text, "::") {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil && percent().MatchString(text) {
		return plain
	}
	return text
}

// withoutEnds is a text without its first and its last character, and these as ASCII has them; they are nothing where
// the text has only one.
func withoutEnds(text string) (inner, first, last string) {
	begin, size := utf8.DecodeRuneInString(text)
	end, endSize := utf8.DecodeLastRuneInString(text)
	if size+endSize > len(text) {
		return text, "", ""
	}
	return text[size : len(text)-endSize], plainCharacter(begin), plainCharacter(end)
}
