// Package typed reads what people type or paste where a name, a port, an address or a certificate belongs: with blanks
// that cannot be seen, letters that only look like others, and the decoration of the place that it was copied from. It
// says what was probably meant, for the one who typed it to confirm. Whether that is valid the settings decide.
package typed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// punctuation are characters that word processors, web pages and keyboards of other languages put where a name has one
// of ASCII, as far as the compatibility forms of Unicode (NFKC) do not know them. Dashes are found by their category.
var punctuation = map[rune]string{
	'\u02D7': "-", '\u2043': "-", '\u2212': "-", '\u2500': "-", '\u2796': "-", // beside the category Pd
	'\u2018': "'", '\u2019': "'", '\u201A': "'", '\u201B': "'", '\u2032': "'", '\u02BC': "'", '\u00B4': "'", '`': "'",
	'\u201C': `"`, '\u201D': `"`, '\u201E': `"`, '\u201F': `"`, '\u2033': `"`, '\u00AB': `"`, '\u00BB': `"`,
	'\u2039': "<", '\u203A': ">", '\u3008': "<", '\u3009': ">", '\u27E8': "<", '\u27E9': ">",
	'\u2044': "/", '\u2215': "/", '\u29F8': "/", '\u2236': ":", '\uA789': ":", '\u3001': ",", '\u037E': ";",
	'\u275D': `"`, '\u275E': `"`, '\u301D': `"`, '\u301E': `"`, '\u300A': `"`, '\u300B': `"`, '\u300C': `"`,
	'\u300D': `"`, '\u3010': "(", '\u3011': ")", '\u2022': " ",
	'\u05C3': ":", '\u0589': ":", '\u02D0': ":", '\u2027': ".", '\uA78F': ".",
	'\u3002': ".", '\uFF61': ".", '\u00B7': ".", '\u2219': ".", '\u22C5': ".",
}

// letters are those of other alphabets that a person takes for one of ASCII, small or large: what an attacker puts into
// a name, or a keyboard that was set to another language. The full list of Unicode (UTS 39) has thousands, which nobody
// types; the compatibility forms (full width, mathematical) are NFKC's.
var letters = map[rune]rune{
	// Cyrillic
	'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't',
	'у': 'y', 'х': 'x',
	'ѕ': 's', 'і': 'i', 'ј': 'j', 'ԁ': 'd', 'һ': 'h', 'ԛ': 'q', 'ԝ': 'w', 'ѵ': 'v', 'ӏ': 'l', 'г': 'r',
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T',
	'У': 'Y', 'Х': 'X',
	'Ѕ': 'S', 'І': 'I', 'Ј': 'J', 'Ԛ': 'Q', 'Ԝ': 'W', 'Ѵ': 'V', 'Ӏ': 'I', 'Ү': 'Y', 'ү': 'y',
	// Greek
	'α': 'a', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u',
	'χ': 'x', 'γ': 'y',
	'ω': 'w', 'ϲ': 'c', 'ϳ': 'j',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O',
	'Ρ': 'P', 'Τ': 'T',
	'Υ': 'Y', 'Χ': 'X',
	// Armenian
	'օ': 'o', 'ս': 'u', 'հ': 'h', 'ո': 'n', 'ց': 'g', 'յ': 'j',
}

// alone are the letters that look like another one even where a whole word consists of them. The others of the table
// make words of their own too often.
const alone = "аеорсухѕіјԁһԛԝѵӏοϲϳ"

// latin are letters of the Latin alphabet that are taken for others of it. They make words of their own, too.
var latin = map[rune]rune{'ı': 'i', 'ɡ': 'g', 'ɑ': 'a'}

