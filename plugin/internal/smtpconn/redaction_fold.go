package smtpconn

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// span is a part of a text: the bytes from the one to before the other.
type span struct{ from, to int32 }

// folded is a text in lower case without the characters that do not count.
type folded struct {
	text []byte
	at   []span // of the text before, from which each byte was read
}

// isLetterOrDigit counts what is left of a secret when a server puts signs between its characters or leaves its own
// out.
func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isSolid counts everything but blanks, hyphens, accents and what cannot be seen.
func isSolid(r rune) bool {
	return r != '-' && !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me)
}

// parts are what a character counts as, in both ways; empty where it does not count.
type parts struct{ solid, letters string }

// maxDecomposed bounds the parts of one character in bytes. Some characters are whole sentences, and a server could
// make a text much longer with them; they are nobody's disguise.
const maxDecomposed = 12

// partsOf folds a character.
func partsOf(r rune) (folded parts) {
	alone := utf8.AppendRune(nil, r)
	if decomposed := norm.NFKD.Properties(alone).Decomposition(); decomposed != nil && len(decomposed) <= maxDecomposed {
		alone = decomposed
	}
	for _, part := range string(alone) {
		if isSolid(part) {
			folded.solid += string(unicode.ToLower(part))
		}
		if isLetterOrDigit(part) {
			folded.letters += string(unicode.ToLower(part))
		}
	}
	return folded
}

// asciiFolds has both for every ASCII character, because most are.
var asciiFolds = func() (known [utf8.RuneSelf]struct {
	lower          byte
	solid, letters bool
}) {
	for i := range known {
		known[i].lower = byte(unicode.ToLower(rune(i)))
		known[i].solid, known[i].letters = isSolid(rune(i)), isLetterOrDigit(rune(i))
	}
	return known
}()

// commonParts has the characters that bytes are read as, and other Latin letters.
var commonParts = func() (known [0x250]parts) {
	for r := range known {
		known[r] = partsOf(rune(r))
	}
	return known
}()

// fold folds a text in both ways, into the room of earlier ones. Bytes that are not UTF-8 are read as Latin-1. A
// character that is another one in disguise, such as a full-width or a mathematical letter, is read as that one, and
// a letter with an accent as the letter: how it is put together says nothing (Unicode Standard Annex 15).
func fold(text []byte, solid, letters folded) (intoSolid, intoLetters folded) {
	solid.text, solid.at, letters.text, letters.at = solid.text[:0], solid.at[:0], letters.text[:0], letters.at[:0]
	for i := 0; i < len(text); {
		if b := text[i]; b < utf8.RuneSelf {
			at := span{int32(i), int32(i + 1)}
			if known := &asciiFolds[b]; known.solid {
				solid.text, solid.at = append(solid.text, known.lower), append(solid.at, at)
				if known.letters {
					letters.text, letters.at = append(letters.text, known.lower), append(letters.at, at)
				}
			}
			i++
			continue
		}
		r, size := rune(text[i]), 1
		if decoded, long := utf8.DecodeRune(text[i:]); decoded != utf8.RuneError {
			r, size = decoded, long
		}
		at := span{int32(i), int32(i + size)}
		if int(r) < len(commonParts) {
			known := &commonParts[r]
			solid.put(known.solid, at)
			letters.put(known.letters, at)
		} else {
			rare := partsOf(r)
			solid.put(rare.solid, at)
			letters.put(rare.letters, at)
		}
		i += size
	}
	return solid, letters
}

func (f *folded) put(text string, at span) {
	for i := range len(text) {
		f.text, f.at = append(f.text, text[i]), append(f.at, at)
	}
}

// foldText folds a text in both ways.
func foldText(text string) (solid, letters string) {
	inSolid, inLetters := fold([]byte(text), folded{}, folded{})
	return string(inSolid.text), string(inLetters.text)
}
