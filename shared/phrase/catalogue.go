package phrase

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Catalogue holds translations of English texts, one file for each language. It may be used concurrently.
type Catalogue struct {
	files     fs.FS
	directory string
	others    []*Catalogue

	mu     sync.Mutex
	loaded map[string]map[string]string
}

// NewCatalogue returns the catalogue whose files are in the directory: de.json is an object that maps English texts to German
// ones. A file is read when its language is asked for, so that languages nobody reads cost nothing. What the catalogue does
// not have is looked up in the others.
func NewCatalogue(files fs.FS, directory string, others ...*Catalogue) *Catalogue {
	return &Catalogue{files: files, directory: directory, others: others, loaded: map[string]map[string]string{}}
}

// Language returns the language of a locale, a BCP 47 tag such as "de-AT". A language that the catalogue does not have is
// English.
func (c *Catalogue) Language(locale string) Language {
	tag, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	if tag == "" || tag == "en" || strings.ContainsAny(tag, "./") {
		return Language{}
	}
	own := c.texts(tag)
	if own == nil {
		return Language{}
	}
	language := Language{tag: tag, texts: []map[string]string{own}}
	for _, other := range c.others {
		language.texts = append(language.texts, other.texts(tag))
	}
	return language
}

// texts returns the translations into a language, nil when there are none.
func (c *Catalogue) texts(tag string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	texts, known := c.loaded[tag]
	if !known {
		// What is missing or damaged is found by the tests of whoever embeds the files; here it means English.
		if texts, _ = c.read(tag); texts != nil {
			c.loaded[tag] = texts
		}
	}
	return texts
}

func (c *Catalogue) read(tag string) (map[string]string, error) {
	content, err := fs.ReadFile(c.files, path.Join(c.directory, tag+".json"))
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(content, &texts); err != nil {
		return nil, fmt.Errorf("%s.json: %w", tag, err)
	}
	return texts, nil
}

// Tags returns the languages of the catalogue, English first.
func (c *Catalogue) Tags() []string {
	tags := []string{"en"}
	names, err := fs.Glob(c.files, path.Join(c.directory, "*.json"))
	if err != nil {
		return tags
	}
	for _, name := range names {
		tags = append(tags, strings.TrimSuffix(path.Base(name), ".json"))
	}
	slices.Sort(tags[1:])
	return tags
}

// Language writes texts in one language. The zero value is English.
type Language struct {
	tag   string
	texts []map[string]string
}

// Tag is the language's BCP 47 tag, such as "de".
func (l Language) Tag() string {
	if l.tag == "" {
		return "en"
	}
	return l.tag
}

// Text writes a text or a phrase.
func (l Language) Text(text string) string {
	english, pairs := decode(text)
	written := l.lookUp(english)
	if len(pairs) < 2 {
		return written
	}
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = l.part(pairs[i+1])
	}
	return fill(written, values)
}

// maxText bounds a text in bytes. Parts may come from a stranger, such as the names in a certificate, and could be made to
// hold each other many times.
const maxText = 64 << 10

// longestBlank bounds the name in a blank, with its closing brace, in bytes.
const longestBlank = 64

// fill puts values into the blanks that it has values for.
func fill(text string, values map[string]string) string {
	var filled strings.Builder
	for filled.Len() < maxText {
		before, rest, opened := strings.Cut(text, "{")
		filled.WriteString(before)
		if !opened {
			break
		}
		name, after, closed := strings.Cut(rest[:min(len(rest), longestBlank)], "}")
		after += rest[min(len(rest), longestBlank):]
		if value, known := values[name]; closed && known {
			filled.WriteString(value)
			text = after
		} else {
			filled.WriteString("{")
			text = rest
		}
	}
	if filled.Len() > maxText {
		return strings.ToValidUTF8(filled.String()[:maxText], "") + "…"
	}
	return filled.String()
}

func (l Language) lookUp(english string) string {
	for _, texts := range l.texts {
		if written, known := texts[english]; known {
			return written
		}
	}
	return english
}

// part writes a value. One that is not a phrase is not looked up: it is a name, a number, or what somebody has typed.
func (l Language) part(value string) string {
	if HasParts(value) {
		return l.Text(value)
	}
	return value
}
