package acceptance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// attentive notices a stopped plugin soon enough for a campaign of many.
var attentive = host.HealthCheck{Every: 50 * time.Millisecond, Patience: 500 * time.Millisecond}

// tireless never gives up.
var tireless = host.RestartPolicy{
	First: time.Millisecond, Longest: 10 * time.Millisecond, Crashes: 1 << 30, Within: time.Minute,
}

// TestSoakKills kills and stops the plugin at random instants while it loads, saves and tests. The host stays alive,
// every acknowledged save is there, and nothing is left behind.
func TestSoakKills(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	temporary := shortDir(t)
	t.Setenv("TMPDIR", temporary)
	h, err := host.Open(t.Context(), path, host.WithRestartPolicy(tireless), host.WithHealthCheck(attentive))
	if err != nil {
		t.Fatal(err)
	}
	load := startLoad(t, h)
	turns := rounds(30, 1000)
	goroutines, descriptors := 0, 0
	var recoveries []time.Duration
	for turn := range turns {
		recoveries = append(recoveries, killOnce(t, h, path))
		if turn == turns/10 { // By then everything that stays has been made.
			goroutines, descriptors = runtime.NumGoroutine(), openDescriptors(t)
		}
	}
	lastGoroutines, lastDescriptors := runtime.NumGoroutine(), openDescriptors(t)
	load.stop()
	slices.Sort(recoveries)
	t.Logf("%d kills and stops; recovery: median %s, longest %s; %d loads, %d saves, %d tests; "+
		"goroutines %d → %d, descriptors %d → %d",
		turns, recoveries[len(recoveries)/2].Round(time.Millisecond), recoveries[len(recoveries)-1].Round(time.Millisecond),
		load.loads.Load(), load.saves.Load(), load.tests.Load(), goroutines, lastGoroutines, descriptors, lastDescriptors)
	if soak() && recoveries[len(recoveries)/2] > time.Second {
		t.Errorf("the median recovery took %s", recoveries[len(recoveries)/2])
	}
	if lastGoroutines > goroutines+50 || lastDescriptors > descriptors+50 {
		t.Errorf("goroutines grew from %d to %d, descriptors from %d to %d", goroutines, lastGoroutines, descriptors,
			lastDescriptors)
	}
	load.checkSaved(t, h)
	h.Close()
	checkNothingLeft(t, temporary, path)
}

// killOnce kills or stops the plugin and returns how long it took until it answered again.
func killOnce(t *testing.T, h *host.Host, path string) time.Duration {
	t.Helper()
	time.Sleep(rand.N(15 * time.Millisecond)) // The instant is the point.
	pids := processesWith(t, path)
	if len(pids) != 1 {
		return 0 // It is being replaced just now.
	}
	signal := syscall.SIGKILL
	if rand.N(4) == 0 {
		signal = syscall.SIGSTOP
	}
	began := time.Now()
	_ = syscall.Kill(pids[0], signal)
	awaitAnother(t, path, pids[0])
	for {
		if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err == nil {
			return time.Since(began)
		} else if !errors.Is(err, shared.ErrPluginUnavailable) {
			t.Fatalf("the host gave another reason than that the plugin is away: %v", err)
		}
	}
}

func openDescriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// workload loads, saves and tests without pause.
type workload struct {
	stop                func()
	loads, saves, tests atomic.Int64
	acknowledged        map[int64]string
}

func startLoad(t *testing.T, h *host.Host) *workload {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("all-is-well")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &workload{acknowledged: map[int64]string{}}
	ending := make(chan struct{})
	var wg sync.WaitGroup
	forever := func(work func()) {
		wg.Go(func() {
			for {
				select {
				case <-ending:
					return
				default:
					work()
				}
			}
		})
	}
	forever(func() {
		if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err == nil {
			w.loads.Add(1)
		}
	})
	forever(func() { w.save(t, h) })
	forever(func() {
		draft := shared.Draft{Values: shared.Values{"server": shared.Text("127.0.0.1"),
			"port":  shared.Integer(int64(server.Port())),
			"login": shared.Text("me@practice.example")},
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("x")}}
		if err := h.Page().Test(t.Context(), shared.TestRequest{Draft: draft},
			func(shared.TestEvent) error { return nil }); err == nil {
			w.tests.Add(1)
		}
	})
	w.stop = func() {
		close(ending)
		wg.Wait()
		server.Close()
	}
	return w
}

