package health

import (
	"context"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// TestEndingsOfUnusableSettings holds that what ends is told once, also where it cannot be seen for a while because the
// settings cannot be used.
func TestEndingsOfUnusableSettings(t *testing.T) {
	open := sqliteAt(t.TempDir())
	n := newNodes(t, 1, func(t *testing.T) *store.Store { return open(t, "one") })
	unusable := false
	n.running[0].Observe = func(context.Context) (Observation, error) {
		if unusable {
			return Observation{Version: Unusable}, nil
		}
		return Observation{Version: "first", Endings: []Ending{
			{What: "ca_certificate", From: began.Add(-month), At: began.Add(24 * time.Hour), Cause: *cause("ca_ends")},
		}}, nil
	}
	n.live(time.Hour)
	unusable, n.answer = true, during(0, month, "secret_unreadable")
	n.live(time.Hour + 5*time.Minute) // A step, and a look.
	unusable, n.answer = false, during(0, 0, "")
	n.live(3 * time.Hour)
	if got := n.transitions(); got != "suspect" || len(n.looks) != 3 {
		t.Errorf("transitions: %s, looks: %v", got, n.looks)
	}
	known, err := Read(t.Context(), n.running[0].Store)
	if err != nil || known.Cause == nil || known.Cause.Code != "ca_ends" || known.Failure != nil {
		t.Errorf("%+v, %v", known, err)
	}
}

// TestProofOfAClockAhead holds that a test that has passed by a clock ahead of the database's is a proof of now: the
// next look does not come later for it.
func TestProofOfAClockAhead(t *testing.T) {
	open := sqliteAt(t.TempDir())
	n := newNodes(t, 1, func(t *testing.T) *store.Store { return open(t, "one") })
	n.running[0].Observe = func(context.Context) (Observation, error) {
		return Observation{Version: "first", Proof: began.Add(3 * time.Hour)}, nil
	}
	if err := n.running[0].Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	known, err := Read(t.Context(), n.running[0].Store)
	if err != nil || known.Checked.After(began) || known.LoggedIn.After(began) ||
		known.Next.After(began.Add(n.running[0].Every)) {
		t.Errorf("%+v, %v", known, err)
	}
}
