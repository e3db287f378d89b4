package form

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/phrase/phrasetest"
)

// TestCatalogue lists the texts that a language lacks.
func TestCatalogue(t *testing.T) {
	source := phrasetest.Source{Directories: []string{".", "templates"}}
	phrasetest.Check(t, source, languageFiles, "languages", []string{"de", "es", "fr", "ja", "pt", "ru", "zh"})
}
