package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

func newDebugCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "debug [-- COMMAND [ARGUMENT]...]",
		Short: "Run a plugin so that a debugger and a Console can attach to it",
		Long: `debug runs the plugin of plugin.hcl by itself, with the environment of a host, and says which process it is
and how a Console gets to it. Attach a debugger to that process, run "testharness attach" in another terminal, and use
the page: a call may stand at a breakpoint for an hour. Ctrl-C ends the plugin.

With a command, that one is run instead, such as a debugger that runs the plugin in its turn; it must leave the
plugin's standard output alone. The plugin's memory is not protected while it is debugged: use no secrets that matter.`,
		Example: `  testharness debug
  testharness debug -- dlv exec --headless --listen 127.0.0.1:2345 --continue --accept-multiclient \
    bin/smtp-plugin -- -manifest plugin.hcl`,
		Args: cobra.ArbitraryArgs,
		RunE: func(command *cobra.Command, args []string) error {
			if debugRefusal != "" {
				return usagef("%s", debugRefusal)
			}
			m, err := manifest.Read(g.manifest)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if err := m.CheckBinary(); err != nil {
					return err
				}
				args = []string{m.Binary, "-manifest", m.Path}
				if g.dataDir != "" {
					args = append(args, "-data-dir", g.dataDir)
				}
			}
			return debugPlugin(command, m.Path, args)
		},
	}
}

// debugStopLimit is how long the plugin may take to end.
const debugStopLimit = 5 * time.Second

// debugPlugin runs the command and tells where the plugin in it listens.
func debugPlugin(command *cobra.Command, path string, args []string) error {
	directory, err := filemode.MkdirTemp(os.TempDir(), "debug-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	run := exec.CommandContext(command.Context(), args[0], args[1:]...)
	run.Env = append(manifest.WithoutReserved(os.Environ()),
		transport.Handshake.MagicCookieKey+"="+transport.Handshake.MagicCookieValue,
		"PLUGIN_PROTOCOL_VERSIONS="+strconv.Itoa(transport.ProtocolVersion),
		"PLUGIN_UNIX_SOCKET_DIR="+directory, transport.DebugVariable+"=1")
	run.Stdin, run.Stderr = os.Stdin, os.Stderr
	run.Cancel = func() error { return run.Process.Signal(syscall.SIGTERM) }
	run.WaitDelay = debugStopLimit
	stdout, err := run.StdoutPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return usagef("%s cannot be run: %w", args[0], err)
	}
	tellWhere(stdout, command.OutOrStdout(), run.Process.Pid, path)
	if err := run.Wait(); err != nil && command.Context().Err() == nil {
		return fmt.Errorf("%w: %s ended: %w", shared.ErrPluginUnavailable, filepath.Base(args[0]), err)
	}
	return nil
}

// handshakeLine is what a plugin says when it is ready: versions, network, address, protocol.
var handshakeLine = regexp.MustCompile(`^\d+\|\d+\|(unix)\|([^|]+)\|grpc\b`)

// tellWhere copies what the command says, except for the handshake, which it explains.
func tellWhere(from io.Reader, to io.Writer, pid int, manifest string) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if said := handshakeLine.FindStringSubmatch(lines.Text()); said != nil {
			fmt.Fprintf(to, "The plugin is ready; process %d. In another terminal:\n"+
				"  testharness attach %s:%s --manifest %s\n", pid, said[1], said[2], manifest)
			continue
		}
		fmt.Fprintln(to, lines.Text())
	}
}

func newAttachCommand(g *global) *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "attach ADDRESS",
		Short: "Run the Console with a plugin that runs already",
		Long: `attach is the command console for a plugin that "testharness debug" runs: it connects to it instead of
starting one. The plugin stays when the Console ends. When the plugin ends, run both anew.`,
		Example: "  testharness attach unix:/tmp/debug-123/plugin456",
		Args:    exactly("where the plugin listens; testharness debug prints it"),
		RunE: func(command *cobra.Command, args []string) error {
			return runConsole(command, g, listen, host.WithAttached(args[0]))
		},
	}
	command.Flags().StringVar(&listen, "listen", defaultListen, listenUsage)
	return command
}
