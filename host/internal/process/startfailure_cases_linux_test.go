package process

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
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
	script  string // instead of content; any text
	played  string // instead of a script: what TestPlayedPlugin plays
	arrange func(t *testing.T, path string)
	// arguments are those of the process, and limit what it has for its start; zero means enough.
	arguments []string
	limit     time.Duration
	says      []string
}{
	{
		name: "other-processor", cause: "not-a-program",
		says: []string{"built for the processor", "this machine has " + runtime.GOARCH},
		content: func(t *testing.T) []byte {
			content := compiled(t)
			other := byte(0xb7) // AArch64
			if runtime.GOARCH == "arm64" {
				other = 0x3e // x86-64
			}
			content[18] = other
			return content
		},
	},
	{
		name: "empty", cause: "not-a-program",
		says:   []string{"is empty"},
		script: "",
	},
	{
		name: "windows", cause: "not-a-program",
		says:   []string{"a program for Windows"},
		script: "MZ\x90\x00\x03",
	},
	{
		name: "macos", cause: "not-a-program",
		says:   []string{"a program for macOS"},
		script: "\xcf\xfa\xed\xfe\x07\x00\x00\x01",
	},
	{
		name: "archive", cause: "not-a-program",
		says:   []string{"archive; unpack it"},
		script: "\x1f\x8b\x08\x00",
	},
	{
		name: "no-first-line", cause: "not-a-program",
		script: "echo hello\n",
		says:   []string{"without a first line such as #!/bin/sh"},
	},
	{
		name: "byte-order-mark", cause: "not-a-program",
		script: "\ufeff#!/bin/sh\n",
		says:   []string{"byte order mark"},
	},
	{
		name: "header-only", cause: "not-a-program",
		says:    []string{"not copied to the end"},
		content: func(t *testing.T) []byte { return compiled(t)[:60] },
	},
	{
		name: "rubbish", cause: "not-a-program",
		says:   []string{"build it for " + runtime.GOOS},
		script: "\x00\x01\x02\x03",
	},
	{
		name: "crlf", cause: "interpreter-missing",
		script: "#!/bin/sh\r\nexit 0\r\n",
		says:   []string{"(CRLF)", `"/bin/sh\r"`, "run: sed -i"},
	},
	{
		name: "no-interpreter", cause: "interpreter-missing",
		script: "#!/opt/nowhere/node\n",
		says:   []string{"its interpreter /opt/nowhere/node is not there"},
	},
	{
		name: "no-loader", cause: "interpreter-missing",
		says: []string{"the loader that it was linked for", "CGO_ENABLED=0"},
		content: func(t *testing.T) []byte {
			return patched(t, compiled(t), ".so.", ".no.")
		},
	},
	{
		name: "interpreter-not-executable", cause: "not-permitted",
		script: "#!/etc/passwd\n",
		says:   []string{"its interpreter /etc/passwd is not a program that may be run"},
	},
	{
		name: "being-written", cause: "system-limit",
		script: "#!/bin/sh\n",
		says:   []string{"is being written just now", "rename it"},
		arrange: func(t *testing.T, path string) {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = file.Close() })
		},
	},
	{
		name: "large-environment", cause: "system-limit",
		script: "#!/bin/sh\n",
		says:   []string{"name fewer variables in env"},
		// The arguments count as the environment does.
		arguments: []string{strings.Repeat("x", 200<<10)},
	},
	{
		name: "hangs", cause: "too-slow", limit: 2 * time.Second,
		script: "#!/bin/sh\necho 'still waiting for the moon' >&2\nexec sleep 60\n",
		says: []string{
			"did not get ready in time: the limit is 2s", "host.WithStartLimit", "still waiting for the moon",
		},
	},
	{
		name: "other-contract", cause: "other-contract",
		script: "#!/bin/sh\necho '1|99|unix|/nowhere|grpc|'\nexec sleep 60\n",
		says:   []string{"it speaks version 99, the host 1", "install matching versions"},
	},
	{
		name: "other-handshake", cause: "other-protocol",
		script: "#!/bin/sh\necho '7|1|unix|/nowhere|grpc|'\nexec sleep 60\n",
		says:   []string{"handshake is of another kind"},
	},
	{
		name: "net-rpc", cause: "other-protocol",
		script: "#!/bin/sh\necho '1|1|unix|/nowhere|netrpc|'\nexec sleep 60\n",
		says:   []string{"a settings plugin speaks gRPC"},
	},
	{
		name: "talks-first", cause: "output-before-handshake",
		script: "#!/bin/sh\necho Loading configuration\nexec sleep 60\n",
		says:   []string{`it wrote "Loading configuration"`, "standard error"},
	},
	{
		name: "other-cookie", cause: "plugin-of-another-program",
		script: "#!/bin/sh\n" +
			"printf 'This binary is a plugin. These are not meant to be executed directly.\\nPlease execute\\n' >&2\n" +
			"exit 1\n",
		says: []string{"a plugin of another program", "magic cookie"},
	},
	{
		name: "says-where-but-is-silent", cause: "too-slow", limit: 2 * time.Second,
		played: "silent",
		says:   []string{"did not get ready in time: the limit is"},
	},
	{
		name: "does-not-answer", cause: "first-calls-too-slow", limit: 2 * time.Second,
		played: "hangs",
		says:   []string{"did not answer its first calls in time: the limit is"},
	},
	{
		name: "ends-in-first-calls", cause: "ended-in-first-calls",
		played: "ends",
		says:   []string{"it ended during its first calls", "panic: out of patience", "goroutine "},
	},
	{
		name: "says-why", cause: "says-itself",
		script: "#!/bin/sh\necho '{\"@level\":\"error\",\"@message\":\"the database is away\"}' >&2\nexit 1\n",
		says:   []string{"did not start: the database is away"},
	},
	{
		name: "panics", cause: "says-itself",
		script: "#!/bin/sh\nprintf 'panic: no moon\\n\\ngoroutine 1 [running]:\\nmain.main()\\n' >&2\nexit 2\n",
		says:   []string{"it crashed before it was ready: panic: no moon", "goroutine 1 [running]:"},
	},
	{
		name: "killed", cause: "ended-by-signal",
		script: "#!/bin/sh\nkill -KILL $$\n",
		says:   []string{"(killed)", "when memory runs out", "journalctl -k"},
	},
	{
		name: "crashes", cause: "ended-by-signal",
		script: "#!/bin/sh\necho before >&2\nkill -SEGV $$\n",
		says:   []string{"(segmentation fault", "the last that it said: before"},
	},
	{
		name: "sandboxed", cause: "ended-by-signal",
		script: "#!/bin/sh\nkill -SYS $$\n",
		says:   []string{"seccomp"},
	},
	{
		name: "truncated", cause: "ended-by-signal",
		says:    []string{"not copied to the end"},
		content: func(t *testing.T) []byte { return compiled(t)[:len(compiled(t))/2] },
	},
	{
		name: "says-nothing", cause: "ended",
		script: "#!/bin/sh\nexit 0\n",
		says:   []string{"(exit status 0)", "it may not be a settings plugin"},
	},
	{
		name: "fails", cause: "ended",
		script: "#!/bin/sh\necho one >&2\necho two >&2\nexit 9\n",
		says:   []string{"(exit status 9)", "the last that it said: two", "The last lines of its log:\n  one\n  two"},
	},
	{
		name: "env-finds-nothing", cause: "ended",
		script: "#!/usr/bin/env no-such-interpreter\n",
		says:   []string{"(exit status 127)", "its interpreter no-such-interpreter is in no directory of PATH"},
	},
	{
		name: "env-crlf", cause: "ended",
		script: "#!/usr/bin/env sh\r\n",
		says:   []string{"(CRLF)"},
	},
}
