// Package language holds the translations of what the plugin says. The texts stand in the code in English; see package
// phrase.
package language

import (
	"embed"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

//go:embed texts/*.json
var files embed.FS

// Catalogue holds the translations.
var Catalogue = phrase.NewCatalogue(files, "texts", shared.Catalogue())

// Of returns the language of a locale; English when there is no other.
func Of(locale string) phrase.Language { return Catalogue.Language(locale) }