// save saves once; only one goroutine does.
func (w *workload) save(t *testing.T, h *host.Host) {
	t.Helper()
	now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		return
	}
	name := fmt.Sprintf("n%d.example", now.Revision.Number+1)
	result, err := h.Page().Save(t.Context(), shared.SaveRequest{
		Actor: name, Revision: now.Revision.Number, Draft: draftNamed(name),
	})
	switch {
	case err == nil && result.Saved:
		w.saves.Add(1)
		w.acknowledged[result.Snapshot.Revision.Number] = name
	case err == nil && !result.Conflict:
		t.Errorf("refused: %+v", result.Diagnostics)
	}
}

// draftNamed holds the name in several fields, so that half a save would show.
func draftNamed(name string) shared.Draft {
	return shared.Draft{
		Values: shared.Values{"server": shared.Text(name), "login": shared.Text("me@" + name),
			"use_ssl":           shared.Boolean(true),
			"use_other_account": shared.Boolean(true), "email": shared.Text("from@" + name),
			"name": shared.Text(strings.Repeat(name, 5))},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(name)},
	}
}

// checkSaved makes sure that every acknowledged save is in the history.
func (w *workload) checkSaved(t *testing.T, h *host.Host) {
	t.Helper()
	authors := map[int64]string{}
	for before := int64(0); ; {
		list, err := h.History().Revisions(t.Context(), shared.RevisionsRequest{Before: before, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range list.Entries {
			authors[entry.Number], before = entry.Author, entry.Number
		}
		if !list.More {
			break
		}
	}
	for number, name := range w.acknowledged {
		if authors[number] != name {
			t.Errorf("revision %d was acknowledged to %s but belongs to %q", number, name, authors[number])
		}
	}
	for number := range int64(len(authors)) {
		if authors[number+1] == "" {
			t.Errorf("revision %d is missing", number+1)
		}
	}
}

// TestSoakKillDuringSave kills the plugin while it saves: what is in force afterwards is the old revision or the new
// one, whole.
func TestSoakKillDuringSave(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	h := supervised(t, path, host.WithRestartPolicy(tireless))
	acknowledged, kept := 0, 0
	for turn := range rounds(40, 500) {
		before, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil {
			t.Fatal(err)
		}
		pid := pluginProcess(t, path)
		name := fmt.Sprintf("n%d.example", turn)
		saved := make(chan bool, 1)
		go func() {
			result, err := h.Page().Save(t.Context(), shared.SaveRequest{
				Actor: name, Revision: before.Revision.Number, Draft: draftNamed(name),
			})
			saved <- err == nil && result.Saved
		}()
		time.Sleep(rand.N(3 * time.Millisecond))
		_ = syscall.Kill(pid, syscall.SIGKILL)
		confirmed := <-saved
		awaitAnother(t, path, pid)
		await(t, h, host.StateRunning)
		after, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case after.Revision.Number == before.Revision.Number+1:
			if confirmed {
				acknowledged++
			}
			checkWhole(t, after, name)
		case after.Revision.Number == before.Revision.Number && !confirmed:
			kept++
		default:
			t.Fatalf("revision %d became %d, acknowledged %t", before.Revision.Number, after.Revision.Number, confirmed)
		}
	}
	t.Logf("%d acknowledged, %d left the old revision", acknowledged, kept)
}

func checkWhole(t *testing.T, snapshot shared.Snapshot, name string) {
	t.Helper()
	for field, want := range draftNamed(name).Values {
		if snapshot.Values[field] != want {
			t.Errorf("revision %d of %s: %s is %s", snapshot.Revision.Number, name, field, snapshot.Values[field])
		}
	}
	if !snapshot.Secrets["password"].Set || snapshot.Revision.Author != name {
		t.Errorf("revision %d of %s: password %+v, author %s", snapshot.Revision.Number, name, snapshot.Secrets["password"],
			snapshot.Revision.Author)
	}
}

// smallDisk mounts a file system of one megabyte.
func smallDisk(t *testing.T) string {
	t.Helper()
	directory := shortDir(t)
	if err := syscall.Mount("tmpfs", directory, "tmpfs", 0, "size=1m"); err != nil {
		missing(t, "file systems cannot be mounted: "+err.Error())
	}
	t.Cleanup(func() { _ = syscall.Unmount(directory, syscall.MNT_DETACH) })
	return directory
}

// TestDiskFull saves while there is no room: a clear error, and the old settings stay in force.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t)
	h := supervised(t, manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", filepath.Join(disk, "data"))))
	saveServer(t, h.Page(), "first.example")
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	var saveErr error
	for turn := 0; saveErr == nil && turn < 1000; turn++ { // The write-ahead log still has some room.
		now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil {
			t.Fatal(err)
		}
		var result shared.SaveResult
		result, saveErr = h.Page().Save(t.Context(), shared.SaveRequest{
			Revision: now.Revision.Number, Draft: draftNamed("full.example"),
		})
		if saveErr == nil && !result.Saved {
			t.Fatalf("refused: %+v", result.Diagnostics)
		}
	}
	if saveErr == nil || !strings.Contains(saveErr.Error(), "nothing was changed, because database") ||
		!strings.Contains(saveErr.Error(), "full") {
		t.Errorf("the error is: %v", saveErr)
	}
	before, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatalf("the settings cannot be read any more: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if after := saveServer(t, h.Page(), "last.example"); after != before.Revision.Number+1 {
		t.Errorf("with room again revision %d followed %d", after, before.Revision.Number)
	}
}

// fill writes until there is no room left.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, size := range []int{64 << 10, 4 << 10, 1 << 10} {
		for {
			if _, err := file.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
}

// TestReadOnlyDataDirectory starts on, and saves to, a disk that cannot be written to.
func TestReadOnlyDataDirectory(t *testing.T) {
	disk := smallDisk(t)
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", filepath.Join(disk, "data")))
	remount := func(flags uintptr) {
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	r := harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "data directory: mkdir") ||
		!strings.Contains(r.stderr, "read-only file system") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	remount(0)
	r = harness(t, "", "save", "--manifest", path, "--set", "server=a.example", "--set", "login=a@b.example",
		"--secret", "password=env:PATH")
	if r.status != 0 {
		t.Fatalf("exit status %d\n%s", r.status, r.stderr)
	}
	remount(syscall.MS_RDONLY)
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "smtp-settings.db cannot be used") ||
		!strings.Contains(r.stderr, "restore it from a backup") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
}

