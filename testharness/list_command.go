package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newListCommand(g *global) *cobra.Command {
	var request shared.ListRequest
	var state string
	command := g.passiveCommand(&cobra.Command{
		Use:     "list",
		Short:   "List notifications, newest first",
		Example: "  testharness list --state dead\n  testharness list --search you@example.com --json",
		PreRunE: func(*cobra.Command, []string) error {
			if state != "" && !slices.Contains(shared.NotificationStates, shared.NotificationState(state)) {
				return usagef("--state %s: the states are queued, retrying, sending, delivered, dead and cancelled", state)
			}
			return nil
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		request.Locale, request.State = g.locale, shared.NotificationState(state)
		list, err := plugin.Notifier().List(ctx, request)
		return notifications(list), err
	})
	flags := command.Flags()
	flags.StringVar(&state, "state", "", "only those in this `state`: queued, retrying, "+
		"sending, delivered, dead or cancelled")
	flags.StringVar(&request.Search, "search", "", "only those whose recipient or subject contains the `text`")
	flags.StringVar(&request.Before, "before", "", "only those before the notification `ID`")
	flags.IntVar(&request.Limit, "limit", 0, "at most `N`; without it 50, and never more than 200")
	return command
}

// notifications tells the notifications of a list.
func notifications(list shared.NotificationList) result {
	if list.Entries == nil {
		list.Entries = []shared.NotificationEntry{}
	}
	return result{document: list, text: func(out io.Writer) { printNotifications(out, list) }}
}

func printNotifications(out io.Writer, list shared.NotificationList) {
	if len(list.Entries) == 0 {
		fmt.Fprintln(out, "There are no such notifications.")
		return
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, entry := range list.Entries {
		why := ""
		if entry.Failure != nil {
			why = entry.Failure.Summary
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", entry.ID, entry.Created.Local().Format(time.DateTime), entry.State,
			entry.To, entry.Subject, why)
	}
	_ = table.Flush()
	if list.More {
		fmt.Fprintf(out, "Older ones: --before %s\n", list.Entries[len(list.Entries)-1].ID)
	}
}

func newRetryCommand(g *global) *cobra.Command {
	return newActionCommand(g, "retry", "Have a notification tried at once", shared.Notifier.Retry)
}

func newCancelCommand(g *global) *cobra.Command {
	return newActionCommand(g, "cancel", "Take a notification out of the queue", shared.Notifier.Cancel)
}

type notificationAction func(shared.Notifier, context.Context,
	shared.NotificationRequest) (shared.NotificationEntry, error)

func newActionCommand(g *global, name, short string, act notificationAction) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use: name + " ID...", Short: short, Example: "  testharness " + name + " 42",
		Args: atLeastOne("which notification; testharness list shows them"),
	}, func(ctx context.Context, plugin invocation) (result, error) {
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
	})
}
