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
	var asJSON bool
	command := &cobra.Command{
		Use:     "list",
		Short:   "List notifications, newest first",
		Example: "  testharness list --state dead\n  testharness list --search you@example.com --json",
		RunE: func(command *cobra.Command, _ []string) error {
			if state != "" && !slices.Contains(shared.NotificationStates, shared.NotificationState(state)) {
				return usagef("--state %s: the states are queued, retrying, sending, delivered, dead and cancelled", state)
			}
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			request.Locale, request.State = g.locale, shared.NotificationState(state)
			list, err := h.Notifier().List(command.Context(), request)
			if err != nil {
				return err
			}
			if asJSON {
				if list.Entries == nil {
					list.Entries = []shared.NotificationEntry{}
				}
				return printJSON(command.OutOrStdout(), list)
			}
			printNotifications(command.OutOrStdout(), list)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&state, "state", "", "only those in this `state`: queued, retrying, sending, delivered, dead or cancelled")
	flags.StringVar(&request.Search, "search", "", "only those whose recipient or subject contains the `text`")
	flags.StringVar(&request.Before, "before", "", "only those before the notification `ID`")
	flags.IntVar(&request.Limit, "limit", 0, "at most `N`; without it 50, and never more than 200")
	flags.BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
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
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", entry.ID, entry.Created.Local().Format(time.DateTime), entry.State, entry.To, entry.Subject, why)
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

type notificationAction func(shared.Notifier, context.Context, shared.NotificationRequest) (shared.NotificationEntry, error)

func newActionCommand(g *global, name, short string, act notificationAction) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: name + " ID...", Short: short, Example: "  testharness " + name + " 42",
		Args: atLeastOne("which notification; testharness list shows them"),
		RunE: func(command *cobra.Command, args []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			list := shared.NotificationList{Entries: []shared.NotificationEntry{}}
			for _, id := range args {
				entry, err := act(h.Notifier(), command.Context(), shared.NotificationRequest{Actor: g.actor, ID: id})
				if errors.Is(err, shared.ErrNoNotification) {
					return usagef("there is no notification %s; testharness list shows them", id)
				}
				if err != nil {
					return err
				}
				list.Entries = append(list.Entries, entry)
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), list)
			}
			printNotifications(command.OutOrStdout(), list)
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}
