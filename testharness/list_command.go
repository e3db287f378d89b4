package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newListCommand(g *global) *cobra.Command {
	var request shared.ListRequest
	var state, from, until string
	states := stateNames()
	command := g.passiveCommand(&cobra.Command{
		Use:     "list",
		Short:   "List notifications, newest first",
		Example: "  testharness list --state dead\n  testharness list --search you@example.com --json",
		PreRunE: func(*cobra.Command, []string) error {
			if state != "" && !slices.Contains(shared.NotificationStates, shared.NotificationState(state)) {
				return usagef("--state %s: the states are %s", state, states)
			}
			var err1, err2 error
			request.From, err1 = moment("--from", from)
			request.Until, err2 = moment("--until", until)
			return errors.Join(err1, err2)
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		request.Locale, request.State = g.locale, shared.NotificationState(state)
		list, err := plugin.Notifier().List(ctx, request)
		return notifications(list), err
	})
	flags := command.Flags()
	flags.StringVar(&state, "state", "", "only those in this `state`: "+states)
	flags.StringVar(&request.Search, "search", "", "only those whose recipient or subject contains the `text`")
	flags.StringVar(&request.Cause, "cause", "",
		"only those whose last failed attempt has this `cause`, such as greylisted")
	flags.StringVar(&request.Category, "category", "", "only those of the `category`")
	flags.StringVar(&request.Recipient, "recipient", "", "only those to the `address`, or to the domain")
	flags.StringVar(&from, "from", "", "only those taken since the `time`: 2026-01-31T15:04:05Z, or 24h for a day ago")
	flags.StringVar(&until, "until", "", "only those taken before the `time`")
	flags.StringVar(&request.Before, "before", "", "only those before the notification `ID`")
	flags.IntVar(&request.Limit, "limit", 0, "at most `N`; without it 50, and never more than 200")
	return command
}

// moment reads a time, or how long ago it was.
func moment(flag, said string) (time.Time, error) {
	if said == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(said); err == nil {
		return time.Now().Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, said)
	if err != nil {
		return time.Time{}, usagef("%s %s: write a time as 2026-01-31T15:04:05Z, or how long ago it was, as 24h", flag, said)
	}
	return at, nil
}

// stateNames lists the states, in the order of a notification's life.
func stateNames() string {
	names := make([]string, len(shared.NotificationStates))
	for i, state := range shared.NotificationStates {
		names[i] = string(state)
	}
	return strings.Join(names, ", ")
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
