package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSoakNotifyKills kills the plugin at random instants under load: nothing that was acknowledged is lost.
func TestSoakNotifyKills(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { killNotifier(t, rounds(8, 100), `retry_after = "1s"`) })
	t.Run("postgresql", func(t *testing.T) {
		killNotifier(t, rounds(4, 50), `retry_after = "1s"`, `attempt_limit = "5s"`, `rescue_after = "6s"`,
			fmt.Sprintf("database = %q", startPostgres(t).Database("notify")), keyFile(t))
	})
}

func killNotifier(t *testing.T, kills int, config ...string) {
	t.Helper()
	l := newLedger()
	server := l.server(t)
	path := manifest(t, "smtp", "smtp-plugin", config...)
	h := supervised(t, path, host.WithRestartPolicy(tireless))
	configure(t, h, server.Port(), "practice")
	stop := l.feed(t, h, 4)
	for range kills {
		time.Sleep(100*time.Millisecond + rand.N(150*time.Millisecond))
		pid := pluginProcess(t, path)
		_ = kill(pid, syscall.SIGKILL)
		awaitAnother(t, path, pid)
	}
	stop()
	l.await(t, h)
	l.report(t, kills, kills*inFlight)
}

// TestSoakHostKills kills the host, whose plugin dies with it.
func TestSoakHostKills(t *testing.T) {
	t.Parallel()
	l := newLedger()
	server := l.server(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	h, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	configure(t, h, server.Port(), "practice")
	h.Close()
	kills := rounds(3, 20)
	for turn := range kills {
		feeder := startFeeder(t, path, turn, l)
		time.Sleep(150*time.Millisecond + rand.N(200*time.Millisecond))
		_ = feeder.Process.Kill()
		_ = feeder.Wait()
		for len(processesWith(t, path)) > 0 {
			time.Sleep(time.Millisecond)
		}
	}
	l.await(t, supervised(t, path))
	l.report(t, kills, kills*inFlight)
}

// startFeeder runs a host in a process of its own that hands notifications over and prints each that was acknowledged.
func startFeeder(t *testing.T, path string, turn int, l *ledger) *exec.Cmd {
	t.Helper()
	command := exec.Command(binary("feeder"), path, fmt.Sprintf("t%d", turn))
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(stdout)
	first, err := reader.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	l.acknowledge(strings.TrimSpace(first))
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return // A line that was cut was not acknowledged.
			}
			l.acknowledge(strings.TrimSpace(line))
		}
	}()
	return command
}

// TestSoakTwoNodes lets two hosts deliver from one PostgreSQL database; one is killed for good, and the database is
// restarted.
func TestSoakTwoNodes(t *testing.T) {
	t.Parallel()
	l := newLedger()
	server := l.server(t)
	database := startPostgres(t)
	config := []string{`retry_after = "1s"`, `attempt_limit = "3s"`, `rescue_after = "4s"`,
		fmt.Sprintf("database = %q", database.Database("nodes")), keyFile(t)}
	first, second := manifest(t, "smtp", "smtp-plugin", config...), manifest(t, "smtp", "smtp-plugin", config...)
	doomed, survivor := supervised(t, first), supervised(t, second)
	configure(t, doomed, server.Port(), "practice")
	stopDoomed, stopSurvivor := l.feed(t, doomed, 2), l.feed(t, survivor, 2)
	time.Sleep(500 * time.Millisecond)
	doomedPlugin := pluginProcess(t, first)
	_ = kill(doomedPlugin, syscall.SIGKILL)
	stopDoomed()
	doomed.Close()
	database.Stop("immediate")
	database.Resume()
	time.Sleep(500 * time.Millisecond)
	stopSurvivor()
	l.await(t, survivor)
	l.report(t, 2, 2*inFlight+100) // The restart of the database cuts off every commit that is under way.
}

// TestSoakPowerCut copies the disk as it is at an instant and mounts the copy: what was acknowledged by then is there.
func TestSoakPowerCut(t *testing.T) {
	t.Parallel()
	image := filepath.Join(shortDir(t), "disk.img")
	acknowledged, lost := 0, 0
	cuts := rounds(2, 20)
	for range cuts {
		// A new disk each time: what the rounds leave behind would fill it up.
		if out, err := exec.Command("sh", "-c", "rm -f "+image+" && truncate -s 64M "+image+" && mkfs.ext4 -q "+
			image).CombinedOutput(); err != nil {
			missing(t, "no ext4 file system can be made: "+string(out))
		}
		a, missed := cutPower(t, image)
		acknowledged, lost = acknowledged+a, lost+missed
	}
	t.Logf("%d power cuts: %d acknowledged, %d lost", cuts, acknowledged, lost)
	if lost > 0 {
		t.Errorf("%d acknowledged notifications are lost", lost)
	}
}

