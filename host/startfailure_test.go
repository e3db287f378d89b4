//go:build linux

package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// compiled is a compiled program of this system that is linked dynamically.
func compiled(t *testing.T) []byte {
	t.Helper()
	path, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// patched changes a text in a program for another one of the same length.
func patched(t *testing.T, content []byte, from, to string) []byte {
	t.Helper()
	if !bytes.Contains(content, []byte(from)) || len(from) != len(to) {
		t.Fatalf("the program does not hold %q, or it has another length than %q", from, to)
	}
	return bytes.Replace(content, []byte(from), []byte(to), 1)
}

// startFailureCases make each start fail for real. cause is the entry of startCauses that must tell it.
var startFailureCases = []struct {
	name    string
	cause   string
	content func(t *testing.T) []byte
	script  string // instead of content
	played  string // instead of a script: what TestPlayedPlugin plays
	arrange func(t *testing.T, path string)
	says    []string
}{
	{name: "other-processor", cause: "not-a-program", says: []string{"built for the processor", "this machine has " + runtime.GOARCH}, content: func(t *testing.T) []byte {
		content := compiled(t)
		other := byte(0xb7) // AArch64
		if runtime.GOARCH == "arm64" {
			other = 0x3e // x86-64
		}
		content[18] = other
		return content
	}},
	{name: "empty", cause: "not-a-program", says: []string{"is empty"}, content: func(*testing.T) []byte { return nil }},
	{name: "windows", cause: "not-a-program", says: []string{"a program for Windows"}, content: func(*testing.T) []byte { return []byte("MZ\x90\x00\x03") }},
	{name: "macos", cause: "not-a-program", says: []string{"a program for macOS"}, content: func(*testing.T) []byte { return []byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01") }},
	{name: "archive", cause: "not-a-program", says: []string{"archive; unpack it"}, content: func(*testing.T) []byte { return []byte("\x1f\x8b\x08\x00") }},
	{name: "no-first-line", cause: "not-a-program", script: "echo hello\n", says: []string{"without a first line such as #!/bin/sh"}},
	{name: "byte-order-mark", cause: "not-a-program", script: "\ufeff#!/bin/sh\n", says: []string{"byte order mark"}},
	{name: "header-only", cause: "not-a-program", says: []string{"not copied to the end"}, content: func(t *testing.T) []byte { return compiled(t)[:60] }},
	{name: "rubbish", cause: "not-a-program", says: []string{"build it for " + runtime.GOOS}, content: func(*testing.T) []byte { return []byte{0, 1, 2, 3} }},
	{name: "crlf", cause: "interpreter-missing", script: "#!/bin/sh\r\nexit 0\r\n", says: []string{"(CRLF)", `"/bin/sh\r"`, "run: sed -i"}},
	{name: "no-interpreter", cause: "interpreter-missing", script: "#!/opt/nowhere/node\n", says: []string{"its interpreter /opt/nowhere/node is not there"}},
	{name: "no-loader", cause: "interpreter-missing", says: []string{"the loader that it was linked for", "CGO_ENABLED=0"}, content: func(t *testing.T) []byte {
		return patched(t, compiled(t), ".so.", ".no.")
	}},
	{name: "interpreter-not-executable", cause: "not-permitted", script: "#!/etc/passwd\n", says: []string{"its interpreter /etc/passwd is not a program that may be run"}},
	{name: "being-written", cause: "system-limit", script: "#!/bin/sh\n", says: []string{"is being written just now", "rename it"}, arrange: func(t *testing.T, path string) {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
	}},
	{name: "large-environment", cause: "system-limit", script: "#!/bin/sh\n", says: []string{"name fewer variables in env"}, arrange: func(t *testing.T, _ string) {
		t.Setenv("START_HUGE", strings.Repeat("x", 200<<10))
	}},
	{name: "hangs", cause: "too-slow", script: "#!/bin/sh\necho 'still waiting for the moon' >&2\nexec sleep 60\n", says: []string{"did not get ready in time: the limit is 700ms", "host.WithStartLimit", "still waiting for the moon"}},
	{name: "other-contract", cause: "other-contract", script: "#!/bin/sh\necho '1|99|unix|/nowhere|grpc|'\nexec sleep 60\n", says: []string{"it speaks version 99, the host 1", "install matching versions"}},
	{name: "other-handshake", cause: "other-protocol", script: "#!/bin/sh\necho '7|1|unix|/nowhere|grpc|'\nexec sleep 60\n", says: []string{"handshake is of another kind"}},
	{name: "net-rpc", cause: "other-protocol", script: "#!/bin/sh\necho '1|1|unix|/nowhere|netrpc|'\nexec sleep 60\n", says: []string{"a settings plugin speaks gRPC"}},
	{name: "talks-first", cause: "output-before-handshake", script: "#!/bin/sh\necho Loading configuration\nexec sleep 60\n", says: []string{`it wrote "Loading configuration"`, "standard error"}},
	{name: "other-cookie", cause: "plugin-of-another-program", script: "#!/bin/sh\nprintf 'This binary is a plugin. These are not meant to be executed directly.\\nPlease execute\\n' >&2\nexit 1\n",
		says: []string{"a plugin of another program", "magic cookie"}},
	{name: "says-where-but-is-silent", cause: "too-slow", played: "silent", says: []string{"did not get ready in time: the limit is"}},
	{name: "does-not-answer", cause: "first-calls-too-slow", played: "hangs", says: []string{"did not answer its first calls in time: the limit is"}},
	{name: "ends-in-first-calls", cause: "ended-in-first-calls", played: "ends", says: []string{"it ended during its first calls", "panic: out of patience", "goroutine "}},
	{name: "says-why", cause: "says-itself", script: "#!/bin/sh\necho '{\"@level\":\"error\",\"@message\":\"the database is away\"}' >&2\nexit 1\n", says: []string{"did not start: the database is away"}},
	{name: "panics", cause: "says-itself", script: "#!/bin/sh\nprintf 'panic: no moon\\n\\ngoroutine 1 [running]:\\nmain.main()\\n' >&2\nexit 2\n", says: []string{"it crashed before it was ready: panic: no moon", "goroutine 1 [running]:"}},
	{name: "killed", cause: "ended-by-signal", script: "#!/bin/sh\nkill -KILL $$\n", says: []string{"(killed)", "when memory runs out", "journalctl -k"}},
	{name: "crashes", cause: "ended-by-signal", script: "#!/bin/sh\necho before >&2\nkill -SEGV $$\n", says: []string{"(segmentation fault", "the last that it said: before"}},
	{name: "sandboxed", cause: "ended-by-signal", script: "#!/bin/sh\nkill -SYS $$\n", says: []string{"seccomp"}},
	{name: "truncated", cause: "ended-by-signal", says: []string{"not copied to the end"}, content: func(t *testing.T) []byte { content := compiled(t); return content[:len(content)/2] }},
	{name: "says-nothing", cause: "ended", script: "#!/bin/sh\nexit 0\n", says: []string{"(exit status 0)", "it may not be a settings plugin"}},
	{name: "fails", cause: "ended", script: "#!/bin/sh\necho one >&2\necho two >&2\nexit 9\n", says: []string{"(exit status 9)", "the last that it said: two", "The last lines of its log:\n  one\n  two"}},
	{name: "env-finds-nothing", cause: "ended", script: "#!/usr/bin/env no-such-interpreter\n", says: []string{"(exit status 127)", "its interpreter no-such-interpreter is in no directory of PATH"}},
	{name: "env-crlf", cause: "ended", script: "#!/usr/bin/env sh\r\n", says: []string{"(CRLF)"}},
}

// TestStartFailures makes each start fail for real, and holds what is said: the cause, the remedy, the last lines of
// the log.
func TestStartFailures(t *testing.T) {
	told := map[string]bool{}
	for _, c := range startFailureCases {
		t.Run(c.name, func(t *testing.T) {
			if c.played != "" {
				c.script = fmt.Sprintf("#!/bin/sh\nexec %s -test.run=TestPlayedPlugin\n", os.Args[0])
				t.Setenv("START_PLAYS", c.played)
			}
			content := []byte(c.script)
			if c.content != nil {
				content = c.content(t)
			}
			m := declared(t, content, false)
			manifestText := "plugin \"thing\" {\n  binary = \"thing\"\n  env = [\"START_*\", \"SILENT_SOCKET\"]\n}\n"
			if err := os.WriteFile(m.Path, []byte(manifestText), 0o644); err != nil {
				t.Fatal(err)
			}
			if c.arrange != nil {
				c.arrange(t, m.Binary)
			}
			limit := 700 * time.Millisecond
			if c.played != "" {
				limit = 3 * time.Second // A process of this test takes longer to get ready than a shell.
			}
			h, err := Open(t.Context(), m.Path, WithStartLimit(limit))
			if err == nil {
				h.Close()
				t.Fatal("it started")
			}
			if !errors.Is(err, shared.ErrPluginUnavailable) {
				t.Errorf("the plugin is not unavailable: %v", err)
			}
			for _, text := range c.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("does not say %q:\n%v", text, err)
				}
			}
			if cause := causeOf(t, err); cause != c.cause {
				t.Errorf("told by %s, not by %s:\n%v", cause, c.cause, err)
			}
		})
		told[c.cause] = true
	}
	for _, cause := range startCauses {
		if !told[cause.name] {
			t.Errorf("no case for %s", cause.name)
		}
	}
}

// TestPlayedPlugin is no test: it is the process of a plugin that gets ready and then goes wrong.
func TestPlayedPlugin(*testing.T) {
	switch way := os.Getenv("START_PLAYS"); way {
	case "":
	case "silent":
		listener, err := net.Listen("unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s"))
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(os.Stdout, "1|1|unix|%s|grpc|\n", listener.Addr())
		time.Sleep(time.Hour)
	default:
		transport.Serve(&playedPage{way: way}, hclog.New(&hclog.LoggerOptions{Output: os.Stderr, JSONFormat: true}))
		os.Exit(0)
	}
}

