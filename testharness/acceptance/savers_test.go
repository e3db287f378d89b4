package acceptance

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// soak reports whether the long form of a campaign is wanted.
func soak() bool { return os.Getenv("SOAK") != "" }

// rounds is how often a campaign goes round: the full count only in the long form.
func rounds(short, full int) int {
	if soak() {
		return full
	}
	return short
}

// TestSoakSavers lets many save at once: of all who save over the same revision exactly one wins, and nothing is lost.
// The savers of PostgreSQL are spread over two hosts.
func TestSoakSavers(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		h := supervised(t, manifest(t, "smtp", "smtp-plugin"))
		saveAtOnce(t, []*host.Host{h})
	})
	t.Run("postgresql", func(t *testing.T) {
		database := fmt.Sprintf("database = %q", startPostgres(t).Database("savers"))
		key := keyFile(t)
		hosts := []*host.Host{
			supervised(t, manifest(t, "smtp", "smtp-plugin", database, key)),
			supervised(t, manifest(t, "smtp", "smtp-plugin", database, key)),
		}
		saveAtOnce(t, hosts)
	})
}

// keyFile makes a key that several hosts share and returns the line of the configuration that names it.
func keyFile(t testing.TB) string {
	t.Helper()
	path := t.TempDir() + "/shared-key"
	write(t, path, fmt.Sprintf("%064x\n", 0xc0ffee), 0o600)
	return fmt.Sprintf("key = \"file://%s\"", path)
}

func saveAtOnce(t *testing.T, hosts []*host.Host) {
	t.Helper()
	const savers = 16
	turns := rounds(25, 200)
	var wins, conflicts atomic.Int64
	winners := make([]map[int64]string, savers)
	for turn := range turns {
		var wg sync.WaitGroup
		for saver := range savers {
			if winners[saver] == nil {
				winners[saver] = map[int64]string{}
			}
			wg.Go(func() {
				server := fmt.Sprintf("server-%d-%d.example", saver, turn)
				result, err := hosts[saver%len(hosts)].Page().Save(t.Context(), shared.SaveRequest{
					Actor: fmt.Sprint(saver), Revision: int64(turn), Draft: shared.Draft{Values: shared.Values{
						"server": shared.Text(server), "use_other_account": shared.Boolean(true), "email": shared.Text("a@b.example"),
					}},
				})
				switch {
				case err != nil:
					t.Error(err)
				case result.Saved:
					wins.Add(1)
					winners[saver][result.Snapshot.Revision.Number] = server
				case result.Conflict:
					conflicts.Add(1)
				default:
					t.Errorf("neither saved nor a conflict: %+v", result.Diagnostics)
				}
			})
		}
		wg.Wait()
	}
	t.Logf("%d savers, %d rounds: %d won, %d conflicts", savers, turns, wins.Load(), conflicts.Load())
	if wins.Load() != int64(turns) || conflicts.Load() != int64(turns*(savers-1)) {
		t.Errorf("%d won and %d were told of a conflict, want %d and %d", wins.Load(), conflicts.Load(), turns,
			turns*(savers-1))
	}
	checkHistory(t, hosts[0], winners, turns)
}

// checkHistory makes sure that every revision is there and is what its winner saved.
func checkHistory(t *testing.T, h *host.Host, winners []map[int64]string, turns int) {
	t.Helper()
	seen := 0
	for before := int64(0); ; {
		list, err := h.History().Revisions(t.Context(), shared.RevisionsRequest{Before: before, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range list.Entries {
			seen++
			saved := ""
			for _, won := range winners {
				if server, ok := won[entry.Number]; ok {
					saved = server
				}
			}
			for _, change := range entry.Changes {
				if change.Field == "server" && change.After != shared.Text(saved) {
					t.Errorf("revision %d holds %s, but %s won it", entry.Number, change.After, saved)
				}
			}
			before = entry.Number
		}
		if !list.More {
			break
		}
	}
	if seen != turns {
		t.Errorf("%d revisions in the history, want %d", seen, turns)
	}
}