func cutPower(t *testing.T, image string) (acknowledged, lost int) {
	t.Helper()
	disk, unmount := mountImage(t, image)
	defer unmount()
	data := filepath.Join(disk, fmt.Sprintf("data%d", time.Now().UnixNano()))
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", data), `retry_after = "1h"`)
	h := supervised(t, path)
	configure(t, h, freePorts(t, 1)[0], "practice") // Nobody is there, so all of them wait.
	l := newLedger()
	stop := l.feed(t, h, 4)
	time.Sleep(200*time.Millisecond + rand.N(200*time.Millisecond))
	pid := pluginProcess(t, path)
	_ = kill(pid, suspendSignal)
	time.Sleep(50 * time.Millisecond) // Receipts that are on their way arrive.
	l.mu.Lock()
	known := map[string]bool{}
	for key := range l.acknowledged {
		known[key] = true
	}
	l.mu.Unlock()
	copied := image + ".cut"
	if out, err := exec.Command("cp", "--sparse=always", image, copied).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_ = kill(pid, syscall.SIGKILL)
	go stop() // Its calls end with the host.
	h.Close()
	after, unmountCopy := mountImage(t, copied)
	defer unmountCopy()
	found := notificationsIn(t, filepath.Join(after, filepath.Base(data)))
	for key := range known {
		if !found[key] {
			lost++
		}
	}
	return len(known), lost
}

// notificationsIn reads the keys of all notifications in a data directory.
func notificationsIn(t *testing.T, data string) map[string]bool {
	t.Helper()
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", data))
	found := map[string]bool{}
	for before := ""; ; {
		r := harness(t, "", "list", "--json", "--manifest", path, "--limit", "200", "--before", before)
		var list shared.NotificationList
		if err := json.NewDecoder(bytes.NewReader([]byte(r.stdout))).Decode(&list); err != nil && err != io.EOF {
			t.Fatalf("%v\n%s\n%s", err, r.stdout, r.stderr)
		}
		if r.status != 0 {
			t.Fatalf("exit status %d\n%s", r.status, r.stderr)
		}
		for _, entry := range list.Entries {
			found[entry.Key], before = true, entry.ID
		}
		if !list.More {
			return found
		}
	}
}

// mountImage mounts an image through a loop device.
func mountImage(t *testing.T, image string) (directory string, unmount func()) {
	t.Helper()
	directory = shortDir(t)
	if out, err := exec.Command("mount", "-o", "loop", image, directory).CombinedOutput(); err != nil {
		missing(t, "images cannot be mounted: "+string(out))
	}
	return directory, func() { _ = exec.Command("umount", "--lazy", directory).Run() }
}

// TestSoakManyQueued queues very many notifications: handing over, listing and the status stay quick, and memory
// bounded.
func TestSoakManyQueued(t *testing.T) {
	t.Parallel()
	many := rounds(5_000, 100_000)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`)
	h := supervised(t, path)
	configure(t, h, freePorts(t, 1)[0], "practice")
	began := time.Now()
	for handed := 0; handed < many; handed += shared.MaxNotifications {
		request := shared.NotifyRequest{}
		for i := range shared.MaxNotifications {
			request.Notifications = append(request.Notifications, shared.Notification{
				To: "you@email.com", Subject: fmt.Sprintf("Alarm %06d", handed+i), Text: strings.Repeat("x", 500)})
		}
		receipts, err := h.Notifier().Notify(t.Context(), request)
		if err != nil || receipts[0].ID == "" {
			t.Fatal(err, receipts[:min(1, len(receipts))])
		}
	}
	accepting := time.Since(began)
	timed := func(work func() error) time.Duration {
		began := time.Now()
		if err := work(); err != nil {
			t.Fatal(err)
		}
		return time.Since(began)
	}
	list := timed(func() error {
		list, err := h.Notifier().List(t.Context(), shared.ListRequest{})
		if len(list.Entries) != 50 || !list.More {
			return fmt.Errorf("%d entries, %w", len(list.Entries), err)
		}
		return err
	})
	search := timed(func() error {
		list, err := h.Notifier().List(t.Context(), shared.ListRequest{Search: "alarm 000007"})
		if len(list.Entries) != 1 {
			return fmt.Errorf("%d entries, %w", len(list.Entries), err)
		}
		return err
	})
	status := timed(func() error {
		status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
		if sum := status.Counts[shared.NotificationQueued] + status.Counts[shared.NotificationSending]; sum != int64(many) {
			return fmt.Errorf("%d queued, %w", sum, err)
		}
		return err
	})
	load := timed(func() error { _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); return err })
	memory := residentMemory(t, path)
	t.Logf("%d queued at %.0f/s; list %s, search %s, status %s, load %s; memory of the plugin %.0f MiB",
		many, float64(many)/accepting.Seconds(), list, search, status, load, memory)
	if memory > 200 {
		t.Errorf("the plugin uses %.0f MiB", memory)
	}
}
