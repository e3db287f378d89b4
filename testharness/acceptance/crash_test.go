package acceptance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
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
		signal = suspendSignal
	}
	began := time.Now()
	_ = kill(pids[0], signal)
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
	t.Parallel()
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
		_ = kill(pid, syscall.SIGKILL)
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
