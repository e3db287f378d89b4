package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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

// oldCommit is the last commit of version 0.1 before its successor was begun. Both versions are run side by side.
const oldCommit = "e34e683"

// Limits of what the old version may take. Its build may download modules that this version does not use any more, and
// compile everything.
const (
	oldBuildLimit   = 10 * time.Minute
	oldCommandLimit = time.Minute
)

// oldBinaries builds the programs of oldCommit.
func oldBinaries(t *testing.T) string {
	t.Helper()
	return builtAt(t, oldCommit, "./cmd/smtp-plugin", "./testharness")
}

// builtAt builds programs as they were at a commit, from the checkout's history, and returns their directory.
func builtAt(t *testing.T, commit string, programs ...string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	git := func(arguments ...string) *exec.Cmd {
		return exec.CommandContext(t.Context(), "git", append([]string{"-c", "safe.directory=*", "-C", root},
			arguments...)...)
	}
	if out, err := git("rev-parse", "--git-dir").CombinedOutput(); err != nil {
		t.Fatalf("the version %s is built from the history, and this is no checkout of git: %v\n%s", commit, err, out)
	}
	if out, err := git("cat-file", "-e", commit+"^{commit}").CombinedOutput(); err != nil {
		shallow, _ := git("rev-parse", "--is-shallow-repository").Output()
		if strings.TrimSpace(string(shallow)) == "true" {
			t.Fatalf("the history of this checkout is cut off (a shallow clone) and lacks the version %s: git fetch --unshallow",
				commit)
		}
		t.Fatalf("the history of this checkout lacks the version %s: %v\n%s", commit, err, out)
	}
	source, built := t.TempDir(), filepath.Join(t.TempDir(), "old")
	archive, err := git("archive", commit, "cmd", "host", "plugin", "shared", "testharness", "go.mod",
		"go.sum").Output()
	if err != nil {
		t.Fatal(err)
	}
	unpack := exec.CommandContext(t.Context(), "tar", "-x", "-C", source)
	unpack.Stdin = bytes.NewReader(archive)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	began := time.Now()
	limited, cancel := context.WithTimeout(t.Context(), oldBuildLimit)
	defer cancel()
	build := exec.CommandContext(limited, "go", append([]string{"build", "-o", built + "/"}, programs...)...)
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build of %s: after %s: %v\n%s", commit, time.Since(began), err, out)
	}
	t.Logf("version %s was built in %s", commit, time.Since(began).Round(time.Second))
	return built
}

// oldConsole is the old version's Console, in a process group of its own.
type oldConsole struct {
	t       *testing.T
	command *exec.Cmd
	ended   chan struct{}
}

// startOldConsole runs the old version's Console until the test ends or it is stopped.
func startOldConsole(t *testing.T, old, path string) *oldConsole {
	t.Helper()
	c := &oldConsole{t: t, ended: make(chan struct{})}
	c.command = exec.Command(filepath.Join(old, "testharness"), "console", "--listen", "127.0.0.1:0", "--manifest", path)
	ownGroup(c.command)
	said, err := c.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(said)
		line, _ := lines.ReadString('\n')
		first <- line
		_, _ = io.Copy(io.Discard, lines)
		_ = c.command.Wait()
		close(c.ended)
	}()
	t.Cleanup(c.kill)
	select {
	case line := <-first:
		if !strings.Contains(line, "http") {
			t.Fatalf("the old Console does not start: %q", line)
		}
	case <-time.After(oldCommandLimit):
		t.Fatalf("the old Console has not said for %s where it listens", oldCommandLimit)
	}
	return c
}

// stop ends it as an operator does.
func (c *oldConsole) stop() {
	c.t.Helper()
	_ = c.command.Process.Signal(syscall.SIGTERM)
	c.await()
}

// kill ends it and its plugin at once.
func (c *oldConsole) kill() {
	c.t.Helper()
	_ = kill(-c.command.Process.Pid, syscall.SIGKILL)
	c.await()
}

func (c *oldConsole) await() {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(oldCommandLimit):
		c.t.Fatalf("the old Console has not ended within %s", oldCommandLimit)
	}
}

