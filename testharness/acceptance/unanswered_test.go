package acceptance

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers of both databases
	_ "modernc.org/sqlite"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// tardyServer takes each message whole and answers it as reply says: with a line, or by hanging up for an empty one. It
// lets everybody log in whom login accepts; nil accepts all.
type tardyServer struct {
	reply func(message int) string
	login func() bool

	mu       sync.Mutex
	messages int
	logins   int
	arrived  chan int // the number of each message whose last byte is there
}

func (s *tardyServer) start(t testing.TB) (port int) {
	t.Helper()
	s.arrived = make(chan int, 100)
	return acceptEach(t, s.converse).Port
}

func (s *tardyServer) converse(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 tardy.example ESMTP")
	inData := false
	for lines.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		switch {
		case inData && lines.Text() != ".":
		case inData:
			inData = false
			reply := s.reply(s.count(&s.messages))
			if reply == "" {
				return
			}
			say(reply)
		case verb == "EHLO":
			say("250-tardy.example\r\n250 AUTH PLAIN")
		case verb == "AUTH":
			s.count(&s.logins)
			if s.login != nil && !s.login() {
				say("535 5.7.8 Authentication credentials invalid")
				continue
			}
			say("235 2.7.0 welcome")
		case verb == "DATA":
			inData = true
			say("354 go on")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 2.0.0 ok")
		}
	}
}

func (s *tardyServer) count(what *int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	*what++
	if what == &s.messages {
		s.arrived <- *what
	}
	return *what
}

func (s *tardyServer) seen() (messages, logins int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages, s.logins
}

// database is a plugin's own, opened beside the plugin.
type database struct {
	*sql.DB
	postgres bool
}

// engines runs a test on both databases. config names the database in the config block; open opens it beside the
// plugin.
func engines(t *testing.T, test func(t *testing.T, config []string, open func(manifest string) database)) {
	open := func(t *testing.T, driver, source string) *sql.DB {
		t.Helper()
		db, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	t.Run("sqlite", func(t *testing.T) {
		test(t, nil, func(manifest string) database {
			file := filepath.Join(filepath.Dir(manifest), "data", "smtp-settings.db")
			return database{DB: open(t, "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")}
		})
	})
	t.Run("postgresql", func(t *testing.T) {
		address := startPostgres(t).Database("tardy")
		test(t, []string{fmt.Sprintf("database = %q", address), keyFile(t)}, func(string) database {
			return database{DB: open(t, "pgx", address), postgres: true}
		})
	})
}

// checkUnknown looks at a message that was given up because its outcome never became known.
func checkUnknown(t *testing.T, entry shared.NotificationEntry, server *tardyServer) {
	t.Helper()
	if messages, _ := server.seen(); messages != 3 || entry.Attempts != 3 {
		t.Errorf("the message was sent %d times, and counted %d times", messages, entry.Attempts)
	}
	if entry.Failure == nil || entry.Failure.Code != "outcome_unknown" ||
		!strings.Contains(entry.Failure.Summary, "may have arrived") {
		t.Errorf("the dead letter says %+v", entry.Failure)
	}
}

// TestNeverAnswered has the server take each message and hang up: nobody knows whether it arrived.
func TestNeverAnswered(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{"it hangs up": "", "it talks nonsense": "banana",
		"it goes on asking": "354 more"} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, config []string, _ func(string) database) {
				server := &tardyServer{reply: func(int) string { return reply }}
				h := supervised(t, manifest(t, "smtp", "smtp-plugin", append(config, `retry_after = "1s"`)...))
				configure(t, h, server.start(t), "practice")
				receipt := notify(t, h, shared.Notification{To: "you@email.com", Subject: "once", Text: "x"})
				checkUnknown(t, awaitEntry(t, h, receipt.ID, shared.NotificationDead), server)
			})
		})
	}
}