type playedPage struct {
	shared.SettingsPage
	way string
}

func (p *playedPage) Info(ctx context.Context) (shared.Info, error) {
	if p.way == "ends" {
		go panic("out of patience")
	}
	<-ctx.Done()
	return shared.Info{}, ctx.Err()
}

func causeOf(t *testing.T, err error) string {
	t.Helper()
	var failure *startFailure
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no failure of a start", err)
	}
	for _, cause := range startCauses {
		if cause.explain(failure) != "" {
			return cause.name
		}
	}
	return "nothing"
}

// TestOldErrorsAreForgotten holds that a start is not blamed on what a run before it has said.
func TestOldErrorsAreForgotten(t *testing.T) {
	tail := newLogTail(hclog.NewNullLogger())
	fmt.Fprintln(tail.stream("x"), `{"@level":"error","@message":"old trouble"}`)
	tail.begin()
	if said := tail.lastError(); said != "" || len(tail.ofThisRun()) != 0 || len(tail.last()) != 1 {
		t.Errorf("said %q, of this run %q, of all runs %q", said, tail.ofThisRun(), tail.last())
	}
	for range 2 * logTailLines {
		fmt.Fprintln(tail.stream("x"), "[ERROR] line")
	}
	fmt.Fprintln(tail.stream("x"), `{"@level":"error","@message":"new trouble"}`)
	if said := tail.lastError(); said != "new trouble" || len(tail.ofThisRun()) != logTailLines {
		t.Errorf("said %q, %d lines of this run", said, len(tail.ofThisRun()))
	}
}

