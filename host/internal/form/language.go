package form

import (
	"embed"
	"html/template"
	"net/http"
	"sync"

	"golang.org/x/text/language"

	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/shared/translations"
)

//go:embed languages/*.json
var languageFiles embed.FS

// catalog holds the translations of what the page itself says; what the plugin says comes translated.
var catalog = text.NewCatalog(languageFiles, "languages", translations.Catalog)

// spoken chooses among the languages of the catalog (RFC 4647).
var spoken = sync.OnceValues(func() ([]string, language.Matcher) {
	names := catalog.Tags()
	tags := make([]language.Tag, len(names))
	for i, name := range names {
		tags[i] = language.Make(name)
	}
	return names, language.NewMatcher(tags)
})

// longestWish bounds what is read of a reader's wishes, in bytes.
const longestWish = 300

// locale is the language of the reader: the one that the Console says, or else the best of those that the browser
// asks for.
func (h *handler) locale(r *http.Request) string {
	wanted := ""
	if h.options.Language != nil {
		wanted = h.options.Language(r)
	}
	if wanted == "" {
		wanted = r.Header.Get("Accept-Language")
	}
	if len(wanted) > longestWish {
		wanted = "" // Nobody speaks so many languages, and making sense of them takes time.
	}
	names, matcher := spoken()
	_, chosen := language.MatchStrings(matcher, wanted)
	return names[chosen]
}

func (h *handler) language(r *http.Request) text.Language { return catalog.Language(h.locale(r)) }

// templatesIn returns the templates with their texts in a language. The templates that were parsed are never used
// themselves: html/template does not copy them after that.
func templatesIn(reader text.Language) *template.Template {
	if already, known := translated.Load(reader.Tag()); known {
		return already.(*template.Template)
	}
	copied := template.Must(templates.Clone()).Funcs(templateFunctions(reader))
	for _, one := range copied.Templates() {
		if one.Tree != nil { // That which holds the others together is empty.
			writeConstants(one.Tree.Root, reader)
		}
	}
	already, _ := translated.LoadOrStore(reader.Tag(), copied)
	return already.(*template.Template)
}

var translated sync.Map // template.Template by language
