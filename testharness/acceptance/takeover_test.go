package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// patient does not start a plugin again while a test lasts.
var patient = host.RestartPolicy{First: time.Hour, Longest: time.Hour, Crashes: 1 << 30, Within: time.Hour}

// takeoverLimit is how long nobody may deliver after the delivering process has died.
const takeoverLimit = 5 * time.Second

// TestSoakTakeover has two Consoles on one data directory, and kills the plugin that delivers, again and again: the
// other one takes over each time, and nothing is lost.
func TestSoakTakeover(t *testing.T) {
	l := newLedger()
	server := l.server(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	doomed := supervised(t, path, host.WithRestartPolicy(patient))
	configure(t, doomed, server.Port(), "practice")
	var longest time.Duration
	kills := rounds(3, 100)
	for range kills {
		waiting := supervised(t, path, host.WithRestartPolicy(patient))
		stop := l.feed(t, waiting, 2)
		pid := deliverer(t, waiting)
		_ = kill(pid, syscall.SIGKILL)
		took := awaitTakeover(t, waiting, pid)
		stop()
		longest = max(longest, took)
		doomed.Close()
		doomed = waiting
	}
	l.await(t, doomed)
	l.report(t, kills, kills*inFlight)
	t.Logf("%d takeovers, the longest took %s", kills, longest)
	if longest > takeoverLimit {
		t.Errorf("nobody delivered for %s", longest)
	}
}

// deliverer is the process that delivers, as a process that does not tells of it. After its file was deleted it takes a
// moment until that says so again.
func deliverer(t *testing.T, waiting *host.Host) int {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		status, err := waiting.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil || status.State != shared.ServiceRunning || len(status.DeliveredBy) != 1 || status.DeliveredBy[0].Self {
			t.Fatalf("the process that waits says %+v, %v", status, err)
		}
		if pid := status.DeliveredBy[0].PID; pid != 0 {
			return pid
		}
		if time.Now().After(late) {
			t.Fatalf("nobody says who delivers: %+v", status)
		}
	}
}

func awaitTakeover(t *testing.T, waiting *host.Host, before int) time.Duration {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		status, err := waiting.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err == nil && len(status.DeliveredBy) == 1 && status.DeliveredBy[0].Self && status.DeliveredBy[0].PID != before {
			return time.Since(began)
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("never taken over: %+v, %v", status, err)
		}
	}
}

// TestTakeoverOnClose hands over when the delivering Console is closed, and does not deliver twice when the lock
// file is deleted.
func TestTakeoverOnClose(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	first := supervised(t, path)
	configure(t, first, server.Port(), "practice")
	awaitService(t, first, shared.ServiceRunning)
	if err := os.Remove(filepath.Join(filepath.Dir(path), "data", "notifications.lock")); err != nil {
		t.Fatal(err)
	}
	second := supervised(t, path, host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	pid := deliverer(t, second)
	r := harness(t, "", "status", "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, "State: running") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	page := httptest.NewRecorder()
	second.NotificationsHandler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/", nil))
	if want := fmt.Sprintf("Process %d on ", pid); !strings.Contains(page.Body.String(), want) {
		t.Errorf("the page of the process that waits does not say %q:\n%s", want, page.Body)
	}
	first.Close()
	awaitTakeover(t, second, pid)
	awaitEntry(t, second, notify(t, second, shared.Notification{To: "you@email.com", Text: "x"}).ID,
		shared.NotificationDelivered)
}
