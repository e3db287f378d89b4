package form

import (
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text/texttest"
)

// TestCatalog lists the texts that a language lacks.
func TestCatalog(t *testing.T) {
	templates, err := filepath.Glob("templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	source := texttest.Source{Packages: []string{"."}, Templates: templates}
	texttest.Check(t, source, languageFiles, "languages", []string{"de", "es", "fr", "ja", "pt", "ru", "zh"})
}
