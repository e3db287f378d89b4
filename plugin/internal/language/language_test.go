package language

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/phrase/phrasetest"
	"github.com/smtp-settings/smtp-settings/shared/text/texttest"
)

// TestCatalog lists the texts that a language lacks.
func TestCatalog(t *testing.T) {
	old := phrasetest.Source{Directories: []string{"../diagnosis"}, Functions: []string{"fix", "warn"}}
	source := texttest.Source{Packages: []string{"../../..."}, Also: old.Texts(t)}
	texttest.Check(t, source, files, "texts", []string{"de", "es", "fr", "ja", "pt", "ru", "zh"})
}
