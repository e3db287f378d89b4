package process

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared/processend"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// TestMain is the process that a test runs when the environment says so.
func TestMain(m *testing.M) {
	switch os.Getenv("RUN_AS") {
	case "":
		os.Exit(m.Run())
	case "plugin":
		transport.Serve(nil, hclog.NewNullLogger())
	case "sleeper":
		select {}
	case "host": // It starts a plugin with a child and is killed.
		r := newProcessRunner(playing("parent"), nil)
		if err := r.Start(context.Background()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		_, _ = io.Copy(os.Stdout, r.Stdout())
		os.Exit(0)
	case "parent", "leaver":
		child := playing("sleeper")
		if err := child.Start(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(os.Getpid(), child.Process.Pid)
		if os.Getenv("RUN_AS") == "parent" {
			select {}
		}
		os.Exit(9)
	}
}

// playing is this program as one of the processes of TestMain.
func playing(part string) *exec.Cmd {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "RUN_AS="+part)
	return command
}

// TestJob holds that a plugin and its children end together: when it is killed, when it ends by itself, and when its
// host is killed.
func TestJob(t *testing.T) {
	for _, c := range []struct{ part, outcome string }{
		{"parent", "exit status 1"}, {"leaver", "exit status 9"},
	} {
		t.Run(c.part, func(t *testing.T) {
			r := newProcessRunner(playing(c.part), &bytes.Buffer{})
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			ids := readIDs(t, r.Stdout())
			if c.part == "parent" {
				if err := r.Kill(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if err := r.Wait(t.Context()); err == nil || err.Error() != c.outcome {
				t.Errorf("its outcome is %v", err)
			}
			awaitAll(t, ids)
			if err := r.Kill(t.Context()); err != nil {
				t.Errorf("killed when it is gone: %v", err)
			}
		})
	}
	t.Run("host", func(t *testing.T) {
		host := playing("host")
		output, err := host.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := host.Start(); err != nil {
			t.Fatal(err)
		}
		ids := readIDs(t, output)
		if err := host.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = host.Wait()
		awaitAll(t, ids)
	})
}

// readIDs reads the line with the ids of a process and its child.
func readIDs(t *testing.T, from io.Reader) []string {
	t.Helper()
	var line []byte
	for one := make([]byte, 1); !bytes.HasSuffix(line, []byte("\n")); line = append(line, one...) {
		if _, err := from.Read(one); err != nil {
			t.Fatal(err)
		}
	}
	ids := strings.Fields(string(line))
	if len(ids) != 2 {
		t.Fatalf("it says %q", line)
	}
	return ids
}

// awaitAll waits until there are no such processes.
func awaitAll(t *testing.T, ids []string) {
	t.Helper()
	for _, id := range ids {
		pid, err := strconv.Atoi(id)
		if err == nil {
			err = processend.Await(pid)
		}
		if err != nil {
			t.Error(err)
		}
	}
}
