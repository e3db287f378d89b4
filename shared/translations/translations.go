// Package translations has what the packages of the contract say to people, in the languages that the product speaks:
// the violations of a schema, what is wrong with a notification, and what stands between two sentences.
package translations

import (
	"embed"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

//go:embed languages/*.json
var files embed.FS

// Catalog holds the translations. A page's own catalog names it as the one to look in besides. It may be used
// concurrently.
var Catalog = text.NewCatalog(files, "languages")
