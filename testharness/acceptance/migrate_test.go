package acceptance

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestMigrate moves from the embedded database to PostgreSQL: settings, history, secrets and what waits to be
// delivered.
func TestMigrate(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	port := server.Port()
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`)
	for _, actor := range []string{"anna", "bob"} {
		if r := harness(t, "practice", "save", "--manifest", path, "--actor", actor, "--set", "server=127.0.0.1",
			"--set", fmt.Sprintf("port=%d", port),
			"--set", "login="+notifyLogin, "--secret", "password=env:SECRET"); r.status != 0 {
			t.Fatal(r.stdout, r.stderr)
		}
	}
	server.Close()
	h := supervised(t, path)
	for i := range 3 {
		notify(t, h, shared.Notification{
			Key: fmt.Sprint("k", i), To: "you@email.com", Subject: fmt.Sprint("waiting ", i), Text: "x",
		})
	}
	awaitService(t, h, shared.ServiceDegraded)
	address := startPostgres(t).Database("moved")
	r := harness(t, address, "migrate", "--manifest", path, "--to", "env:SECRET")
	if r.status != 1 || !strings.Contains(r.stderr, "delivers notifications from database") {
		t.Errorf("while a Console delivers: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	h.Close()
	for _, says := range []string{"Copied 2 revisions of the settings and 3 notifications.",
		"Copied 0 revisions of the settings and 0 notifications."} {
		r := harness(t, address, "migrate", "--manifest", path, "--to", "env:SECRET")
		if r.status != 0 || !strings.Contains(r.stdout, says) {
			t.Errorf("exit status %d, want %q\n%s%s", r.status, says, r.stdout, r.stderr)
		}
	}
	r = harness(t, "", "migrate", "--manifest", path, "--to", address)
	if r.status != 2 || strings.Contains(r.stderr, address) {
		t.Errorf("an address on the command line: exit status %d\n%s", r.status, r.stderr)
	}
	key := filepath.Join(filepath.Dir(path), "data", "key")
	moved := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address),
		fmt.Sprintf("key = %q", "file://"+key), `retry_after = "1s"`)
	r = harness(t, "", "history", "--manifest", moved)
	if r.status != 0 || !strings.Contains(r.stdout, "by bob") || !strings.Contains(r.stdout, "by anna") {
		t.Errorf("the history: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	back := practiceMailServer(t)
	startMailServer(t, back, port)
	after := supervised(t, moved)
	list, err := after.Notifier().List(t.Context(), shared.ListRequest{})
	if err != nil || len(list.Entries) != 3 {
		t.Fatalf("%d notifications, %v", len(list.Entries), err)
	}
	for _, entry := range list.Entries {
		awaitEntry(t, after, entry.ID, shared.NotificationDelivered)
	}
	again := notify(t, after, shared.Notification{Key: "k0", To: "you@email.com", Subject: "waiting 0", Text: "x"})
	if !again.Duplicate {
		t.Errorf("the idempotency key was lost: %+v", again)
	}
	checkMoveBack(t, after, path, moved, key)
	checkKeyIsNeeded(t, address)
}

// checkKeyIsNeeded holds that a database that holds secrets gets no new key.
func checkKeyIsNeeded(t *testing.T, address string) {
	t.Helper()
	without := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address))
	r := harness(t, "", "load", "--manifest", without)
	if r.status != 3 || !strings.Contains(r.stderr, "is missing, but secrets are stored") {
		t.Errorf("without the key: exit status %d\n%s", r.status, r.stderr)
	}
}

// checkMoveBack moves on into a data directory, and holds that the databases that were moved are not used any more.
func checkMoveBack(t *testing.T, now *host.Host, first, moved, key string) {
	t.Helper()
	now.Close()
	next := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("key = %q", "file://"+key))
	directory := filepath.Join(filepath.Dir(next), "data")
	r := harness(t, "", "migrate", "--manifest", moved, "--to", "data_dir:"+directory)
	if r.status != 0 || !strings.Contains(r.stdout, "2 revisions of the settings and 3 notifications") ||
		!strings.Contains(r.stdout, "river_job: 3 of 3") {
		t.Fatalf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	for _, path := range []string{first, moved} {
		h, err := host.Open(t.Context(), path, host.WithLogger(hclog.NewNullLogger()))
		if err == nil {
			h.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "was moved to") || !strings.Contains(err.Error(), "--undo") {
			t.Errorf("it starts: %v", err)
		}
		if r := harness(t, "", "save", "--manifest", path, "--set", "name=x"); r.status == 0 ||
			!strings.Contains(r.stderr+r.stdout, "was moved") {
			t.Errorf("it saves: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	}
	r = harness(t, "", "list", "--manifest", next, "--state", "delivered", "--json")
	if r.status != 0 || strings.Count(r.stdout, `"delivered"`) != 3 {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	r = harness(t, "", "migrate", "--manifest", first, "--undo")
	if r.status != 0 || !strings.Contains(r.stdout, "3 notifications are held") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	r = harness(t, "", "status", "--manifest", first)
	if r.status != 0 || !strings.Contains(r.stdout, "3 notifications are held") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	r = harness(t, "", "held", "discard", "--manifest", first)
	if r.status != 0 || !strings.Contains(r.stdout, "3 notifications were cancelled.") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
}
