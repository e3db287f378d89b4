package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/host/socketdir"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// How long the steps of a process's life may take. go-plugin has no deadline of its own for most of them.
const (
	defaultStartLimit = 10 * time.Second // to say where it listens, and again for the first calls
	goodbyeTimeout    = 3 * time.Second
)

// process is one run of the plugin. Everything in it is made anew for each start: go-plugin's client, the command, the
// checksum's state and the directory of the socket can all be used only once.
type process struct {
	page      *transport.Connection
	info      shared.Info
	client    *goplugin.Client
	command   *exec.Cmd
	kill      func()               // ends the process and its children by force, at any time, from any goroutine
	directory *socketdir.Directory // of the socket; nil when attached
	program   *program             // what was run; nil when attached
	exited    chan struct{}        // closed when the process is gone and its traces are removed
}

var _ run = (*process)(nil)

func (p *process) connection() *transport.Connection { return p.page }
func (p *process) described() shared.Info            { return p.info }
func (p *process) gone() <-chan struct{}             { return p.page.Gone() }
func (p *process) healthy(ctx context.Context) error { return p.page.Healthy(ctx) }
func (p *process) abort()                            { p.kill() }

// startProcess starts the plugin and makes sure that it is one we can work with. On failure nothing is left behind.
func startProcess(ctx context.Context, m *manifest.Manifest, o options, log *logTail) (*process, error) {
	if o.attached != "" {
		return attachProcess(ctx, o, log)
	}
	log.begin()
	if err := checkBinary(m); err != nil {
		return nil, err
	}
	directory, err := socketdir.New()
	if err != nil {
		return nil, err
	}
	prog, err := openProgram(m, directory.Path)
	if err != nil {
		directory.Remove()
		return nil, err
	}
	p := &process{directory: directory, program: prog, exited: make(chan struct{})}
	p.command = exec.Command(prog.path, arguments(m, o)...)
	p.command.Args[0] = m.Binary
	p.command.ExtraFiles = prog.inherited()
	p.command.Env = append(m.Environment(os.Environ()), "PLUGIN_UNIX_SOCKET_DIR="+directory.Path)
	p.command.Dir = filepath.Dir(m.Path)
	endWithParent(p.command)
	config := clientConfig(o, log, filepath.Base(m.Binary))
	runner := newProcessRunner(p.command)
	p.kill = func() { _ = runner.Kill(context.Background()) }
	config.RunnerFunc, config.UnixSocketConfig = runner.adopt, &goplugin.UnixSocketConfig{TempDir: directory.Path}
	config.AutoMTLS, config.SkipHostEnv, config.StartTimeout = true, true, o.startLimit
	p.client = goplugin.NewClient(config)
	protocol, err := p.launch(ctx, o.startLimit)
	if err != nil {
		p.stop()
		if p.command.ProcessState != nil && p.command.ProcessState.ExitCode() == transport.ExitConfiguration {
			return nil, manifest.Reported(m.Path, log.lastError(), err)
		}
		return nil, p.failure(ctx, startFailure{binary: m.Binary, err: err, ended: p.command.ProcessState, limit: o.startLimit}, log)
	}
	// From here on the process runs, so every failure must end it.
	if err := p.admit(ctx, protocol, o.startLimit); err != nil {
		_ = p.drain(func(string) {}) // It works already.
		p.stop()
		return nil, p.failure(ctx, startFailure{binary: m.Binary, err: err, limit: o.startLimit}, log)
	}
	return p, nil
}

// failure completes what is known of a start that went wrong. The process must be gone.
func (p *process) failure(ctx context.Context, f startFailure, log *logTail) error {
	if ctx.Err() != nil {
		return fmt.Errorf("its start was given up: %w", context.Cause(ctx))
	}
	f.said, f.lines = log.lastError(), log.ofThisRun()
	return &f
}

// clientConfig is what every connection to a plugin has in common. go-plugin itself logs nothing: its reader of the plugin's log
// panics on lines that hclog would not write, at every level but Off. Ours takes them all. The name is that of the plugin in the log.
func clientConfig(o options, log *logTail, named string) *goplugin.ClientConfig {
	return &goplugin.ClientConfig{
		HandshakeConfig:  transport.Handshake,
		VersionedPlugins: transport.ClientPlugins(),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		GRPCDialOptions:  append(transport.ClientDialOptions(), o.dialOptions...),
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off, Output: io.Discard}),
		Stderr:           log.stream(named),
		SyncStdout:       log.stream(named),
		SyncStderr:       log.stream(named),
	}
}