// oldHarness runs the old version's command line, and returns what it prints.
func oldHarness(t *testing.T, old string, args ...string) string {
	t.Helper()
	limited, cancel := context.WithTimeout(t.Context(), oldCommandLimit)
	defer cancel()
	command := exec.CommandContext(limited, filepath.Join(old, "testharness"), args...)
	command.Env = append(os.Environ(), "SECRET=practice")
	var said, complaint bytes.Buffer
	command.Stdout, command.Stderr = &said, &complaint
	if err := command.Run(); limited.Err() != nil {
		t.Fatalf("the old %s has not ended within %s\n%s%s", args[0], oldCommandLimit, said.String(), complaint.String())
	} else if err != nil {
		t.Logf("the old %s: %v\n%s%s", args[0], err, said.String(), complaint.String())
	}
	return said.String()
}

// oldNotify has the old version take a notification for each recipient, and returns how many it has acknowledged. It
// refuses one only for want of the password.
func oldNotify(t *testing.T, old, path, name string, count int) (acknowledged int) {
	t.Helper()
	args := []string{"notify", "--manifest", path, "--subject", name, "--text", "x", "--json"}
	for i := range count {
		args = append(args, "--to", fmt.Sprintf("%s-%d@email.com", name, i))
	}
	said := oldHarness(t, old, args...)
	var document struct {
		Receipts []shared.Receipt `json:"receipts"`
	}
	if err := json.Unmarshal([]byte(said), &document); err != nil {
		t.Fatal(err)
	}
	for _, receipt := range document.Receipts {
		switch {
		case receipt.ID != "":
			acknowledged++
		case len(receipt.Diagnostics) != 1 || receipt.Diagnostics[0].Code != "secret_needed_again":
			t.Fatalf("the old version refuses %s: %s", name, said)
		}
	}
	return acknowledged
}

// TestRollingUpgrade starts this version on a PostgreSQL database from which the old one delivers, and goes on with
// both, with and without a password: the old one accepts and delivers what it knows all of, and leaves alone what it
// does not; what either has acknowledged is delivered, however the old one ends, and nothing twice, but for what it had
// sent and not noted yet when it was killed.
func TestRollingUpgrade(t *testing.T) {
	t.Parallel()
	old := oldBinaries(t)
	server := startPostgres(t)
	for name, u := range map[string]*upgrade{
		"with a password":               {login: notifyLogin, end: (*oldConsole).stop},
		"with a password, killed":       {login: notifyLogin, end: (*oldConsole).kill, killed: true},
		"without a password":            {end: (*oldConsole).stop},
		"without a password, all alone": {end: (*oldConsole).stop, alone: true},
	} {
		t.Run(name, func(t *testing.T) {
			u.t, u.old = t, old
			u.address = server.Database("upgraded" + strconv.Itoa(len(name)))
			u.run()
		})
	}
}

// upgrade is one from the old version to this one.
type upgrade struct {
	login  string // empty for a server that wants none
	end    func(*oldConsole)
	killed bool // the old version cannot note any more what it has sent
	alone  bool // the new version ends before the old one does

	t            *testing.T
	old          string // the directory of its programs
	address      string // of the database
	mails        *mailserver.Server
	acknowledged int
}

func (u *upgrade) run() {
	const each = 40
	t := u.t
	before, after := u.manifests()
	u.configure(before)
	console := startOldConsole(t, u.old, before)
	u.oldNotify(before, "before", each)
	now := supervised(t, after)
	u.newNotify(now, "new", each)
	u.oldNotify(before, "after", each)
	u.awaitDelivered(now)
	if u.alone {
		now.Close()
		u.oldNotify(before, "alone", each)
		u.awaitArrived() // The old one has nobody lead it but itself.
		now = supervised(t, after)
	}
	u.newNotify(now, "again", each)
	u.oldNotify(before, "more", each)
	u.end(console)
	u.awaitDelivered(now)
	u.oldNotifyLate(before, "later", each)
	u.awaitDelivered(now)
	u.checkArrived()
}

// manifests are those of the old version and of this one.
func (u *upgrade) manifests() (before, after string) {
	t := u.t
	keyFile := filepath.Join(t.TempDir(), "key")
	write(t, keyFile, strings.Repeat("0123456789abcdef", 4), 0o600)
	lines := []string{fmt.Sprintf("database = %q", u.address), fmt.Sprintf("key = %q", "file://"+keyFile),
		`retry_after = "1s"`}
	return manifest(t, "smtp", filepath.Join(u.old, "smtp-plugin"), lines...), manifest(t, "smtp", "smtp-plugin", lines...)
}

