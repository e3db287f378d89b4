package shared

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// ecmaPattern writes an expression of RE2, which must match the whole of a text, as one of ECMA 262 that matches the
// same with the flag u, as JSON Schema has it (RFC 9485 says what the two have in common).
func ecmaPattern(pattern string) (string, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", err
	}
	var w ecmaWriter
	w.write(parsed)
	return "^(?:" + w.String() + ")$", w.err
}

// ecmaWriter writes expressions. What has flags in RE2, such as (?i), is written out.
type ecmaWriter struct {
	strings.Builder
	err error
}

// ecmaAnchors are what matches a place.
var ecmaAnchors = map[syntax.Op]string{
	syntax.OpNoMatch: `[]`, syntax.OpEmptyMatch: `(?:)`, syntax.OpAnyCharNotNL: `[^\n]`, syntax.OpAnyChar: `[^]`,
	syntax.OpBeginText: `^`, syntax.OpEndText: `$`, syntax.OpBeginLine: `(?<![^\n])`, syntax.OpEndLine: `(?![^\n])`,
	syntax.OpWordBoundary: `\b`, syntax.OpNoWordBoundary: `\B`,
}

func (w *ecmaWriter) write(re *syntax.Regexp) {
	if anchor, known := ecmaAnchors[re.Op]; known {
		w.WriteString(anchor)
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			w.literal(r, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		w.class(re.Rune)
	case syntax.OpCapture:
		w.group(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		w.group(re.Sub[0])
		w.WriteString(repeats(re))
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if sub.Op == syntax.OpAlternate {
				w.group(sub)
			} else {
				w.write(sub)
			}
		}
	case syntax.OpAlternate:
		for i, sub := range re.Sub {
			if i > 0 {
				w.WriteByte('|')
			}
			w.write(sub)
		}
	default:
		w.err = fmt.Errorf("the pattern has %s, which JSON Schema has not", re.Op)
	}
}

// group writes an expression so that what follows counts for the whole of it.
func (w *ecmaWriter) group(re *syntax.Regexp) {
	single := re.Op == syntax.OpCharClass || re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL ||
		re.Op == syntax.OpLiteral && len(re.Rune) == 1
	if single {
		w.write(re)
		return
	}
	w.WriteString("(?:")
	w.write(re)
	w.WriteByte(')')
}

func repeats(re *syntax.Regexp) string {
	switch {
	case re.Op == syntax.OpStar:
		return "*"
	case re.Op == syntax.OpPlus:
		return "+"
	case re.Op == syntax.OpQuest:
		return "?"
	case re.Max == re.Min:
		return fmt.Sprintf("{%d}", re.Min)
	case re.Max < 0:
		return fmt.Sprintf("{%d,}", re.Min)
	default:
		return fmt.Sprintf("{%d,%d}", re.Min, re.Max)
	}
}

// literal writes a character, or all that differ from it only by case.
func (w *ecmaWriter) literal(r rune, anyCase bool) {
	if next := unicode.SimpleFold(r); !anyCase || next == r {
		w.WriteString(ecmaRune(r))
		return
	}
	w.WriteByte('[')
	w.WriteString(ecmaRune(r))
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		w.WriteString(ecmaRune(next))
	}
	w.WriteByte(']')
}

// class writes characters that are given as pairs, the first and the last of each range.
func (w *ecmaWriter) class(pairs []rune) {
	w.WriteByte('[')
	for i := 0; i+1 < len(pairs); i += 2 {
		w.WriteString(ecmaRune(pairs[i]))
		if pairs[i+1] > pairs[i] {
			w.WriteByte('-')
			w.WriteString(ecmaRune(pairs[i+1]))
		}
	}
	w.WriteByte(']')
}

// ecmaRune writes a character so that it means itself, in a class as well as outside.
func ecmaRune(r rune) string {
	switch {
	case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return string(r)
	case strings.ContainsRune(`^$\.*+?()[]{}|/`, r):
		return `\` + string(r)
	case r > unicode.MaxLatin1:
		return fmt.Sprintf(`\u{%X}`, r)
	case r <= ' ' || r >= 0x7f || r == '-':
		return fmt.Sprintf(`\x%02X`, r)
	default:
		return string(r)
	}
}
