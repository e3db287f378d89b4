package plugin

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// oldRevision is a revision as version 0.1 has stored it.
type oldRevision struct {
	values       shared.Values
	password     string // empty: none
	restoredFrom int64
}

// layOld writes the revisions into a data directory and returns it.
func layOld(t *testing.T, revisions ...oldRevision) string {
	t.Helper()
	directory := t.TempDir()
	page := openPage(t, Configuration{DataDir: directory})
	defer page.Close()
	for i, one := range revisions {
		document := map[string]any{"values": one.values}
		if one.restoredFrom != 0 {
			document["restored_from"] = one.restoredFrom
		}
		if one.password != "" {
			bound, err := page.bind(t.Context(), shared.Draft{Values: one.values})
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := page.keeper.Seal(t.Context(), shared.NewSecretText(one.password),
				bound.destination("password").FirstForm())
			if err != nil {
				t.Fatal(err)
			}
			document["secrets"] = map[string]any{"password": map[string]any{
				"sealed": sealed, "since": "2026-01-01T00:00:00Z", "destination": map[string]any{
					"purpose": "settings", "field": "password", "server": bound.settings.Server, "port": bound.settings.Port,
					"encrypt": bound.settings.UseSSL, "login": bound.settings.Login,
				},
			}}
		}
		if _, err := page.store.DB().Exec(`INSERT INTO settings_revision (revision, document, author, saved_at)
			VALUES ($1, '{}', 'anna', '2026-01-01T00:00:00Z')`, i+1); err != nil {
			t.Fatal(err)
		}
		setDocument(t, page, int64(i+1), document)
	}
	return directory
}

// reopen opens the directory as a Console does, which takes over what is old, or as a command does, which does not.
func reopen(t *testing.T, configuration Configuration, console bool) *Page {
	t.Helper()
	page := openPage(t, configuration)
	if console {
		if err := page.takeOver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return page
}

func certificate(t *testing.T) shared.Value {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return shared.Text(string(authority.PEM()))
}

// TestOldSecretsAreTakenOver opens what version 0.1 has stored: it works on, but only with the certificates that stand
// beside it.
func TestOldSecretsAreTakenOver(t *testing.T) {
	ca, other := certificate(t), certificate(t)
	for name, console := range map[string]bool{"at the start": true, "at the next save": false} {
		t.Run(name, func(t *testing.T) {
			directory := layOld(t, oldRevision{values: values(), password: "old"},
				oldRevision{values: values("ca_certificate", ca), password: "s3cret"})
			page := reopen(t, Configuration{DataDir: directory}, console)
			check := func(when string) {
				t.Helper()
				if got, err := inUse(t, page); got != "s3cret" || err != nil {
					t.Errorf("%s: %q, %v", when, got, err)
				}
				for _, changed := range []shared.Value{other, {}} {
					codes := draftCodes(t, page, shared.Draft{Values: shared.Values{"ca_certificate": changed}})
					if codes != "secret_needed_again password" {
						t.Errorf("%s, another CA: %q", when, codes)
					}
				}
			}
			check("opened")
			if recorded, err := page.store.HasRecords(t.Context()); err != nil || recorded != console {
				t.Errorf("taken over: %t, %v", recorded, err)
			}
			save(t, page, shared.Values{"ehlo_name": shared.Text("console.example")}, nil)
			check("saved")
			if result := restore(t, page, 1); !result.Saved || console && codes(result.Diagnostics) != "" {
				t.Errorf("going back: %+v", result.Diagnostics)
			}
			if got, err := inUse(t, page); console && got != "old" || err != nil {
				t.Errorf("after going back: %q, %v", got, err)
			}
		})
	}
}

func draftCodes(t *testing.T, page *Page, draft shared.Draft) string {
	t.Helper()
	bound, err := page.bind(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	var errs shared.Diagnostics
	for _, one := range bound.found.In(text.Language{}) {
		if one.Severity == shared.SeverityError {
			errs = append(errs, one)
		}
	}
	return codes(errs)
}

// TestOldRemovalsCount holds that a secret that version 0.1 has removed does not come back.
func TestOldRemovalsCount(t *testing.T) {
	relay := noLogin()
	delete(relay, "login")
	for name, c := range map[string]struct {
		between oldRevision
		want    string
	}{
		"removed":               {oldRevision{values: relay}, ""},
		"absent by a rollback":  {oldRevision{values: relay, restoredFrom: 1}, "a"},
		"replaced by reference": {oldRevision{values: values("password_reference", shared.Text("env://X"))}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			directory := layOld(t, oldRevision{values: relay}, oldRevision{values: values(), password: "a"}, c.between,
				oldRevision{values: values(), password: "b"})
			page := reopen(t, Configuration{DataDir: directory}, true)
			restore(t, page, 2)
			if got, err := inUse(t, page); got != c.want || err != nil {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
		})
	}
}

// TestTakeOverWithoutKey leaves everything as it is until the key is there, and then takes it over.
func TestTakeOverWithoutKey(t *testing.T) {
	directory := layOld(t, oldRevision{values: values(), password: "s3cret"})
	file := filepath.Join(directory, "key")
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OTHER_KEY", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
	page := openPage(t, Configuration{DataDir: directory, Key: "env://OTHER_KEY"})
	if err := page.takeOver(t.Context()); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("without the key: %v", err)
	}
	saved := trySave(t, page, values("ehlo_name", shared.Text("x.example")), nil)
	if saved.Saved || codes(saved.Diagnostics) != "secret_unreadable password" {
		t.Errorf("a save that cannot keep the secret: %+v", saved.Diagnostics)
	}
	if err := page.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, Configuration{
		DataDir: directory, Key: "env://OTHER_KEY", OldKeys: []secret.KeySource{secret.KeySource("file://" + file)},
	}, true)
	if got, err := inUse(t, again); got != "s3cret" || err != nil || len(key) == 0 {
		t.Errorf("with the key: %q, %v", got, err)
	}
}

