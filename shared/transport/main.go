package transport

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/version"
)

// Start is what a host gives to a plugin that it starts.
type Start struct {
	// Manifest is the plugin.hcl that declares the plugin.
	Manifest *manifest.Manifest
	// Logger writes to the host's log.
	Logger hclog.Logger
	// Passive asks the plugin to answer calls but to start no service of its own.
	Passive bool

	dataDir string
}

// DataDir returns the directory for the plugin's files: the configured one, a relative path starting from the
// manifest's directory, unless the operator has overridden it on the command line.
func (s Start) DataDir(configured string) string {
	if s.dataDir != "" {
		return s.dataDir
	}
	return s.Manifest.Resolve(configured)
}

// DebugVariable is the environment variable that lets debuggers look at a plugin's memory, which is kept from them
// otherwise. A host never passes it on.
const DebugVariable = "SETTINGS_PAGE_DEBUG"

// ExitConfiguration is the exit status of a plugin that cannot start because plugin.hcl is at fault (EX_CONFIG of
// sysexits.h). The host then blames the file, not the plugin.
const ExitConfiguration = 78

// Main is the whole main function of a plugin: it makes sure that a host has started the process, reads the manifest,
// opens the page and serves it until the host says goodbye. SIGINT, SIGTERM and SIGHUP do not end it: the host does,
// after a page that is a [shared.Drainer] has drained. A page that is an io.Closer is closed then. name is the
// program's name for the log and for people who start it by hand; --version prints it with what it was built from and
// ends. An error of open that holds a *manifest.ValueError is one of plugin.hcl, and is told with the place of the
// value.
//
// Nothing may be written to standard output before Main: the handshake goes there.
func Main(name string, open func(Start) (shared.SettingsPage, error)) {
	path := flag.String("manifest", "plugin.hcl", "the file that declares this plugin")
	dataDir := flag.String("data-dir", "", "overrides config.data_dir")
	passive := flag.Bool("passive", false, "answer calls but start no service")
	showVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *showVersion {
		fmt.Fprintln(os.Stdout, name, version.Current())
		os.Exit(0)
	}
	if !startedByHost() {
		fmt.Fprintln(
			os.Stderr,
			name+" is a plugin: a Console starts it by way of plugin.hcl. To try it out, run testharness console.",
		)
		os.Exit(1)
	}
	if os.Getenv(DebugVariable) == "" {
		protectMemory()
	}
	// The host reads the log line by line from standard error and picks the level.
	logger := hclog.New(&hclog.LoggerOptions{Name: name, Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	if os.Getenv(DebugVariable) == "" { // A debugger is no host that would end the plugin.
		outliveSignals(logger)
	}
	declared, err := manifest.Read(*path)
	if err != nil {
		refuseToStart(logger, err)
	}
	start := Start{Manifest: declared, Logger: logger, Passive: *passive, dataDir: *dataDir}
	opened := sync.OnceValue(func() shared.SettingsPage { return openPage(start, open) })
	go opened()
	time.AfterFunc(startIsOver, releaseStart)
	serveOpened(opened, logger)
	if closer, ok := opened().(io.Closer); ok {
		if err := closer.Close(); err != nil {
			logger.Warn("not everything was closed", "error", err)
		}
	}
}

// startIsOver is after how long a plugin has come to rest, and gives back what only its start has needed.
const startIsOver = 2 * time.Second

// openPage returns the page, or ends the process where that cannot be.
func openPage(start Start, open func(Start) (shared.SettingsPage, error)) shared.SettingsPage {
	page, err := open(start)
	for _, warning := range start.Manifest.Warnings() {
		start.Logger.Warn(warning)
	}
	var misfit *manifest.ValueError
	if errors.As(err, &misfit) {
		err = start.Manifest.Refuse(misfit.Key, misfit.Err)
	}
	if err != nil {
		refuseToStart(start.Logger, err)
	}
	return page
}

// startedByHost reports whether a host has started this process. It is asked before anything is opened, so that
// starting the binary by hand does nothing but say so.
func startedByHost() bool { return os.Getenv(Handshake.MagicCookieKey) == Handshake.MagicCookieValue }

// refuseToStart says why and ends the process. The host shows the last error of the log.
func refuseToStart(logger hclog.Logger, err error) {
	var unusable *manifest.Error
	if errors.As(err, &unusable) {
		logger.Error(unusable.Message())
		os.Exit(ExitConfiguration)
	}
	logger.Error(err.Error())
	os.Exit(1)
}
