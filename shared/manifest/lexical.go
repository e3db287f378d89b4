package manifest

import (
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// plainText makes sure that the file is a text, and takes away what editors of other systems put in.
func plainText(content []byte) ([]byte, error) {
	content = plaintext.From(content)
	place := position{1, 1}
	for rest := content; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, place.refuse("is not a text in UTF-8; save the file as UTF-8")
		case r == '\n':
			place = position{place.line + 1, 0}
		case r == '\t':
		case unicode.IsControl(r), r == '\ufeff':
			return nil, place.refuse("holds the control character U+%04X; remove it", r)
		}
		place.column++
		rest = rest[size:]
	}
	return content, nil
}

// maxDepth bounds brackets in brackets; the parser of HCL calls itself for each.
const maxDepth = 8

// checkTokens refuses what HCL has but a plugin.hcl has not: expressions of every kind.
func checkTokens(tokens hclsyntax.Tokens) error {
	depth := 0
	for i, token := range tokens {
		place := start(token.Range)
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack:
			if depth++; depth > maxDepth {
				return place.refuse("there are more brackets in brackets than a plugin.hcl can have")
			}
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack:
			depth--
		case hclsyntax.TokenMinus:
			if !negates(tokens, i) {
				return place.refuse("a minus stands before a number only, and a text in double quotes")
			}
		case hclsyntax.TokenEqual, hclsyntax.TokenComma, hclsyntax.TokenOQuote, hclsyntax.TokenCQuote,
			hclsyntax.TokenOHeredoc,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit,
			hclsyntax.TokenIdent, hclsyntax.TokenComment, hclsyntax.TokenNewline, hclsyntax.TokenEOF:
		default:
			return place.refuse("%s", tokenRemedy(token.Type))
		}
	}
	return nil
}

// negates reports whether the token, a minus, stands before a number and behind what a value stands behind.
func negates(tokens hclsyntax.Tokens, i int) bool {
	if i == 0 || tokens[i+1].Type != hclsyntax.TokenNumberLit { // The last token is the end of the file.
		return false
	}
	before := tokens[i-1].Type
	return before == hclsyntax.TokenEqual || before == hclsyntax.TokenOBrack || before == hclsyntax.TokenComma
}

// tokenRemedy says what to do about a token that cannot stand in the file.
func tokenRemedy(token hclsyntax.TokenType) string {
	switch token {
	case hclsyntax.TokenTemplateInterp:
		return "“${” would begin an expression, which this file does not have; write $${ for the two characters"
	case hclsyntax.TokenTemplateControl:
		return "“%{” would begin an expression, which this file does not have; write %%{ for the two characters"
	case hclsyntax.TokenQuotedNewline:
		return "the text is not closed on its line; its quote is missing"
	case hclsyntax.TokenApostrophe, hclsyntax.TokenBacktick, hclsyntax.TokenInvalid:
		return "this character cannot stand here; a text stands in straight double quotes"
	case hclsyntax.TokenSemicolon:
		return "a line has no semicolon; each key stands on a line of its own"
	case hclsyntax.TokenColon:
		return "a key is followed by =, and a text stands in double quotes"
	case hclsyntax.TokenOParen, hclsyntax.TokenCParen:
		return "there are no functions in this file; write the value itself, a text in double quotes"
	default:
		return "there are no expressions in this file; write the value itself, a text in double quotes"
	}
}
