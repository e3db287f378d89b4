package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// migrateLimit bounds each wait for a move, so that one that stands still says where.
const migrateLimit = time.Minute

// move is one that is killed. Both databases use one key.
type move struct {
	t        *testing.T
	from, to string // the manifests
	target   string // what --to is given
	address  string // of the former database, where that is PostgreSQL
	port     int    // of the mail server, which is away until everything has moved
	ids      []string
}

// TestKilledMigrate kills a migrate that copies, in both directions, after the key was changed with attachments
// waiting. The former database is refused meanwhile, the same command completes the move, and nothing is lost or sent
// twice.
func TestKilledMigrate(t *testing.T) {
	t.Parallel()
	const waiting = 100
	server := startPostgres(t)
	t.Run("to PostgreSQL", func(t *testing.T) {
		address := server.Database("killed")
		m := newMove(t, "", fmt.Sprintf("database = %q", address))
		m.target = address
		m.fill(waiting)
		// Its tables are there, and one of those that are copied last cannot be written: so it is copying when it is killed.
		if r := harness(t, "", "status", "--manifest", m.to); r.status != 0 {
			t.Fatal(r.stdout, r.stderr)
		}
		unlock := lockTable(t, address, "settings_revision")
		m.kill(fmt.Sprintf("river_job: %d of %d", waiting, waiting))
		unlock()
		m.checkInterrupted()
		m.complete(waiting)
	})
	t.Run("to a data directory", func(t *testing.T) {
		address := server.Database("killed_back")
		m := newMove(t, fmt.Sprintf("database = %q", address), "")
		m.target = "data_dir:" + filepath.Join(filepath.Dir(m.to), "data")
		m.address = address
		m.fill(waiting)
		// Another program writes to the new directory's database, so that the move waits for it when it is killed.
		if r := harness(t, "", "status", "--manifest", m.to); r.status != 0 {
			t.Fatal(r.stdout, r.stderr)
		}
		unlock := lockEmbedded(t, filepath.Join(filepath.Dir(m.to), "data", "smtp-settings.db"))
		m.kill("")
		unlock()
		m.checkInterrupted()
		m.complete(waiting)
	})
}

// newMove makes the manifests of both databases, each with a line of its own.
func newMove(t *testing.T, from, to string) *move {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	lines := []string{fmt.Sprintf("key = %q", "file://"+key), `retry_after = "1s"`}
	m := &move{t: t, port: freePorts(t, 1)[0]}
	m.from = manifest(t, "smtp", "smtp-plugin", append(lines, from)...)
	m.to = manifest(t, "smtp", "smtp-plugin", append(lines, to)...)
	write(t, key, strings.Repeat("0123456789abcdef", 4), 0o600)
	return m
}

// content is what is attached to a notification.
func (m *move) content(i int) []byte {
	return bytes.Repeat([]byte(fmt.Sprintf("content %d\n", i)), 1000)
}

