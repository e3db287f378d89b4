package text

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Catalog holds translations, one file for each language. It may be used concurrently.
type Catalog struct {
	files     fs.FS
	directory string
	others    []*Catalog

	mu     sync.Mutex
	loaded map[string]translations
}

// translations are those of one language.
type translations map[Message]translation

// translation is a text in one language: a form for each plural of the language, "other" at least. A text in which
// nothing is counted has that one only.
type translation map[string]string

// UnmarshalJSON reads a string, or an object of plural forms.
func (t *translation) UnmarshalJSON(content []byte) error {
	if strings.HasPrefix(string(content), `"`) {
		var only string
		if err := json.Unmarshal(content, &only); err != nil {
			return err
		}
		*t = translation{other: only}
		return nil
	}
	var byForm map[string]string
	if err := json.Unmarshal(content, &byForm); err != nil {
		return err
	}
	*t = byForm
	return nil
}

func (t translation) of(form string) string {
	if written, known := t[form]; known {
		return written
	}
	return t[other]
}

// NewCatalog returns the catalog whose files are in the directory: de.json is an object that maps English messages to
// German texts. The translation of a message with {count} is an object of the plural forms that CLDR has for the
// language, such as {"one": "…", "other": "…"}. A file is read when its language is asked for, so that languages
// nobody reads cost nothing. What the catalog does not have is looked up in the others.
func NewCatalog(files fs.FS, directory string, others ...*Catalog) *Catalog {
	return &Catalog{files: files, directory: directory, others: others, loaded: map[string]translations{}}
}

// Language returns the language of a locale, a BCP 47 tag such as "de-AT". A language that the catalog does not have is
// English.
func (c *Catalog) Language(locale string) Language {
	tag, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	if strings.ContainsAny(tag, "./") || c.translations(tag) == nil {
		return Language{}
	}
	found := Language{tag: tag}
	for _, one := range append([]*Catalog{c}, c.others...) {
		if known := one.translations(tag); known != nil {
			found.translations = append(found.translations, known)
		}
	}
	return found
}

// translations returns those into a language, nil when there are none.
func (c *Catalog) translations(tag string) translations {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, loaded := c.loaded[tag]
	if !loaded {
		// What is missing or damaged is found by the tests of the package that embeds the files; here it means English.
		if known, _ = c.read(tag); known != nil {
			c.loaded[tag] = known
		}
	}
	return known
}

func (c *Catalog) read(tag string) (translations, error) {
	content, err := fs.ReadFile(c.files, path.Join(c.directory, tag+".json"))
	if err != nil {
		return nil, err
	}
	var read translations
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, fmt.Errorf("%s.json: %w", tag, err)
	}
	return read, nil
}

// Tags returns the languages of the catalog, English first.
func (c *Catalog) Tags() []string {
	tags := []string{english}
	names, err := fs.Glob(c.files, path.Join(c.directory, "*.json"))
	if err != nil {
		return tags
	}
	for _, name := range names {
		tags = appendNew(tags, strings.TrimSuffix(path.Base(name), ".json"))
	}
	slices.Sort(tags[1:])
	return tags
}