// TestOldReference binds a reference that version 0.1 has stored to what stands beside it.
func TestOldReference(t *testing.T) {
	t.Setenv("SMTP_SECRET_A", "s3cret")
	for name, console := range map[string]bool{"at the start": true, "at the next save": false} {
		t.Run(name, func(t *testing.T) {
			directory := layOld(t, oldRevision{values: values("password_reference", shared.Text("env://SMTP_SECRET_A"))})
			page := reopen(t, Configuration{DataDir: directory, SecretPrefix: "SMTP_SECRET_"}, console)
			for _, when := range []string{"opened", "saved"} {
				if got, err := inUse(t, page); got != "s3cret" || err != nil || draftCodes(t, page, shared.Draft{}) != "" {
					t.Errorf("%s: %q, %v", when, got, err)
				}
				codes := draftCodes(t, page, shared.Draft{Values: values("port", shared.Integer(2525))})
				if codes != "secret_needed_again password_reference" {
					t.Errorf("%s, another port: %q", when, codes)
				}
				save(t, page, shared.Values{"ehlo_name": shared.Text("console.example")}, nil)
			}
		})
	}
}

// TestRefusedTakesNothingOver holds that what changes nothing leaves to an older version, which may still deliver, the
// secrets that it can open.
func TestRefusedTakesNothingOver(t *testing.T) {
	bad := values("port", shared.Integer(0))
	for name, c := range map[string]struct {
		do   func(*Page) (shared.SaveResult, error)
		want string
	}{
		"a save that is refused": {func(p *Page) (shared.SaveResult, error) {
			return p.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: bad}, Revision: 2})
		}, "out_of_range port"},
		"a save of another destination": {func(p *Page) (shared.SaveResult, error) {
			other := values("port", shared.Integer(2525))
			return p.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: other}, Revision: 2})
		}, "secret_needed_again password"},
		"a save that comes too late": {func(p *Page) (shared.SaveResult, error) {
			return p.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: values()}, Revision: 1})
		}, "revision_conflict "},
		"going back too late": {func(p *Page) (shared.SaveResult, error) {
			return p.Restore(t.Context(), shared.RestoreRequest{Number: 1, Revision: 1})
		}, "revision_conflict "},
		"going back to nothing": {func(p *Page) (shared.SaveResult, error) {
			return p.Restore(t.Context(), shared.RestoreRequest{Number: 7, Revision: 2})
		}, "no_such_revision "},
	} {
		t.Run(name, func(t *testing.T) {
			directory := layOld(t, oldRevision{values: values(), password: "old"},
				oldRevision{values: values(), password: "s3cret"})
			page := reopen(t, Configuration{DataDir: directory}, false)
			result, err := c.do(page)
			if err != nil || result.Saved || !strings.Contains(codes(result.Diagnostics), c.want) {
				t.Errorf("%+v, %v, want %q", result, err, c.want)
			}
			if recorded, err := page.store.HasRecords(t.Context()); err != nil || recorded {
				t.Errorf("taken over: %t, %v", recorded, err)
			}
		})
	}
}
