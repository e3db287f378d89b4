package acceptance

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestStartInBackground opens a host whose plugin is not there yet. The page says why, and becomes the form as soon as
// the plugin can be started.
func TestStartInBackground(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path, plugin := filepath.Join(directory, "plugin.hcl"), filepath.Join(directory, "smtp-plugin")
	write(t, path, "plugin \"smtp\" {\n  binary = \"smtp-plugin\"\n}\n", 0o644)
	if _, err := host.Open(t.Context(), path); err == nil {
		t.Error("without the option Open returns before the first start has succeeded")
	}
	h := supervised(t, path, host.WithStartInBackground(), host.WithRestartPolicy(quick),
		host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	await(t, h, host.StateWaiting)
	if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); !errors.Is(err, shared.ErrPluginUnavailable) {
		t.Errorf("a call before the start: %v", err)
	}
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	b := newTab(t)
	b.open(server.URL + "/")
	b.awaitText(`document.getElementById("down").textContent`, "does not exist; build it, or correct the path")

	// The next reason shows on the page that is open, with what the plugin says.
	write(t, plugin+".new", "#!/bin/sh\necho 'the moon is in the wrong phase' >&2\nexit 4\n", 0o755)
	rename(t, plugin+".new", plugin)
	b.awaitText(`document.getElementById("down").textContent`, "(exit status 4)")
	b.awaitText(`document.querySelector("#down .log").textContent`, "the moon is in the wrong phase")

	content, err := os.ReadFile(binary("smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, plugin+".new", string(content), 0o755)
	rename(t, plugin+".new", plugin)
	b.await("#settings-form")
	if status := h.Status(); status.State != host.StateRunning || status.Reason != "" {
		t.Errorf("it is %+v", status)
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestBackgroundStartIsClosed closes a host while its plugin has not got ready, and while it waits for the next try.
func TestBackgroundStartIsClosed(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"hangs-at-start", "dies-at-start"} {
		path := manifest(t, "odd", oddPlugin(t, way))
		h, err := host.Open(t.Context(), path, host.WithStartInBackground())
		if err != nil {
			t.Fatal(err)
		}
		for late := time.Now().Add(time.Minute); len(processesWith(t, path)) == 0 && h.Status().State == host.StateStarting; {
			if time.Now().After(late) {
				t.Fatal("it is not started")
			}
		}
		h.Close()
		if pids := processesWith(t, path); len(pids) > 0 {
			t.Errorf("%s: processes live on: %v", way, pids)
		}
	}
	broken := filepath.Join(t.TempDir(), "plugin.hcl")
	write(t, broken, "plugin \"odd\" {\n", 0o644)
	if _, err := host.Open(t.Context(), broken, host.WithStartInBackground()); err == nil ||
		!strings.Contains(err.Error(), broken) {
		t.Errorf("a manifest that cannot be read: %v", err)
	}
}

// TestOpenIsCancelled gives up a start that hangs.
func TestOpenIsCancelled(t *testing.T) {
	t.Parallel()
	path := manifest(t, "odd", oddPlugin(t, "hangs-at-start"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := host.Open(ctx, path); err == nil {
		t.Error("a plugin that hangs was opened")
	}
	if pids := processesWith(t, path); len(pids) > 0 {
		t.Errorf("processes live on: %v", pids)
	}
}