// hidden reports whether a character leaves nothing to be seen.
func hidden(r rune) bool {
	switch r {
	case '\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0', '\uFFFC':
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		unicode.IsControl(r) && !unicode.IsSpace(r)
}

func blank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// digit returns a digit of another script as one of ASCII. Each script has its ten in a row, apart from others; those
// that are not apart have compatibility forms.
func digit(r rune) (rune, bool) {
	if r < 0x80 || !unicode.IsDigit(r) {
		return r, false
	}
	for value := range rune(10) {
		if !unicode.IsDigit(r - value - 1) {
			return '0' + value, true
		}
	}
	return r, false
}

// Plain writes a text with the characters that a keyboard of ASCII has, where others were put in their place: it leaves
// out what cannot be seen, and makes one blank of several. Letters of other alphabets stay; see [Latin].
func Plain(text string) string {
	text = plainCharacters(strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(plainCharacters(norm.NFKC.String(text))), " ")
}

func plainCharacters(text string) string {
	var plain strings.Builder
	for _, r := range text {
		if hidden(r) {
			continue
		}
		plain.WriteString(plainCharacter(r))
	}
	return plain.String()
}

func plainCharacter(r rune) string {
	if ascii, known := punctuation[r]; known {
		return ascii
	}
	if number, foreign := digit(r); foreign {
		return string(number)
	}
	switch {
	case blank(r):
		return " "
	case unicode.Is(unicode.Pd, r):
		return "-"
	}
	return string(r)
}

// Latin writes a name with the letters of ASCII where others were put among them: certain tells whether a word mixes
// alphabets, as no registry allows. A word all of whose letters look like those of ASCII may be one of its own
// language; it is rewritten only where another word of the name is of ASCII.
func Latin(name string) (written string, certain bool) {
	words, ascii := split(name), false
	for _, word := range words {
		ascii = ascii || strings.ContainsFunc(word, func(r rune) bool { return r < 0x80 && unicode.IsLetter(r) })
	}
	for i, word := range words {
		switch {
		case mixes(word):
			words[i], certain = replace(word, letters), true
		case ascii && consistsOf(word, alone):
			words[i] = replace(word, letters)
		case ascii && strings.ContainsAny(word, "ıɡɑ") && plainASCII(replace(word, latin)):
			words[i] = replace(word, latin)
		}
	}
	return strings.Join(words, ""), certain
}

// split returns the words of a name and what stands between them.
func split(name string) []string {
	var parts []string
	name = strings.ToValidUTF8(name, string(unicode.ReplacementChar))
	inside, from := false, 0
	for i, r := range name {
		within := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '-' || r == '_'
		if within != inside && i > from {
			parts, from = append(parts, name[from:i]), i
		}
		inside = within
	}
	if from < len(name) {
		parts = append(parts, name[from:])
	}
	return parts
}

// mixes reports whether a word has letters of the Latin alphabet and, beside them, only such of others as look like
// them.
func mixes(word string) bool {
	own, other := false, false
	for _, r := range word {
		switch _, alike := letters[r]; {
		case alike:
			other = true
		case unicode.Is(unicode.Latin, r):
			own = true
		case unicode.IsLetter(r):
			return false
		}
	}
	return own && other
}

func consistsOf(word, set string) bool {
	found := false
	for _, r := range word {
		switch {
		case strings.ContainsRune(set, unicode.ToLower(r)):
			found = true
		case unicode.IsLetter(r):
			return false
		}
	}
	return found
}

func replace(word string, table map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if ascii, known := table[r]; known {
			return ascii
		}
		return r
	}, word)
}

func plainASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}

// Odd returns the first character of a text that is not what it looks like, and what it looks like: nothing where it
// cannot be seen. ok is false when there is none.
func Odd(text string) (found rune, meant string, ok bool) {
	_, certain := Latin(text)
	for _, r := range text {
		if r < 0x80 && (!hidden(r)) {
			continue
		}
		if hidden(r) {
			return r, "", true
		}
		plain := Plain(string(r))
		if ascii, alike := letters[r]; alike && certain {
			plain = string(ascii)
		}
		if plain != string(r) && plainASCII(plain) {
			if blank(r) {
				plain = " "
			}
			return r, plain, true
		}
	}
	return 0, "", false
}

// Visible leaves out the characters that cannot be seen, and control characters; a line break becomes a blank. All
// letters stay as they are.
func Visible(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\u200C' || r == '\u200D': // They join letters of many scripts, and pictures.
			return r
		case hidden(r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, text))
}
