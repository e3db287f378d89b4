package acceptance

import (
	"database/sql"
	"fmt"
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

// A part of a hold or of a release is 250 notifications: the one at which the process stands still is in the ninth.
const (
	heldNotifications = 2600
	stillAt           = 2100
	partsBefore       = 2000
)

// heldKill is a hold and a release that are killed.
type heldKill struct {
	t       *testing.T
	path    string // of the manifest
	ledger  *ledger
	port    int
	execute func(statement string)
	number  func(query string) int64
	// still has the process that changes a notification stand still in that transaction, and goOn lets those go on that
	// come after it was killed.
	still func(id string)
	goOn  func()
}

// TestKilledHold kills the plugin in the middle of a hold and in the middle of a release. Nothing of what is to be held
// is sent, and all of it is held after the restart. Then what was released is delivered, what was not is still held,
// and the next release delivers it: each once.
func TestKilledHold(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		k := &heldKill{t: t, path: manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)}
		database := filepath.Join(filepath.Dir(k.path), "data", "smtp-settings.db")
		k.number = func(query string) int64 {
			out, err := exec.Command("sqlite3", "-cmd", ".timeout 60000", database, query).CombinedOutput()
			number, malformed := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
			if err != nil || malformed != nil {
				t.Fatalf("%s: %v\n%s", query, err, out)
			}
			return number
		}
		k.execute = func(statement string) { run(t, "sqlite3", "-cmd", ".timeout 60000", database, statement) }
		k.still = func(id string) {
			k.execute("CREATE TRIGGER still BEFORE UPDATE OF state ON river_job WHEN NEW.id = " + id +
				" AND (NEW.state = 'pending') <> (OLD.state = 'pending') BEGIN" +
				" SELECT COUNT(*) FROM river_job AS a, river_job AS b, river_job AS c, river_job AS d; END")
		}
		k.goOn = func() { k.execute("DROP TRIGGER still") }
		k.test()
	})
	t.Run("postgres", func(t *testing.T) {
		address := startPostgres(t).Database("live")
		k := &heldKill{t: t,
			path: manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, fmt.Sprintf("database = %q", address))}
		k.onPostgres(address)
		k.test()
	})
}

func (k *heldKill) onPostgres(address string) {
	database, err := sql.Open("pgx", address)
	if err != nil {
		k.t.Fatal(err)
	}
	database.SetMaxOpenConns(1)
	k.t.Cleanup(func() { _ = database.Close() })
	k.number = func(query string) (number int64) {
		if err := database.QueryRowContext(k.t.Context(), query).Scan(&number); err != nil {
			k.t.Fatal(query, err)
		}
		return number
	}
	k.execute = func(statement string) {
		if _, err := database.ExecContext(k.t.Context(), statement); err != nil {
			k.t.Fatal(statement, err)
		}
	}
	k.still = func(id string) {
		k.execute("CREATE OR REPLACE FUNCTION still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN" +
			" PERFORM pg_sleep(3600); RETURN NEW; END $$; CREATE TRIGGER still BEFORE UPDATE ON river_job FOR EACH ROW" +
			" WHEN (NEW.id = " + id + " AND (NEW.state = 'pending') <> (OLD.state = 'pending')) EXECUTE FUNCTION still()")
	}
	// The server notices that its client is dead only when it next writes to it, whether it stands still already or not.
	k.goOn = func() {
		k.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity" +
			" WHERE datname = current_database() AND pid <> pg_backend_pid()")
		k.execute("DROP TRIGGER still ON river_job")
	}
}

func (k *heldKill) test() {
	k.t.Helper()
	k.ledger = newLedger()
	server := k.ledger.server(k.t)
	k.port = server.Port()
	still := k.fill(server)
	server = k.mailServer()
	k.execute(lastUsedLongAgo)
	k.still(still)
	h := k.open()
	k.kill(h, partsBefore)
	k.arrived(0)
	h = k.open()
	k.awaitHeld(h, heldNotifications)
	sent := notify(k.t, h, shared.Notification{Key: "new", To: "you@email.com", Subject: "new", Text: "x"})
	awaitEntry(k.t, h, sent.ID, shared.NotificationDelivered)
	k.arrived(1)
	server.Close()
	k.still(still)
	released := make(chan error, 1)
	go func() {
		_, err := h.HeldReleaser().ReleaseHeld(k.t.Context(), shared.ReleaseHeldRequest{Actor: "anna", Deliver: true})
		released <- err
	}()
	k.kill(h, heldNotifications-partsBefore)
	if err := <-released; err == nil {
		k.t.Error("the release that was killed says that it is done")
	}
	k.mailServer()
	h = k.open()
	k.awaitDelivered(h, partsBefore+1)
	k.awaitHeld(h, heldNotifications-partsBefore)
	k.arrived(partsBefore + 1)
	result, err := h.HeldReleaser().ReleaseHeld(k.t.Context(), shared.ReleaseHeldRequest{Actor: "bert", Deliver: true})
	if err != nil || result.Count != heldNotifications-partsBefore {
		k.t.Fatalf("%+v, %v", result, err)
	}
	k.awaitDelivered(h, heldNotifications+1)
	k.arrived(heldNotifications + 1)
}

