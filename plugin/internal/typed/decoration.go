package typed

import "strings"

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
		first, last := firstAndLast(bare)
		for _, pair := range pairs {
			if first+last == pair {
				bare = strings.TrimSpace(string([]rune(bare)[1 : len([]rune(bare))-1]))
				break
			}
		}
		if bare == before {
			return bare
		}
	}
}

// firstAndLast are the first and the last character as ASCII has them; nothing where the text has only one.
func firstAndLast(text string) (first, last string) {
	runes := []rune(text)
	if len(runes) < 2 {
		return "", ""
	}
	return plainCharacter(runes[0]), plainCharacter(runes[len(runes)-1])
}
