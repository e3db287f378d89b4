package text_test

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/shared/translations"
)

// TestDate writes a day and a time, in UTC, as people of each language do.
func TestDate(t *testing.T) {
	at := time.Date(2026, 12, 6, 0, 59, 0, 0, time.FixedZone("CET", 3600))
	for tag, want := range map[string]string{
		"en": "5 December 2026, 23:59 UTC", "de": "5. Dezember 2026, 23:59 UTC", "es": "5 de diciembre de 2026, 23:59 UTC",
		"fr": "5 décembre 2026, 23:59 UTC", "ja": "2026年12月5日 23:59 UTC", "pt": "5 de dezembro de 2026, 23:59 UTC",
		"ru": "5 декабря 2026 г., 23:59 UTC", "zh": "2026年12月5日 23:59 UTC",
	} {
		if got := translations.Catalog.Language(tag).Render(text.Moment(at)); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
	if got := text.Moment(at.Add(7 * time.Second)).String(); got != "5 December 2026, 23:59:07 UTC" {
		t.Errorf("with seconds: %s", got)
	}
}
