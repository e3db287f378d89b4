package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
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