// TestDamagedDatabase starts on a file that is no database.
func TestDamagedDatabase(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	data := filepath.Join(filepath.Dir(path), "data")
	mkdir(t, data)
	write(t, filepath.Join(data, "smtp-settings.db"), strings.Repeat("this is no database ", 1000), 0o600)
	r := harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, filepath.Join(data, "smtp-settings.db")) ||
		!strings.Contains(r.stderr, "not a database") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	if content, err := os.ReadFile(filepath.Join(data, "smtp-settings.db")); err != nil ||
		!strings.HasPrefix(string(content), "this is no database") {
		t.Errorf("the damaged file was changed: %v", err)
	}
}

// TestWrongKey loses the key: the settings can still be read, the secret is asked for again; without any key file the
// plugin does not make a new one behind the administrator's back.
func TestWrongKey(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	key := filepath.Join(filepath.Dir(path), "data", "key")
	save := []string{"save", "--manifest", path, "--set", "server=127.0.0.1", "--set", "port=1",
		"--set", "login=a@b.example", "--secret", "password=env:SECRET"}
	if r := harness(t, "first", save...); r.status != 0 {
		t.Fatalf("exit status %d\n%s", r.status, r.stderr)
	}
	write(t, key, strings.Repeat("ab", 32)+"\n", 0o600)
	r := harness(t, "", "test", "--json", "--manifest", path)
	report := verdict(t, r)
	if r.status != 1 || report.Diagnostics[0].Code != "secret_unreadable" || report.Diagnostics[0].Field != "password" {
		t.Errorf("exit status %d, %+v", r.status, report.Diagnostics)
	}
	if r := harness(t, "second", save...); r.status != 0 {
		t.Errorf("entering the password again: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	for content, says := range map[string]string{"": "is empty", "zz": "does not hold a key of 64 hexadecimal digits"} {
		write(t, key, content, 0o600)
		r := harness(t, "", "load", "--manifest", path)
		if r.status != 3 || !strings.Contains(r.stderr, says) || !strings.Contains(r.stderr, key) {
			t.Errorf("with the key %q: exit status %d\n%s", content, r.status, r.stderr)
		}
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "can be read by others (mode 0644): run chmod 600") {
		t.Errorf("with a key that others can read: exit status %d\n%s", r.status, r.stderr)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "is missing, but secrets are stored that were sealed with it") {
		t.Errorf("without the key: exit status %d\n%s", r.status, r.stderr)
	}
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a new key was made: %v", err)
	}
}
