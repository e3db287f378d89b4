package health

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestHealthKeepsNoRecipient holds that the record has no recipient and no words of a server, so that none is left in
// it after a purge; also not what an earlier process has written there.
func TestHealthKeepsNoRecipient(t *testing.T) {
	const canary = "canary@a.example"
	named := finding.Finding{
		Severity: shared.SeverityError, Code: "server_refuses_everything",
		Summary: text.Of("The server does not pass on mail to {recipient} for this machine.", "recipient", canary),
		Detail: text.Join(text.Of("The server does not accept the recipient {recipient}.", "recipient", canary),
			text.Of("The login by {mechanism} could not be carried out: {reason}.", "mechanism", "PLAIN",
				"reason", "550 "+canary)),
		Evidence: &shared.Evidence{Code: 550, Text: canary + " is not known"},
	}
	open := sqliteAt(t.TempDir())
	n := newNodes(t, 1, func(t *testing.T) *store.Store { return open(t, "one") })
	one := n.running[0]
	one.Look = func(context.Context) (Look, *Ending, error) { return Look{Cause: &named}, nil, nil }
	stored := func() string {
		t.Helper()
		said, err := one.Store.StateText(t.Context(), store.StateHealth)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	n.live(time.Hour)
	if said := stored(); strings.Contains(said, canary) || !strings.Contains(said, "server_refuses_everything") {
		t.Errorf("looked: %s", said)
	}
	one.Observe = func(context.Context) (Observation, error) {
		return Observation{Version: n.version, Waiting: 1, Pause: &Pause{Cause: named, Since: began.Add(n.since)}}, nil
	}
	n.live(2 * time.Hour)
	if said := stored(); strings.Contains(said, canary) {
		t.Errorf("paused: %s", said)
	}
	var r record
	if err := json.Unmarshal([]byte(stored()), &r); err != nil || len(r.Events) == 0 || r.Failure == nil {
		t.Fatalf("%+v, %v", r, err)
	}
	r.Cause, r.Events[0].Cause, r.Failure.Cause = &named, &named, named
	earlier, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if swapped, err := one.Store.SwapState(t.Context(), store.StateHealth, stored(), string(earlier)); !swapped ||
		err != nil {
		t.Fatal(swapped, err)
	}
	if known, err := Read(t.Context(), one.Store); err != nil || known.Cause.Evidence != nil {
		t.Errorf("read: %+v, %v", known, err)
	}
	n.live(n.since + 5*time.Minute)
	if said := stored(); strings.Contains(said, canary) {
		t.Errorf("after an earlier process: %s", said)
	}
}
