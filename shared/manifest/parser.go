package manifest

import (
	"errors"
	"regexp"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/knadh/koanf/v2"
)

// parser makes a tree of a plugin.hcl and remembers where everything stands.
type parser struct {
	content   []byte
	name      string
	positions map[string]position // by path
}

var _ koanf.Parser = (*parser)(nil)

func newParser() *parser { return &parser{positions: map[string]position{}} }

// Marshal writes nothing: the file is the operator's.
func (p *parser) Marshal(map[string]any) ([]byte, error) {
	return nil, errors.New("a plugin.hcl is only read")
}

// Unmarshal parses the file. The error is an *Error.
func (p *parser) Unmarshal(content []byte) (map[string]any, error) {
	content, err := plainText(content)
	if err != nil {
		return nil, err
	}
	p.content = content
	tokens, _ := hclsyntax.LexConfig(content, "", hcl.InitialPos)
	if err := checkTokens(tokens); err != nil {
		return nil, err
	}
	file, diagnostics := hclsyntax.ParseConfig(content, "", hcl.InitialPos)
	if err := p.syntaxError(file, diagnostics); err != nil {
		return nil, err
	}
	tree, err := p.root(file.Body.(*hclsyntax.Body))
	if err != nil {
		return nil, err
	}
	return tree, nil
}

// pluginName is what a plugin may be called, up to its length: a bound in the expression makes as many copies of it.
var pluginName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const maxPluginName = 64

func isPluginName(name string) bool {
	return len(name) <= maxPluginName && pluginName.MatchString(name)
}

// root reads the top of the file, which holds the plugin block only.
func (p *parser) root(body *hclsyntax.Body) (map[string]any, error) {
	if _, found := body.Attributes[pluginBlock]; found {
		return nil, start(body.Attributes[pluginBlock].NameRange).refuse(
			`"plugin" is a block: write plugin "NAME" { … } without =`)
	}
	if attributes := sorted(body.Attributes); len(attributes) > 0 {
		return nil, start(attributes[0].NameRange).refuse("unknown key %s; the file holds one block plugin \"NAME\" { … }",
			shown(attributes[0].Name))
	}
	var block *hclsyntax.Block
	for _, one := range body.Blocks {
		place := start(one.TypeRange)
		switch {
		case one.Type != pluginBlock:
			return nil, place.refuse("unknown block %s; the file holds one block plugin \"NAME\" { … }", shown(one.Type))
		case len(one.Labels) != 1 || !isPluginName(one.Labels[0]):
			return nil, place.refuse(`the block must have a name of letters, digits, ".", "_" and "-": plugin "NAME" { … }`)
		case block != nil && block.Labels[0] == one.Labels[0]:
			return nil, place.refuse("declares the plugin %q twice, first in line %d; leave one of the blocks out",
				one.Labels[0], block.TypeRange.Start.Line)
		case block != nil:
			return nil, place.refuse("declares a second plugin, %q beside %q in line %d; give each a file of its own",
				one.Labels[0], block.Labels[0], block.TypeRange.Start.Line)
		}
		block = one
	}
	if block == nil {
		return nil, position{1, 1}.refuse(`declares no plugin; write a block plugin "NAME" { … }`)
	}
	p.name = block.Labels[0]
	path := pluginBlock + separator + p.name
	p.positions[path] = start(block.TypeRange)
	content, err := p.plugin(path, block.Body)
	return map[string]any{pluginBlock: map[string]any{p.name: content}}, err
}

// plugin reads the plugin block, in which there may be one config block.
func (p *parser) plugin(path string, body *hclsyntax.Body) (map[string]any, error) {
	if assigned, found := body.Attributes[configBlock]; found {
		return nil, start(assigned.NameRange).refuse(`"config" is a block: write config { … } without =`)
	}
	content, err := p.attributes(path, "", body.Attributes)
	if err != nil {
		return nil, err
	}
	var config *hclsyntax.Block
	for _, block := range body.Blocks {
		place := start(block.TypeRange)
		switch {
		case block.Type != configBlock:
			return nil, place.refuse(
				"there is no block %s here; a key is written as %s = …, and the one block is config { … }",
				shown(block.Type), keyName(block.Type))
		case len(block.Labels) > 0:
			return nil, place.refuse("the config block has no name; write config { … }")
		case config != nil:
			return nil, place.refuse("a second config block, the first is in line %d; put the keys into one",
				config.TypeRange.Start.Line)
		}
		config = block
	}
	if config == nil {
		return content, nil
	}
	if len(config.Body.Blocks) > 0 {
		inner := config.Body.Blocks[0]
		return nil, start(inner.TypeRange).refuse("config: there are no blocks in config; write a key as %s = …",
			keyName(inner.Type))
	}
	path += separator + configBlock
	p.positions[path] = start(config.TypeRange)
	content[configBlock], err = p.attributes(path, "config: ", config.Body.Attributes)
	return content, err
}

// attributes reads the keys of a block. prefix begins the errors.
func (p *parser) attributes(path, prefix string, attributes hclsyntax.Attributes) (map[string]any, error) {
	content := map[string]any{}
	for _, attribute := range sorted(attributes) {
		here := path + separator + attribute.Name
		p.positions[here] = start(attribute.NameRange)
		value, err := p.value(here, attribute.Expr)
		if err != nil {
			var unusable *Error
			if errors.As(err, &unusable) {
				unusable.Reason = prefix + keyName(attribute.Name) + ": " + unusable.Reason
			}
			return nil, err
		}
		content[attribute.Name] = value
	}
	return content, nil
}

// value reads what stands behind a key: a text, a whole number, true or false, or a list of them.
func (p *parser) value(path string, expression hclsyntax.Expression) (any, error) {
	list, isList := expression.(*hclsyntax.TupleConsExpr)
	if !isList {
		return p.scalar(expression)
	}
	place := start(list.SrcRange)
	if len(list.Exprs) == 0 {
		return nil, place.refuse("the list is empty; leave the key out, or put something into it")
	}
	values := make([]any, len(list.Exprs))
	for i, one := range list.Exprs {
		entry := start(one.Range())
		p.positions[path+separator+strconv.Itoa(i)] = entry
		value, err := p.scalar(one)
		if err != nil {
			return nil, err
		}
		if slices.Contains(values[:i], value) {
			return nil, entry.refuse("stands twice in the list; leave one of them out")
		}
		values[i] = value
	}
	return values, nil
}

// sorted are the attributes in the order of the file.
func sorted(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attributes))
	for _, attribute := range attributes {
		list = append(list, attribute)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}

// maxShown bounds a key that an error repeats: a longer one is no key but something that stands in the wrong place.
const maxShown = 31

// shown is a key as an error repeats it.
func shown(key string) string {
	if len(key) > maxShown {
		return "(too long to be one)"
	}
	return strconv.Quote(key)
}

// keyName is shown without quotes.
func keyName(key string) string {
	if len(key) > maxShown {
		return shown(key)
	}
	return key
}
