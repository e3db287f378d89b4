//go:build unix

package notify

import (
	"fmt"
	"os"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

func TestMain(m *testing.M) { os.Exit(postgres.Run(m)) }

func init() {
	engines["postgres"] = func(t testing.TB) func(testing.TB) *store.Store {
		server, databases := postgres.Start(t), 0
		return func(t testing.TB) *store.Store {
			t.Helper()
			databases++
			database, err := store.OpenPostgres(t.Context(), server.Database(fmt.Sprint("notify", databases)))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { database.Close() })
			return database
		}
	}
}
