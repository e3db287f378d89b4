package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// operateCommand is one of the commands that do something with notifications.
type operateCommand struct {
	name, short string
	examples    []string // of what is chosen by a filter
	operation   shared.Operation
	// one does it with one notification, for plugins whose service cannot be operated; nil where these do not.
	one func(shared.Notifier, context.Context, shared.NotificationRequest) (shared.NotificationEntry, error)
}

// operateCommands are all of them.
var operateCommands = []operateCommand{
	{
		name: "retry", short: "Have notifications tried at once", operation: shared.OperationRetry,
		examples: []string{"--state dead --cause mailbox_unknown --json", "--state retrying --to @example.com"},
		one:      shared.Notifier.Retry,
	},
	{
		name: "cancel", short: "Take notifications out of the queue", operation: shared.OperationCancel,
		examples: []string{"--state retrying --to @example.com --json", "--category newsletter"},
		one:      shared.Notifier.Cancel,
	},
	{
		name: "aside", short: "Note that dead letters were seen: they are no longer counted",
		operation: shared.OperationSetAside,
		examples:  []string{"--state dead --cause mailbox_unknown --json"},
	},
	{
		name: "purge", short: "Forget notifications that are delivered, dead, cancelled or expired",
		operation: shared.OperationPurge,
		examples:  []string{"--state delivered --accepted-before 720h --json"},
	},
}

// newOperateCommand does something with the notifications of ids, or with all that a filter chooses.
func newOperateCommand(g *global, kind operateCommand) *cobra.Command {
	var which filter
	var all bool
	lines := []string{"  testharness " + kind.name + " 42"}
	for _, filtered := range kind.examples {
		lines = append(lines, "  testharness "+kind.name+" "+filtered)
	}
	command := &cobra.Command{
		Use: kind.name + " [ID...]", Short: kind.short,
		Long: kind.short + `.

It says how many were chosen, and to how many of them it was done: what does not fit the state of a
notification leaves it as it is. With ids it also says how each is then.

Exit status: 0 done, also when there was nothing to do; 1 failed; 2 usage or manifest error, or there is no notification
of one of the ids, while it is done with the others; 3 the plugin is unavailable.`,
		Example: strings.Join(lines, "\n"),
		Args:    cobra.ArbitraryArgs,
	}
	command.PreRunE = func(_ *cobra.Command, args []string) error { return which.checkChoice(args, all) }
	command = g.passiveCommand(command, func(ctx context.Context, plugin invocation) (result, error) {
		request := shared.OperateRequest{
			Actor: g.actor, Operation: kind.operation, State: which.state(), Search: which.search, All: all,
			NotificationFilter: which.NotificationFilter,
		}
		if len(plugin.args) > 0 {
			work := operateWork{
				notifier: plugin.Notifier(), operator: plugin.NotificationOperator(), kind: kind, request: request,
				locale: g.locale,
			}
			return work.operateOnIDs(ctx, plugin.args)
		}
		report, err := plugin.NotificationOperator().Operate(ctx, request)
		return operateDone{OperateReport: report}.result(), err
	})
	flags := command.Flags()
	which.declare(flags)
	flags.BoolVar(&all, "all", false, "all notifications")
	return command
}

// checkChoice holds that it is said in one way which notifications are meant.
func (f *filter) checkChoice(ids []string, all bool) error {
	if err := f.check(); err != nil {
		return err
	}
	limited := !f.isEmpty()
	switch {
	case len(ids) > 0 && (all || limited):
		return usagef("say either which notifications, or what they have in common")
	case all && limited:
		return usagef("say either --all, or what they have in common")
	case len(ids) == 0 && !all && !limited:
		return usagef("which notification? testharness list shows them; or say what they have in common, or --all")
	}
	return nil
}
