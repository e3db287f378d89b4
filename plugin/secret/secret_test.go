package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

var destination = secret.Destination{Purpose: "settings", Field: "password", Server: "smtp.email.com", Port: 465, Encrypt: true, Login: "me"}

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
	upper := destination
	upper.Server = "SMTP.Email.COM"
	if _, err := keeper.Open(t.Context(), sealed, upper); err != nil {
		t.Errorf("the case of a host name matters: %v", err)
	}
	for name, change := range map[string]func(*secret.Destination){
		"purpose": func(d *secret.Destination) { d.Purpose = "notification" },
		"field":   func(d *secret.Destination) { d.Field = "access_token" },
		"server":  func(d *secret.Destination) { d.Server = "evil.example" },
		"port":    func(d *secret.Destination) { d.Port = 25 },
		"encrypt": func(d *secret.Destination) { d.Encrypt = false },
		"login":   func(d *secret.Destination) { d.Login = "you" },
		"proxy":   func(d *secret.Destination) { d.Proxy = "socks5://evil.example:1080" },
		"shifted": func(d *secret.Destination) { d.Field, d.Server = "passwordsmtp", ".email.com" },
	} {
		other := destination
		change(&other)
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

// TestRotation turns to a new key file and drops the old one.
func TestRotation(t *testing.T) {
	directory := t.TempDir()
	ring := keyring(t, directory, "")
	keeper := secret.NewKeeper(ring)
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	if again, changed, err := keeper.Rewrap(t.Context(), sealed); err != nil || changed || string(again) != string(sealed) {
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
	if info, err := os.Stat(filepath.Join(directory, "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
}

// TestKeySources opens keys from variables and files, old ones too, and explains those that are none.
func TestKeySources(t *testing.T) {
	first, second := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	t.Setenv("KEY_OF_TEST", first)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(second+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sealed, err := secret.NewKeeper(keyring(t, "", "env://KEY_OF_TEST")).Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	both := secret.NewKeeper(keyring(t, "", "file://"+file, "env://KEY_OF_TEST"))
	renewed, changed, err := both.Rewrap(t.Context(), sealed)
	if err != nil || !changed {
		t.Fatalf("not sealed under the new key: %t, %v", changed, err)
	}
	if opened, err := secret.NewKeeper(keyring(t, "", "file://"+file)).Open(t.Context(), renewed, destination); err != nil || opened.Reveal() != "s3cret" {
		t.Errorf("with the new key alone: %v", err)
	}
	for source, says := range map[string]string{
		"env://NO_SUCH_KEY": "the variable NO_SUCH_KEY is not set", "file:///nowhere/key": "no such file", "vault://x": "must begin with env://, file:// or transit://",
		"transit://host/key": "write transit://host:port/mount/name", first: "must begin with",
	} {
		if _, err := secret.OpenKeyring(t.Context(), "", source, nil, true); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", source, err, says)
		}
	}
}

// vault speaks the two endpoints of Vault's Transit engine that matter here. Its keys are numbers that are added.
type vault struct {
	mu      sync.Mutex
	version int
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r.Header.Get("X-Vault-Token") != "t0ken" {
		http.Error(w, `{"errors":["permission denied"]}`, http.StatusForbidden)
		return
	}
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	data := map[string]string{}
	switch r.URL.Path {
	case "/v1/transit/encrypt/smtp":
		plain, _ := base64.StdEncoding.DecodeString(body["plaintext"])
		data["ciphertext"] = fmt.Sprintf("vault:v%d:%s", v.version, base64.StdEncoding.EncodeToString(shift(plain, v.version)))
	case "/v1/transit/decrypt/smtp":
		parts := strings.SplitN(body["ciphertext"], ":", 3)
		version, _ := strconv.Atoi(strings.TrimPrefix(parts[1], "v"))
		encrypted, _ := base64.StdEncoding.DecodeString(parts[2])
		data["plaintext"] = base64.StdEncoding.EncodeToString(shift(encrypted, -version))
	default:
		http.Error(w, `{"errors":["no handler"]}`, http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

func shift(text []byte, by int) []byte {
	shifted := make([]byte, len(text))
	for i, b := range text {
		shifted[i] = b + byte(by)
	}
	return shifted
}

// TestTransit keeps the key in a service that ignores additional data: the binding holds all the same, and a new version of
// the key is taken up.
func TestTransit(t *testing.T) {
	service := &vault{version: 1}
	server := httptest.NewServer(service)
	defer server.Close()
	t.Setenv("VAULT_TOKEN", "t0ken")
	source := "transit+http://" + strings.TrimPrefix(server.URL, "http://") + "/transit/smtp"
	ring := keyring(t, "", source)
	keeper := secret.NewKeeper(ring)
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	other := destination
	other.Server = "evil.example"
	if _, err := keeper.Open(t.Context(), sealed, other); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("opened for another server: %v", err)
	}
	service.mu.Lock()
	service.version = 2
	service.mu.Unlock()
	if err := ring.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	renewed, changed, err := keeper.Rewrap(t.Context(), sealed)
	if err != nil || !changed {
		t.Errorf("not wrapped with the new version: %t, %v", changed, err)
	}
	for _, one := range [][]byte{sealed, renewed} {
		if opened, err := keeper.Open(t.Context(), one, destination); err != nil || opened.Reveal() != "s3cret" {
			t.Errorf("cannot be opened: %v", err)
		}
	}
	t.Setenv("VAULT_TOKEN", "wrong")
	if _, err := secret.OpenKeyring(t.Context(), "", source, nil, true); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("with a wrong token: %v", err)
	}
}

// TestReferences names secrets that may be named, and those that may not.
func TestReferences(t *testing.T) {
	directory := t.TempDir()
	for path, content := range map[string]string{"smtp": "s3cret\n", "empty": "\n", "sub/deep": "d33p"} {
		full := filepath.Join(directory, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("0utside"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(directory, "link")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SMTP_SECRET_A", "s3cret")
	t.Setenv("DATABASE_PASSWORD", "hunter2")
	allowed := secret.References{Directory: directory, Prefix: "SMTP_SECRET_"}
	for reference, want := range map[string]string{
		"file://" + directory + "/smtp": "s3cret", "file://" + directory + "/sub/deep": "d33p", "env://SMTP_SECRET_A": "s3cret",
		"file://" + directory + "/empty": "", "file://" + directory + "/none": "", "file://" + directory + "/link": "",
		"file://" + directory + "/../outside": "", "file://" + outside: "", "file:///etc/passwd": "", "env://DATABASE_PASSWORD": "",
		"env://SMTP_SECRET_B": "", "https://x": "", "s3cret": "",
	} {
		got, err := allowed.Resolve(reference)
		if got.Reveal() != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", reference, got.Reveal(), err)
		}
		if _, err := (secret.References{}).Resolve(reference); err == nil {
			t.Errorf("%s is allowed where nothing is", reference)
		}
	}
}
