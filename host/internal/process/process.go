// Package process runs the plugin's process: it checks the binary and runs what it has checked, makes the first
// calls, and ends the process with all that it leaves behind. A start that fails is explained.
package process

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
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
	"github.com/smtp-settings/smtp-settings/host/internal/socketdir"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// goodbyeTimeout is how long a process may take to end. go-plugin has no deadline of its own for most steps of its
// life.
const goodbyeTimeout = 3 * time.Second

// Config says what is run and how.
type Config struct {
	Manifest *manifest.Manifest
	// Arguments are those of the process beside -manifest.
	Arguments []string
	// StartLimit is how long the process may take to say where it listens, and again to answer the first calls.
	StartLimit  time.Duration
	DialOptions []grpc.DialOption
	// Log takes all that the process writes.
	Log *pluginlog.Tail
}

// Process is one run of the plugin. Everything in it is made anew for each start: go-plugin's client, the command, the
// checksum's state and the directory of the socket can all be used only once. It may be used concurrently.
type Process struct {
	page      *transport.Connection
	info      shared.Info
	client    *goplugin.Client
	command   *exec.Cmd
	kill      func()               // ends the process and its children by force, at any time, from any goroutine
	directory *socketdir.Directory // of the socket; nil when attached
	program   *program             // what was run; nil when attached
	exited    chan struct{}        // closed when the process is gone and its traces are removed
}

// Connection is the page of the plugin.
func (p *Process) Connection() *transport.Connection { return p.page }

// Info is how the plugin has described itself.
func (p *Process) Info() shared.Info { return p.info }

// Gone is closed when the process has ended, or the connection with it.
func (p *Process) Gone() <-chan struct{} { return p.page.Gone() }

// Healthy asks whether the process still answers.
func (p *Process) Healthy(ctx context.Context) error { return p.page.Healthy(ctx) }

// Abort ends the process by force and does not wait. A process that is attached stays.
func (p *Process) Abort() { p.kill() }

// Start starts the plugin and makes sure that it is one that a host can work with. The error says the cause and the
// remedy: it is a *manifest.Error when plugin.hcl or what it names is to blame, and otherwise one for which
// errors.Is(err, shared.ErrPluginUnavailable) holds. After an error nothing is left behind.
func Start(ctx context.Context, c Config) (*Process, error) {
	p, err := start(ctx, c)
	if err != nil {
		return nil, notStarted(c.Manifest, err)
	}
	return p, nil
}

func start(ctx context.Context, c Config) (*Process, error) {
	m := c.Manifest
	c.Log.Begin()
	if err := m.CheckProgram(); err != nil {
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
	p := &Process{directory: directory, program: prog, exited: make(chan struct{})}
	p.command = command(c, prog, directory.Path)
	config := clientConfig(c, filepath.Base(m.Binary))
	runner := newProcessRunner(p.command, c.Log.Stream(filepath.Base(m.Binary)))
	p.kill = func() { _ = runner.Kill(context.Background()) }
	config.RunnerFunc, config.UnixSocketConfig = runner.adopt, &goplugin.UnixSocketConfig{TempDir: directory.Path}
	config.AutoMTLS, config.SkipHostEnv, config.StartTimeout = true, true, c.StartLimit
	p.client = goplugin.NewClient(config)
	protocol, err := p.launch(ctx, c.StartLimit)
	if err != nil {
		p.Stop()
		if p.command.ProcessState != nil && p.command.ProcessState.ExitCode() == transport.ExitConfiguration {
			return nil, manifest.Reported(m.Path, c.Log.LastError(), err)
		}
		f := startFailure{binary: m.Binary, err: err, ended: p.command.ProcessState, limit: c.StartLimit}
		return nil, p.failure(ctx, f, c.Log)
	}
	// From here on the process runs, so every failure must end it.
	if err := p.admit(ctx, protocol, c.StartLimit); err != nil {
		_ = p.Drain(func(string) {}) // It works already.
		p.Stop()
		return nil, p.failure(ctx, startFailure{binary: m.Binary, err: err, limit: c.StartLimit}, c.Log)
	}
	return p, nil
}

// failure completes what is known of a start that went wrong. The process must be gone.
func (p *Process) failure(ctx context.Context, f startFailure, log *pluginlog.Tail) error {
	if ctx.Err() != nil {
		return fmt.Errorf("its start was given up: %w", context.Cause(ctx))
	}
	f.said, f.lines = log.LastError(), log.OfThisRun()
	return &f
}

// notStarted says which plugin did not start, unless plugin.hcl is to blame.
func notStarted(m *manifest.Manifest, err error) error {
	var unusable *manifest.Error
	if errors.As(err, &unusable) {
		return err
	}
	return fmt.Errorf("%w: plugin %q (%s) did not start: %w", shared.ErrPluginUnavailable, m.Name, m.Binary, err)
}

// command is how the program is run.
func command(c Config, prog *program, directory string) *exec.Cmd {
	m := c.Manifest
	run := exec.Command(prog.path, append([]string{"-manifest", m.Path}, c.Arguments...)...)
	run.Args[0] = m.Binary
	run.ExtraFiles = prog.inherited()
	run.Env = append(m.Environment(os.Environ()), "PLUGIN_UNIX_SOCKET_DIR="+directory)
	run.Dir = filepath.Dir(m.Path)
	endWithParent(run)
	return run
}

// clientConfig is what every connection to a plugin has in common. go-plugin itself logs nothing: its reader of the
// plugin's log panics on lines that hclog would not write, at every level but Off. Ours takes them all. The name is
// that of the plugin in the log.
func clientConfig(c Config, named string) *goplugin.ClientConfig {
	return &goplugin.ClientConfig{
		HandshakeConfig:  transport.Handshake,
		VersionedPlugins: transport.ClientPlugins(),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		GRPCDialOptions:  append(transport.ClientDialOptions(), c.DialOptions...),
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off, Output: io.Discard}),
		Stderr:           c.Log.Stream(named),
		SyncStdout:       c.Log.Stream(named),
		SyncStderr:       c.Log.Stream(named),
	}
}

// launch starts the process on a thread that lives as long as the process does: the kernel ends the child when the
// thread that created it ends.
func (p *Process) launch(ctx context.Context, limit time.Duration) (goplugin.ClientProtocol, error) {
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
func (p *Process) admit(ctx context.Context, protocol goplugin.ClientProtocol, limit time.Duration) error {
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

// Drain has the plugin end what must not be cut off, and tells what it waits for. It returns when the plugin has
// done so, or does not answer any more. It does not look at the plugin's health, which nobody else does meanwhile
// either.
func (p *Process) Drain(waiting func(what string)) error {
	if p.command == nil || p.page == nil {
		return nil
	}
	late := fmt.Errorf("it took longer than %s", shared.MaxDrain)
	ctx, cancel := context.WithTimeoutCause(context.Background(), shared.MaxDrain, late)
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

// Stop ends the process: politely, and after goodbyeTimeout by force, which also ends one that is stopped or hangs. It
// returns when the process is gone. A process that is attached stays.
func (p *Process) Stop() {
	if p.command == nil {
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

// Ending says how the process ended, after Stop: "exit status 2" or "signal: killed".
func (p *Process) Ending() string {
	if p.command == nil || p.command.ProcessState == nil {
		return "unknown"
	}
	return p.command.ProcessState.String()
}

// clear removes what the process leaves behind: its socket outlives a crash.
func (p *Process) clear() {
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
