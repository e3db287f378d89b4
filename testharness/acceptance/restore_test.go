package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// lastUsedLongAgo has a database say that it was last used long ago, also where no delivery had begun in it.
const lastUsedLongAgo = `INSERT INTO database_state (name, document)
	VALUES ('heartbeat', '{"at":"2026-01-01T00:00:00Z"}')
	ON CONFLICT (name) DO UPDATE SET document = excluded.document`

// TestRestoredBackup puts a backup back in which notifications wait that were delivered since. They are held, and the
// page and the command line say so and release them; a new notification is delivered.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
		data := filepath.Join(filepath.Dir(path), "data")
		database, backup := filepath.Join(data, "smtp-settings.db"), filepath.Join(t.TempDir(), "backup")
		restoreBackup(t, path, func() {
			run(t, "sqlite3", database, ".backup "+backup)
			run(t, "sqlite3", backup, lastUsedLongAgo)
		}, func() {
			for _, left := range []string{database + "-wal", database + "-shm"} {
				_ = os.Remove(left)
			}
			run(t, "cp", backup, database)
		}, false)
	})
	t.Run("postgres", func(t *testing.T) {
		server := startPostgres(t)
		address := server.Database("live")
		path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, fmt.Sprintf("database = %q", address))
		restoreBackup(t, path, func() {
			server.Execute("postgres", "CREATE DATABASE backup TEMPLATE live")
			server.Execute("backup", lastUsedLongAgo)
		}, func() {
			server.Execute("postgres", "DROP DATABASE live")
			server.Execute("postgres", "CREATE DATABASE live TEMPLATE backup")
		}, true)
	})
}

func restoreBackup(t *testing.T, path string, backUp, restore func(), deliver bool) {
	t.Helper()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	port := server.Port()
	h := supervised(t, path)
	configure(t, h, port, server.Password)
	server.Close()
	var ids []string
	for i := range 3 {
		ids = append(ids, notify(t, h, shared.Notification{Key: fmt.Sprint(i), To: "you@email.com", Text: "x"}).ID)
	}
	h.Close()
	backUp()
	back := practiceMailServer(t)
	startMailServer(t, back, port)
	h = supervised(t, path)
	for _, id := range ids {
		awaitEntry(t, h, id, shared.NotificationDelivered)
	}
	h.Close()
	restore()
	h = supervised(t, path, host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	sent := notify(t, h, shared.Notification{Key: "new", To: "you@email.com", Text: "x"})
	awaitEntry(t, h, sent.ID, shared.NotificationDelivered)
	if count := len(back.Inbox()); count != 4 {
		t.Errorf("%d mails after the restore, not 3 and a new one", count)
	}
	if r := harness(t, "", "status", "--manifest", path); r.status != 0 ||
		!strings.Contains(r.stdout, "3 notifications are held: the database was last used at 2026-01-01") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	releaseRestored(t, h, path, deliver)
	state := map[bool]shared.NotificationState{true: shared.NotificationDelivered,
		false: shared.NotificationCancelled}[deliver]
	for _, id := range ids {
		awaitEntry(t, h, id, state)
		detail, err := h.NotificationOperator().Show(t.Context(), shared.ShowRequest{ID: id})
		if want := map[bool]shared.Operation{true: shared.OperationDeliverHeld,
			false: shared.OperationDiscardHeld}[deliver]; err != nil || len(detail.Operations) != 1 ||
			detail.Operations[0].Operation != want || detail.Operations[0].Operator == "" {
			t.Errorf("what was done with it is %+v, %v", detail.Operations, err)
		}
	}
}

// releaseRestored releases what is held, by the button of the page or by the command line; what did that is noted.
func releaseRestored(t *testing.T, h *host.Host, path string, deliver bool) {
	t.Helper()
	if !deliver {
		r := harness(t, "", "held", "discard", "--manifest", path)
		if r.status != 0 || !strings.Contains(r.stdout, "3 notifications were cancelled.") {
			t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
		return
	}
	pages := httptest.NewServer(h.NotificationsHandler())
	defer pages.Close()
	const button = `name="what" value="deliver"`
	answer, page := ask(t, "GET", pages.URL+"/", "", nil)
	for _, want := range []string{"3 notifications are held: the database was last used at 2026-01-01", button,
		`name="what" value="discard"`} {
		if answer.StatusCode != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%s: the page does not say %q:\n%s", answer.Status, want, page)
		}
	}
	if answer, said := ask(t, "POST", pages.URL+"/held", "what=deliver",
		map[string]string{"Sec-Fetch-Site": "cross-site"}); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page releases them: %s %s", answer.Status, said)
	}
	if answer, said := ask(t, "POST", pages.URL+"/held", "what=deliver", nil); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("%s %s", answer.Status, said)
	}
	if _, page := ask(t, "GET", pages.URL+"/", "", nil); strings.Contains(page, button) {
		t.Errorf("the button is there after it was pressed:\n%s", page)
	}
}
