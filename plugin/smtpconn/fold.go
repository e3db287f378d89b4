package smtpconn

import (
	"unicode"
	"unicode/utf8"
)

// span is a part of a text: the bytes from the one to before the other.
type span struct{ from, to int32 }

// folded is a text in lower case without the characters that do not count.
type folded struct {
	text []byte
	at   []span // of the text before, from which each byte was read
}

// isLetterOrDigit counts what is left of a secret when somebody puts signs between its characters or leaves its own out.
func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isSolid counts everything but blanks, control characters and hyphens.
func isSolid(r rune) bool { return r != '-' && !unicode.IsSpace(r) && !unicode.IsControl(r) }

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

// fold folds a text in both ways, into the room of earlier ones. Bytes that are not UTF-8 are read as Latin-1.
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
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError {
			r, size = rune(text[i]), 1
		}
		at := span{int32(i), int32(i + size)}
		if isSolid(r) {
			solid.put(r, at)
		}
		if isLetterOrDigit(r) {
			letters.put(r, at)
		}
		i += size
	}
	return solid, letters
}

func (f *folded) put(r rune, at span) {
	before := len(f.text)
	f.text = utf8.AppendRune(f.text, unicode.ToLower(r))
	for range len(f.text) - before {
		f.at = append(f.at, at)
	}
}

// foldText folds a text in both ways.
func foldText(text string) (solid, letters string) {
	inSolid, inLetters := fold([]byte(text), folded{}, folded{})
	return string(inSolid.text), string(inLetters.text)
}
