//go:build unix

package health

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// TestNodesOfPostgres does on a server of its own what TestNodes does on the embedded engine, and holds that its clock
// is the one that counts.
func TestNodesOfPostgres(t *testing.T) {
	server := postgres.Start(t)
	addresses := map[string]string{}
	open := func(t *testing.T, name string) *store.Store {
		t.Helper()
		name = strings.NewReplacer(" ", "_", ",", "").Replace(name)
		if addresses[name] == "" {
			addresses[name] = server.Database(name)
		}
		opened, err := store.OpenPostgres(t.Context(), addresses[name])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		return opened
	}
	n := newNodes(t, 3, func(t *testing.T) *store.Store { return open(t, "nodes") })
	n.dieAt = []time.Duration{6 * time.Hour}
	n.answer = during(5*time.Hour, 9*time.Hour, "away")
	n.live(12 * time.Hour)
	if got := n.transitions(); got != "healthy suspect broken healthy" {
		t.Errorf("transitions: %s", got)
	}
	if now, err := n.running[0].Store.Clock(t.Context()); err != nil || time.Since(now).Abs() > time.Hour {
		t.Errorf("the clock of the database: %v, %v", now, err)
	}
}
