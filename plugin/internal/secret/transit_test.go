package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestTransit keeps the key in a service that ignores additional data: the binding holds all the same, and a new
// version of the key is taken up.
func TestTransit(t *testing.T) {
	service, source := newVault(t)
	ring := keyring(t, "", source)
	keeper := secret.NewKeeper(ring)
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	other := changed(secret.Server, "evil.example")
	if _, err := keeper.Open(t.Context(), sealed, other); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("opened for another server: %v", err)
	}
	service.set(2, "")
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
	if _, err := secret.OpenKeyring(t.Context(), "", source, nil, true); err == nil ||
		!strings.Contains(err.Error(), "permission denied") {
		t.Errorf("with a wrong token: %v", err)
	}
}

// TestTransitToken holds that the token stays alive, and that it does not follow a redirection to another server.
func TestTransitToken(t *testing.T) {
	t.Setenv("VAULT_TOKEN", "t0ken")
	t.Setenv("VAULT_NAMESPACE", "team")
	renewals := make(chan string, 10)
	service := &vault{version: 1, release: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/auth/token/renew-self" {
			service.ServeHTTP(w, r)
			return
		}
		fmt.Fprint(w, `{"auth":{"lease_duration":2,"renewable":true}}`)
		renewals <- r.Header.Get("X-Vault-Token") + " of " + r.Header.Get("X-Vault-Namespace")
	}))
	defer server.Close()
	keyring(t, "", "transit+http://"+server.Listener.Addr().String()+"/transit/smtp")
	for range 2 {
		if renewed := <-renewals; renewed != "t0ken of team" {
			t.Errorf("renewed with %q", renewed)
		}
	}

	stolen := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter,
		r *http.Request) {
		stolen <- r.Header.Get("X-Vault-Token")
	}))
	defer elsewhere.Close()
	redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer redirecting.Close()
	_, err := secret.OpenKeyring(t.Context(), "", "transit+http://"+redirecting.Listener.Addr().String()+"/transit/smtp",
		nil, true)
	if err == nil || !strings.Contains(err.Error(), "redirects") || len(stolen) > 0 {
		t.Errorf("a redirection: %v, %d requests arrived elsewhere", err, len(stolen))
	}
}

// TestSlowVaultHoldsNobodyUp has a call of Vault hang: whatever needs no answer of Vault goes on, and a caller who
// gives up returns at once.
func TestSlowVaultHoldsNobodyUp(t *testing.T) {
	for _, hanging := range []string{"encrypt", "decrypt"} {
		t.Run(hanging, func(t *testing.T) {
			service, source := newVault(t)
			elsewhere := secret.NewKeeper(keyring(t, "", source))
			ring := keyring(t, "", source)
			keeper := secret.NewKeeper(ring)
			seal := func(ctx context.Context, keeper *secret.Keeper) ([]byte, error) {
				return keeper.Seal(ctx, shared.NewSecretText("s3cret"), destination)
			}
			known, err := seal(t.Context(), keeper)
			if err != nil {
				t.Fatal(err)
			}
			unknown, err := seal(t.Context(), elsewhere)
			if err != nil {
				t.Fatal(err)
			}
			service.set(1, hanging)
			ctx, giveUp := context.WithCancel(t.Context())
			const callers = 3
			ended := make(chan error, callers)
			for range callers {
				go func() {
					var err error
					if hanging == "encrypt" {
						_, err = seal(ctx, keeper)
					} else {
						_, err = keeper.Open(ctx, unknown, destination)
					}
					ended <- err
				}()
			}
			<-service.arrived
			// Nobody has given up and nothing was answered, so what returns now has not waited.
			useKnown(t, keeper, known)
			if len(ended) > 0 {
				t.Fatalf("a call that hangs ended with %v", <-ended)
			}
			giveUp()
			for range callers {
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("who gave up is told %v", err)
				}
			}
		})
	}
}

// useKnown does everything with a sealed secret whose data key is known.
func useKnown(t *testing.T, keeper *secret.Keeper, known []byte) {
	t.Helper()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			opened, err := keeper.Open(t.Context(), known, destination)
			if err != nil || opened.Reveal() != "s3cret" {
				t.Errorf("what is known cannot be opened: %v", err)
			}
			if _, changed, err := keeper.Rewrap(t.Context(), known); changed || err != nil {
				t.Errorf("what is current is wrapped anew: %t, %v", changed, err)
			}
			if keeper.IsLost(t.Context(), known) {
				t.Error("it is taken for lost")
			}
		})
	}
	all.Wait()
}