// TestAnsweredWithAny2xx delivers to servers that answer the message with another positive reply than 250.
func TestAnsweredWithAny2xx(t *testing.T) {
	t.Parallel()
	server := &tardyServer{reply: func(int) string { return "251 2.0.0 forwarded" }}
	h := supervised(t, manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`))
	configure(t, h, server.start(t), "practice")
	for range 2 {
		awaitEntry(t, h, notify(t, h, shared.Notification{To: "you@email.com", Text: "x"}).ID, shared.NotificationDelivered)
	}
	if messages, logins := server.seen(); messages != 2 || logins != 1 {
		t.Errorf("%d messages over %d connections", messages, logins)
	}
}

// TestLateAnswer has the server answer after the limits that plugin.hcl once had, while a second process delivers from
// the same database: the message is sent once.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	again := make(chan struct{}, 10)
	server := &tardyServer{}
	server.reply = func(message int) string {
		if message > 1 {
			again <- struct{}{}
			return "250 2.0.0 once more"
		}
		select {
		case <-again: // It was sent again; the sooner the test ends.
		case <-time.After(9 * time.Second):
		}
		return "250 2.0.0 at last"
	}
	config := []string{`retry_after = "1s"`, `attempt_limit = "2s"`, `rescue_after = "3s"`,
		fmt.Sprintf("database = %q", startPostgres(t).Database("late")), keyFile(t)}
	first := supervised(t, manifest(t, "smtp", "smtp-plugin", config...))
	configure(t, first, server.start(t), "practice")
	receipt := notify(t, first, shared.Notification{To: "you@email.com", Subject: "once", Text: "x"})
	<-server.arrived
	supervised(t, manifest(t, "smtp", "smtp-plugin", config...))
	entry := awaitEntry(t, first, receipt.ID, shared.NotificationDelivered)
	if messages, _ := server.seen(); messages != 1 || entry.Attempts != 1 {
		t.Errorf("the message was sent %d times: %+v", messages, entry)
	}
}

// TestKilledAfterLastByte kills the plugin while the server has a message and has not answered: the attempt counts.
func TestKilledAfterLastByte(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, config []string, open func(string) database) {
		released := make(chan struct{})
		t.Cleanup(func() { close(released) })
		server := &tardyServer{reply: func(int) string { <-released; return "" }}
		path := manifest(t, "smtp", "smtp-plugin", append(config, `retry_after = "1s"`)...)
		h := supervised(t, path, host.WithRestartPolicy(tireless))
		configure(t, h, server.start(t), "practice")
		receipt := notify(t, h, shared.Notification{To: "you@email.com", Subject: "once", Text: "x"})
		opened := open(path)
		for range 3 {
			<-server.arrived
			awaitMark(t, opened)
			pid := pluginProcess(t, path)
			_ = kill(pid, syscall.SIGKILL)
			awaitAnother(t, path, pid)
		}
		checkUnknown(t, awaitEntry(t, h, receipt.ID, shared.NotificationDead), server)
	})
}

// awaitMark waits until it is written down that the last byte of a message under way has gone out.
func awaitMark(t *testing.T, opened database) {
	t.Helper()
	marked := "json_extract(metadata, '$.last_byte') = attempted_at"
	if opened.postgres {
		marked = "metadata -> 'last_byte' = to_jsonb(EXTRACT(EPOCH FROM attempted_at))"
	}
	for late := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var count int
		err := opened.QueryRowContext(t.Context(),
			"SELECT COUNT(*) FROM river_job WHERE state = 'running' AND "+marked).Scan(&count)
		if err == nil && count == 1 {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%d messages are marked, %v", count, err)
		}
	}
}

// TestPauseSurvivesRestarts has the login refused, and the plugin killed and started again and again: the server sees
// one login, and every process says the same.
func TestPauseSurvivesRestarts(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, config []string, open func(string) database) {
		var accept sync.Map
		server := &tardyServer{
			reply: func(int) string { return "250 2.0.0 taken" }, login: func() bool { _, ok := accept.Load("yes"); return ok },
		}
		path := manifest(t, "smtp", "smtp-plugin", append(config, `retry_after = "10m"`)...)
		h := supervised(t, path, host.WithRestartPolicy(tireless))
		port := server.start(t)
		configure(t, h, port, canaryToken)
		receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
		before := awaitService(t, h, shared.ServiceDegraded)
		for range 3 {
			pid := pluginProcess(t, path)
			_ = kill(pid, syscall.SIGKILL)
			awaitAnother(t, path, pid)
			after := awaitService(t, h, shared.ServiceDegraded)
			if after.Reason.Code != "wrong_credentials" || !after.Since.Equal(before.Since) ||
				after.NextAttempt.Sub(before.NextAttempt).Abs() > time.Minute {
				t.Errorf("after a restart the pause is %+v, was %+v", after, before)
			}
		}
		checkPausedFromOutside(t, path, before)
		var document string
		if err := open(path).QueryRowContext(t.Context(),
			"SELECT document FROM delivery_pause").Scan(&document); err != nil || strings.Contains(document, canaryToken) {
			t.Errorf("the pause is kept as %s, %v", document, err)
		}
		if _, logins := server.seen(); logins != 1 {
			t.Errorf("the server saw %d logins", logins)
		}
		accept.Store("yes", true)
		configure(t, h, port, "right")
		awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
		if r := harness(t, "", "status", "--json", "--manifest", path); !strings.Contains(r.stdout, `"state": "running"`) {
			t.Errorf("after the pause:\n%s%s", r.stdout, r.stderr)
		}
	})
}

// checkPausedFromOutside asks the command line, which is a process of its own, about the pause.
func checkPausedFromOutside(t *testing.T, path string, want shared.ServiceStatus) {
	t.Helper()
	r := harness(t, "", "status", "--json", "--manifest", path, "--locale", "de")
	var status shared.ServiceStatus
	if err := json.Unmarshal([]byte(r.stdout), &status); err != nil {
		t.Fatalf("%v\n%s%s", err, r.stdout, r.stderr)
	}
	if status.State != shared.ServiceDegraded || status.Reason == nil || status.Reason.Code != "wrong_credentials" ||
		!strings.Contains(status.Reason.Summary, "nimmt diesen Login") &&
			!strings.Contains(status.Reason.Summary, "Server") ||
		!status.Since.Equal(want.Since) || status.NextAttempt.IsZero() {
		t.Errorf("status of another process: %s", r.stdout)
	}
	if len(status.DeliveredBy) != 1 || status.DeliveredBy[0].PID != pluginProcess(t, path) ||
		status.DeliveredBy[0].Host == "" || status.DeliveredBy[0].Self {
		t.Errorf("who delivers: %+v", status.DeliveredBy)
	}
	if r := harness(t, "", "status", "--manifest", path); !strings.Contains(r.stdout, "State: degraded") ||
		!strings.Contains(r.stdout, "Next attempt: ") ||
		!strings.Contains(r.stdout, "Delivered by: process") {
		t.Errorf("status in words:\n%s%s", r.stdout, r.stderr)
	}
}

// TestUnreadablePause starts with pauses that no version of this program has written.
func TestUnreadablePause(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, config []string, open func(string) database) {
		server := practiceMailServer(t)
		startMailServer(t, server, 0)
		path := manifest(t, "smtp", "smtp-plugin", append(config, `retry_after = "1s"`)...)
		h := supervised(t, path)
		configure(t, h, server.Port(), "practice")
		h.Close()
		opened := open(path)
		for i, document := range []string{"", "{", "null", "[]", `{"cause": 1}`, `{"cause": {"code": "x"}, "next": "never"}`,
			`{"version": "no base64"}`} {
			if _, err := opened.ExecContext(context.Background(), "DELETE FROM delivery_pause"); err != nil {
				t.Fatal(err)
			}
			if _, err := opened.ExecContext(context.Background(),
				"INSERT INTO delivery_pause (id, turn, document) VALUES (1, 7, $1)", document); err != nil {
				t.Fatal(err)
			}
			again := supervised(t, path)
			receipt := notify(t, again, shared.Notification{Key: fmt.Sprint(i), To: "you@email.com", Text: "x"})
			awaitEntry(t, again, receipt.ID, shared.NotificationDelivered)
			again.Close()
		}
	})
}
