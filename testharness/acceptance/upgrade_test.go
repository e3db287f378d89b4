package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// oldCommit is the last commit of version 0.1 before its successor was begun. Both versions are run side by side.
const oldCommit = "e34e683"

// oldBinaries builds the programs of oldCommit from the checkout's history.
func oldBinaries(t *testing.T) string {
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
		t.Fatalf("the version %s is built from the history, and this is no checkout of git: %v\n%s", oldCommit, err, out)
	}
	if out, err := git("cat-file", "-e", oldCommit+"^{commit}").CombinedOutput(); err != nil {
		shallow, _ := git("rev-parse", "--is-shallow-repository").Output()
		if strings.TrimSpace(string(shallow)) == "true" {
			t.Fatalf("the history of this checkout is cut off (a shallow clone) and lacks the version %s: git fetch --unshallow",
				oldCommit)
		}
		t.Fatalf("the history of this checkout lacks the version %s: %v\n%s", oldCommit, err, out)
	}
	source, built := t.TempDir(), filepath.Join(t.TempDir(), "old")
	archive, err := git("archive", oldCommit, "cmd", "host", "plugin", "shared", "testharness", "go.mod",
		"go.sum").Output()
	if err != nil {
		t.Fatal(err)
	}
	unpack := exec.CommandContext(t.Context(), "tar", "-x", "-C", source)
	unpack.Stdin = bytes.NewReader(archive)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", built+"/", "./cmd/smtp-plugin", "./testharness")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build of %s: %v\n%s", oldCommit, err, out)
	}
	return built
}

// oldConsole runs the old version's Console until the test ends or it is stopped.
func oldConsole(t *testing.T, old, path string) (stop func()) {
	t.Helper()
	command := exec.Command(filepath.Join(old, "testharness"), "console", "--listen", "127.0.0.1:0", "--manifest", path)
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	t.Cleanup(stop)
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil {
		t.Fatalf("the old Console does not start: %q, %v", line, err)
	}
	return stop
}

// oldHarness runs the old version's command line, and returns what it prints.
func oldHarness(t *testing.T, old string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(old, "testharness"), args...)
	command.Env = append(os.Environ(), "SECRET=practice")
	var said, complaint bytes.Buffer
	command.Stdout, command.Stderr = &said, &complaint
	if err := command.Run(); err != nil {
		t.Logf("the old %s: %v\n%s%s", args[0], err, said.String(), complaint.String())
	}
	return said.String()
}

// oldNotify has the old version take a notification for each recipient, and returns how many it has acknowledged.
func oldNotify(t *testing.T, old, path, name string, count int) (acknowledged int) {
	t.Helper()
	args := []string{"notify", "--manifest", path, "--subject", name, "--text", "x", "--json"}
	for i := range count {
		args = append(args, "--to", fmt.Sprintf("%s-%d@email.com", name, i))
	}
	var document struct {
		Receipts []shared.Receipt `json:"receipts"`
	}
	if err := json.Unmarshal([]byte(oldHarness(t, old, args...)), &document); err != nil {
		t.Fatal(err)
	}
	for _, receipt := range document.Receipts {
		if receipt.ID != "" {
			acknowledged++
		}
	}
	return acknowledged
}

// TestRollingUpgrade starts this version on a PostgreSQL database from which the old one delivers, and goes on with
// both: what either has acknowledged is delivered, and nothing twice.
func TestRollingUpgrade(t *testing.T) {
	old := oldBinaries(t)
	server := startPostgres(t)
	database := fmt.Sprintf("database = %q", server.Database("upgraded"))
	keyFile := filepath.Join(t.TempDir(), "key")
	write(t, keyFile, strings.Repeat("0123456789abcdef", 4), 0o600)
	key := fmt.Sprintf("key = %q", "file://"+keyFile)
	mails := practiceMailServer(t)
	startMailServer(t, mails, 0)
	before := manifest(t, "smtp", filepath.Join(old, "smtp-plugin"), database, key, `retry_after = "1s"`)
	oldHarness(t, old, "save", "--manifest", before, "--set", "server=127.0.0.1", "--set",
		fmt.Sprintf("port=%d", mails.Port()), "--set", "login="+notifyLogin, "--secret", "password=env:SECRET")
	stop := oldConsole(t, old, before)
	const each = 40
	acknowledged := oldNotify(t, old, before, "before", each)
	if acknowledged != each {
		t.Fatalf("the old version has taken %d of %d", acknowledged, each)
	}
	now := supervised(t, manifest(t, "smtp", "smtp-plugin", database, key, `retry_after = "1s"`))
	for i := range each {
		sent := notify(t, now, shared.Notification{
			Key: fmt.Sprint("new-", i), To: fmt.Sprintf("new-%d@email.com", i), Subject: "new", Text: "x",
		})
		if sent.ID == "" {
			t.Fatalf("not taken: %v", sent.Diagnostics)
		}
		acknowledged++
	}
	acknowledged += oldNotify(t, old, before, "after", each)
	awaitDelivered(t, now, acknowledged)
	stop()
	acknowledged += oldNotify(t, old, before, "later", each)
	awaitDelivered(t, now, acknowledged)
	arrived := map[string]int{}
	for _, mail := range mails.Inbox() {
		message, err := parseMail(mail.Content)
		if err != nil {
			t.Fatal(err)
		}
		arrived[message.Header.Get("To")]++
	}
	for to, count := range arrived {
		if count != 1 {
			t.Errorf("%s got %d mails", to, count)
		}
	}
	if len(arrived) != acknowledged {
		t.Errorf("%d of %d notifications have arrived", len(arrived), acknowledged)
	}
}

// awaitDelivered waits until so many notifications are delivered, and holds that no other waits or is dead.
func awaitDelivered(t *testing.T, h *host.Host, count int) {
	t.Helper()
	late := time.Now().Add(3 * time.Minute) // Only so that one that is lost ends the test.
	for {
		status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if status.Counts[shared.NotificationDelivered] == int64(count) {
			return
		}
		if status.Counts[shared.NotificationDead] > 0 || time.Now().After(late) {
			t.Fatalf("%d were to be delivered: %+v", count, status)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
