package process

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// endings are processes that end in different ways. None of them would end within the time that a test has, unless
// it is ended as it must be. CHILD is the number of a child that must be gone.
var endings = []struct {
	name, script string
	early        bool // Kill comes before Start.
	killedAfter  string
	says         string
	outcome      string
}{
	{name: "ends", script: "echo done", says: "done\n"},
	{name: "fails", script: "echo sad >&2; exit 9", outcome: "exit status 9"},
	{name: "closes its output", script: "exec >&- 2>&-; sleep 0.1; exit 3", outcome: "exit status 3"},
	{name: "leaves a child", script: "sleep 3600 & echo $!", says: "CHILD\n"},
	{name: "leaves a silent child", script: "sleep 3600 >/dev/null 2>&1 & echo $!", says: "CHILD\n"},
	{
		name: "is killed", script: "echo up; exec sleep 3600",
		killedAfter: "up\n", says: "up\n", outcome: "signal: killed",
	},
	{
		name: "is killed with its children", script: "sleep 3600 & echo $!; wait",
		killedAfter: "\n", says: "CHILD\n", outcome: "signal: killed",
	},
	{name: "is killed before its start", script: "exec sleep 3600", early: true, outcome: "signal: killed"},
}

// TestRunner holds how processes end for go-plugin: by themselves or by force, whatever they leave behind.
func TestRunner(t *testing.T) {
	for _, c := range endings {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newProcessRunner(exec.Command("/bin/sh", "-c", c.script), nil)
			if r.ID() != "" {
				t.Errorf("its id is %s before its start", r.ID())
			}
			if c.early {
				_ = r.Kill(t.Context())
			}
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.ID() != strconv.Itoa(r.command.Process.Pid) {
				t.Errorf("its id is %s", r.ID())
			}
			said := readUntil(t, r.Stdout(), c.killedAfter)
			if c.killedAfter != "" {
				if err := r.Kill(t.Context()); err != nil {
					t.Error(err)
				}
			}
			rest, err := io.ReadAll(r.Stdout())
			if err != nil {
				t.Error(err)
			}
			said += string(rest)
			err = r.Wait(t.Context())
			if outcome := outcomeOf(err); outcome != c.outcome {
				t.Errorf("its outcome is %q", outcome)
			}
			if c.says == "CHILD\n" {
				checkGone(t, strings.TrimSpace(said))
			} else if said != c.says {
				t.Errorf("it says %q", said)
			}
			if err := r.Kill(context.Background()); err != nil {
				t.Errorf("killed when it is gone: %v", err)
			}
		})
	}
}

// readUntil reads until what was read ends as given; nothing when that is empty.
func readUntil(t *testing.T, from io.Reader, end string) string {
	t.Helper()
	var said []byte
	for end != "" && !strings.HasSuffix(string(said), end) {
		one := make([]byte, 1)
		if _, err := from.Read(one); err != nil {
			t.Fatal(err)
		}
		said = append(said, one...)
	}
	return string(said)
}

func outcomeOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// checkGone waits until there is no such process, or only what its parent has not asked for yet.
func checkGone(t *testing.T, id string) {
	t.Helper()
	pid, err := strconv.Atoi(id)
	if err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + id + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	_ = unix.Kill(pid, unix.SIGKILL)
	t.Errorf("the child %d goes on", pid)
}

// TestRunnerOfNothing starts a program that is not there.
func TestRunnerOfNothing(t *testing.T) {
	r := newProcessRunner(exec.Command("/nowhere/thing"), nil)
	if err := r.Start(t.Context()); err == nil {
		t.Error("it has started")
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := r.Kill(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOutputAfterTheHandshake holds that a program may print as much as it likes after its first line, in lines of any
// length: the log takes it, go-plugin sees the first line alone, and the program does not stand still.
func TestOutputAfterTheHandshake(t *testing.T) {
	var log bytes.Buffer
	const script = `echo handshake; head -c 300000 /dev/zero | tr '\0' x; echo; echo "more of it"`
	r := newProcessRunner(exec.Command("/bin/sh", "-c", script), &log)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	read, err := io.ReadAll(r.Stdout())
	if err != nil || string(read) != "handshake\n" {
		t.Errorf("%v, go-plugin is given %d bytes", err, len(read))
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.HasSuffix(log.String(), "x\nmore of it\n") || log.Len() != 300_000+len("\nmore of it\n") {
		t.Errorf("the log is given %d bytes", log.Len())
	}
}
