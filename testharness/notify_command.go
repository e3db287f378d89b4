package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

func newNotifyCommand(g *global) *cobra.Command {
	var given notifyFlags
	command := g.activeCommand(&cobra.Command{
		Use:   "notify",
		Short: "Hand a notification to the notification service",
		Long: `notify hands a notification to the service and ends when it is durable: from then on it is delivered at least
once, ends as a dead letter or expires. With the same --key a second call is recognised and sends nothing.

--attach adds a file, and may be repeated: at most 10, and 10 MiB together. ";inline=ID" after the name of the file has
the HTML show it as cid:ID, and ";type=TYPE" says what it is; otherwise its name tells.

While a Console runs, it delivers. Otherwise the notification waits for the next Console, or with --wait is delivered
by this command.`,
		Example: `  testharness notify --to you@example.com --subject Alarm --text "The disk is full." --wait 30s
  echo "The disk is full." |
    testharness notify --to you@example.com --to ops@example.com --subject Alarm --text - --key disk-42
  testharness notify --to you@example.com --subject "Disk full on db1" --html '<img src="cid:chart">' \
    --attach 'chart.png;inline=chart' --attach 'disk.log;type=text/plain' --category disk
  testharness notify --to you@example.com --subject "Your code" --text 123456 --priority high --expires 10m
  testharness notify --to you@example.com --subject "Resolved: disk full" --thread disk-42 --reply-to ops@example.com`,
		PreRunE: func(*cobra.Command, []string) (err error) {
			if len(given.to) == 0 {
				return usagef("--to is missing: who shall be notified?")
			}
			if given.notification.Text, err = readText("--text", given.text); err != nil {
				return err
			}
			if given.notification.HTML, err = readText("--html", given.html); err != nil {
				return err
			}
			if given.notification.Expires, err = readExpires(given.expires, time.Now()); err != nil {
				return err
			}
			given.notification.Priority = shared.Priority(given.priority)
			given.notification.Attachments, err = readAttachments(given.attach)
			return err
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		request := shared.NotifyRequest{Locale: g.locale, Actor: g.actor}
		for _, recipient := range given.to {
			given.notification.To = recipient
			request.Notifications = append(request.Notifications, given.notification)
		}
		return given.handOver(ctx, plugin, g.locale, request)
	})
	given.declare(command)
	return command
}

// notifyFlags is what the command line says of a notification.
type notifyFlags struct {
	notification                  shared.Notification
	to, attach                    []string
	text, html, expires, priority string
	wait                          time.Duration
}

func (f *notifyFlags) declare(command *cobra.Command) {
	flags := command.Flags()
	flags.StringArrayVar(&f.to, "to", nil, "the `address` of a recipient; may be repeated")
	flags.StringVar(&f.notification.Subject, "subject", "", "the subject")
	flags.StringVar(&f.text, "text", "", "the message: a `text`, @FILE, or - for standard input")
	flags.StringVar(&f.html, "html", "", "the message as HTML: a `text`, @FILE, or - for standard input")
	flags.StringVar(&f.notification.Key, "key", "", "the idempotency `key`; without it every call is a new notification")
	flags.StringVar(&f.notification.ReplyTo, "reply-to", "",
		"the `address` that answers go to, instead of that of the settings")
	flags.StringVar(&f.notification.Thread, "thread", "",
		"the `thread` that it belongs to: its notifications arrive in order, "+
			"and mail programs show them together")
	flags.StringVar(&f.expires, "expires", "", "do not send it after this `time`, such as 10m or 2027-01-31T08:00:00Z")
	flags.StringVar(&f.priority, "priority", "", "high: it overtakes what waits, normal, or low: it is sent when "+
		"nothing else waits")
	flags.StringVar(&f.notification.Category, "category", "", "what it is about, for filters and charts")
	flags.StringArrayVar(&f.attach, "attach", nil, "a `FILE[;inline=ID][;type=TYPE]` to attach; may be repeated")
	flags.DurationVar(&f.wait, "wait", 0, "deliver, and wait at most so long for the outcome")
}

// handOver hands the notifications over, and waits for their outcome if that is wanted. What was taken is told also
// where the rest fails: who repeats all of it would send that twice.
func (f *notifyFlags) handOver(
	ctx context.Context, plugin invocation, locale string, request shared.NotifyRequest,
) (result, error) {
	receipts, failed := notifyAll(ctx, plugin.Notifier(), request)
	if failed != nil && len(receipts) == 0 {
		return result{}, failed
	}
	var outcomes map[string]shared.NotificationEntry
	switch {
	case failed != nil:
		failed = fmt.Errorf("only the first %d of %d notifications were handed over: %w", len(receipts),
			len(request.Notifications), failed)
	case f.wait > 0:
		if outcomes, failed = awaitDelivery(ctx, plugin.Notifier(), locale, receipts, f.wait); failed != nil {
			failed = fmt.Errorf("they are handed over, but what became of them is not known: %w", failed)
		}
	}
	told := notified(f.to, receipts, outcomes, f.wait > 0)
	told.err = failed
	return told, nil
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
	return string(plaintext.From(content)), nil
}

// notifyResult is what became of one notification. State and Failure are empty unless they were waited for.
type notifyResult struct {
	shared.Receipt
	State   shared.NotificationState `json:"state,omitempty"`
	Failure *shared.Diagnostic       `json:"failure,omitempty"`
}

// notified tells what became of the notifications to the recipients; awaited means that it was to be delivery.
func notified(
	to []string, receipts []shared.Receipt, outcomes map[string]shared.NotificationEntry, awaited bool,
) result {
	failed := false
	results := make([]notifyResult, len(receipts))
	for i, receipt := range receipts {
		results[i].Receipt = receipt
		if outcome, known := outcomes[receipt.ID]; known {
			results[i].State, results[i].Failure = outcome.State, outcome.Failure
		}
		failed = failed || receipt.ID == "" || awaited && results[i].State != shared.NotificationDelivered
	}
	return result{document: map[string]any{"receipts": results}, failed: failed, text: func(out io.Writer) {
		for i, one := range results {
			printReceipt(out, to[i], one)
		}
	}}
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
	if result.Differs {
		line += " with other content, which is kept"
	}
	if result.State != "" {
		line += ": " + string(result.State)
	}
	fmt.Fprintln(out, line)
	if result.Failure != nil {
		printDiagnostics(out, shared.Diagnostics{*result.Failure})
	}
}
