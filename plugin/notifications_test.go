package plugin

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestRestoredDatabase puts another document under the same number, as restoring a backup does: the next delivery goes
// where that one says.
func TestRestoredDatabase(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"server": shared.Text("before.example.com"), "use_other_account": shared.Boolean(true),
		"email": shared.Text("console@example.com"),
	}}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	deliveries := newDeliveries(page)
	before, _, err := deliveries.current(t.Context())
	if err != nil || before.Target.Host != "before.example.com" {
		t.Fatal(before.Target.Host, err)
	}
	if _, err := page.store.DB().ExecContext(t.Context(),
		`UPDATE settings_revision SET document = replace(document, 'before.', 'restored.')`); err != nil {
		t.Fatal(err)
	}
	after, _, err := deliveries.current(t.Context())
	if err != nil || after.Target.Host != "restored.example.com" || after.Version == before.Version {
		t.Errorf("after the restore: %s, version %s and %s, %v", after.Target.Host, before.Version, after.Version, err)
	}
}

// TestVersionIsStable opens the same settings in several processes, one after the other: deliveries have the same
// version, and another one with other settings, a password that the environment gives included.
func TestVersionIsStable(t *testing.T) {
	data := t.TempDir()
	version := func(change func(*Page), environ ...string) string {
		t.Helper()
		page, err := New(t.Context(), Configuration{DataDir: data, Passive: true, Environ: environ})
		if err != nil {
			t.Fatal(err)
		}
		defer page.Close()
		if change != nil {
			change(page)
		}
		delivery, missing, err := newDeliveries(page).current(t.Context())
		if err != nil || missing != nil || delivery.Version == "" {
			t.Fatal(delivery.Version, missing, err)
		}
		return delivery.Version
	}
	save := func(values shared.Values, secrets map[string]shared.SecretChange) func(*Page) {
		return func(page *Page) {
			now, err := page.Load(t.Context(), shared.LoadRequest{})
			if err != nil {
				t.Fatal(err)
			}
			result, err := page.Save(t.Context(), shared.SaveRequest{
				Revision: now.Revision.Number, Draft: shared.Draft{Values: values, Secrets: secrets},
			})
			if err != nil || !result.Saved {
				t.Fatal(err, result.Diagnostics)
			}
		}
	}
	values := shared.Values{"server": shared.Text("mail.example.com"), "login": shared.Text("me@example.com")}
	typed := map[string]shared.SecretChange{"password": shared.ReplaceSecret("typed")}
	seen := map[string]string{}
	for _, step := range []struct {
		name    string
		change  func(*Page)
		environ []string
	}{
		{"saved", save(values, typed), nil},
		{"saved again", save(values, typed), nil},
		{"another password in the environment", nil,
			[]string{"SMTP_SERVER=mail.example.com", "SMTP_LOGIN=me@example.com", "SMTP_PASSWORD=one"}},
		{"and another one", nil, []string{"SMTP_SERVER=mail.example.com", "SMTP_LOGIN=me@example.com", "SMTP_PASSWORD=two"}},
		{"another port in the environment", nil,
			[]string{"SMTP_PORT=2525", "SMTP_SERVER=mail.example.com", "SMTP_LOGIN=me@example.com", "SMTP_PASSWORD=two"}},
	} {
		first := version(step.change, step.environ...)
		if again := version(nil, step.environ...); again != first {
			t.Errorf("%s: another process has another version", step.name)
		}
		if before, known := seen[first]; known {
			t.Errorf("%s: the same version as %s", step.name, before)
		}
		seen[first] = step.name
	}
}
