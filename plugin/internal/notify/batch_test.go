package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// countingVault is Vault's Transit engine as far as it matters here: what it wraps is the text itself.
type countingVault struct {
	wrapped, unwrapped, version atomic.Int64
	sealed                      atomic.Bool // it opens nothing
	refused                     atomic.Int64
}

func (v *countingVault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	data := map[string]string{}
	switch {
	case strings.Contains(r.URL.Path, "/encrypt/"):
		v.wrapped.Add(1)
		data["ciphertext"] = fmt.Sprintf("vault:v%d:%s", v.version.Load(), body["plaintext"])
	case strings.Contains(r.URL.Path, "/decrypt/") && v.sealed.Load():
		v.refused.Add(1)
		http.Error(w, "{}", http.StatusForbidden)
		return
	case strings.Contains(r.URL.Path, "/decrypt/"):
		v.unwrapped.Add(1)
		data["plaintext"] = body["ciphertext"][strings.LastIndex(body["ciphertext"], ":")+1:]
		if _, err := base64.StdEncoding.DecodeString(data["plaintext"]); err != nil {
			http.Error(w, "{}", http.StatusBadRequest)
			return
		}
	default:
		http.Error(w, "{}", http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

// vaultService is a notification service in the directory whose key is in Vault. It has no settings to deliver with.
func vaultService(t *testing.T, directory, source string) (*Service, *secret.Keyring) {
	t.Helper()
	keys, err := secret.OpenKeyring(t.Context(), "", source, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	database, err := store.OpenSQLite(t.Context(), directory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	service, err := New(t.Context(), Configuration{
		Store: database, Keeper: secret.NewKeeper(keys), Logger: hclog.NewNullLogger(), Delivery: configured,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	return service, keys
}

// TestBatchCostsOneCallOfVault takes 500 notifications at once. Vault is called once to seal them, once by the next
// process to open them, and once to turn all of them to a new version of the key. The key of the digests, of which
// there is one for each database, costs a call of its own when it is made and when it is turned.
func TestBatchCostsOneCallOfVault(t *testing.T) {
	vault := &countingVault{}
	vault.version.Store(1)
	server := httptest.NewServer(vault)
	defer server.Close()
	source := "transit+http://" + server.Listener.Addr().String() + "/transit/smtp"
	directory := t.TempDir()
	service, _ := vaultService(t, directory, source)
	request := shared.NotifyRequest{}
	for i := range 500 {
		request.Notifications = append(request.Notifications, shared.Notification{
			Key: fmt.Sprint(i), To: fmt.Sprintf("user%d@example.com", i), Text: fmt.Sprintf("text %d", i),
		})
	}
	service.digests.of(t.Context(), texts{}) // makes its key
	vault.wrapped.Store(0)
	if _, err := service.Notify(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if calls := vault.wrapped.Load(); calls != 1 {
		t.Errorf("Vault was called %d times to seal them", calls)
	}
	readAll := func(s *Service) (count int) {
		err := s.unfinished(t.Context(), func(_ *rivertype.JobRow, args outgoing) error {
			content, err := s.unseal(t.Context(), args)
			if err != nil || content.Text != "text "+args.Key {
				t.Errorf("%s: %q, %v", args.Key, content.Text, err)
			}
			count++
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return count
	}
	next, keys := vaultService(t, directory, source)
	if count := readAll(next); count != 500 || vault.unwrapped.Load() != 1 {
		t.Errorf("%d were opened with %d calls", count, vault.unwrapped.Load())
	}
	vault.version.Store(2)
	if err := keys.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	vault.wrapped.Store(0)
	if count, err := next.Reseal(t.Context()); err != nil || count != 500 || vault.wrapped.Load() != 2 {
		t.Errorf("%d were sealed anew with %d calls, %v", count, vault.wrapped.Load(), err)
	}
	if count := readAll(next); count != 500 {
		t.Errorf("%d can be opened afterwards", count)
	}
}

// configured are settings that are there.
func configured(context.Context) (Delivery, *finding.Finding, error) {
	return Delivery{Version: "1"}, nil, nil
}
