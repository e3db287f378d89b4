package acceptance

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
)

// coreLimit is how much of its memory a process may leave behind, which protected ones have at nothing.
func coreLimit(t *testing.T, process string) string {
	t.Helper()
	limits, err := os.ReadFile("/proc/" + process + "/limits")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`Max core file size.*`).FindString(string(limits))
}

// startDebug runs a plugin by itself and returns its process, where it listens, and what ends it.
func startDebug(t *testing.T, path string) (pid, address string, stop func()) {
	t.Helper()
	run := exec.CommandContext(t.Context(), binary("testharness"), "debug", "--manifest", path)
	run.Cancel = func() error { return run.Process.Signal(syscall.SIGTERM) }
	run.Stderr = io.Discard
	stdout, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	first, err1 := lines.ReadString('\n')
	second, err2 := lines.ReadString('\n')
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	process := regexp.MustCompile(`process (\d+)`).FindStringSubmatch(first)
	place := regexp.MustCompile(`testharness attach (unix:\S+)`).FindStringSubmatch(second)
	if process == nil || place == nil {
		t.Fatalf("debug says %q, %v, %v", first+second, err1, err2)
	}
	return process[1], place[1], func() {
		_ = run.Process.Signal(syscall.SIGINT)
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("debug ended with %v", err)
			}
		case <-time.After(time.Minute):
			t.Error("debug did not end")
		}
	}
}

// TestDebug runs a plugin by itself, lets a debugger look into it, uses it from a Console, and from a host that goes
// and leaves it alone.
func TestDebug(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	pid, address, stop := startDebug(t, path)
	if got, own := coreLimit(t, pid), coreLimit(t, "self"); got != own {
		t.Errorf("the memory of the plugin is protected, so a debugger could not look into it: %q instead of %q", got, own)
	}
	for range 2 { // The first host leaves the plugin to the second.
		h, err := host.Open(t.Context(), path, host.WithAttached(address))
		if err != nil {
			t.Fatal(err)
		}
		if info, err := h.Page().Info(t.Context()); err != nil || info.Name != "smtp" {
			t.Errorf("%+v, %v", info, err)
		}
		h.Close()
	}
	c := startConsoleCommand(t, "attach", address, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.practise("works-ssl")
	if headline := b.testConnection(); headline != "Test connection complete" {
		t.Error(headline)
	}
	stop()
	if number, _ := strconv.Atoi(pid); kill(number, 0) == nil {
		t.Error("the plugin goes on without debug")
	}
	if _, err := host.Open(t.Context(), path, host.WithAttached(address)); err == nil ||
		!strings.Contains(err.Error(), "nothing answers at "+address) {
		t.Errorf("attached to nothing: %v", err)
	}
	if _, err := host.Open(t.Context(), path, host.WithAttached("somewhere")); err == nil ||
		!strings.Contains(err.Error(), `"somewhere" is not the address of a plugin`) {
		t.Errorf("attached to a word: %v", err)
	}
}
