package diagnosis

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// concept is an idea that servers put in many ways: a login is demanded, an address is listed. It is in a reply when
// one of its phrasings is.
//
// A phrasing is a regular expression for the reduced text of a reply (see [reduce]): lower case, single blanks, no
// punctuation. It begins at the beginning of a word and may end within one, so that “authenticat” has all forms of
// the word. The sign ~ between blanks stands for up to six words, of the same sentence.
//
// There are too many phrasings to try them all on each reply. A phrasing is looked at only when the text has a literal
// that the phrasing cannot do without, and is compiled only then.
type concept struct {
	number    int
	phrasings func() []phrasing
	inLinks   bool
	// parts, when there are any, stand for phrasings: one sentence has each of them, in any order.
	parts []*concept
}

// concepts counts them, so that a reading can remember which it has looked for.
var concepts int

// words is a concept of these phrasings. The alternatives of one are phrasings of their own.
func words(expressions ...string) *concept {
	return newConcept(func() (all []phrasing) {
		for _, expression := range expressions {
			for _, one := range alternatives(foldAccents(expression)) {
				if !withoutBlanks(one) {
					one = " " + one
				}
				all = append(all, newPhrasing(strings.ReplaceAll(one, " ~ ", gap)))
			}
		}
		return all
	})
}

// alternatives splits an expression at each | outside of parentheses.
func alternatives(expression string) (all []string) {
	depth, from := 0, 0
	for i, c := range expression {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			all = append(all, expression[from:i])
			from = i + 1
		}
	}
	return append(all, expression[from:])
}

// withoutBlanks reports whether an expression begins in a script that does not set words apart.
func withoutBlanks(expression string) bool {
	for strings.HasPrefix(expression, "(?:") {
		expression = expression[len("(?:"):]
	}
	first, _ := utf8.DecodeRuneInString(expression)
	return unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// together is a concept that is in a reply when one sentence has all of the parts, in any order. The parts are made by
// [words].
func together(parts ...*concept) *concept {
	concepts++
	return &concept{number: concepts - 1, parts: parts}
}

// isGist reports whether the concept is made by [together].
func (c *concept) isGist() bool { return len(c.parts) > 0 }

// newConcept reads the phrasings when they are first looked for: most processes never meet a failure.
func newConcept(read func() []phrasing) *concept {
	concepts++
	return &concept{number: concepts - 1, phrasings: sync.OnceValue(read)}
}

// links is a concept that is in the addresses of web pages that a reply names, not in its text.
func links(expressions ...string) *concept {
	c := newConcept(func() (all []phrasing) {
		for _, one := range expressions {
			all = append(all, newPhrasing(one))
		}
		return all
	})
	c.inLinks = true
	return c
}

// in reports whether a text has one of the phrasings.
func (c *concept) in(text *haystack) bool {
	return slices.ContainsFunc(c.phrasings(), func(one phrasing) bool { return one.in(text) })
}

// phrasing is one way to put a concept.
type phrasing struct {
	// needed are sets of literals: a text that matches has one of each set.
	needed [][]literal
	// whole means that the only needed literal is all of it.
	whole      bool
	expression func() *regexp.Regexp
}

// gap is what ~ stands for.
const gap = ` (?:[^ .]\S* ){0,6}`

func newPhrasing(full string) phrasing {
	parsed, err := syntax.Parse(full, syntax.Perl)
	if err != nil {
		panic(err) // A defect of the table, which its test meets.
	}
	parsed = parsed.Simplify()
	sets := needed(parsed)
	return phrasing{
		needed:     literals(sets),
		whole:      sets != nil && parsed.Op == syntax.OpLiteral,
		expression: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(full) }),
	}
}

// minNeeded is how long a literal must be to be worth looking for.
const minNeeded = 3

// needed returns sets of literals: an expression matches only where the text has one literal of each set.
func needed(expression *syntax.Regexp) [][]string {
	switch expression.Op {
	case syntax.OpLiteral:
		if len(string(expression.Rune)) >= minNeeded {
			return [][]string{{string(expression.Rune)}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(expression.Sub[0])
	case syntax.OpConcat:
		var sets [][]string
		for _, part := range expression.Sub {
			sets = append(sets, needed(part)...)
		}
		return sets
	case syntax.OpAlternate:
		var union []string
		for _, one := range expression.Sub {
			sets := needed(one)
			if sets == nil {
				return nil
			}
			union = append(union, slices.MaxFunc(sets, func(a, b []string) int { return shortest(a) - shortest(b) })...)
		}
		return [][]string{union}
	}
	return nil
}

func shortest(literals []string) int {
	return len(slices.MinFunc(literals, func(a, b string) int { return len(a) - len(b) }))
}

func (p phrasing) in(text *haystack) bool {
	for _, set := range p.needed {
		if !slices.ContainsFunc(set, text.contains) {
			return false
		}
	}
	return p.whole || p.expression().MatchString(text.text)
}

// haystack is a text in which many literals are looked for: most of them are ruled out by their beginning and their
// end.
type haystack struct {
	text  string
	grams [1 << gramBits / 64]uint64
}

const gramBits = 13

func newHaystack(text string) *haystack {
	h := &haystack{text: text}
	for i := 0; i+minNeeded <= len(text); i++ {
		hash := gram(text[i:])
		h.grams[hash/64] |= 1 << (hash % 64)
	}
	return h
}

func (h *haystack) contains(one literal) bool {
	return h.has(one.head) && h.has(one.tail) && strings.Contains(h.text, one.text)
}

func (h *haystack) has(hash uint32) bool { return h.grams[hash/64]&(1<<(hash%64)) != 0 }

// literal is a text to look for, with the hashes of its beginning and its end.
type literal struct {
	text       string
	head, tail uint32
}

func literals(sets [][]string) [][]literal {
	all := make([][]literal, len(sets))
	for i, set := range sets {
		for _, text := range set {
			all[i] = append(all[i], literal{text, gram(text), gram(text[len(text)-minNeeded:])})
		}
	}
	return all
}

// gram is a hash of the first minNeeded bytes.
func gram(text string) uint32 {
	three := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16
	return three * 2654435761 >> (32 - gramBits)
}
