// Command testharness is the developer's host: everything that the page can do, without a browser, and a stand-in
// Console with practice mail servers for those who want to see it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// Exit statuses; scripts rely on them.
const (
	exitDone        = 0
	exitFailed      = 1  // the test failed, the values are invalid, or the plugin does not offer what the command needs
	exitUsage       = 2  // usage or manifest error
	exitUnavailable = 3  // the plugin is unavailable
	exitChanged     = 10 // apply has changed the settings, or would
)

// errChanged ends the program with exitChanged; everything there is to say has been said.
var errChanged = errors.New("changed")

// errFailed ends the program with exitFailed; everything there is to say has been said.
var errFailed = errors.New("failed")

// usageError is a mistake on the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() { os.Exit(untilStopped(carryOut)) }

// carryOut obeys the command line and returns the exit status.
func carryOut(ctx context.Context) int {
	root := newRootCommand()
	root.SetOut(terminal(os.Stdout))
	root.SetErr(terminal(os.Stderr))
	return report(root.ErrOrStderr(), root.ExecuteContext(ctx))
}

// untilSignalled runs the program until a signal ends it; a second one ends it at once.
func untilSignalled(run func(context.Context) int) int {
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx)
}

// endingSignals are those that end the program after the plugin has drained. nohup has SIGHUP ignored, and it stays so.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// report prints the error and returns the exit status.
func report(out io.Writer, err error) int {
	var usage usageError
	var unusable *manifest.Error
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.Is(err, errChanged):
		return exitChanged
	}
	fmt.Fprintln(out, "testharness: "+err.Error())
	switch {
	case errors.As(err, &usage), errors.Is(err, shared.ErrInvalidRequest):
		fmt.Fprintln(out, "Run testharness --help, or the command with --help.")
		return exitUsage
	case errors.As(err, &unusable):
		return exitUsage
	case errors.Is(err, shared.ErrPluginUnavailable):
		return exitUnavailable
	default:
		return exitFailed
	}
}
