package acceptance

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// supervised opens a host, without a log, that ends with the test.
func supervised(t *testing.T, path string, options ...host.Option) *host.Host {
	t.Helper()
	h, err := host.Open(t.Context(), path, append([]host.Option{host.WithLogger(hclog.NewNullLogger())}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// pluginProcess is the one process that was started with the manifest.
func pluginProcess(t testing.TB, path string) int {
	t.Helper()
	pids := processesWith(t, path)
	if len(pids) != 1 {
		t.Fatalf("%d processes with %s: %v", len(pids), path, pids)
	}
	return pids[0]
}

// await waits for a state of the plugin.
func await(t testing.TB, h *host.Host, wanted host.State) host.Status {
	t.Helper()
	late := time.Now().Add(time.Minute) // Only so that a plugin that never gets there ends the test.
	for {
		status := h.Status()
		if status.State == wanted {
			return status
		}
		if time.Now().After(late) {
			t.Fatalf("the plugin is %s (%s), not %s", status.State, status.Reason, wanted)
		}
		time.Sleep(time.Millisecond)
	}
}

// quick is a restart policy that does not make a test wait.
var quick = host.RestartPolicy{
	First: time.Millisecond, Longest: 10 * time.Millisecond, Crashes: 1000, Within: time.Minute,
}

// TestCrashIsSurvived kills the plugin: the same handle works again, with the same settings.
func TestCrashIsSurvived(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	h := supervised(t, path, host.WithRestartPolicy(quick))
	saveServer(t, h.Page(), "first.example")
	for range 3 {
		before := pluginProcess(t, path)
		if err := kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// The call may still meet the dying process, but never a wrong answer.
		snapshot, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil && !errors.Is(err, shared.ErrPluginUnavailable) {
			t.Fatal(err)
		}
		await(t, h, host.StateRunning)
		if err != nil {
			if snapshot, err = h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
				t.Fatal(err)
			}
		}
		if server := snapshot.Values["server"]; server != shared.Text("first.example") {
			t.Errorf("after the crash the server is %s", server)
		}
	}
}

// saveServer saves a server over whatever is in force and returns the new revision.
func saveServer(t testing.TB, page shared.SettingsPage, server string) int64 {
	t.Helper()
	now, err := page.Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := page.Save(t.Context(), shared.SaveRequest{Actor: "anna", Revision: now.Revision.Number,
		Draft: shared.Draft{
			Values: shared.Values{"server": shared.Text(server), "login": shared.Text("me@email.com"),
				"use_ssl": shared.Boolean(true)},
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")},
		}})
	if err != nil || !result.Saved {
		t.Fatalf("not saved: %v, %+v", err, result.Diagnostics)
	}
	return result.Snapshot.Revision.Number
}

// TestHangIsNoticed stops the plugin without killing it.
func TestHangIsNoticed(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	h := supervised(t, path, host.WithRestartPolicy(quick), host.WithHealthCheck(host.HealthCheck{
		Every: 20 * time.Millisecond, Patience: 500 * time.Millisecond,
	}))
	before := pluginProcess(t, path)
	if err := kill(before, suspendSignal); err != nil {
		t.Fatal(err)
	}
	awaitAnother(t, path, before)
	if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
		t.Error(err)
	}
}

// awaitAnother waits until another process than the one before serves the manifest.
func awaitAnother(t testing.TB, path string, before int) {
	t.Helper()
	late := time.Now().Add(time.Minute)
	for {
		if pids := processesWith(t, path); len(pids) == 1 && pids[0] != before {
			return
		}
		if time.Now().After(late) {
			t.Fatal("the plugin was not replaced")
		}
		time.Sleep(time.Millisecond)
	}
}

// TestStoppedPluginIsClosed closes a host whose plugin does not answer any more.
func TestStoppedPluginIsClosed(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	h, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := kill(pluginProcess(t, path), suspendSignal); err != nil {
		t.Fatal(err)
	}
	h.Close()
	if pids := processesWith(t, path); len(pids) > 0 {
		t.Errorf("processes live on: %v", pids)
	}
}

// TestTooManyCrashes ends in failure, with the plugin's last words, until a restart is asked for.
func TestTooManyCrashes(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	policy := quick
	policy.Crashes, policy.Longest = 3, time.Hour // It stays failed while this test looks.
	h := supervised(t, path, host.WithRestartPolicy(policy),
		host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	for range policy.Crashes { // One that is killed while it starts has not run, and is no crash.
		await(t, h, host.StateRunning)
		since := h.Status().Since
		_ = kill(pluginProcess(t, path), syscall.SIGKILL)
		for h.Status().Since.Equal(since) {
			time.Sleep(time.Millisecond)
		}
	}
	await(t, h, host.StateFailed)
	_, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if !errors.Is(err, shared.ErrPluginUnavailable) {
		t.Errorf("a call of a plugin that has failed: %v", err)
	}
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	page := get(t, server.URL+"/")
	for _, want := range []string{"is not running",
		"It crashed too often to be restarted at once; it is tried again from time to time.", "Restart"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	h.Restart()
	await(t, h, host.StateRunning)
	if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
		t.Errorf("after the restart: %v", err)
	}
}

// TestRefusedStartsGoOn takes away what the plugin needs to start, for longer than crashes are allowed, and gives it
// back.
func TestRefusedStartsGoOn(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	copied := filepath.Join(t.TempDir(), "smtp-plugin")
	content, err := os.ReadFile(binary("smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, copied, string(content), 0o755)
	path := manifest(t, "smtp", copied, fmt.Sprintf("data_dir = %q", data))
	policy := quick
	policy.Crashes = 3
	h := supervised(t, path, host.WithRestartPolicy(policy))
	saveServer(t, h.Page(), "first.example")
	hidden := map[string]struct{ what, instead string }{
		"binary": {copied, ""}, "data directory": {data, "a file is in its place"},
	}
	for name, hide := range hidden {
		if err := os.Rename(hide.what, hide.what+".away"); err != nil {
			t.Fatal(err)
		}
		if hide.instead != "" {
			write(t, hide.what, hide.instead, 0o600)
		}
		_ = kill(pluginProcess(t, path), syscall.SIGKILL)
		refused, since := 0, h.Status().Since
		for refused < 3*policy.Crashes {
			status := h.Status()
			if status.State == host.StateFailed {
				t.Fatalf("%s: it was given up: %s", name, status.Reason)
			}
			if status.State == host.StateWaiting && status.Since != since &&
				strings.Contains(status.Reason, filepath.Base(hide.what)) {
				refused, since = refused+1, status.Since
			}
			time.Sleep(time.Millisecond)
		}
		_ = os.Remove(hide.what)
		if err := os.Rename(hide.what+".away", hide.what); err != nil {
			t.Fatal(err)
		}
		await(t, h, host.StateRunning)
		snapshot, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil || snapshot.Values["server"] != shared.Text("first.example") {
			t.Errorf("%s: afterwards: %v, %v", name, snapshot.Values, err)
		}
	}
}

// TestRestartIsNoCrash asks for more restarts than crashes are allowed.
func TestRestartIsNoCrash(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	policy := quick
	policy.Crashes = 2
	h := supervised(t, path, host.WithRestartPolicy(policy))
	for range 4 {
		before := pluginProcess(t, path)
		h.Restart()
		awaitAnother(t, path, before)
		await(t, h, host.StateRunning)
	}
}

func get(t testing.TB, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var text strings.Builder
	if _, err := bufio.NewReader(answer.Body).WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestHostIsKilled kills the host: its plugin ends with it, and the next host removes what it left behind.
func TestHostIsKilled(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	temporary := shortDir(t)
	command := exec.Command(binary("testharness"), "console", "--listen", "127.0.0.1:0", "--manifest", path)
	command.Env = append(os.Environ(), "TMPDIR="+temporary)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	late := time.Now().Add(time.Minute)
	for len(processesWith(t, path)) > 0 {
		if time.Now().After(late) {
			t.Fatalf("the plugin outlives its host: %v", processesWith(t, path))
		}
		time.Sleep(time.Millisecond)
	}
	if r := harnessIn(t, temporary, "", "load", "--manifest", path); r.status != 0 {
		t.Errorf("the next host: exit status %d\n%s", r.status, r.stderr)
	}
	checkNothingLeft(t, temporary, path)
}

// TestEnvironmentIsNotPassedOn looks at what the plugin's process can see.
func TestEnvironmentIsNotPassedOn(t *testing.T) {
	t.Setenv("CONSOLE_DATABASE_PASSWORD", "hunter2")
	t.Setenv("SMTP_EHLO_NAME", "console.example")
	path := manifest(t, "smtp", "smtp-plugin")
	supervised(t, path)
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pluginProcess(t, path)))
	if errors.Is(err, os.ErrPermission) {
		return // Nobody can look, which is better still.
	}
	if err != nil {
		t.Fatal(err)
	}
	if text := string(environment); strings.Contains(text, "hunter2") || !strings.Contains(text, "SMTP_EHLO_NAME") {
		t.Errorf("the plugin's environment is %q", text)
	}
}

// TestSocketIsPrivate looks at the mode of the socket's directory and at the plugin's limit for core dumps.
func TestSocketIsPrivate(t *testing.T) {
	temporary := shortDir(t)
	t.Setenv("TMPDIR", temporary)
	path := manifest(t, "smtp", "smtp-plugin")
	supervised(t, path)
	entries, err := os.ReadDir(temporary)
	if err != nil {
		t.Fatal(err)
	}
	directories := slices.DeleteFunc(entries,
		func(entry os.DirEntry) bool { return !strings.HasPrefix(entry.Name(), "sp-") })
	if len(directories) != 1 {
		t.Fatalf("%d directories for sockets", len(directories))
	}
	info, err := os.Stat(filepath.Join(temporary, directories[0].Name()))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory: %v, %v", info.Mode(), err)
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pluginProcess(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok && strings.Fields(rest)[0] != "0" {
			t.Errorf("core dumps are allowed: %s", line)
		}
	}
}

// TestFloodIsCutOff lets a plugin send events without end.
func TestFloodIsCutOff(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	h := supervised(t, manifest(t, "odd", oddPlugin(t, "floods")))
	count, longest := 0, 0
	err := h.Page().Test(t.Context(), shared.TestRequest{Draft: shared.Draft{Values: shared.Values{"url": shared.Text(
		target.URL)}}},
		func(event shared.TestEvent) error {
			count++
			if finished, ok := event.(shared.StepFinished); ok {
				longest = max(longest, len(finished.Label))
			}
			return nil
		})
	if err == nil || !strings.Contains(err.Error(), "was cut off") || count > 1000 || longest > 5000 {
		t.Errorf("%d events, the longest label has %d bytes, error %v", count, longest, err)
	}
	if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
