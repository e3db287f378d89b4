package language

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text/texttest"
)

// TestCatalog lists the texts that a language lacks.
func TestCatalog(t *testing.T) {
	source := texttest.Source{Packages: []string{"../../..."}}
	texttest.Check(t, source, files, "languages", []string{"de", "es", "fr", "ja", "pt", "ru", "zh"})
}
