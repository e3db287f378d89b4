package notify

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// earlierPause is what a version has written that knew of pauses only, and of no scopes.
const earlierPause = `{"cause":{"severity":"error","code":"wrong_credentials","step":"auth","summary":"No."},
	"login":true,"since":"2026-01-01T00:00:00Z","next":"2026-01-01T00:04:00Z","looks":3,"version":"c2VhbGVk"}`

// TestEarlierPause reads a pause of an earlier version, and writes one that such a version reads.
func TestEarlierPause(t *testing.T) {
	database := openEmbedded(t)
	s := newService(t, database)
	rows := s.breaker.rows
	if _, err := database.DB().Exec("INSERT INTO delivery_pause (id, turn, document) VALUES (1, 7, $1)",
		earlierPause); err != nil {
		t.Fatal(err)
	}
	turn, kept, err := rows.load(t.Context())
	if err != nil || turn != 7 || !kept.Paused() || !kept.Login || kept.Looks != 3 || kept.Next.IsZero() ||
		string(kept.Version) != "sealed" {
		t.Fatalf("it became %+v, %v", kept, err)
	}
	refusal := policy.Refusal{
		Code: "wrong_credentials", Scope: shared.ScopeLogin, Lasting: shared.LastingPermanent, Stage: policy.Opening,
	}
	attempt := policy.Attempt{Probe: true, Trips: kept.Trips}
	state, _ := s.breaker.policy.Refused(kept.State, time.Now(), attempt, refusal)
	if swapped, err := rows.swap(t.Context(), turn, kept.after(state, &finding.Finding{Code: refusal.Code},
		"")); err != nil || !swapped {
		t.Fatal(swapped, err)
	}
	var document string
	if err := database.DB().QueryRow("SELECT document FROM delivery_pause").Scan(&document); err != nil {
		t.Fatal(err)
	}
	var earlier struct {
		Cause *finding.Finding
		Login bool
		Since time.Time
		Next  time.Time
		Looks int
	}
	if err := json.Unmarshal([]byte(document), &earlier); err != nil || earlier.Cause == nil || !earlier.Login ||
		!earlier.Since.Equal(kept.Since) || earlier.Next.Before(time.Now()) || earlier.Looks != 3 {
		t.Errorf("%s, %v", document, err)
	}
}

// TestRekeyedPause holds that it is known after a new key which settings a pause is for: a process that starts then
// notices that others were saved.
func TestRekeyedPause(t *testing.T) {
	database, directory := openEmbedded(t), t.TempDir()
	keys := keyring(t, directory)
	s, _ := withKeys(t, database, keys)
	rows := &pauseRow{db: database.DB(), keeper: s.configuration.Keeper, logger: s.configuration.Logger}
	sealed, err := rows.seal(t.Context(), "of the password")
	if err != nil {
		t.Fatal(err)
	}
	paused := pause{Cause: &finding.Finding{Code: "wrong_credentials"}, Version: sealed}
	if swapped, err := rows.swap(t.Context(), 0, paused); err != nil || !swapped {
		t.Fatal(swapped, err)
	}
	if err := keys.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{1, 0} {
		if count, err := s.Reseal(t.Context()); err != nil || count != want {
			t.Errorf("%d sealed anew, not %d, %v", count, want, err)
		}
	}
	if err := keys.Forget(); err != nil {
		t.Fatal(err)
	}
	rows.keeper = secret.NewKeeper(keyring(t, directory))
	_, kept, err := rows.load(t.Context())
	if err != nil || kept.Cause == nil {
		t.Fatal(kept, err)
	}
	if version, err := rows.open(t.Context(), kept.Version); err != nil || version != "of the password" {
		t.Errorf("%q, %v", version, err)
	}
}
