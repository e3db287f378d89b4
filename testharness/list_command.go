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
	"github.com/spf13/pflag"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newListCommand(g *global) *cobra.Command {
	var before string
	var limit int
	var which filter
	command := g.passiveCommand(&cobra.Command{
		Use:     "list",
		Short:   "List notifications, newest first",
		Example: "  testharness list --state dead\n  testharness list --search you@example.com --json",
		PreRunE: func(*cobra.Command, []string) error { return which.check() },
	}, func(ctx context.Context, plugin invocation) (result, error) {
		list, err := plugin.Notifier().List(ctx, shared.ListRequest{
			Locale: g.locale, State: which.state(), Search: which.search, Before: before, Limit: limit,
			NotificationFilter: which.NotificationFilter,
		})
		return notifications(list), err
	})
	flags := command.Flags()
	which.declare(flags)
	flags.StringVar(&before, "before", "", "only those before the notification `ID`")
	flags.IntVar(&limit, "limit", 0, "at most `N`; without it 50, and never more than 200")
	return command
}

// filter chooses notifications on the command line.
type filter struct {
	stateName, search, after, before string
	shared.NotificationFilter
}

func (f *filter) declare(flags *pflag.FlagSet) {
	flags.StringVar(&f.stateName, "state", "", "only those in this `state`: "+stateNames())
	flags.StringVar(&f.search, "search", "", "only those whose recipient or subject contains the `text`")
	flags.StringVar(&f.Cause, "cause", "", "only those whose last failed attempt has this `cause`, such as greylisted")
	flags.StringVar(&f.Category, "category", "", "only those of the `category`")
	flags.StringVar(&f.Recipient, "to", "", "only those to the `address`, or with @example.com to the domain")
	flags.StringVar(&f.after, "accepted-after", "", "only those taken since the `time`: 2026-01-31T15:04:05Z, or 24h "+
		"for a day ago")
	flags.StringVar(&f.before, "accepted-before", "", "only those taken before the `time`")
	filled(flags, "state", "search", "cause", "category", "to", "accepted-after", "accepted-before")
}

// check reads what is not a text. What is empty afterwards would choose all; see [filled].
func (f *filter) check() error {
	if f.stateName != "" && !slices.Contains(shared.NotificationStates, f.state()) {
		return usagef("--state %s: the states are %s", f.stateName, stateNames())
	}
	if said := f.Recipient; said != "" {
		if f.Recipient = strings.TrimPrefix(strings.TrimSpace(said), "@"); f.Recipient == "" {
			return usagef("--to %s: write an address, or @ and a domain", said)
		}
	}
	var err1, err2 error
	f.From, err1 = moment("--accepted-after", f.after)
	f.Until, err2 = moment("--accepted-before", f.before)
	return errors.Join(err1, err2)
}

func (f *filter) state() shared.NotificationState { return shared.NotificationState(f.stateName) }

// isEmpty reports whether it chooses all, once it is checked.
func (f *filter) isEmpty() bool {
	all := shared.OperateRequest{
		All: true, State: f.state(), Search: f.search, NotificationFilter: f.NotificationFilter,
	}
	return all.Check() == nil
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
	if year := at.UTC().Year(); err != nil || year < 1970 || year > 9999 { // A zero time would limit nothing.
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
