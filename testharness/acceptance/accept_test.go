package acceptance

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// onBothEngines runs the check on a plugin with the embedded database and on one with PostgreSQL. Their deliveries wait
// for a server that is away.
func onBothEngines(t *testing.T, check func(t *testing.T, open func() *host.Host)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`)
		check(t, func() *host.Host { return waiting(t, path) })
	})
	t.Run("postgres", func(t *testing.T) {
		address := startPostgres(t).Database("accept")
		path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`, fmt.Sprintf("database = %q", address))
		check(t, func() *host.Host { return waiting(t, path) })
	})
}

// waiting is a plugin whose settings name a server that is away.
func waiting(t *testing.T, path string) *host.Host {
	t.Helper()
	h := supervised(t, path)
	configure(t, h, freePorts(t, 1)[0], "practice")
	return h
}

// TestRepeatedKeys hands notifications with the same key over in one call, and from many callers at once: each is told
// that it is a duplicate of the first, and nobody is told of a failure.
func TestRepeatedKeys(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, open func() *host.Host) {
		h := open()
		same := shared.Notification{Key: "same", To: "you@email.com", Subject: "Alarm", Text: "x"}
		other := same
		other.To = "ops@email.com"
		receipts, err := h.Notifier().Notify(t.Context(), shared.NotifyRequest{
			Notifications: []shared.Notification{same, other, same, same, other},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, first := range []int{0, 1, 0, 0, 1} {
			if receipts[i].ID == "" || receipts[i].ID != receipts[first].ID || receipts[i].Duplicate != (i != first) {
				t.Errorf("receipt %d: %+v, the first of its key %+v", i, receipts[i], receipts[first])
			}
		}
		callTogether(t, h)
	})
}

// callTogether has sixteen callers hand notifications over at the same time; eight of them use the same keys.
func callTogether(t *testing.T, h *host.Host) {
	const rounds = 25
	var mu sync.Mutex
	firsts := map[string]int{}
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for round := range rounds {
				key := fmt.Sprint("shared ", round)
				if caller >= 8 {
					key = fmt.Sprint("caller ", caller, " ", round)
				}
				receipts, err := h.Notifier().Notify(t.Context(), shared.NotifyRequest{
					Notifications: []shared.Notification{{Key: key, To: "you@email.com", Text: "x"}},
				})
				if err != nil || receipts[0].ID == "" {
					t.Errorf("caller %d, round %d: %+v, %v", caller, round, receipts, err)
					return
				}
				mu.Lock()
				if !receipts[0].Duplicate {
					firsts[key]++
				}
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if len(firsts) != rounds*9 {
		t.Errorf("%d keys were accepted, not %d", len(firsts), rounds*9)
	}
	for key, count := range firsts {
		if count != 1 {
			t.Errorf("%q was accepted %d times", key, count)
		}
	}
}

// TestNodesWithTheSameKeys has two nodes accept the same notifications in opposite orders, which PostgreSQL would end
// as a deadlock.
func TestNodesWithTheSameKeys(t *testing.T) {
	t.Parallel()
	address := startPostgres(t).Database("nodes")
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`, fmt.Sprintf("database = %q", address))
	nodes := []*host.Host{waiting(t, path), supervised(t, path)}
	for round := range 20 {
		var forwards []shared.Notification
		for i := range 200 {
			forwards = append(forwards, shared.Notification{Key: fmt.Sprint(round, " ", i), To: "you@email.com", Text: "x"})
		}
		backwards := slices.Clone(forwards)
		slices.Reverse(backwards)
		duplicates := make([]int, len(nodes))
		var both sync.WaitGroup
		for i, list := range [][]shared.Notification{forwards, backwards} {
			both.Go(func() {
				receipts, err := nodes[i].Notifier().Notify(t.Context(), shared.NotifyRequest{Notifications: list})
				if err != nil {
					t.Errorf("round %d, node %d: %v", round, i, err)
				}
				for _, receipt := range receipts {
					if receipt.Duplicate {
						duplicates[i]++
					}
				}
			})
		}
		both.Wait()
		if sum := duplicates[0] + duplicates[1]; sum != len(forwards) {
			t.Errorf("round %d: %d duplicates of %d", round, sum, len(forwards))
		}
	}
}
