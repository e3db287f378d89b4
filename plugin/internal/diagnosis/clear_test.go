package diagnosis

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestClearCodesWin puts the words of every other rule behind every clear code: none talks the code over but those of
// one product, and the few of which servers are known that contradict themselves.
func TestClearCodesWin(t *testing.T) {
	outweigh := len(generalRules) + len(certainRules) + len(codedRules) + len(overrulingRules)
	for _, clear := range clearRules {
		for _, code := range clear.enhanced {
			for _, step := range clear.steps {
				plain := withCode(step, code, clear.says...)
				want := rules()[match(plain)].cause
				for i, other := range rules() {
					if i < outweigh || len(other.says) == 0 || len(other.steps) > 0 && !slices.Contains(other.steps, step) ||
						slices.ContainsFunc(clear.unless, func(c *concept) bool { return other.reading().says(c) }) {
						continue
					}
					got := match(withCode(step, code, slices.Concat(clear.says, other.says)...))
					if cause := rules()[got].cause; cause != want && got >= outweigh && !isRefinement(want, cause) {
						t.Errorf("%s %s with the words of %s: %s, want %s", step, code, describe(other), cause, want)
					}
				}
			}
		}
	}
}

// isRefinement reports whether a cause says more of what a clear code says.
func isRefinement(clear, cause string) bool {
	return slices.ContainsFunc(clearRules, func(one rule) bool { return one.cause == cause }) &&
		causes()[clear].scope == causes()[cause].scope
}

// withCode is a refusal with an enhanced status code and words of the concepts.
func withCode(step smtpconn.Step, code string, says ...*concept) *reading {
	class := "5"
	if code[0] == '4' {
		class = "4"
	}
	text := class + "50 " + class + code[1:]
	for _, one := range says {
		text += " " + one.sample()
	}
	return newReading(example{step: step, reply: text}.failure())
}

// reading is a reply with the words of the rule.
func (u rule) reading() *reading {
	text := "550"
	for _, one := range u.says {
		text += " " + one.sample()
	}
	return newReading(example{step: smtpconn.StepRecipient, reply: text}.failure())
}

// sample is a text that has the concept: of alternatives the first, of repetitions the fewest.
func (c *concept) sample() string {
	if len(c.parts) == 0 {
		parsed, _ := syntax.Parse(c.phrasings()[0].expression().String(), syntax.Perl)
		return strings.TrimSpace(sampleOf(parsed.Simplify()))
	}
	var parts []string
	for _, part := range c.parts {
		parts = append(parts, part.sample())
	}
	return strings.Join(parts, " ")
}

func sampleOf(expression *syntax.Regexp) string {
	switch expression.Op {
	case syntax.OpLiteral:
		return string(expression.Rune)
	case syntax.OpCharClass:
		return string(expression.Rune[0])
	case syntax.OpConcat:
		var text string
		for _, part := range expression.Sub {
			text += sampleOf(part)
		}
		return text
	case syntax.OpAlternate, syntax.OpCapture, syntax.OpPlus:
		return sampleOf(expression.Sub[0])
	}
	return ""
}