// configure has the old version save settings for a mail server.
func (u *upgrade) configure(path string) {
	t := u.t
	u.mails = practiceMailServer(t)
	u.mails.Login = u.login
	startMailServer(t, u.mails, 0)
	args := []string{"save", "--manifest", path, "--set", "server=127.0.0.1", "--set",
		fmt.Sprintf("port=%d", u.mails.Port())}
	if u.login == "" {
		args = append(args, "--set", "use_other_account=true", "--set", "email="+notifyLogin)
	} else {
		args = append(args, "--set", "login="+u.login, "--secret", "password=env:SECRET")
	}
	oldHarness(t, u.old, args...)
}

func (u *upgrade) oldNotify(path, name string, count int) {
	u.t.Helper()
	acknowledged := oldNotify(u.t, u.old, path, name, count)
	if acknowledged != count {
		u.t.Fatalf("the old version has taken %d of %d", acknowledged, count)
	}
	u.acknowledged += acknowledged
}

// oldNotifyLate is oldNotify after the old version has ended: half a minute later the password is sealed anew, and then
// the old one tells the sender that it cannot use it. Which comes first depends on how fast the rest was.
func (u *upgrade) oldNotifyLate(path, name string, count int) {
	u.t.Helper()
	acknowledged := oldNotify(u.t, u.old, path, name, count)
	if acknowledged != count && u.login == "" {
		u.t.Fatalf("the old version has taken %d of %d without a password", acknowledged, count)
	}
	u.acknowledged += acknowledged
}

// newNotify hands over what the old version does not know all of.
func (u *upgrade) newNotify(h *host.Host, name string, count int) {
	u.t.Helper()
	for i := range count {
		sent := notify(u.t, h, shared.Notification{
			Key: fmt.Sprint(name, i), To: fmt.Sprintf("%s-%d@email.com", name, i), Subject: name, Text: "x",
			Attachments: []shared.Attachment{{Name: attachedName, Content: []byte("known to this version only")}},
		})
		if sent.ID == "" {
			u.t.Fatalf("not taken: %v", sent.Diagnostics)
		}
		u.acknowledged++
	}
}

const attachedName = "report.txt"

// awaitDelivered waits until all that was acknowledged is delivered, and holds that no other waits or is dead.
func (u *upgrade) awaitDelivered(h *host.Host) {
	t := u.t
	t.Helper()
	began := time.Now()
	late := began.Add(3 * time.Minute) // Only so that one that is lost ends the test.
	for {
		status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if status.Counts[shared.NotificationDelivered] == int64(u.acknowledged) {
			t.Logf("%d are delivered after %s", u.acknowledged, time.Since(began).Round(time.Millisecond))
			return
		}
		if status.Counts[shared.NotificationDead] > 0 || time.Now().After(late) {
			t.Fatalf("%d were to be delivered: %+v\n%s", u.acknowledged, status, unfinished(t, h))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// unfinished are the notifications that are not delivered, one a line.
func unfinished(t *testing.T, h *host.Host) string {
	t.Helper()
	list, err := h.Notifier().List(t.Context(), shared.ListRequest{Limit: 200})
	if err != nil {
		return err.Error()
	}
	var lines strings.Builder
	for _, entry := range list.Entries {
		if entry.State != shared.NotificationDelivered {
			fmt.Fprintf(&lines, "%+v\n", entry)
		}
	}
	return lines.String()
}

// awaitArrived waits until all that was acknowledged has arrived, while only the old version delivers.
func (u *upgrade) awaitArrived() {
	u.t.Helper()
	late := time.Now().Add(time.Minute)
	for len(u.mails.Inbox()) < u.acknowledged {
		if time.Now().After(late) {
			u.t.Fatalf("the old version alone has delivered %d of %d", len(u.mails.Inbox()), u.acknowledged)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// checkArrived holds that each recipient got one mail, and all that belongs to it.
func (u *upgrade) checkArrived() {
	t := u.t
	t.Helper()
	arrived := map[string]int{}
	for _, mail := range u.mails.Inbox() {
		message, err := parseMail(mail.Content)
		if err != nil {
			t.Fatal(err)
		}
		to := message.Header.Get("To")
		arrived[to]++
		byNew := strings.Contains(to, "new-") || strings.Contains(to, "again-")
		if strings.Contains(string(mail.Content), attachedName) != byNew {
			t.Errorf("what %s got has or lacks an attachment", to)
		}
	}
	for to, count := range arrived {
		most := 1
		if u.killed && strings.HasPrefix(to, "<more-") { // It was under way.
			most = 2
		}
		if count > most {
			t.Errorf("%s got %d mails", to, count)
		}
	}
	if len(arrived) != u.acknowledged {
		t.Errorf("%d of %d notifications have arrived", len(arrived), u.acknowledged)
	}
}
