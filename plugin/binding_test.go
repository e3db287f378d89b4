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
)

// movesAway are all changes of one field after which a secret could reach somebody else.
func movesAway(t *testing.T) map[string]shared.Value {
	return map[string]shared.Value{
		"server": shared.Text("evil.example"), "port": shared.Integer(2525), "use_ssl": shared.Boolean(true),
		"login": shared.Text("you@example.com"),
		"proxy": shared.Text("socks5://evil.example:1080"), "ca_certificate": certificate(t),
		"pinned_certificate": shared.Text(strings.Repeat("ab", 32)),
		"starttls":           shared.Text("never"),
	}
}

// TestStoredSecretStays changes whatever a stored secret is bound to: it is asked for again, and even without the
// question it would not open.
func TestStoredSecretStays(t *testing.T) {
	page := openPage(t, Configuration{})
	save(t, page, values("authentication", shared.Text("automatic")), map[string]shared.SecretChange{
		"password": shared.ReplaceSecret("s3cret"), "access_token": shared.ReplaceSecret("t0ken"),
	})
	for _, field := range []string{"password", "access_token"} {
		kind := shared.Text("automatic")
		if field == "access_token" {
			kind = shared.Text("oauth2")
		}
		for name, value := range movesAway(t) {
			bound, err := page.bind(t.Context(), shared.Draft{Values: shared.Values{name: value, "authentication": kind}})
			if err != nil {
				t.Fatal(err)
			}
			if got := codes(bound.found.In(text.Language{}).ForField(field)); got != "secret_needed_again "+field {
				t.Errorf("%s with another %s: %q", field, name, got)
			}
			if _, err := bound.openStored(t.Context(), field, bound.base.Revision.Document.Secrets[field]); !errors.Is(err,
				secret.ErrCannotOpen) {
				t.Errorf("%s with another %s opens: %v", field, name, err)
			}
		}
	}
}