// TestOneAskedForAll has many open secrets of one data key at the same time, one of whom gives up: Vault is asked once.
func TestOneAskedForAll(t *testing.T) {
	service, source := newVault(t)
	sealed, err := secret.NewKeeper(keyring(t, "", source)).Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	keeper := secret.NewKeeper(keyring(t, "", source))
	service.set(1, "decrypt")
	first, giveUp := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := keeper.Open(first, sealed, destination)
		gone <- err
	}()
	<-service.arrived
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if opened, err := keeper.Open(t.Context(), sealed, destination); err != nil || opened.Reveal() != "s3cret" {
				t.Errorf("not opened: %v", err)
			}
		})
	}
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up is told %v", err)
	}
	service.goOn()
	all.Wait()
	if asked := service.decryptions.Load(); asked != 1 {
		t.Errorf("Vault was asked %d times", asked)
	}
}

// TestBatch seals 500 secrets with one call of Vault. Each is bound to its own destination, none is encrypted as
// another one is, and another process opens and rewraps all of them with one call each.
func TestBatch(t *testing.T) {
	service, source := newVault(t)
	keeper := secret.NewKeeper(keyring(t, "", source))
	before := service.encryptions.Load()
	batch, err := keeper.Batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) secret.Destination { return changed(secret.Login, strconv.Itoa(i)) }
	all := make([][]byte, 500)
	for i := range all {
		if all[i], err = batch.Seal(shared.NewSecretText("the same"), at(i)); err != nil {
			t.Fatal(err)
		}
	}
	if calls := service.encryptions.Load() - before; calls != 1 {
		t.Errorf("Vault was called %d times", calls)
	}
	ring := keyring(t, "", source)
	other := secret.NewKeeper(ring)
	for i, sealed := range all {
		if opened, err := other.Open(t.Context(), sealed, at(i)); err != nil || opened.Reveal() != "the same" {
			t.Fatalf("%d: %v", i, err)
		}
		if _, err := other.Open(t.Context(), sealed, at(i+1)); !errors.Is(err, secret.ErrCannotOpen) {
			t.Fatalf("%d is opened for another destination: %v", i, err)
		}
		if i > 0 && bytes.Equal(sealed[:40], all[0][:40]) {
			t.Fatalf("%d is encrypted as the first one is", i)
		}
	}
	if calls := service.decryptions.Load(); calls != 1 {
		t.Errorf("Vault was asked %d times to open them", calls)
	}
	service.set(2, "")
	if err := ring.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	before = service.encryptions.Load()
	again := other.Rewrapper()
	for i, sealed := range all {
		renewed, changed, err := again.Rewrap(t.Context(), sealed)
		if err != nil || !changed {
			t.Fatalf("%d: %t, %v", i, changed, err)
		}
		if opened, err := other.Open(t.Context(), renewed, at(i)); err != nil || opened.Reveal() != "the same" {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if calls := service.encryptions.Load() - before; calls != 1 || service.decryptions.Load() != 1 {
		t.Errorf("Vault was called %d times to wrap and %d times to unwrap", calls, service.decryptions.Load())
	}
}

// TestLateAnswerOfTheOldVersion has Vault answer with the old version of its key after it was asked for the new one:
// what is wrapped with the old version is still known to be old.
func TestLateAnswerOfTheOldVersion(t *testing.T) {
	service, source := newVault(t)
	ring := keyring(t, "", source)
	keeper := secret.NewKeeper(ring)
	service.set(1, "encrypt")
	late := make(chan []byte)
	go func() {
		sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
		if err != nil {
			t.Error(err)
		}
		late <- sealed
	}()
	<-service.arrived
	service.set(2, "")
	if err := ring.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.goOn()
	if _, changed, err := keeper.Rewrap(t.Context(), <-late); err != nil || !changed {
		t.Errorf("it stays wrapped with the old version: %t, %v", changed, err)
	}
}
