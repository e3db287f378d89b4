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

// TestDebug runs a plugin by itself, lets a debugger look into it, uses it from a Console, and from a host that goes
// and leaves it alone.
func TestDebug(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
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
	ended := make(chan error, 1)
	stop := func() {
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
	lines := bufio.NewReader(stdout)
	said, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	next, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- run.Wait() }()
	pid := regexp.MustCompile(`process (\d+)`).FindStringSubmatch(said)
	address := regexp.MustCompile(`testharness attach (unix:\S+)`).FindStringSubmatch(next)
	if pid == nil || address == nil {
		t.Fatalf("debug says %q", said+next)
	}
	if got, own := coreLimit(t, pid[1]), coreLimit(t, "self"); got != own {
		t.Errorf("the memory of the plugin is protected, so a debugger could not look into it: %q instead of %q", got, own)
	}
	for range 2 { // The first host leaves the plugin to the second.
		h, err := host.Open(t.Context(), path, host.WithAttached(address[1]))
		if err != nil {
			t.Fatal(err)
		}
		if info, err := h.Page().Info(t.Context()); err != nil || info.Name != "smtp" {
			t.Errorf("%+v, %v", info, err)
		}
		h.Close()
	}
	c := startConsoleCommand(t, "attach", address[1], "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.practise("works-ssl")
	if headline := b.testConnection(); headline != "Test connection complete" {
		t.Error(headline)
	}
	stop()
	if number, _ := strconv.Atoi(pid[1]); syscall.Kill(number, 0) == nil {
		t.Error("the plugin goes on without debug")
	}
	if _, err := host.Open(t.Context(), path, host.WithAttached(address[1])); err == nil ||
		!strings.Contains(err.Error(), "nothing answers at "+address[1]) {
		t.Errorf("attached to nothing: %v", err)
	}
	if _, err := host.Open(t.Context(), path, host.WithAttached("somewhere")); err == nil ||
		!strings.Contains(err.Error(), `"somewhere" is not the address of a plugin`) {
		t.Errorf("attached to a word: %v", err)
	}
}
