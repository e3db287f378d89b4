package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

const (
	oldData = "testdata/written-by-0.1"
	// oldPort is the port of the mail server that the old settings name; it lies below those that systems give away.
	oldPort = 25871
)

// TestOldData opens what version 0.1.0 has written: nothing of it is lost, its secrets open, its notifications are
// delivered.
func TestOldData(t *testing.T) {
	t.Parallel()
	for engine, lay := range map[string]func(testing.TB) string{"embedded": layOldDirectory, "postgres": layOldDatabase} {
		t.Run(engine, func(t *testing.T) {
			path := lay(t)
			checkOldList(t, path)
			server := practiceMailServer(t)
			startOldMailServer(t, server)
			h := supervised(t, path)
			checkOldDeliveries(t, h, server)
			checkOldSettings(t, h)
			checkOldRevisions(t, h)
		})
	}
}

// layOldDirectory copies the old data directory, with the modes that the old version gave it, and returns its manifest.
func layOldDirectory(t testing.TB) string {
	t.Helper()
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	copyPrivately(t, filepath.Join(oldData, "embedded"), filepath.Join(filepath.Dir(path), "data"))
	return path
}

// layOldDatabase restores the old dump into a PostgreSQL server, and returns a manifest that names it.
func layOldDatabase(t testing.TB) string {
	t.Helper()
	server := startPostgres(t)
	address := server.Database("written")
	restore := exec.Command(filepath.Join(server.Programs, "psql"), "--quiet", "--set", "ON_ERROR_STOP=1",
		"--host", "127.0.0.1",
		"--port", strconv.Itoa(server.Port), "--username", "console", "--file",
		filepath.Join(oldData, "postgres", "dump.sql"), "written")
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, fmt.Sprintf("database = %q", address))
	data := filepath.Join(filepath.Dir(path), "data")
	copyPrivately(t, filepath.Join(oldData, "postgres"), data)
	if err := os.Remove(filepath.Join(data, "dump.sql")); err != nil {
		t.Fatal(err)
	}
	return path
}

func copyPrivately(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(from, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, file.Name()), string(content), 0o600)
	}
}

// startOldMailServer listens where the old settings expect their server, as soon as the port is free.
func startOldMailServer(t testing.TB, server *mailserver.Server) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute) // Only so that a port that stays taken ends the test.
	for {
		err := server.Start(oldPort)
		if err == nil {
			t.Cleanup(server.Close)
			return
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("port %d stays taken", oldPort)
		}
	}
}

// checkOldList reads the notifications before anything delivers, in another language than they were written in.
func checkOldList(t *testing.T, path string) {
	r := harness(t, "", "list", "--manifest", path, "--json", "--locale", "de")
	var list shared.NotificationList
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil || r.status != 0 {
		t.Fatalf("exit status %d, %v\n%s%s", r.status, err, r.stdout, r.stderr)
	}
	states := map[string]shared.NotificationState{}
	for _, entry := range list.Entries {
		states[entry.Key] = entry.State
		if entry.Key == "dead-1" && (entry.Failure == nil || entry.Failure.Code != "recipient_unknown" ||
			entry.Failure.Summary != "Der Server kennt das Postfach gone@email.com nicht.") {
			t.Errorf("the dead letter's cause is %+v", entry.Failure)
		}
	}
	for key, state := range map[string]shared.NotificationState{
		"delivered-1": shared.NotificationDelivered, "dead-1": shared.NotificationDead,
		"waiting-1": shared.NotificationQueued,
		"waiting-2": shared.NotificationQueued, "cancelled-1": shared.NotificationCancelled,
	} {
		if states[key] != state {
			t.Errorf("%s is %q, not %q", key, states[key], state)
		}
	}
}

// checkOldDeliveries waits for what was waiting, and holds that its sealed texts arrive and that old keys are still
// known.
func checkOldDeliveries(t *testing.T, h *host.Host, server *mailserver.Server) {
	again := notify(t, h, shared.Notification{Key: "dead-1", To: "gone@email.com", Subject: "Fan failed", Text: "Other."})
	if !again.Duplicate {
		t.Errorf("an old key is not known: %+v", again)
	}
	for _, key := range []string{"waiting-1", "waiting-2"} {
		known := notify(t, h, shared.Notification{Key: key, To: "you@email.com", Subject: "Other", Text: "Other."})
		if !known.Duplicate {
			t.Errorf("%s is not known: %+v", key, known)
		}
		awaitEntry(t, h, known.ID, shared.NotificationDelivered)
	}
	var arrived strings.Builder
	for _, mail := range server.Inbox() {
		arrived.Write(mail.Content)
	}
	mails := len(server.Inbox())
	if mails != 2 || !strings.Contains(arrived.String(), "Sealed text one.") ||
		!strings.Contains(arrived.String(), "Sealed text two.") {
		t.Errorf("%d mails arrived:\n%s", mails, arrived.String())
	}
}

func checkOldSettings(t *testing.T, h *host.Host) {
	snapshot, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if snapshot.Revision.Number != 3 || snapshot.Revision.Author != "anna" || snapshot.Verified == nil ||
		snapshot.Verified.Revision != 3 {
		t.Errorf("revision %+v, verified %+v", snapshot.Revision, snapshot.Verified)
	}
	if snapshot.Values["email"] != shared.Text("alerts@practice.example") || !snapshot.Secrets["password"].Set ||
		!snapshot.Secrets["access_token"].Set {
		t.Errorf("values %v, secrets %v", snapshot.Values, snapshot.Secrets)
	}
	checkStoredPassword(t, h)
}

// checkStoredPassword tests the settings as they are stored: the login succeeds only with the stored password.
func checkStoredPassword(t *testing.T, h *host.Host) {
	t.Helper()
	var outcome string
	err := h.Page().Test(t.Context(), shared.TestRequest{Actor: "carol"}, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			outcome = completed.Report.Outcome
		}
		return nil
	})
	if err != nil || outcome != "complete" {
		t.Errorf("the stored password: %q, %v", outcome, err)
	}
}

// checkOldRevisions takes over what the old version has sealed: by a save that keeps it, and by rolling back to the
// first revision.
func checkOldRevisions(t *testing.T, h *host.Host) {
	saved, err := h.Page().Save(t.Context(), shared.SaveRequest{Actor: "carol", Revision: 3, Draft: shared.Draft{
		Values: shared.Values{"name": shared.Text("Monitoring")},
	}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	checkStoredPassword(t, h)
	restored, err := h.History().Restore(t.Context(), shared.RestoreRequest{Actor: "carol", Revision: 4, Number: 1})
	if err != nil || !restored.Saved {
		t.Fatal(err, restored.Diagnostics)
	}
	checkStoredPassword(t, h)
}