// TestNoexec starts a plugin on a file system that is mounted noexec, with and without a checksum.
func TestNoexec(t *testing.T) {
	if os.Getenv("START_NOEXEC") == "" {
		if os.Geteuid() != 0 {
			needsRoot(t, "only root mounts")
		}
		again := exec.Command(os.Args[0], "-test.run=^TestNoexec$", "-test.v")
		again.Env = append(os.Environ(), "START_NOEXEC=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	for _, pinned := range []bool{false, true} {
		m := declared(t, []byte("#!/bin/sh\n"), pinned)
		directory := filepath.Dir(m.Path)
		if err := unix.Mount(directory, directory, "", unix.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("none", directory, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_NOEXEC, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), m.Path); err == nil || !strings.Contains(err.Error(), "mounted noexec") {
			t.Errorf("pinned %v: %v", pinned, err)
		}
		if err := unix.Unmount(directory, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTooManyFiles and TestTooManyProcesses reach a limit of the system in a process of their own.
func TestTooManyFiles(t *testing.T) {
	inProcess(t, 0, func() {
		m := declared(t, []byte("#!/bin/sh\n"), false)
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
		limit := syscall.Rlimit{Cur: 3, Max: before.Max}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		_, err := startProcess(t.Context(), m, defaults(), newLogTail(hclog.NewNullLogger()))
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
		if err == nil || !strings.Contains(err.Error(), "too many") {
			t.Errorf("%v", err)
		}
	})
}

func TestTooManyProcesses(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("START_LIMITED") == "" {
		needsRoot(t, "only root changes the user")
	}
	inProcess(t, 4243, func() {
		m := declared(t, []byte("#!/bin/sh\n"), false)
		_, _ = startProcess(t.Context(), m, defaults(), newLogTail(hclog.NewNullLogger())) // The runtime has its threads now.
		if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := startProcess(t.Context(), m, defaults(), newLogTail(hclog.NewNullLogger())); err == nil || !strings.Contains(err.Error(), "may start no more processes") {
			t.Errorf("%v", err)
		}
	})
}

// inProcess runs a part of a test in a process of its own, with a user id unless that is zero.
func inProcess(t *testing.T, uid uint32, part func()) {
	t.Helper()
	if os.Getenv("START_LIMITED") != "" {
		part()
		return
	}
	program := os.Args[0]
	command := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), "START_LIMITED=1")
	if uid != 0 {
		directory, err := os.MkdirTemp("/tmp", "t")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(directory) })
		content, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		command.Path = filepath.Join(directory, "test")
		if err := errors.Join(os.WriteFile(command.Path, content, 0o755), os.Chmod(directory, 0o755)); err != nil {
			t.Fatal(err)
		}
		command.Dir = directory
		command.Env = append(command.Env, "TMPDIR=/tmp", "HOME="+directory)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// needsRoot skips a test that only root can run, except in continuous integration, where nothing may be skipped.
func needsRoot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %s", why)
	}
	t.Skip(why)
}
