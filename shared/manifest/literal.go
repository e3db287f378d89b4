package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// scalar reads one text, whole number, true or false.
func (p *parser) scalar(expression hclsyntax.Expression) (any, error) {
	place := start(expression.Range())
	switch expression := expression.(type) {
	case *hclsyntax.TemplateExpr:
		return p.text(place, expression)
	case *hclsyntax.LiteralValueExpr:
		return p.literal(place, expression)
	case *hclsyntax.UnaryOpExpr: // A minus; see checkTokens.
		number, err := p.scalar(expression.Val)
		if value, ok := number.(int64); ok {
			return -value, nil
		}
		return nil, orElse(err, place.refuse("a minus stands before a number only"))
	case *hclsyntax.TupleConsExpr:
		return nil, place.refuse("a list cannot be in a list")
	case *hclsyntax.ObjectConsExpr:
		return nil, place.refuse("must not be a map { … }; a value is a text in double quotes, a number, true, false or " +
			"a list of them")
	default:
		return nil, place.refuse("a text must stand in double quotes; beside texts there are numbers, true, false and " +
			"lists of them")
	}
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// wholeNumber is a number as people write counts: no fraction, no exponent, no leading zero that may mean octal.
var wholeNumber = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// maxDigits is how many fit into an int64 in any case.
const maxDigits = 18

func (p *parser) literal(place position, expression *hclsyntax.LiteralValueExpr) (any, error) {
	switch expression.Val.Type() {
	case cty.Bool:
		return expression.Val.True(), nil
	case cty.Number:
		digits := string(expression.SrcRange.SliceBytes(p.content))
		if len(digits) > maxDigits || !wholeNumber.MatchString(digits) {
			return nil, place.refuse("a number must be a whole one, written in digits without a leading zero, such as 4")
		}
		number, err := strconv.ParseInt(digits, 10, 64)
		return number, err
	default:
		return nil, place.refuse("null is no value; leave the key out for its default")
	}
}

func (p *parser) text(place position, expression *hclsyntax.TemplateExpr) (any, error) {
	value, diagnostics := expression.Value(nil)
	if diagnostics.HasErrors() || value.Type() != cty.String { // It holds no expressions; see checkTokens.
		return nil, place.refuse("must be a text without expressions")
	}
	text := value.AsString()
	heredoc := expression.SrcRange.CanSliceBytes(p.content) &&
		strings.HasPrefix(string(expression.SrcRange.SliceBytes(p.content)), "<<")
	if heredoc {
		text = strings.TrimSuffix(text, "\n") // The last line's end is the marker's.
	}
	if text == "" {
		return nil, place.refuse("is empty; give it a value, or leave it out")
	}
	for _, r := range text {
		switch {
		case heredoc && (r == '\n' || r == '\t'):
		case r == '\n', r == '\t', r == '\r':
			return nil, place.refuse(`holds the control character U+%04X, which \%c stands for; `+
				`write a \ itself as \\, in a path also as /`, r, escapes[r])
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return nil, place.refuse("holds the control or invisible character U+%04X; remove it", r)
		}
	}
	if strings.TrimSpace(text) != text {
		return nil, place.refuse("begins or ends with a blank; remove it")
	}
	return text, nil
}

// escapes are what stands behind a backslash for a character.
var escapes = map[rune]rune{'\n': 'n', '\t': 't', '\r': 'r'}

// syntaxError explains the first thing that the parser of HCL did not understand. What it says itself may repeat a
// value, so only what it is about is taken from it.
func (p *parser) syntaxError(file *hcl.File, diagnostics hcl.Diagnostics) error {
	at := slices.IndexFunc(diagnostics, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagError })
	if at < 0 {
		return nil
	}
	first := diagnostics[at]
	place := position{1, 1}
	if first.Subject != nil {
		place = start(*first.Subject)
	}
	if first.Summary == "Attribute redefined" {
		return p.repeated(file, *first.Subject)
	}
	remedy, known := syntaxRemedies[first.Summary]
	if !known {
		remedy = "this is not understood; the form is key = value, or a block NAME { … }"
	}
	return place.refuse("is not valid HCL: %s", remedy)
}

// repeated is a key that stands twice in its block.
func (p *parser) repeated(file *hcl.File, second hcl.Range) error {
	name := string(second.SliceBytes(p.content))
	body, _ := file.Body.(*hclsyntax.Body)
	first := 0
	for body != nil {
		if before, found := body.Attributes[name]; found && before.NameRange.Start.Byte < second.Start.Byte {
			first = before.NameRange.Start.Line
		}
		body = bodyAround(body, second)
	}
	return start(second).refuse("the key %s stands twice, first in line %d; leave one of them out", shown(name), first)
}

// bodyAround is the block in the body that holds the place; nil where there is none.
func bodyAround(body *hclsyntax.Body, place hcl.Range) *hclsyntax.Body {
	for _, block := range body.Blocks {
		if r := block.Body.SrcRange; r.Start.Byte <= place.Start.Byte && place.End.Byte <= r.End.Byte {
			return block.Body
		}
	}
	return nil
}

// syntaxRemedies says what to do, by the summary of HCL's diagnostic.
var syntaxRemedies = map[string]string{
	"Argument or block definition required": "here must be a key with its value, key = value, or a block; a text " +
		"stands behind an = only",
	"Argument definition required": "a block on one line holds one key only; put each key on a line of " +
		"its own",
	"Invalid argument name": "a key stands without quotes",
	"Invalid block definition": "a block is written NAME { … }, with the brace on the same line and a " +
		"line break behind it",
	"Invalid single-argument block definition": "a block on one line holds one key only; put each key on a line of " +
		"its own",
	"Missing newline after argument":         "each key stands on a line of its own, and a text in double quotes",
	"Unexpected comma after argument":        "a comma stands only in a list; each key stands on a line of its own",
	"Missing newline after block definition": "behind the } of a block must be a line break",
	"Unclosed configuration block":           "the block that begins here is not closed; its } is missing",
	"Missing item separator": "between two entries of a list must be a comma, and behind the last " +
		"one a ]",
	"Unterminated tuple constructor expression": "the list that begins here is not closed; its ] is missing",
	"Unterminated template string":              "the text is not closed; its quote is missing",
	"Unterminated string literal":               "the text is not closed; its quote is missing",
	"Invalid escape sequence": `behind a \ may stand n, t, r, ", \ and uXXXX only; ` +
		`write a \ itself as \\, in a path also as /`,
	"Invalid string literal": "a name is a plain text in double quotes",
	"Invalid expression": "behind the = must be a value: a text in double quotes, a number, " +
		"true, false or a list [ … ]",
	"Missing expression": "behind the = must be a value: a text in double quotes, a number, " +
		"true, false or a list [ … ]",
}
