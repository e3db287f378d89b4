package plugin

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// openPage opens a page that delivers nothing.
func openPage(t *testing.T, configuration Configuration) *Page {
	t.Helper()
	if configuration.DataDir == "" {
		configuration.DataDir = t.TempDir()
	}
	configuration.Passive = true
	page, err := New(t.Context(), configuration)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = page.Close() })
	return page
}

// values are a server and a login, with the changes.
func values(changes ...any) shared.Values {
	all := shared.Values{"server": shared.Text("mail.example.com"), "login": shared.Text("me@example.com")}
	for i := 0; i < len(changes); i += 2 {
		all[changes[i].(string)] = changes[i+1].(shared.Value)
	}
	return all
}

// noLogin are values without a login, which need no password.
func noLogin() shared.Values {
	return values("login", shared.Value{}, "use_other_account", shared.Boolean(true), "email",
		shared.Text("me@example.com"))
}

func trySave(t *testing.T, page *Page, all shared.Values, secrets map[string]shared.SecretChange) shared.SaveResult {
	t.Helper()
	now, err := page.Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := page.Save(t.Context(), shared.SaveRequest{
		Revision: now.Revision.Number, Draft: shared.Draft{Values: all, Secrets: secrets},
	})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func save(t *testing.T, page *Page, all shared.Values, secrets map[string]shared.SecretChange) int64 {
	t.Helper()
	saved := trySave(t, page, all, secrets)
	if !saved.Saved {
		t.Fatalf("not saved: %+v", saved.Diagnostics)
	}
	return saved.Snapshot.Revision.Number
}

func password(text string) map[string]shared.SecretChange {
	return map[string]shared.SecretChange{"password": shared.ReplaceSecret(text)}
}

var clearPassword = map[string]shared.SecretChange{"password": shared.ClearSecret()}

func restore(t *testing.T, page *Page, number int64) shared.SaveResult {
	t.Helper()
	now, err := page.Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := page.Restore(t.Context(), shared.RestoreRequest{Number: number, Revision: now.Revision.Number})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// inUse is the password that a delivery would use now.
func inUse(t *testing.T, page *Page) (string, error) {
	t.Helper()
	bound, err := page.bind(t.Context(), shared.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	target, err := bound.target(t.Context())
	return target.Password.Reveal(), err
}

func codes(found shared.Diagnostics) string {
	var all []string
	for _, one := range found {
		all = append(all, one.Code+" "+one.Field)
	}
	return strings.Join(all, "; ")
}

// TestRemovedSecretStaysRemoved goes back to old revisions: a secret that was removed since does not come back, one
// that was replaced does.
func TestRemovedSecretStaysRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		saves []string // passwords; "-" removes it, "none" saves settings without a login that keep it, digits go back
		want  string
		says  string
	}{
		"removed":                    {[]string{"a", "-", "1"}, "", "secret_not_restored password"},
		"removed, and another since": {[]string{"a", "-", "b", "1"}, "", "secret_not_restored password"},
		"removed after a rollback":   {[]string{"a", "b", "1", "-", "2"}, "", "secret_not_restored password"},
		"removed, back and again":    {[]string{"a", "-", "1", "b", "1"}, "", "secret_not_restored password"},
		"the one after a removal":    {[]string{"a", "-", "b", "c", "3"}, "b", ""},
		"replaced":                   {[]string{"a", "b", "1"}, "a", ""},
		"rollback undone":            {[]string{"-", "a", "1", "2"}, "a", ""},
		"kept without use":           {[]string{"a", "none", "b", "2", "1"}, "a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := openPage(t, Configuration{})
			var last shared.SaveResult
			for _, step := range c.saves {
				switch {
				case step == "-":
					save(t, page, noLogin(), clearPassword)
				case step == "none":
					save(t, page, values("authentication", shared.Text("none")), nil)
				case step >= "0" && step <= "9":
					last = restore(t, page, int64(step[0]-'0'))
				default:
					save(t, page, values("authentication", shared.Value{}, "use_other_account", shared.Value{}, "email",
						shared.Value{}), password(step))
				}
			}
			if !last.Saved || codes(last.Diagnostics) != c.says || last.Snapshot.Secrets["password"].Set != (c.want != "") {
				t.Errorf("saved %t, says %q, secrets %v", last.Saved, codes(last.Diagnostics), last.Snapshot.Secrets)
			}
			if got, err := inUse(t, page); got != c.want || err != nil {
				t.Errorf("the password is %q, %v", got, err)
			}
		})
	}
}

// setDocument writes into the database what somebody without the key can.
func setDocument(t *testing.T, page *Page, number int64, document map[string]any) {
	t.Helper()
	encoded, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page.store.DB().Exec(`UPDATE settings_revision SET document = $1 WHERE revision = $2`, string(encoded),
		number); err != nil {
		t.Fatal(err)
	}
}

