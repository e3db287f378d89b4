package secret_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

var destination = secret.Destination{Purpose: "settings", Field: "password", ID: "first", Generation: "one",
	Parts: map[string]string{
		secret.Server: "smtp.email.com", secret.Port: "465", secret.Encrypt: "true", secret.Login: "me",
		"ca_certificate": "ab",
	}}

// changed is the destination with another part.
func changed(name, value string) secret.Destination {
	other := destination
	other.Parts = maps.Clone(destination.Parts)
	other.Parts[name] = value
	return other
}

func keyring(t *testing.T, directory, source string, old ...string) *secret.Keyring {
	t.Helper()
	ring, err := secret.OpenKeyring(t.Context(), directory, source, old, true)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestBinding opens a secret for every other destination than its own.
func TestBinding(t *testing.T) {
	keeper := secret.NewKeeper(keyring(t, t.TempDir(), ""))
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "s3cret") {
		t.Error("the secret is in what was sealed")
	}
	opened, err := keeper.Open(t.Context(), sealed, destination)
	if err != nil || opened.Reveal() != "s3cret" {
		t.Errorf("opened for its own destination: %v", err)
	}
	if _, err := keeper.Open(t.Context(), sealed, changed("added_later", "")); err != nil {
		t.Errorf("a setting that did not exist matters: %v", err)
	}
	others := map[string]secret.Destination{"first form": destination.FirstForm()}
	for name, value := range map[string]string{
		secret.Server: "evil.example", secret.Port: "25", secret.Encrypt: "false", secret.Login: "you",
		secret.Proxy:     "socks5://evil.example:1080",
		"ca_certificate": "cd", "pinned_certificate": "ab", "added_later": "x",
	} {
		others[name] = changed(name, value)
	}
	for name, change := range map[string]func(*secret.Destination){
		"purpose":    func(d *secret.Destination) { d.Purpose = "notification" },
		"field":      func(d *secret.Destination) { d.Field = "access_token" },
		"id":         func(d *secret.Destination) { d.ID = "second" },
		"generation": func(d *secret.Destination) { d.Generation = "two" },
		"shifted":    func(d *secret.Destination) { d.ID, d.Generation = "firsto", "ne" },
	} {
		other := destination
		change(&other)
		others[name] = other
	}
	for name, other := range others {
		if _, err := keeper.Open(t.Context(), sealed, other); !errors.Is(err, secret.ErrCannotOpen) {
			t.Errorf("opened with another %s: %v", name, err)
		}
	}
	for i := range sealed {
		damaged := append([]byte(nil), sealed...)
		damaged[i] ^= 1
		if opened, err := keeper.Open(t.Context(), damaged, destination); err == nil && opened.Reveal() != "s3cret" {
			t.Errorf("byte %d changed: opened as something else", i)
		}
	}
}

// TestFirstForm holds that what versions without identities have sealed, and wrote down, is understood as it was.
func TestFirstForm(t *testing.T) {
	const stored = `{"purpose":"settings","field":"password","server":"SMTP.Email.com","port":465,"encrypt":true,` +
		`"login":"me","proxy":"socks5://p.example:1080"}`
	var first secret.Destination
	if err := json.Unmarshal([]byte(stored), &first); err != nil {
		t.Fatal(err)
	}
	keeper := secret.NewKeeper(keyring(t, t.TempDir(), ""))
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), first)
	if err != nil {
		t.Fatal(err)
	}
	now := changed(secret.Proxy, "socks5://p.example:1080")
	if opened, err := keeper.Open(t.Context(), sealed, now.FirstForm()); err != nil || opened.Reveal() != "s3cret" {
		t.Errorf("in the form of today: %v", err)
	}
	if _, err := keeper.Open(t.Context(), sealed, now); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("the first form passes for the present one: %v", err)
	}
	encoded, err := json.Marshal(now)
	var again secret.Destination
	if err != nil || json.Unmarshal(encoded, &again) != nil || !maps.Equal(again.Parts, now.Parts) || again.ID != now.ID {
		t.Errorf("%s, %v", encoded, err)
	}
}

