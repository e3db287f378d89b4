package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newStatusCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "status",
		Short: "Show how the notification service is",
		Long: "status shows what waits, what was delivered and what was given up, and whether a Console delivers just " +
			"now: which process it is, and what it has done in the last hour. How many were delivered in the last minute is " +
			"known to that Console alone. When a secret of the settings ends stands there where that is known. " +
			"It ends with the last five purges, who did them and what they were to forget; --json has the last hundred. " +
			"testharness statistics shows the course of time.",
		Example: "  testharness status\n  testharness status --json | jq .counts.dead",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		status, err := plugin.Notifier().Status(ctx, shared.StatusRequest{Locale: g.locale})
		return result{document: status, text: func(out io.Writer) { printStatus(out, status) }}, err
	})
}

// shownPurges is how many purges are printed; in JSON there are all that the service tells of.
const shownPurges = 5

func printStatus(out io.Writer, status shared.ServiceStatus) {
	fmt.Fprintf(out, "State: %s\n", status.State)
	if status.Reason != nil {
		printDiagnostics(out, shared.Diagnostics{*status.Reason})
	}
	if !status.NextAttempt.IsZero() {
		fmt.Fprintf(out, "Since: %s\nNext attempt: %s\n",
			status.Since.Local().Format(time.DateTime), status.NextAttempt.Local().Format(time.DateTime))
	}
	if status.Held != nil {
		printDiagnostics(out, shared.Diagnostics{status.Held.Reason})
		fmt.Fprintln(out, "testharness held deliver, or testharness held discard, releases them.")
	}
	for _, one := range status.DeliveredBy {
		fmt.Fprintf(out, "Delivered by: process %d on %s\n", one.PID, one.Host)
		fmt.Fprintf(out, "  in the last hour: %d delivered, %d attempts failed\n", one.DeliveredLastHour,
			one.FailedAttemptsLastHour)
	}
	if !status.OldestWaiting.IsZero() {
		fmt.Fprintf(out, "Oldest waiting: %s\n", localTime(status.OldestWaiting))
	}
	for _, one := range status.SecretExpiries {
		said := "ends"
		if !one.Expires.After(time.Now()) {
			said = "has ended"
		}
		fmt.Fprintf(out, "%s: %s on %s\n", one.Label, said, one.Expires.UTC().Format(time.DateOnly))
	}
	for _, state := range shared.NotificationStates {
		fmt.Fprintf(out, "%-10s %d\n", state, status.Counts[state])
	}
	for _, one := range status.Purges[max(0, len(status.Purges)-shownPurges):] {
		fmt.Fprintf(out, "Purged: %s by %s: %s (%d of %d)\n", localTime(one.At), one.Operator, one.Filter, one.Changed,
			one.Matched)
	}
}