func documentOf(t *testing.T, page *Page, number int64) map[string]any {
	t.Helper()
	var text string
	if err := page.store.DB().QueryRow(`SELECT document FROM settings_revision WHERE revision = $1`,
		number).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// firstForm is the old password as versions without records have stored it.
func firstForm(t *testing.T, page *Page) map[string]any {
	t.Helper()
	bound, err := page.bind(t.Context(), shared.Draft{Values: values()})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := page.keeper.Seal(t.Context(), shared.NewSecretText("old"), bound.destination("password").FirstForm())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"sealed": sealed, "destination": map[string]any{
		"purpose": "settings", "field": "password", "server": "mail.example.com", "port": 25, "login": "me@example.com",
	}}
}

// pastes put what an older revision or version has stored into the newest revision.
var pastes = map[string]func(t *testing.T, page *Page, old, newest map[string]any) map[string]any{
	"the old secret": func(_ *testing.T, _ *Page, old, newest map[string]any) map[string]any {
		newest["secrets"] = old["secrets"]
		return newest
	},
	"the old document": func(_ *testing.T, _ *Page, old, _ map[string]any) map[string]any { return old },
	"the old secret and record": func(_ *testing.T, _ *Page, old, newest map[string]any) map[string]any {
		newest["secrets"], newest["record"] = old["secrets"], old["record"]
		return newest
	},
	"the old secret without a record": func(_ *testing.T, _ *Page, old, newest map[string]any) map[string]any {
		newest["secrets"] = old["secrets"]
		delete(newest, "record")
		return newest
	},
	"a secret of an older version": func(t *testing.T, page *Page, _, newest map[string]any) map[string]any {
		newest["secrets"] = map[string]any{"password": firstForm(t, page)}
		return newest
	},
	"a document of an older version": func(t *testing.T, page *Page, old, _ map[string]any) map[string]any {
		return map[string]any{"values": old["values"], "secrets": map[string]any{"password": firstForm(t, page)}}
	},
}

// TestPastedRows writes old secrets, records and documents into the newest revision, as somebody can who reaches the
// database and has no key. None of them opens, none is taken over by a save, and none comes back by going back.
func TestPastedRows(t *testing.T) {
	for name, paste := range pastes {
		for what, change := range map[string]map[string]shared.SecretChange{"replaced": password("new"),
			"removed": clearPassword} {
			t.Run(name+", "+what, func(t *testing.T) {
				page := openPage(t, Configuration{})
				save(t, page, values(), password("old"))
				all := values()
				if what == "removed" {
					all = noLogin()
				}
				newest := save(t, page, all, change)
				pasted := paste(t, page, documentOf(t, page, 1), documentOf(t, page, newest))
				pasted["values"] = documentOf(t, page, 1)["values"]
				setDocument(t, page, newest, pasted)
				if got, err := inUse(t, page); !errors.Is(err, secret.ErrCannotOpen) {
					t.Errorf("what was pasted opens: %q, %v", got, err)
				}
				trySave(t, page, values("ehlo_name", shared.Text("console.example")), nil) // Whether it is taken or not.
				if got, err := inUse(t, page); !errors.Is(err, secret.ErrCannotOpen) {
					t.Errorf("after a save what was pasted opens: %q, %v", got, err)
				}
				if result := restore(t, page, 1); what == "removed" {
					if got, _ := inUse(t, page); got == "old" {
						t.Errorf("what was removed came back: %+v", result.Diagnostics)
					}
				}
				save(t, page, values("ehlo_name", shared.Value{}), password("newer")) // The way out.
				if got, err := inUse(t, page); got != "newer" || err != nil {
					t.Errorf("after it was entered again: %q, %v", got, err)
				}
			})
		}
	}
}

// TestForgedGeneration gives the removed secret the present generation, as it stands in clear beside another one.
func TestForgedGeneration(t *testing.T) {
	page := openPage(t, Configuration{})
	save(t, page, values(), password("old"))
	save(t, page, noLogin(), clearPassword)
	newest := save(t, page, values("use_other_account", shared.Value{}, "email", shared.Value{}), password("new"))
	of := func(document map[string]any) map[string]any {
		return document["secrets"].(map[string]any)["password"].(map[string]any)["destination"].(map[string]any)
	}
	old := documentOf(t, page, 1)
	of(old)["generation"] = of(documentOf(t, page, newest))["generation"]
	setDocument(t, page, 1, old)
	restore(t, page, 1)
	if got, err := inUse(t, page); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("what was removed opens again: %q, %v", got, err)
	}
}
