package acceptance

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// TestPgBouncer has two nodes save, deliver and tell their status through PgBouncer in transaction mode.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	address := server.Pool(t, server.Database("pooled"))
	first, second := twoNodes(t, address)
	mails := practiceMailServer(t)
	startMailServer(t, mails, 0)
	configure(t, first, mails.Port(), mails.Password)
	snapshot, err := second.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil || snapshot.Revision.Number != 1 {
		t.Fatalf("the other node loads %+v, %v", snapshot.Revision, err)
	}
	var ids []string
	for i := range 100 {
		node := []*host.Host{first, second}[i%2]
		ids = append(ids, notify(t, node, shared.Notification{
			Key: fmt.Sprint("pooled-", i), To: "you@email.com", Subject: "x", Text: "x",
		}).ID)
	}
	for _, id := range ids {
		awaitEntry(t, second, id, shared.NotificationDelivered)
	}
	if count := len(mails.Inbox()); count != len(ids) {
		t.Errorf("%d mails of %d notifications", count, len(ids))
	}
	for _, node := range []*host.Host{first, second} {
		status, err := node.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil || status.State != shared.ServiceRunning || len(status.DeliveredBy) != 2 ||
			status.Counts[shared.NotificationDelivered] != 100 {
			t.Errorf("%+v, %v", status, err)
		}
	}
	checkPooledActions(t, second, mails)
}

// checkPooledActions cancels and retries a notification that waits.
func checkPooledActions(t *testing.T, node *host.Host, mails interface{ Close() }) {
	t.Helper()
	mails.Close()
	waiting := notify(t, node, shared.Notification{Key: "waits", To: "you@email.com", Text: "x"})
	awaitService(t, node, shared.ServiceDegraded)
	cancelled, err := node.Notifier().Cancel(t.Context(), shared.NotificationRequest{ID: waiting.ID})
	if err != nil {
		t.Fatal(err)
	}
	awaitEntry(t, node, cancelled.ID, shared.NotificationCancelled)
	retried, err := node.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: waiting.ID})
	if err != nil || retried.State == shared.NotificationCancelled {
		t.Errorf("%+v, %v", retried, err)
	}
}

// twoNodes are two Consoles on the database, which have the same key.
func twoNodes(t *testing.T, address string) (first, second *host.Host) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, strings.Repeat("0123456789abcdef", 4), 0o600)
	open := func() *host.Host {
		return supervised(t, manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address),
			fmt.Sprintf("key = %q", "file://"+key), `retry_after = "1s"`))
	}
	return open(), open()
}

// TestRoleWithoutCreate holds that a role that may not create is told what is missing, as the statements of the
// documentation give it, and delivers with them.
func TestRoleWithoutCreate(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	owned := server.Database("owned")
	server.Execute("owned", "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE worker LOGIN")
	address := strings.Replace(owned, postgres.User+"@", "worker@", 1)
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address), `retry_after = "1s"`)
	if r := harness(t, "", "status", "--manifest", path); r.status != 3 ||
		!strings.Contains(r.stderr, `GRANT USAGE, CREATE ON SCHEMA "public" TO "worker"`) {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	owner := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", owned))
	if r := harness(t, "", "status", "--manifest", owner); r.status != 0 {
		t.Fatal(r.stdout, r.stderr)
	}
	server.Execute("owned", `GRANT USAGE ON SCHEMA public TO worker;
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker;
		REVOKE ALL ON river_job FROM worker`)
	if r := harness(t, "", "status", "--manifest", path); r.status != 3 ||
		!strings.Contains(r.stderr, "river_job") || !strings.Contains(r.stderr, "executes GRANT") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	server.Execute("owned", `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker;
		GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO worker`)
	mails := practiceMailServer(t)
	startMailServer(t, mails, 0)
	h := supervised(t, path)
	configure(t, h, mails.Port(), mails.Password)
	sent := notify(t, h, shared.Notification{Key: "1", To: "you@email.com", Text: "x"})
	awaitEntry(t, h, sent.ID, shared.NotificationDelivered)
}
