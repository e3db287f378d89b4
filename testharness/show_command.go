package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newShowCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use: "show ID", Short: "Show one notification with every attempt to deliver it, and what was done with it",
		Example: "  testharness show 42 --json",
		Args:    exactly("which one notification; testharness list shows them"),
	}, func(ctx context.Context, plugin invocation) (result, error) {
		detail, err := plugin.NotificationOperator().Show(ctx, shared.ShowRequest{Locale: g.locale, ID: plugin.args[0]})
		if errors.Is(err, shared.ErrNoNotification) {
			return result{}, usagef("there is no notification %s; testharness list shows them", plugin.args[0])
		}
		return result{document: detail, text: func(out io.Writer) { printDetail(out, detail) }}, err
	})
}

// printDetail prints what is known of a notification; what is empty is left out.
func printDetail(out io.Writer, detail shared.NotificationDetail) {
	printNotifications(out, shared.NotificationList{Entries: []shared.NotificationEntry{detail.NotificationEntry}})
	for _, line := range []struct{ name, value string }{
		{"key", detail.Key}, {"handed over by", detail.Actor}, {"paused by", detail.PausedBy},
		{"last changed by", detail.Operator}, {"thread", detail.Thread}, {"category", detail.Category},
		{"priority", string(detail.Priority)}, {"expires", localTime(detail.Expires)},
		{"next attempt", localTime(detail.NextAttempt)}, {"finished", localTime(detail.Finished)},
		{"the server's reply", detail.Reply},
	} {
		if line.value != "" {
			fmt.Fprintf(out, "%s: %s\n", line.name, line.value)
		}
	}
	for _, one := range detail.Operations {
		what := string(one.Operation)
		if what == "" {
			what = "changed"
		}
		fmt.Fprintf(out, "%s %s by %s\n", localTime(one.At), strings.ReplaceAll(what, "_", " "), one.Operator)
	}
	for _, one := range detail.Attempts {
		printAttempt(out, one)
	}
}

func printAttempt(out io.Writer, attempt shared.NotificationAttempt) {
	fmt.Fprintf(out, "\nattempt %d, %s", attempt.Number, localTime(attempt.Ended))
	if attempt.Duration > 0 {
		fmt.Fprintf(out, ", %s", time.Duration(attempt.Duration).Round(time.Millisecond))
	}
	if attempt.Server != "" {
		fmt.Fprintf(out, ", %s by %s, settings revision %d", attempt.Server, attempt.Node, attempt.Revision)
	}
	if attempt.Uncounted {
		fmt.Fprint(out, ", does not count")
	}
	fmt.Fprintln(out)
	if attempt.Failure != nil {
		printDiagnostics(out, shared.Diagnostics{*attempt.Failure})
	} else {
		fmt.Fprintf(out, "\ndelivered: %s\n", attempt.Reply)
	}
	for _, line := range attempt.Transcript {
		fmt.Fprintf(out, "    %s\n", line)
	}
}

// localTime is empty for no time.
func localTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(time.DateTime)
}
