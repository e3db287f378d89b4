package plugin_test

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared"
)

// BenchmarkLoad is Load without the call around it; the acceptance suite measures both together.
func BenchmarkLoad(b *testing.B) {
	page, err := plugin.New(b.Context(), plugin.Configuration{DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer page.Close()
	saved, err := page.Save(b.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values:  shared.Values{"server": shared.Text("smtp.email.com"), "login": shared.Text("me@email.com")},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")},
	}})
	if err != nil || !saved.Saved {
		b.Fatal(err, saved.Diagnostics)
	}
	for b.Loop() {
		if _, err := page.Load(b.Context(), shared.LoadRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
