package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newRetryCommand(g *global) *cobra.Command {
	return newOperateCommand(g, "retry", "Have notifications tried at once", shared.OperationRetry, shared.Notifier.Retry)
}

func newCancelCommand(g *global) *cobra.Command {
	return newOperateCommand(g, "cancel", "Take notifications out of the queue", shared.OperationCancel,
		shared.Notifier.Cancel)
}

func newAsideCommand(g *global) *cobra.Command {
	return newOperateCommand(g, "aside", "Note that dead letters were seen: they are no longer counted",
		shared.OperationSetAside, nil)
}

func newPurgeCommand(g *global) *cobra.Command {
	return newOperateCommand(g, "purge", "Forget notifications that are delivered, dead, cancelled or expired",
		shared.OperationPurge, nil)
}

type notificationAction func(shared.Notifier, context.Context,
	shared.NotificationRequest) (shared.NotificationEntry, error)

// newOperateCommand does something with the notifications of ids, one by one where act does that, or with all that a
// filter chooses.
func newOperateCommand(
	g *global, name, short string, operation shared.Operation, act notificationAction,
) *cobra.Command {
	var which filter
	var all bool
	command := &cobra.Command{
		Use: name + " [ID...]", Short: short,
		Example: "  testharness " + name + " 42\n  testharness " + name + " --state dead --cause mailbox_unknown --json",
		Args:    cobra.ArbitraryArgs,
	}
	command.PreRunE = func(_ *cobra.Command, args []string) error {
		if err := which.check(); err != nil {
			return err
		}
		switch chosen := all || !which.isEmpty(); {
		case len(args) > 0 && chosen:
			return usagef("say either which notifications, or what they have in common")
		case all && !which.isEmpty():
			return usagef("say either --all, or what they have in common")
		case len(args) == 0 && !chosen:
			return usagef("which notification? testharness list shows them; or say what they have in common, or --all")
		}
		return nil
	}
	command = g.passiveCommand(command, func(ctx context.Context, plugin invocation) (result, error) {
		if act != nil && len(plugin.args) > 0 {
			return actOnEach(ctx, g, plugin, act)
		}
		request := shared.OperateRequest{
			Actor: g.actor, Operation: operation, State: which.state(), Search: which.search,
			All: all, NotificationFilter: which.NotificationFilter,
		}
		return operate(ctx, plugin, request)
	})
	flags := command.Flags()
	which.declare(flags)
	flags.BoolVar(&all, "all", false, "all notifications")
	return command
}

// operate does an operation, with the ids of the command line some at a time.
func operate(ctx context.Context, plugin invocation, request shared.OperateRequest) (result, error) {
	var total shared.OperateReport
	chunks := slices.Collect(slices.Chunk(plugin.args, shared.MaxListedIDs))
	if len(chunks) == 0 {
		chunks = [][]string{nil}
	}
	for _, ids := range chunks {
		request.IDs = ids
		report, err := plugin.NotificationOperator().Operate(ctx, request)
		total.Matched, total.Changed = total.Matched+report.Matched, total.Changed+report.Changed
		if errors.Is(err, shared.ErrInvalidRequest) {
			return result{}, usageError{err}
		}
		if err != nil {
			return result{}, err
		}
	}
	return result{document: total, text: func(out io.Writer) {
		fmt.Fprintf(out, "%d of %d notifications were changed.\n", total.Changed, total.Matched)
	}}, nil
}

func actOnEach(ctx context.Context, g *global, plugin invocation, act notificationAction) (result, error) {
	var list shared.NotificationList
	for _, id := range plugin.args {
		entry, err := act(plugin.Notifier(), ctx, shared.NotificationRequest{Actor: g.actor, ID: id})
		if errors.Is(err, shared.ErrNoNotification) {
			return result{}, usagef("there is no notification %s; testharness list shows them", id)
		}
		if err != nil {
			return result{}, err
		}
		list.Entries = append(list.Entries, entry)
	}
	return notifications(list), nil
}