// launch starts the process on a thread that lives as long as the process does: the kernel ends the child when the
// thread that created it ends.
func (p *process) launch(ctx context.Context, limit time.Duration) (goplugin.ClientProtocol, error) {
	type result struct {
		protocol goplugin.ClientProtocol
		err      error
	}
	started := make(chan result, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		protocol, err := p.client.Client()
		started <- result{protocol, err}
		if err == nil {
			<-p.exited
		}
	}()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case r := <-started:
		return r.protocol, r.err
	case <-late.C: // go-plugin's own limit is not for the connection, which is made after the handshake.
		p.kill()
		return nil, errStartLimit
	case <-ctx.Done():
	}
	select { // A plugin that works already must not be cut off; admit sees that nobody wants it any more.
	case r := <-started:
		return r.protocol, r.err
	case <-time.After(goodbyeTimeout):
		p.kill() // go-plugin does not let go of a process that has not said yet where it listens.
		return nil, ctx.Err()
	}
}

// admit dispenses the page and makes the calls that must succeed before anybody else makes one.
func (p *process) admit(ctx context.Context, protocol goplugin.ClientProtocol, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	page, err := transport.Dispense(protocol)
	if err != nil {
		return err
	}
	p.page = page
	if p.info, err = page.Info(ctx); err != nil {
		return fmt.Errorf("it did not describe itself: %w", err)
	}
	switch _, err := page.Schema(ctx, shared.SchemaRequest{}); {
	case errors.Is(err, shared.ErrContractBroken):
		return fmt.Errorf("its form is refused: %w", err)
	case err != nil:
		return fmt.Errorf("it did not declare its form: %w", err)
	}
	return nil
}

// drainSilence is how long a plugin that drains may be silent. It tells every second that it lives.
const drainSilence = 5 * time.Second

// drain has the plugin end what must not be cut off, and tells what it waits for. It returns when the plugin has done so, or does not
// answer any more. It does not look at the plugin's health, which nobody else does meanwhile either.
func (p *process) drain(waiting func(what string)) error {
	if p.command == nil || p.page == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), shared.MaxDrain, fmt.Errorf("it took longer than %s", shared.MaxDrain))
	defer cancel()
	ctx, abandon := context.WithCancelCause(ctx)
	silence := time.AfterFunc(drainSilence, func() { abandon(errors.New("it stopped answering")) })
	defer silence.Stop()
	drainer, err := transport.Companion[shared.Drainer](p.page)
	if err != nil {
		return err
	}
	err = drainer.Drain(ctx, func(what string) {
		silence.Reset(drainSilence)
		waiting(what)
	})
	switch {
	case errors.Is(err, shared.ErrUnsupported): // It has nothing that must not be cut off.
		return nil
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return err
	}
}

// stop ends the process: politely, and after goodbyeTimeout by force, which also ends one that is stopped or hangs. It
// returns when the process is gone.
func (p *process) stop() {
	if p.command == nil { // Attached to a plugin that somebody else ends.
		if p.page != nil {
			_ = p.page.Disconnect()
		}
		p.clear()
		return
	}
	done := make(chan struct{})
	go func() {
		p.client.Kill()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(goodbyeTimeout):
		p.kill()
		<-done
	}
	p.clear()
}

// ending says how the process ended, after stop: "exit status 2" or "signal: killed".
func (p *process) ending() string {
	if p.command == nil || p.command.ProcessState == nil {
		return "unknown"
	}
	return p.command.ProcessState.String()
}

// clear removes what the process leaves behind: its socket outlives a crash.
func (p *process) clear() {
	p.kill()
	if p.directory != nil {
		p.program.close()
		p.directory.Remove()
	}
	select {
	case <-p.exited:
	default:
		close(p.exited)
	}
}

func arguments(m *manifest.Manifest, o options) []string {
	list := []string{"-manifest", m.Path}
	if o.passive {
		list = append(list, "-passive")
	}
	for name, value := range o.overrides {
		list = append(list, "-"+name, value)
	}
	return list
}
