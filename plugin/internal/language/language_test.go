package language

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/phrase/phrasetest"
)

// TestCatalogue lists the texts that a language lacks.
func TestCatalogue(t *testing.T) {
	source := phrasetest.Source{
		Directories: []string{"../..", "../settings", "../diagnosis", "../probe", "../notify"},
		Functions:   []string{"fail", "warn", "report", "fix", "fact", "preset", "at"},
	}
	phrasetest.Check(t, source, files, "texts", []string{"de", "es", "fr", "ja", "pt", "ru", "zh"})
}