// fill has notifications with attachments wait in the former database, and changes the key.
func (m *move) fill(count int) {
	t := m.t
	t.Helper()
	h, err := host.Open(t.Context(), m.from, host.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	configure(t, h, m.port, "practice")
	request := shared.NotifyRequest{Actor: "anna"}
	for i := range count {
		n := shared.Notification{
			Key: fmt.Sprint("key-", i), To: fmt.Sprintf("to-%d@email.com", i), Subject: "waits", Text: "x",
		}
		if i%10 == 0 {
			n.Attachments = []shared.Attachment{{Name: "a.txt", Content: m.content(i)}}
		}
		request.Notifications = append(request.Notifications, n)
	}
	receipts, err := h.Notifier().Notify(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	for _, receipt := range receipts {
		m.ids = append(m.ids, receipt.ID)
	}
	if r := harness(t, "", "rekey", "--manifest", m.from); r.status != 0 {
		t.Fatalf("rekey: %s%s", r.stdout, r.stderr)
	}
}

// kill starts the move, and kills it with its plugins when it has said what is given, or when the former database is
// marked where that is empty.
func (m *move) kill(says string) {
	t := m.t
	t.Helper()
	command := exec.Command(binary("testharness"), "migrate", "--manifest", m.from, "--to", "env:SECRET")
	if strings.HasPrefix(m.target, "data_dir:") {
		command.Args[len(command.Args)-1] = m.target
	}
	command.Env = append(os.Environ(), "SECRET="+m.target)
	ownGroup(command)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(said); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	found := m.awaitMoving(lines, says)
	// Its plugins are in groups of their own. They would take the move back if they saw it end before they end themselves.
	_ = kill(-command.Process.Pid, suspendSignal)
	for _, pid := range processesWith(t, m.from) {
		if pid != command.Process.Pid {
			_ = kill(pid, syscall.SIGKILL)
		}
	}
	_ = kill(-command.Process.Pid, syscall.SIGKILL)
	for range lines { // Until it has ended.
	}
	_ = command.Wait()
	if !found {
		t.Fatalf("the move has not come so far within %s: %s", migrateLimit, complaint.String())
	}
}

// awaitMoving waits until the move has said a line, or, where that is empty, until the former database is marked.
func (m *move) awaitMoving(lines <-chan string, says string) bool {
	late := time.After(migrateLimit)
	for {
		look := time.After(20 * time.Millisecond)
		select {
		case line, more := <-lines:
			if says != "" && strings.Contains(line, says) {
				return true
			}
			if !more {
				return false
			}
		case <-look:
			if says == "" && m.marked() {
				return true
			}
		case <-late:
			return false
		}
	}
}

// marked reports whether the former database is said to have moved.
func (m *move) marked() (marked bool) {
	m.t.Helper()
	db, err := sql.Open("pgx", m.address)
	if err == nil {
		defer db.Close()
		err = db.QueryRowContext(m.t.Context(),
			"SELECT EXISTS (SELECT 1 FROM database_state WHERE name = 'moved')").Scan(&marked)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return marked
}

// refusal is what a Console is told that starts with the former database; empty when it starts.
func (m *move) refusal() string {
	h, err := host.Open(m.t.Context(), m.from, host.WithLogger(hclog.NewNullLogger()))
	if err == nil {
		h.Close()
		return ""
	}
	return err.Error()
}

// checkInterrupted holds that nobody uses the former database, and that the other one has nothing yet.
func (m *move) checkInterrupted() {
	t := m.t
	t.Helper()
	if refusal := m.refusal(); !strings.Contains(refusal, "is being moved to") || !strings.Contains(refusal, "--undo") {
		t.Errorf("a Console starts: %q", refusal)
	}
	for _, args := range [][]string{
		{"save", "--set", "name=x"}, {"notify", "--to", "a@email.com", "--subject", "s", "--text", "x"},
	} {
		r := harness(t, "", append(args, "--manifest", m.from)...)
		if r.status == 0 || !strings.Contains(r.stdout+r.stderr, "moved to") {
			t.Errorf("%s: exit status %d\n%s%s", args[0], r.status, r.stdout, r.stderr)
		}
	}
	r := harness(t, "", "list", "--manifest", m.to, "--json")
	if r.status != 0 || strings.Contains(r.stdout, `"id"`) {
		t.Errorf("the other database has something: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
}

// complete moves once more, and delivers from the other database.
func (m *move) complete(count int) {
	t := m.t
	t.Helper()
	to := "env:SECRET"
	if strings.HasPrefix(m.target, "data_dir:") {
		to = m.target
	}
	r := harness(t, m.target, "migrate", "--manifest", m.from, "--to", to)
	if want := fmt.Sprintf("and %d notifications", count); r.status != 0 || !strings.Contains(r.stdout, want) {
		t.Fatalf("exit status %d, want %q\n%s%s", r.status, want, r.stdout, r.stderr)
	}
	if refusal := m.refusal(); !strings.Contains(refusal, "was moved to") {
		t.Errorf("a Console starts with the former database: %q", refusal)
	}
	mails := practiceMailServer(t)
	startMailServer(t, mails, m.port)
	h := supervised(t, m.to)
	for _, id := range m.ids {
		awaitEntry(t, h, id, shared.NotificationDelivered)
	}
	m.checkMails(mails, count)
}

// checkMails holds that each recipient got one mail, with what was attached.
func (m *move) checkMails(mails *mailserver.Server, count int) {
	t := m.t
	t.Helper()
	arrived := map[string][]byte{}
	for _, mail := range mails.Inbox() {
		message, err := parseMail(mail.Content)
		if err != nil {
			t.Fatal(err)
		}
		to := strings.Trim(message.Header.Get("To"), "<>")
		if arrived[to] != nil {
			t.Errorf("%s got two mails", to)
		}
		arrived[to] = mail.Content
	}
	if len(arrived) != count {
		t.Errorf("%d of %d have arrived", len(arrived), count)
	}
	for i := 0; i < count; i += 10 {
		attached := attachmentsOf(t, arrived[fmt.Sprintf("to-%d@email.com", i)])
		if len(attached) != 1 || !bytes.Equal(attached[0], m.content(i)) {
			t.Errorf("what was attached to %d is another: %d attachments", i, len(attached))
		}
	}
}

// lockTable keeps everyone from writing to a table, but not from reading it, until unlock is called.
func lockTable(t *testing.T, address, table string) (unlock func()) {
	t.Helper()
	return held(t, "pgx", address, "BEGIN", "LOCK TABLE "+table+" IN EXCLUSIVE MODE")
}

// lockEmbedded keeps everyone from writing to an embedded database.
func lockEmbedded(t *testing.T, path string) (unlock func()) {
	t.Helper()
	return held(t, "sqlite", path, "BEGIN IMMEDIATE")
}

// held executes statements on a connection, which is closed by unlock.
func held(t *testing.T, driver, address string, statements ...string) (unlock func()) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		_, _ = conn.ExecContext(context.Background(), "ROLLBACK")
		_ = conn.Close()
		_ = db.Close()
	}
}
