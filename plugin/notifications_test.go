package plugin

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestRestoredDatabase puts another document under the same number, as restoring a backup does: the next delivery goes where
// that one says.
func TestRestoredDatabase(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"server": shared.Text("before.example.com"), "use_other_account": shared.Boolean(true), "email": shared.Text("console@example.com"),
	}}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	deliveries := deliveries{page: page}
	before, _, err := deliveries.current(t.Context())
	if err != nil || before.Target.Host != "before.example.com" {
		t.Fatal(before.Target.Host, err)
	}
	if _, err := page.store.DB().ExecContext(t.Context(), `UPDATE settings_revision SET document = replace(document, 'before.', 'restored.')`); err != nil {
		t.Fatal(err)
	}
	after, _, err := deliveries.current(t.Context())
	if err != nil || after.Target.Host != "restored.example.com" || after.Version == before.Version {
		t.Errorf("after the restore: %s, version %s and %s, %v", after.Target.Host, before.Version, after.Version, err)
	}
}
