package settingsfile

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlParser reads YAML 1.2 without what settings have no use for: anchors, tags, several documents.
type yamlParser struct{ *builder }

// Marshal writes nothing; see Write.
func (p *yamlParser) Marshal(map[string]any) ([]byte, error) { return nil, errors.ErrUnsupported }

// Unmarshal parses the file. The error is an *Error.
func (p *yamlParser) Unmarshal(content []byte) (map[string]any, error) {
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil || len(document.Content) == 0 {
		return nil, yamlSyntax(err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		place := placeOf(&second)
		if len(second.Content) > 0 {
			place = placeOf(second.Content[0])
		}
		return nil, place.refuse("a second document begins here; a file has the settings of one page")
	}
	root := document.Content[0]
	if err := p.plain(root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, placeOf(root).refuse("a file of settings has fields with values: server: smtp.email.com")
	}
	return p.mapping(root, "", 1)
}

// yamlWords are what an error may repeat of the library's words: those in quotes may be of the file.
var (
	yamlLine   = regexp.MustCompile(`line ([0-9]{1,9}): `)
	yamlQuoted = regexp.MustCompile(`['"\x60‘“].*['"\x60’”]`)
)

func yamlSyntax(err error) error {
	place := Place{1, 1}
	reason := "holds no settings; write {} to have every field at its default"
	if err == nil || err.Error() == "EOF" {
		return place.refuse("%s", reason)
	}
	reason = strings.TrimPrefix(err.Error(), "yaml: ")
	if found := yamlLine.FindStringSubmatch(reason); found != nil {
		place.Line, _ = strconv.Atoi(found[1])
		reason = strings.Replace(reason, found[0], "", 1)
	}
	if strings.Contains(reason, "anchor") {
		return place.refuse("anchors and aliases have no place here; write the value itself, in quotes if it begins with *")
	}
	return place.refuse("is not YAML: %s", yamlQuoted.ReplaceAllString(reason, "…"))
}

func placeOf(node *yaml.Node) Place { return Place{max(node.Line, 1), max(node.Column, 1)} }

// plain refuses what is more than a value.
func (p *yamlParser) plain(node *yaml.Node) error {
	switch {
	case node.Kind == yaml.AliasNode, node.Anchor != "":
		return placeOf(node).refuse("anchors and aliases have no place here; write the value itself, in quotes if it " +
			"begins with & or *")
	case node.Style&yaml.TaggedStyle != 0:
		return placeOf(node).refuse("tags have no place here; write the value without what begins with !")
	}
	return nil
}

func (p *yamlParser) mapping(node *yaml.Node, path string, depth int) (map[string]any, error) {
	read := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if err := p.plain(key); err != nil {
			return nil, err
		}
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			return nil, placeOf(key).refuse("a key is one word, the name of a field")
		}
		here, err := p.add(path, key.Value, placeOf(key))
		if err != nil {
			return nil, err
		}
		if read[key.Value], err = p.value(value, here, depth); err != nil {
			return nil, err
		}
	}
	return read, nil
}

func (p *yamlParser) value(node *yaml.Node, path string, depth int) (any, error) {
	if err := p.plain(node); err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, placeOf(node).refuse("this is more deeply nested than settings are")
	}
	switch node.Kind {
	case yaml.MappingNode:
		return p.mapping(node, path, depth+1)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, one := range node.Content {
			here := path + separator + strconv.Itoa(i)
			p.places[here] = placeOf(one)
			var err error
			if list[i], err = p.value(one, here, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	default:
		return scalarOf(node), nil
	}
}

// number is one as people write it: an octal, a hexadecimal and 1_000 are texts, which no number field takes.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)

// oddNumber is a number that is written in another way.
type oddNumber struct{}

func scalarOf(node *yaml.Node) any {
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return node.Value == "true" || node.Value == "True" || node.Value == "TRUE"
	case "!!int", "!!float":
		return numberOf(node.Value)
	default: // A date as well.
		return node.Value
	}
}

// numberOf reads the digits of a number.
func numberOf(digits string) any {
	if !number.MatchString(digits) {
		return oddNumber{}
	}
	if whole, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return whole
	}
	if decimal, err := strconv.ParseFloat(digits, 64); err == nil {
		return decimal
	}
	return oddNumber{}
}
