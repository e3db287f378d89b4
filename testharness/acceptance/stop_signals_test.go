package acceptance

import (
	"bufio"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignalsSendNothingTwice sends the signals of init systems and terminals to the Console, to its process group, and
// to all that belongs to it as to a control group, during a final reply.
func TestSignalsSendNothingTwice(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		signal syscall.Signal
		to     func(console, plugin int) []int
	}{
		"SIGTERM to the Console":       {syscall.SIGTERM, func(console, _ int) []int { return []int{console} }},
		"SIGTERM to its process group": {syscall.SIGTERM, func(console, _ int) []int { return []int{-console} }},
		"SIGTERM to its control group": {syscall.SIGTERM,
			func(console, plugin int) []int { return []int{plugin, console} }},
		"SIGHUP to its process group": {syscall.SIGHUP,
			func(console, plugin int) []int { return []int{-console, plugin} }},
		"SIGINT from the terminal": {syscall.SIGINT,
			func(console, plugin int) []int { return []int{-console, plugin} }},
		"SIGTERM to the plugin, then to it": {syscall.SIGTERM,
			func(console, plugin int) []int { return []int{plugin, plugin, -console} }},
	} {
		t.Run(name, func(t *testing.T) {
			server := startSlowServer(t)
			path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
			h := supervised(t, path)
			configure(t, h, server.Port(), server.Password)
			h.Close()
			console := startStoppable(t, path)
			r := harness(t, "", "notify", "--manifest", path, "--to", "you@email.com", "--subject", "m00",
				"--text", "x", "--key", "m00")
			if r.status != 0 {
				t.Fatal(r)
			}
			server.acknowledge("m00")
			server.awaitFirst(t)
			for _, pid := range one.to(console.Process.Pid, console.plugin(t, path)) {
				if err := kill(pid, one.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
					t.Fatal(err)
				}
			}
			if !console.awaitLog("the final reply of 1 message") {
				t.Error("it ended before the server had replied")
			}
			server.open()
			if err := console.Wait(); err != nil {
				t.Errorf("the Console ended with %v", err)
			}
			server.checkOnce(t, supervised(t, path))
		})
	}
}

// stoppable is a program in a process group of its own whose log is read.
type stoppable struct {
	*exec.Cmd
	log *bufio.Scanner
}

func startStoppable(t *testing.T, manifest string) *stoppable {
	t.Helper()
	command := exec.Command(binary("testharness"), "console", "--listen", "127.0.0.1:0", "--manifest", manifest)
	ownGroup(command)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() })
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return &stoppable{command, bufio.NewScanner(stderr)}
}

// plugin is the process that the program has started with the manifest.
func (s *stoppable) plugin(t *testing.T, manifest string) int {
	t.Helper()
	for _, pid := range processesWith(t, manifest) {
		if pid != s.Process.Pid {
			return pid
		}
	}
	t.Fatal("there is no plugin")
	return 0
}

// awaitLog reads the log to a line with the text; it is false when the log ends before that.
func (s *stoppable) awaitLog(text string) bool {
	for s.log.Scan() {
		if strings.Contains(s.log.Text(), text) {
			return true
		}
	}
	return false
}

// TestSecondSignalEndsAtOnce sends a second SIGTERM to a Console that waits for a final reply.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	h := supervised(t, path)
	configure(t, h, server.Port(), server.Password)
	h.Close()
	console := startStoppable(t, path)
	r := harness(t, "", "notify", "--manifest", path, "--to", "you@email.com", "--subject", "m00", "--text", "x")
	if r.status != 0 {
		t.Fatal(r)
	}
	server.awaitFirst(t)
	_ = console.Process.Signal(syscall.SIGTERM)
	if !console.awaitLog("the final reply of 1 message") {
		t.Fatal("it did not wait")
	}
	_ = console.Process.Signal(syscall.SIGTERM)
	_ = console.Wait()
	for late := time.Now().Add(time.Minute); len(processesWith(t, path)) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the plugin outlives its host")
		}
	}
}
