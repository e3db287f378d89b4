package process

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin/runner"
)

// outputGrace is how long the output of a process that has ended may still be read, when another process holds it open.
const outputGrace = 500 * time.Millisecond

// processRunner runs the plugin's process for go-plugin. go-plugin's own runner takes a process for running as long
// as anybody holds its output open, which a child of the plugin that has inherited it does: then the plugin's end
// goes unnoticed, and ending it takes as long as the child lives. This one looks at the process itself, ends what
// the process leaves behind, and then stops reading.
type processRunner struct {
	command        *exec.Cmd
	group          group
	stdout, stderr *output
	log            io.Writer     // takes what the process writes to standard output after the handshake
	exited         chan struct{} // closed when the process is gone
	outcome        error         // of the process; set when exited is closed

	mu              sync.Mutex
	started, killed bool
}

var _ runner.Runner = (*processRunner)(nil)

func newProcessRunner(command *exec.Cmd, log io.Writer) *processRunner {
	return &processRunner{command: command, log: log, exited: make(chan struct{})}
}

// adopt is go-plugin's RunnerFunc. What go-plugin wants in the environment comes last but for the directory of the
// socket, which is ours; go-plugin's own is of no use. The plugin does not get the standard input of the host.
func (r *processRunner) adopt(_ hclog.Logger, wanted *exec.Cmd, directory string) (runner.Runner, error) {
	_ = os.Remove(directory)
	own := r.command.Env
	r.command.Env = append(append(own[:len(own):len(own)], wanted.Env...), own[len(own)-1])
	return r, nil
}

// Start starts the process in a process group of its own, so that it can be ended with its children, and so that
// what a terminal or an init system sends to the host's group is the host's to act on.
func (r *processRunner) Start(context.Context) error {
	stdout, stdoutEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		return errors.Join(err, stdout.Close(), stdoutEnd.Close())
	}
	r.stdout, r.stderr = &output{File: stdout, exited: r.exited, rest: r.log}, &output{File: stderr}
	r.command.Stdout, r.command.Stderr = stdoutEnd, stderrEnd
	r.group.prepare(r.command)
	if err = r.command.Start(); err == nil {
		err = r.group.begin(r.command)
	}
	_, _ = stdoutEnd.Close(), stderrEnd.Close()
	if err != nil {
		_, _ = stdout.Close(), stderr.Close()
		close(r.exited)
		return err
	}
	go r.reap()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started = true; r.killed {
		return r.group.kill(r.command)
	}
	return nil
}

// reap waits for the end of the process and has its output end soon afterwards.
func (r *processRunner) reap() {
	r.outcome = r.group.wait(r.command)
	close(r.exited)
	time.AfterFunc(outputGrace, func() { _, _ = r.stdout.Close(), r.stderr.Close() })
}

// Wait returns when the process has ended, even when another process still holds its output.
func (r *processRunner) Wait(context.Context) error {
	<-r.exited
	return r.outcome
}

// Kill ends the process and its children by force. It may be called at any time, before the start as well, and does
// not wait.
func (r *processRunner) Kill(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killed = true; !r.started {
		return nil // Start does it.
	}
	return r.group.kill(r.command)
}

func (r *processRunner) Stdout() io.ReadCloser { return r.stdout }
func (r *processRunner) Stderr() io.ReadCloser { return r.stderr }
func (r *processRunner) Name() string          { return r.command.Path }

// ID returns the process id; empty before the start, which go-plugin takes for nothing to end.
func (r *processRunner) ID() string {
	if r.command.Process == nil {
		return ""
	}
	return strconv.Itoa(r.command.Process.Pid)
}

// Diagnose adds nothing: why a plugin does not start is explained elsewhere.
func (r *processRunner) Diagnose(context.Context) string { return "" }

func (r *processRunner) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (r *processRunner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// output is what the process writes. Closing it is the end of the file for who reads it.
type output struct {
	*os.File
	// exited delays the end for a moment until the process is gone. Many programs close their output just before
	// they end: go-plugin kills a process without output at once, and then how it would have ended cannot be told.
	// May be nil.
	exited <-chan struct{}
	// rest takes what comes after the first line; nil hands everything on. go-plugin reads no further than to a line that
	// is too long for it, and a program whose output nobody reads stands still. In Go go-plugin takes the output itself;
	// programs in other languages print to it.
	rest  io.Writer
	begun bool // the first line has been handed on
}

func (o *output) Read(p []byte) (int, error) {
	n, err := o.read(p)
	if err != nil {
		if o.exited != nil {
			select {
			case <-o.exited:
			case <-time.After(outputGrace):
			}
		}
		_ = o.Close()
		if errors.Is(err, os.ErrClosed) {
			err = io.EOF
		}
	}
	return n, err
}

func (o *output) read(p []byte) (int, error) {
	if o.begun {
		_, err := io.Copy(o.rest, o.File)
		return 0, cmp.Or(err, io.EOF)
	}
	n, err := o.File.Read(p)
	if end := bytes.IndexByte(p[:n], '\n'); o.rest != nil && end >= 0 {
		o.begun = true
		_, _ = o.rest.Write(p[end+1 : n]) // The log takes everything.
		n = end + 1
	}
	return n, err
}
