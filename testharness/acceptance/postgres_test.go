package acceptance

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// startPostgres starts a server on loopback that ends with the test.
func startPostgres(t testing.TB) *postgres.Server {
	t.Helper()
	return postgres.Start(t)
}