// TestRotation turns to a new key file and drops the old one.
func TestRotation(t *testing.T) {
	directory := t.TempDir()
	ring := keyring(t, directory, "")
	keeper := secret.NewKeeper(ring)
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	if again, changed, err := keeper.Rewrap(t.Context(), sealed); err != nil || changed ||
		string(again) != string(sealed) {
		t.Errorf("sealed anew without need: %t, %v", changed, err)
	}
	elsewhere := secret.NewKeeper(keyring(t, directory, "")) // Another process that has the old key in memory.
	if err := ring.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := keeper.Open(t.Context(), sealed, destination); err != nil {
		t.Errorf("with both keys the old one does not open: %v", err)
	}
	renewed, changed, err := keeper.Rewrap(t.Context(), sealed)
	if err != nil || !changed {
		t.Fatalf("not sealed anew: %t, %v", changed, err)
	}
	if err := ring.Forget(); err != nil {
		t.Fatal(err)
	}
	if _, err := keeper.Open(t.Context(), sealed, destination); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("the old key still opens: %v", err)
	}
	for name, one := range map[string]*secret.Keeper{"the same": keeper, "another process": elsewhere} {
		if opened, err := one.Open(t.Context(), renewed, destination); err != nil || opened.Reveal() != "s3cret" {
			t.Errorf("%s cannot open what was sealed anew: %v", name, err)
		}
	}
	if open, err := filemode.Tighten(filepath.Join(directory, "key")); open || err != nil {
		t.Errorf("others can use the key file, %t; %v", open, err)
	}
}

// TestKeySources opens keys from variables and files, old ones too, and explains those that are none.
func TestKeySources(t *testing.T) {
	first, second := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	t.Setenv("KEY_OF_TEST", first)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("\ufeff"+second+"\r\n"), 0o600); err != nil { // As Notepad writes it.
		t.Fatal(err)
	}
	sealed, err := secret.NewKeeper(keyring(t, "", "env://KEY_OF_TEST")).Seal(t.Context(), shared.NewSecretText("s3cret"),
		destination)
	if err != nil {
		t.Fatal(err)
	}
	both := secret.NewKeeper(keyring(t, "", "file://"+file, "env://KEY_OF_TEST"))
	renewed, changed, err := both.Rewrap(t.Context(), sealed)
	if err != nil || !changed {
		t.Fatalf("not sealed under the new key: %t, %v", changed, err)
	}
	if opened, err := secret.NewKeeper(keyring(t, "", "file://"+file)).Open(t.Context(), renewed,
		destination); err != nil || opened.Reveal() != "s3cret" {
		t.Errorf("with the new key alone: %v", err)
	}
	short, directory := filepath.Join(t.TempDir(), "short"), t.TempDir()
	for path, content := range map[string]string{short: first[2:], filepath.Join(directory, "empty"): "\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("EMPTY_KEY", "")
	t.Setenv("SHORT_KEY", first[2:])
	checkSources(t, first, second, map[string]string{
		"env://NO_SUCH_KEY":              "the variable that it names is not set",
		"env://EMPTY_KEY":                "is empty",
		"env://SHORT_KEY":                "64 hexadecimal digits",
		"file:///nowhere/key":            "cannot be read",
		"file://" + short:                "64 hexadecimal digits",
		"file://" + directory:            "is not a regular file",
		"file://" + directory + "/empty": "is empty",
		"file://":                        "the path of a file",
		"vault://x":                      "must begin with env://, file:// or transit://",
		"transit://host/key":             "transit://host:port/mount/name",
		// What stands in the place of a source is most likely the key.
		first:                 "must begin with",
		"env://" + first:      "is not set",
		"env://" + second[1:]: "is not set",
		"env://1" + first:     "the name of a variable",
		"file://" + first:     "cannot be read",
		"file:///" + first:    "cannot be read",
		"key://" + first:      "must begin with",
		first + "://":         "must begin with",
		"transit://" + first:  "transit://host:port/mount/name",
		"transit://user:" + first + "@host/mount/name": "without a login",
		"transit://host:" + first + "/mount/name":      "transit://host:port",
		"transit://host/mount/name?token=" + first:     "without a login",
		"transit://%zz" + first + "/mount/name":        "transit://host:port",
		"transit://host/mount/" + first + "@name":      "without a login",
	})
}

// checkSources opens keys from sources that lead to none, as the current key and as an old one. No error repeats a key.
func checkSources(t *testing.T, first, second string, sources map[string]string) {
	t.Helper()
	for source, says := range sources {
		for old, sources := range map[int][]string{0: {source}, 2: {"env://KEY_OF_TEST", "env://KEY_OF_TEST", source}} {
			_, err := secret.OpenKeyring(t.Context(), "", sources[0], sources[1:], true)
			var misled *secret.SourceError
			if err == nil || !strings.Contains(err.Error(), says) || !errors.As(err, &misled) || misled.Old != old {
				t.Errorf("%s: %v, want %q", source, err, says)
			}
			if err != nil && (strings.Contains(err.Error(), first[2:]) || strings.Contains(err.Error(), second[1:])) {
				t.Errorf("%s: the error repeats it: %v", source, err)
			}
		}
	}
}
