// Package language holds the translations of what the plugin says. The texts stand in the code in English; see package
// text.
package language

import (
	"embed"

	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/shared/translations"
)

//go:embed languages/*.json
var files embed.FS

// Catalog holds the translations.
var Catalog = text.NewCatalog(files, "languages", translations.Catalog)

// Of returns the language of a locale; English when there is no other.
func Of(locale string) text.Language { return Catalog.Language(locale) }
