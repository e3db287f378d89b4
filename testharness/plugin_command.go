package main

import (
	"cmp"
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
)

// invocation is one run of a command that uses the plugin.
type invocation struct {
	*host.Host
	args []string
	// live takes what is told while the command works. With --json it goes nowhere.
	live io.Writer
	// notices takes what people want to know meanwhile and no script reads; it is standard error. With --json it goes
	// nowhere.
	notices io.Writer
	// prompts takes what the user is asked to do, with --json too; it is standard error.
	prompts io.Writer
	// answers is where questions are answered; nil when they cannot be.
	answers io.Reader
}

// result is what came of an invocation.
type result struct {
	document any             // what --json prints
	text     func(io.Writer) // what is printed without --json
	failed   bool            // ends the program with exitFailed, after all was printed
	changed  bool            // ends the program with exitChanged, after all was printed
	err      error           // what ended the work before its end; told after all was printed
}

// runFunc does what a command is for. The plugin is open while it runs.
type runFunc func(context.Context, invocation) (result, error)

// passiveCommand completes a command that looks something up or changes it: the plugin delivers no notifications
// meanwhile.
func (g *global) passiveCommand(command *cobra.Command, run runFunc) *cobra.Command {
	return pluginCommand(command, g.open, run)
}

// activeCommand completes a command while which the plugin does all that it does in a Console.
func (g *global) activeCommand(command *cobra.Command, run runFunc) *cobra.Command {
	return pluginCommand(command, g.openActive, run)
}

// pluginCommand gives the command --json and what it runs: it opens the plugin, runs, prints the result and closes the
// plugin. What can be wrong with flags and arguments belongs into PreRunE, so that it is told before the plugin starts.
func pluginCommand(command *cobra.Command, open openFunc, run runFunc) *cobra.Command {
	var asJSON bool
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	command.RunE = func(command *cobra.Command, args []string) error {
		return withPlugin(command.Context(), open, func(h *host.Host) error {
			out := command.OutOrStdout()
			live, notices := out, command.ErrOrStderr()
			if asJSON {
				live, notices = io.Discard, io.Discard
			}
			done, err := run(command.Context(), invocation{
				Host: h, args: args, live: live, notices: notices,
				prompts: command.ErrOrStderr(), answers: answersFrom(command.InOrStdin()),
			})
			if err != nil {
				return inWords(command, err)
			}
			if asJSON {
				err = printJSON(out, done.document)
			} else {
				done.text(out)
			}
			return cmp.Or(err, inWords(command, done.err), failedIf(done.failed, nil), changedIf(done.changed))
		})
	}
	return command
}

// withPlugin opens the plugin, uses it and closes it.
func withPlugin(ctx context.Context, open openFunc, use func(*host.Host) error) error {
	h, err := open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return use(h)
}