func referencePage(t *testing.T) (page *Page, directory string) {
	t.Helper()
	directory = t.TempDir()
	for _, name := range []string{"smtp", "other"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("s3cret of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("smtp", filepath.Join(directory, "link")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SMTP_SECRET_A", "s3cret of A")
	return openPage(t, Configuration{SecretDir: directory, SecretPrefix: "SMTP_SECRET_"}), directory
}

// TestReferenceStays changes whatever a reference was saved for, under each name of it, on Test and on Save.
func TestReferenceStays(t *testing.T) {
	page, directory := referencePage(t)
	file := "file://" + directory + "/smtp"
	save(t, page, values("password_reference", shared.Text(file)), nil)
	for name, value := range movesAway(t) {
		for _, reference := range []string{"", file, "file://" + directory + "//smtp", "file://" + directory + "/x/../smtp",
			"file://" + directory + "/link"} {
			draft := shared.Values{name: value}
			if reference != "" {
				draft["password_reference"] = shared.Text(reference)
			}
			report := testReport(t, page, shared.Draft{Values: draft})
			got := codes(report.Diagnostics.ForField("password_reference"))
			if !strings.Contains(got, "secret_needed_again") || len(report.Steps) > 0 {
				t.Errorf("Test with another %s and %q: %q", name, reference, got)
			}
			if saved := trySave(t, page, draft, nil); saved.Saved {
				t.Errorf("saved with another %s and %q", name, reference)
			}
		}
	}
	bound, err := page.bind(t.Context(), shared.Draft{Values: shared.Values{"port": shared.Integer(2525)}})
	if err != nil {
		t.Fatal(err)
	}
	fixed := bound.found.ForField("password_reference")[0].Fixes[0].Values
	save(t, page, shared.Values{"port": shared.Integer(2525), "password_reference": fixed["password_reference"],
		"authentication": fixed["authentication"]}, nil)
	save(t, page, shared.Values{"password_reference": shared.Text(file), "authentication": shared.Text("automatic")}, nil)
	if got, err := inUse(t, page); got != "s3cret of smtp" || err != nil {
		t.Errorf("named again: %q, %v", got, err)
	}
	got := draftCodes(t, page, shared.Draft{Values: shared.Values{"port": shared.Integer(25)}})
	if got != "secret_needed_again password_reference" {
		t.Errorf("back to the first port: %q", got)
	}
}

func testReport(t *testing.T, page *Page, draft shared.Draft) (report shared.TestReport) {
	t.Helper()
	err := page.Test(t.Context(), shared.TestRequest{Draft: draft}, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			report = completed.Report
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestReferenceInSteps hides the change of the server behind saves that do not use the reference, and behind rollbacks.
func TestReferenceInSteps(t *testing.T) {
	page, directory := referencePage(t)
	file := shared.Text("file://" + directory + "/smtp")
	save(t, page, values("password_reference", file), nil)
	save(t, page, shared.Values{"authentication": shared.Text("none"), "port": shared.Integer(2525)}, nil)
	got := draftCodes(t, page, shared.Draft{Values: shared.Values{"authentication": shared.Text("automatic")}})
	if got != "secret_needed_again password_reference" {
		t.Errorf("after a save that does not use it: %q", got)
	}
	restore(t, page, 1)
	if got, err := inUse(t, page); got != "s3cret of smtp" || err != nil || draftCodes(t, page, shared.Draft{}) != "" {
		t.Errorf("after going back: %q, %v, %q", got, err, draftCodes(t, page, shared.Draft{}))
	}
	got = draftCodes(t, page, shared.Draft{Values: shared.Values{"port": shared.Integer(2525)}})
	if got != "secret_needed_again password_reference" {
		t.Errorf("another port after going back: %q", got)
	}
	document := documentOf(t, page, 3)
	document["values"].(map[string]any)["port"] = 2525
	setDocument(t, page, 3, document)
	if got := draftCodes(t, page, shared.Draft{}); got != "secret_needed_again password_reference" {
		t.Errorf("another port in the database: %q", got)
	}
	gone := noLogin()
	gone["password_reference"] = shared.Value{}
	save(t, page, gone, nil)
	anew := values("password_reference", file, "port", shared.Integer(2526))
	if got := draftCodes(t, page, shared.Draft{Values: anew}); got != "" {
		t.Errorf("named anew after it was taken out: %q", got)
	}
}

// TestForgedReference writes a reference into the database, as somebody can who reaches it and has no key.
func TestForgedReference(t *testing.T) {
	page, _ := referencePage(t)
	save(t, page, values(), password("a"))
	document := documentOf(t, page, 1)
	document["values"].(map[string]any)["password_reference"] = "env://SMTP_SECRET_A"
	setDocument(t, page, 1, document)
	if got := draftCodes(t, page, shared.Draft{}); got != "secret_unreadable password_reference" {
		t.Errorf("what was written in: %q", got)
	}
}

// TestSecretOfTheEnvironmentStays tries to change, on the page, where a secret of the environment goes.
func TestSecretOfTheEnvironmentStays(t *testing.T) {
	t.Setenv("SMTP_SECRET_A", "s3cret of A")
	for _, given := range []string{"SMTP_PASSWORD=s3cret", "SMTP_PASSWORD_REFERENCE=env://SMTP_SECRET_A",
		"SMTP_ACCESS_TOKEN=t0ken"} {
		page := openPage(t, Configuration{
			SecretPrefix: "SMTP_SECRET_",
			Environ:      []string{given, "SMTP_SERVER=mail.example.com", "SMTP_LOGIN=me@example.com"},
		})
		base := shared.Values{"authentication": shared.Text("automatic")}
		if strings.HasPrefix(given, "SMTP_ACCESS") {
			base["authentication"] = shared.Text("oauth2")
		}
		if got := draftCodes(t, page, shared.Draft{Values: base}); got != "" {
			t.Errorf("%s: %q", given, got)
		}
		changes := movesAway(t)
		if strings.HasPrefix(given, "SMTP_PASSWORD=") {
			changes["password_reference"] = shared.Text("env://SMTP_SECRET_A")
		}
		for name, value := range changes {
			draft := shared.Values{name: value, "authentication": base["authentication"]}
			if got := draftCodes(t, page, shared.Draft{Values: draft}); got != "field_locked "+name {
				t.Errorf("%s with another %s: %q", given, name, got)
			}
		}
	}
}

// TestOwnSecretsAreNotNamed puts the plugin's own secrets where administrators may name secrets.
func TestOwnSecretsAreNotNamed(t *testing.T) {
	directory := t.TempDir()
	key := strings.Repeat("ab", 32)
	for _, name := range []string{"key", "old"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"SMTP_OLD_KEY", "VAULT_TOKEN"} {
		t.Setenv(name, key)
	}
	named := func(configuration Configuration, reference string) string {
		page := openPage(t, configuration)
		return codes(trySave(t, page, values("password_reference", shared.Text(reference)), nil).Diagnostics)
	}
	own := func(prefix string) Configuration {
		return Configuration{
			Key:       secret.KeySource("file://" + directory + "/key"),
			OldKeys:   []secret.KeySource{secret.KeySource("file://" + directory + "/old"), "env://SMTP_OLD_KEY"},
			SecretDir: directory, SecretPrefix: secret.Prefix(prefix),
		}
	}
	for reference, prefix := range map[string]string{
		"file://" + directory + "/key": "SMTP_", "file://" + directory + "/old": "SMTP_", "env://SMTP_OLD_KEY": "SMTP_",
		"env://VAULT_TOKEN": "VAULT_",
	} {
		if said := named(own(prefix), reference); !strings.Contains(said, "reference_refused") {
			t.Errorf("%s: %q", reference, said)
		}
	}
	data := t.TempDir()
	said := named(Configuration{DataDir: data, SecretDir: data}, "file://"+data+"/key")
	if !strings.Contains(said, "reference_refused") {
		t.Errorf("the key file: %q", said)
	}
}

// TestLookAlikeOfTheServer names a server whose small letters are those of the saved one, and which is another one.
func TestLookAlikeOfTheServer(t *testing.T) {
	page := openPage(t, Configuration{})
	save(t, page, values(), password("s3cret"))
	draft := shared.Draft{Values: shared.Values{"server": shared.Text("ma\u0130l.example.com")}}
	if got := draftCodes(t, page, draft); got != "secret_needed_again password" {
		t.Errorf("it passes for the server: %q", got)
	}
	bound, err := page.bind(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if target, err := bound.target(t.Context()); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("%s is sent %q", target.Host, target.Password.Reveal())
	}
}
