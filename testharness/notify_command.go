package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newNotifyCommand(g *global) *cobra.Command {
	var notification shared.Notification
	var to []string
	var text, html string
	var wait time.Duration
	var asJSON bool
	command := &cobra.Command{
		Use:   "notify",
		Short: "Hand a notification to the notification service",
		Long: `notify hands a notification to the service and ends when it is durable: from then on it is delivered at least once or
ends as a dead letter. With the same --key a second call is recognised and sends nothing.

While a Console runs, it delivers. Otherwise the notification waits for the next Console, or with --wait is delivered by this
command.`,
		Example: `  testharness notify --to you@example.com --subject Alarm --text "The disk is full." --wait 30s
  echo "The disk is full." | testharness notify --to you@example.com --to ops@example.com --subject Alarm --text - --key disk-42`,
		RunE: func(command *cobra.Command, _ []string) error {
			if len(to) == 0 {
				return usagef("--to is missing: who shall be notified?")
			}
			var err error
			if notification.Text, err = readText("--text", text); err != nil {
				return err
			}
			if notification.HTML, err = readText("--html", html); err != nil {
				return err
			}
			h, err := g.openActive(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			request := shared.NotifyRequest{Locale: g.locale, Actor: g.actor}
			for _, recipient := range to {
				notification.To = recipient
				request.Notifications = append(request.Notifications, notification)
			}
			receipts, err := h.Notifier().Notify(command.Context(), request)
			if err != nil {
				return err
			}
			outcomes := map[string]shared.NotificationEntry{}
			if wait > 0 {
				if outcomes, err = awaitDelivery(command.Context(), h.Notifier(), g.locale, receipts, wait); err != nil {
					return err
				}
			}
			failed := false
			results := make([]notifyResult, len(receipts))
			for i, receipt := range receipts {
				results[i].Receipt = receipt
				if outcome, known := outcomes[receipt.ID]; known {
					results[i].State, results[i].Failure = outcome.State, outcome.Failure
				}
				failed = failed || receipt.ID == "" || wait > 0 && results[i].State != shared.NotificationDelivered
			}
			if asJSON {
				return failedIf(failed, printJSON(command.OutOrStdout(), map[string]any{"receipts": results}))
			}
			for i, result := range results {
				printReceipt(command.OutOrStdout(), to[i], result)
			}
			return failedIf(failed, nil)
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&to, "to", nil, "the `address` of a recipient; may be repeated")
	flags.StringVar(&notification.Subject, "subject", "", "the subject")
	flags.StringVar(&text, "text", "", "the message: a `text`, @FILE, or - for standard input")
	flags.StringVar(&html, "html", "", "the message as HTML: a `text`, @FILE, or - for standard input")
	flags.StringVar(&notification.Key, "key", "", "the idempotency `key`; without it every call is a new notification")
	flags.DurationVar(&wait, "wait", 0, "deliver, and wait at most so long for the outcome")
	flags.BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}

// readText reads a text that stands on the command line, in a file or on standard input.
func readText(flag, given string) (string, error) {
	var content []byte
	var err error
	switch {
	case given == "-":
		content, err = io.ReadAll(os.Stdin)
	case len(given) > 0 && given[0] == '@':
		content, err = os.ReadFile(given[1:])
	default:
		return given, nil
	}
	if err != nil {
		return "", usagef("%s: %w", flag, err)
	}
	return string(content), nil
}

// notifyResult is what became of one notification. State and Failure are empty unless somebody waited for them.
type notifyResult struct {
	shared.Receipt
	State   shared.NotificationState `json:"state,omitempty"`
	Failure *shared.Diagnostic       `json:"failure,omitempty"`
}

func printReceipt(out io.Writer, to string, result notifyResult) {
	if result.ID == "" {
		fmt.Fprintf(out, "%s: refused\n", to)
		printDiagnostics(out, result.Diagnostics)
		return
	}
	line := to + ": notification " + result.ID
	if result.Duplicate {
		line += ", accepted before"
	}
	if result.State != "" {
		line += ": " + string(result.State)
	}
	fmt.Fprintln(out, line)
	if result.Failure != nil {
		printDiagnostics(out, shared.Diagnostics{*result.Failure})
	}
}

// awaitDelivery waits until all notifications are delivered or given up, but not longer than is given, and returns how each is.
func awaitDelivery(ctx context.Context, notifier shared.Notifier, locale string, receipts []shared.Receipt, longest time.Duration) (map[string]shared.NotificationEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	known := map[string]shared.NotificationEntry{}
	for {
		list, err := notifier.List(ctx, shared.ListRequest{Locale: locale, Limit: 200})
		if err != nil && ctx.Err() == nil {
			return nil, err
		}
		waiting := false
		for _, entry := range list.Entries {
			if slices.ContainsFunc(receipts, func(receipt shared.Receipt) bool { return receipt.ID == entry.ID }) {
				known[entry.ID] = entry
				waiting = waiting || entry.Finished.IsZero()
			}
		}
		if err == nil && !waiting {
			return known, nil
		}
		select {
		case <-ctx.Done():
			return known, nil
		case <-tick.C:
		}
	}
}

func newStatusCommand(g *global) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:     "status",
		Short:   "Show how the notification service is",
		Long:    "status shows what waits, what was delivered and what was given up, and whether a Console delivers just now. How many it has delivered in the last minute is known to that Console alone.",
		Example: "  testharness status\n  testharness status --json | jq .counts.dead",
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			status, err := h.Notifier().Status(command.Context(), shared.StatusRequest{Locale: g.locale})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), status)
			}
			out := command.OutOrStdout()
			fmt.Fprintf(out, "State: %s\n", status.State)
			if status.Reason != nil {
				printDiagnostics(out, shared.Diagnostics{*status.Reason})
			}
			for _, state := range shared.NotificationStates {
				fmt.Fprintf(out, "%-10s %d\n", state, status.Counts[state])
			}
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}

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
