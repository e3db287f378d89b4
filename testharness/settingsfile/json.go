package settingsfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// jsonParser reads JSON (RFC 8259), in which no key stands twice.
type jsonParser struct {
	*builder
	content []byte
	decoder *json.Decoder
}

// Marshal writes nothing; see Write.
func (p *jsonParser) Marshal(map[string]any) ([]byte, error) { return nil, errors.ErrUnsupported }

// Unmarshal parses the file. The error is an *Error.
func (p *jsonParser) Unmarshal(content []byte) (map[string]any, error) {
	p.content, p.decoder = content, json.NewDecoder(bytes.NewReader(content))
	p.decoder.UseNumber()
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, Place{1, 1}.refuse("holds no settings; write {} to have every field at its default")
	}
	read, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	fields, isObject := read.(map[string]any)
	if !isObject {
		return nil, Place{1, 1}.refuse(`a file of settings has fields with values: {"server": "smtp.email.com"}`)
	}
	behind := p.here()
	if _, err := p.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, behind.refuse("something stands behind the last bracket; a file has the settings of one page")
	}
	return fields, nil
}

// here is where the next token begins.
func (p *jsonParser) here() Place {
	at := min(int(p.decoder.InputOffset()), len(p.content))
	for at < len(p.content) && strings.ContainsRune(" \t\n\r,:", rune(p.content[at])) {
		at++
	}
	before := p.content[:at]
	return Place{bytes.Count(before, []byte("\n")) + 1, len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) +
		1}
}

func (p *jsonParser) syntax() error {
	return p.here().refuse("is not JSON: a bracket, a comma or a quotation mark is missing, or one too many stands here")
}

func (p *jsonParser) value(path string, depth int) (any, error) {
	place := p.here()
	if depth > maxDepth {
		return nil, place.refuse("this is more deeply nested than settings are")
	}
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.syntax()
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return p.object(path, depth+1)
		}
		return p.array(path, depth+1)
	case json.Number:
		return numberOf(token.String()), nil
	default:
		return token, nil
	}
}

func (p *jsonParser) object(path string, depth int) (any, error) {
	read := map[string]any{}
	for p.decoder.More() {
		place := p.here()
		token, err := p.decoder.Token()
		key, isText := token.(string)
		if err != nil || !isText {
			return nil, p.syntax()
		}
		here, err := p.add(path, key, place)
		if err != nil {
			return nil, err
		}
		if read[key], err = p.value(here, depth); err != nil {
			return nil, err
		}
	}
	if _, err := p.decoder.Token(); err != nil {
		return nil, p.syntax()
	}
	return read, nil
}

func (p *jsonParser) array(path string, depth int) (any, error) {
	read := []any{}
	for p.decoder.More() {
		here := path + separator + strconv.Itoa(len(read))
		p.places[here] = p.here()
		one, err := p.value(here, depth)
		if err != nil {
			return nil, err
		}
		read = append(read, one)
	}
	if _, err := p.decoder.Token(); err != nil {
		return nil, p.syntax()
	}
	return read, nil
}
