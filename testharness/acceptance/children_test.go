package acceptance

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// childHolds is far longer than anything here takes, and far shorter than the child lives.
const childHolds = time.Minute

// soon fails the test when the work does not end although a child holds the plugin's output.
func soon(t *testing.T, what string, work func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); work() }()
	select {
	case <-done:
	case <-time.After(childHolds):
		t.Errorf("%s waits for a child of the plugin", what)
	}
}

// childrenOf returns the ids of the children that an odd plugin has left, and ends them with the test.
func childrenOf(t *testing.T, plugin string) []int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(filepath.Dir(plugin), "children"))
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for line := range strings.Lines(string(content)) {
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, pid)
	}
	return children
}

// awaitEnd waits until a process is gone, or is only waited for by the process that has inherited it.
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for late := time.Now().Add(childHolds); ; time.Sleep(time.Millisecond) {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil || strings.Contains(string(status), ") Z ") {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("the child %d lives on", pid)
		}
	}
}

// TestChildHoldsTheOutput has a plugin leave a child behind that holds its output, within its process group and
// outside: neither a start that fails, nor the restart after a crash, nor Close waits for it, and what is in the group
// is ended.
func TestChildHoldsTheOutput(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"child", "escaped-child"} {
		t.Run(way, func(t *testing.T) {
			ended := func(plugin string) {
				for _, pid := range childrenOf(t, plugin) {
					if way == "escaped-child" {
						_ = kill(pid, syscall.SIGKILL)
					}
					awaitEnd(t, pid)
				}
			}
			atStart := oddPlugin(t, way+"-at-start")
			soon(t, "a start that fails", func() {
				if _, err := host.Open(t.Context(), manifest(t, "odd", atStart)); err == nil {
					t.Error("a plugin that ends at once was opened")
				}
			})
			ended(atStart)
			plugin := oddPlugin(t, way)
			path := manifest(t, "odd", plugin)
			h, err := host.Open(t.Context(), path, host.WithRestartPolicy(quick))
			if err != nil {
				t.Fatal(err)
			}
			soon(t, "the restart", func() {
				before := pluginProcess(t, path)
				_ = kill(before, syscall.SIGKILL)
				awaitAnother(t, path, before)
				await(t, h, host.StateRunning)
			})
			if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
				t.Error(err)
			}
			soon(t, "Close", h.Close)
			ended(plugin)
		})
	}
}