// fill hands notifications over while the server is away, and returns the id of the one to stand still at.
func (k *heldKill) fill(server *mailserver.Server) (still string) {
	k.t.Helper()
	h := k.open()
	configure(k.t, h, k.port, server.Password)
	server.Close()
	var ids []string
	for len(ids) < heldNotifications {
		var some []shared.Notification
		for i := range min(shared.MaxNotifications, heldNotifications-len(ids)) {
			key := fmt.Sprintf("held %d", len(ids)+i)
			some = append(some, shared.Notification{Key: key, To: "you@email.com", Subject: key, Text: "x"})
		}
		receipts, err := h.Notifier().Notify(k.t.Context(), shared.NotifyRequest{Actor: "anna", Notifications: some})
		if err != nil {
			k.t.Fatal(err)
		}
		for _, one := range receipts {
			ids = append(ids, one.ID)
		}
	}
	h.Close()
	return ids[stillAt]
}

// mailServer has a server write into the ledger that is where the one before was.
func (k *heldKill) mailServer() *mailserver.Server {
	k.t.Helper()
	server := practiceMailServer(k.t)
	server.Receive = k.ledger.receive
	startMailServer(k.t, server, k.port)
	return server
}

// open starts the plugin. When it is killed it is not started again.
func (k *heldKill) open() *host.Host {
	k.t.Helper()
	return supervised(k.t, k.path, host.WithRestartPolicy(host.RestartPolicy{First: time.Hour, Longest: time.Hour}))
}

// kill kills the plugin once so many are held, and stands still.
func (k *heldKill) kill(h *host.Host, held int64) {
	k.t.Helper()
	for late := time.Now().Add(time.Minute); ; {
		now := k.number("SELECT COUNT(*) FROM river_job WHERE state = 'pending'")
		if now == held {
			break
		}
		if time.Now().After(late) {
			k.t.Fatalf("%d are held, and not %d", now, held)
		}
	}
	_ = kill(pluginProcess(k.t, k.path), syscall.SIGKILL)
	h.Close()
	k.goOn()
	if now := k.number("SELECT COUNT(*) FROM river_job WHERE state = 'pending'"); now != held {
		k.t.Errorf("after the kill %d are held, and not %d", now, held)
	}
}

// awaitHeld waits until the status says that so many are held.
func (k *heldKill) awaitHeld(h *host.Host, count int64) {
	k.t.Helper()
	k.await(h, "held", count, func(s shared.ServiceStatus) int64 {
		if s.Held == nil {
			return 0
		}
		return s.Held.Count
	})
}

func (k *heldKill) awaitDelivered(h *host.Host, count int64) {
	k.t.Helper()
	k.await(h, "delivered", count, func(s shared.ServiceStatus) int64 { return s.Counts[shared.NotificationDelivered] })
}

func (k *heldKill) await(h *host.Host, what string, count int64, of func(shared.ServiceStatus) int64) {
	k.t.Helper()
	for late := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		status, err := h.Notifier().Status(k.t.Context(), shared.StatusRequest{})
		if err != nil {
			k.t.Fatal(err)
		}
		if of(status) == count {
			return
		}
		if time.Now().After(late) {
			k.t.Fatalf("%d are %s, and not %d: %+v", of(status), what, count, status)
		}
	}
}

// arrived holds that so many messages have arrived, each once.
func (k *heldKill) arrived(count int) {
	k.t.Helper()
	k.ledger.mu.Lock()
	defer k.ledger.mu.Unlock()
	for subject, times := range k.ledger.arrived {
		if times != 1 {
			k.t.Errorf("%q has arrived %d times", subject, times)
		}
	}
	if got := len(k.ledger.arrived); got != count {
		k.t.Errorf("%d have arrived, and not %d", got, count)
	}
}
