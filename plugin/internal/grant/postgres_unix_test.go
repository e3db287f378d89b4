//go:build unix

package grant

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// TestPostgres runs all tests on a server of its own.
func TestPostgres(t *testing.T) {
	server := postgres.Start(t)
	addresses := map[string]string{}
	onEngine(t, func(t *testing.T, name string) *store.Store {
		t.Helper()
		if addresses[name] == "" {
			addresses[name] = server.Database(strings.ReplaceAll(name, " ", "_"))
		}
		opened, err := store.OpenPostgres(t.Context(), addresses[name])
		return closedAfter(t, opened, err)
	})
}
