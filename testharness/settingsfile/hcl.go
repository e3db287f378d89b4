package settingsfile

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// hclParser reads HCL of values only, as a plugin.hcl is. The secrets stand in a block, or in a map.
type hclParser struct {
	*builder
	content []byte
}

// Marshal writes nothing; see Write.
func (p *hclParser) Marshal(map[string]any) ([]byte, error) { return nil, errors.ErrUnsupported }

// Unmarshal parses the file. The error is an *Error.
func (p *hclParser) Unmarshal(content []byte) (map[string]any, error) {
	p.content = content
	if strings.TrimSpace(string(content)) == "" {
		return nil, Place{1, 1}.refuse("holds no settings; write a comment to have every field at its default")
	}
	if err := p.shallow(); err != nil {
		return nil, err
	}
	file, diagnostics := hclsyntax.ParseConfig(content, "", hcl.InitialPos)
	for _, one := range diagnostics {
		if one.Severity == hcl.DiagError {
			return nil, hclSyntax(one)
		}
	}
	body := file.Body.(*hclsyntax.Body)
	read, err := p.attributes("", body.Attributes)
	if err != nil {
		return nil, err
	}
	for _, block := range body.Blocks {
		place := hclPlace(block.TypeRange)
		if block.Type != secretsKey || len(block.Labels) > 0 || len(block.Body.Blocks) > 0 {
			return nil, place.refuse("the one block is secrets { … }; a field is written as %s = …", shown(block.Type))
		}
		here, err := p.add("", secretsKey, place)
		if err != nil {
			return nil, err
		}
		if read[secretsKey], err = p.attributes(here, block.Body.Attributes); err != nil {
			return nil, err
		}
	}
	return read, nil
}

// shallow refuses brackets in brackets in brackets: the parser calls itself for each.
func (p *hclParser) shallow() error {
	tokens, _ := hclsyntax.LexConfig(p.content, "", hcl.InitialPos)
	depth := 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp,
			hclsyntax.TokenTemplateControl, hclsyntax.TokenBang, hclsyntax.TokenMinus:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd,
			hclsyntax.TokenNewline:
			if depth > 0 {
				depth--
			}
		}
		if depth > maxDepth {
			return hclPlace(token.Range).refuse("this is more deeply nested than settings are")
		}
	}
	return nil
}

// hclSyntax explains what the parser did not understand. What it says in detail may repeat a value.
func hclSyntax(wrong *hcl.Diagnostic) error {
	place := Place{1, 1}
	if wrong.Subject != nil {
		place = hclPlace(*wrong.Subject)
	}
	if wrong.Summary == "Attribute redefined" {
		return place.refuse("a key stands twice; leave one of them out")
	}
	return place.refuse("is not HCL: write name = value, each on a line of its own, texts in double quotes")
}

func hclPlace(at hcl.Range) Place { return Place{at.Start.Line, at.Start.Column} }

func (p *hclParser) attributes(path string, attributes hclsyntax.Attributes) (map[string]any, error) {
	ordered := make([]*hclsyntax.Attribute, 0, len(attributes))
	for _, one := range attributes {
		ordered = append(ordered, one)
	}
	slices.SortFunc(ordered,
		func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	read := map[string]any{}
	for _, one := range ordered {
		here, err := p.add(path, one.Name, hclPlace(one.NameRange))
		if err != nil {
			return nil, err
		}
		if read[one.Name], err = p.value(one.Expr, here); err != nil {
			return nil, err
		}
	}
	return read, nil
}

const hclValues = "write the value itself: a text in double quotes, a number, true, false, a list [ ] or a map { }"

func (p *hclParser) value(expression hclsyntax.Expression, path string) (any, error) {
	place := hclPlace(expression.Range())
	switch expression := expression.(type) {
	case *hclsyntax.TemplateExpr:
		return p.text(expression)
	case *hclsyntax.LiteralValueExpr:
		return p.literal(expression)
	case *hclsyntax.UnaryOpExpr:
		if literal, isLiteral := expression.Val.(*hclsyntax.LiteralValueExpr); isLiteral &&
			expression.Op == hclsyntax.OpNegate {
			return numberOf("-" + string(literal.SrcRange.SliceBytes(p.content))), nil
		}
	case *hclsyntax.TupleConsExpr:
		list := make([]any, len(expression.Exprs))
		for i, one := range expression.Exprs {
			here := path + separator + strconv.Itoa(i)
			p.places[here] = hclPlace(one.Range())
			var err error
			if list[i], err = p.value(one, here); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *hclsyntax.ObjectConsExpr:
		return p.object(expression, path)
	}
	return nil, place.refuse("there are no expressions in this file; %s", hclValues)
}

func (p *hclParser) object(expression *hclsyntax.ObjectConsExpr, path string) (any, error) {
	read := map[string]any{}
	for _, item := range expression.Items {
		place := hclPlace(item.KeyExpr.Range())
		key, diagnostics := item.KeyExpr.Value(nil)
		if diagnostics.HasErrors() || key.IsNull() || !key.IsKnown() || key.Type() != cty.String {
			return nil, place.refuse("a key is one word, or a text in double quotes")
		}
		here, err := p.add(path, key.AsString(), place)
		if err != nil {
			return nil, err
		}
		if read[key.AsString()], err = p.value(item.ValueExpr, here); err != nil {
			return nil, err
		}
	}
	return read, nil
}

func (p *hclParser) text(expression *hclsyntax.TemplateExpr) (any, error) {
	value, diagnostics := expression.Value(nil)
	if diagnostics.HasErrors() || value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return nil, hclPlace(expression.Range()).refuse("“${” would begin an expression; write $${ for the two")
	}
	return value.AsString(), nil
}

func (p *hclParser) literal(expression *hclsyntax.LiteralValueExpr) (any, error) {
	switch {
	case expression.Val.IsNull():
		return nil, nil
	case expression.Val.Type() == cty.Bool:
		return expression.Val.True(), nil
	default:
		return numberOf(string(expression.SrcRange.SliceBytes(p.content))), nil
	}
}
