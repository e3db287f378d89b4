package health

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// keyService holds a key as Vault's Transit engine does, and opens nothing while it is away.
type keyService struct {
	source string
	away   atomic.Bool
}

func startKeyService(t *testing.T) *keyService {
	t.Helper()
	s := &keyService{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Plaintext, Ciphertext string }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			t.Errorf("%s: %v", r.URL, err)
		}
		data := map[string]string{}
		switch {
		case strings.Contains(r.URL.Path, "/encrypt/"):
			data["ciphertext"] = "vault:v1:" + request.Plaintext
		case s.away.Load():
			w.WriteHeader(http.StatusGatewayTimeout)
			return
		default:
			data["plaintext"] = strings.TrimPrefix(request.Ciphertext, "vault:v1:")
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"data": data}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	s.source = "transit+" + server.URL + "/transit/settings"
	return s
}

// keyring opens the keys as another process does, which knows no data key yet.
func keyring(t *testing.T, directory, source string) *secret.Keyring {
	t.Helper()
	ring, err := secret.OpenKeyring(t.Context(), directory, source, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestRefusedAndKeyServiceAway holds that a login that was refused is not tried again because the service that holds
// the key does not answer for a while: whether the settings are others cannot be told then.
func TestRefusedAndKeyServiceAway(t *testing.T) {
	service, open := startKeyService(t), sqliteAt(t.TempDir())
	n := newNodes(t, 0, func(t *testing.T) *store.Store { return open(t, "one") })
	n.answer = during(0, month, "refused")
	begin := func() {
		n.keeper = secret.NewKeeper(keyring(t, t.TempDir(), service.source))
		n.running = []*Watcher{n.start()}
	}
	begin()
	n.live(time.Hour)
	service.away.Store(true)
	before, looks := n.stored(), len(n.looks)
	begin()
	if err := n.running[0].Step(t.Context()); err == nil || n.stored() != before {
		t.Errorf("while the service is away: %v, stored %s, before %s", err, n.stored(), before)
	}
	service.away.Store(false)
	n.live(5 * time.Hour)
	if looks != 1 || len(n.looks) != looks {
		t.Errorf("looks: %v", n.looks)
	}
	service.away.Store(true)
	begin()
	observe := n.running[0].Observe
	n.running[0].Observe = func(ctx context.Context) (Observation, error) {
		seen, err := observe(ctx)
		seen.Version, seen.Revised = "second", began.Add(n.since)
		return seen, err
	}
	n.live(6 * time.Hour)
	if len(n.looks) != looks+1 {
		t.Errorf("looks after a save that no key tells apart: %v", n.looks)
	}
}

// stored is what the processes share.
func (n *nodes) stored() string {
	n.t.Helper()
	stored, err := n.running[0].Store.StateText(n.t.Context(), store.StateHealth)
	if err != nil {
		n.t.Fatal(err)
	}
	return stored
}

// TestRefusedAndRekeyed holds that a new key does not have a login tried again that was refused, and that the result of
// a look counts that was under way meanwhile.
func TestRefusedAndRekeyed(t *testing.T) {
	directory, open := t.TempDir(), sqliteAt(t.TempDir())
	ring := keyring(t, directory, "")
	n := newNodes(t, 0, func(t *testing.T) *store.Store { return open(t, "one") })
	n.keeper = secret.NewKeeper(ring)
	rekey := func() {
		if err := ring.Renew(t.Context()); err != nil {
			t.Error(err)
		}
		for _, want := range []bool{true, false} {
			if got, err := Reseal(t.Context(), n.running[0].Store, n.keeper); got != want || err != nil {
				t.Errorf("sealed anew: %t instead of %t, %v", got, want, err)
			}
		}
		if err := ring.Forget(); err != nil {
			t.Error(err)
		}
	}
	n.answer = func(time.Duration) string {
		rekey()
		return "refused"
	}
	n.running = []*Watcher{n.start()}
	n.live(time.Hour)
	rekey()
	n.live(2 * time.Hour)
	n.keeper = secret.NewKeeper(keyring(t, directory, ""))
	n.running = []*Watcher{n.start()}
	n.live(5 * time.Hour)
	if got := n.transitions(); len(n.looks) != 1 || got != "broken" {
		t.Errorf("looks: %v, transitions: %s", n.looks, got)
	}
}

// TestResealLostSettings holds that what no key opens any more is not in the way of a new one, and that what a service
// does not open at the moment is.
func TestResealLostSettings(t *testing.T) {
	service, open := startKeyService(t), sqliteAt(t.TempDir())
	n := newNodes(t, 0, func(t *testing.T) *store.Store { return open(t, "one") })
	database := n.open(t)
	local := secret.NewKeeper(keyring(t, t.TempDir(), ""))
	if changed, err := Reseal(t.Context(), database, local); changed || err != nil {
		t.Errorf("nothing: %t, %v", changed, err)
	}
	n.keeper = secret.NewKeeper(keyring(t, t.TempDir(), service.source))
	n.running = []*Watcher{n.start()}
	n.live(time.Hour)
	if changed, err := Reseal(t.Context(), database, local); changed || err != nil {
		t.Errorf("without the key: %t, %v", changed, err)
	}
	service.away.Store(true)
	both, err := secret.OpenKeyring(t.Context(), t.TempDir(), "", []string{service.source}, true)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := Reseal(t.Context(), database, secret.NewKeeper(both)); changed || err == nil {
		t.Errorf("while the service is away: %t", changed)
	}
}

// TestToldWhileRekeyed holds that a receiver is told of a transition once, and the heartbeat fetched once, also when
// the settings are sealed anew meanwhile, and that a refusal is noted then as well.
func TestToldWhileRekeyed(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer error
		want   string
	}{
		{"taken", nil, "broken healthy"},
		{"refused", errors.New("refused"), "broken broken broken healthy healthy healthy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			open := sqliteAt(t.TempDir())
			ring := keyring(t, t.TempDir(), "")
			n := newNodes(t, 0, func(t *testing.T) *store.Store { return open(t, "one") })
			n.keeper = secret.NewKeeper(ring)
			rekey := func() {
				if err := ring.Renew(t.Context()); err != nil {
					t.Error(err)
				}
				if changed, err := Reseal(t.Context(), n.running[0].Store, n.keeper); !changed || err != nil {
					t.Errorf("sealed anew: %t, %v", changed, err)
				}
			}
			var tried []string
			beats := 0
			n.alert = func(_ string, event Event) error {
				rekey()
				tried = append(tried, string(event.To))
				return c.answer
			}
			n.beat = func() error { rekey(); beats++; return nil }
			n.running = []*Watcher{n.start()}
			n.answer = during(5*time.Hour, 9*time.Hour, "away")
			n.live(16 * time.Hour)
			if got := strings.Join(tried, " "); got != c.want || beats != 3 {
				t.Errorf("told %s, want %s; %d heartbeats", got, c.want, beats)
			}
		})
	}
}
