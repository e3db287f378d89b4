package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newTestCommand(g *global) *cobra.Command {
	var flags draftFlags
	var options optionFlags
	var timeout time.Duration
	var command *cobra.Command
	command = g.passiveCommand(&cobra.Command{
		Use:   "test",
		Short: "Test connection with settings, saved or not",
		Long: `test tries settings out: the values in force, with those given by --set and --secret laid over them.
Nothing is saved. Each step is printed when it has ended; Ctrl-C cancels the test. What the test of a page has of
options is set by --option; testharness schema lists them. Further tests are actions: testharness action lists those.

The SMTP page: --recipient and --send-message are two of its options. Without --send-message no e-mail is sent.`,
		Example: `  testharness test
  testharness test --manifest s3.hcl --set bucket=logs --secret secret_access_key=env:S3_KEY --option write=true
  testharness test --set server=smtp.email.com --set use_ssl=true --set login=me@email.com \
    --secret password=env:MAIL_PASSWORD
  testharness test --recipient you@example.com --send-message
  testharness test --json | jq -r .diagnostics[0].code`,
		PreRunE: func(*cobra.Command, []string) error {
			if timeout <= 0 {
				return usagef("--timeout must be longer than 0s")
			}
			return nil
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, draft, err := flags.draft(ctx, plugin.Page(), g.locale)
		if err != nil {
			return result{}, err
		}
		g.noteHidden(ctx, plugin, schema, draft)
		request := shared.TestRequest{Locale: g.locale, Actor: g.actor, Draft: draft}
		if request.Options, err = options.read(schema); err != nil {
			return result{}, err
		}
		if _, declared := schema.Field("time_limit"); declared && command.Flags().Changed("timeout") {
			draft.Values["time_limit"] = shared.Text(timeout.String())
		}
		var completed shared.Completed
		err = plugin.Page().Test(ctx, request, plugin.follow(&completed))
		verdict := completed.Report
		return result{
			document: complete(verdict),
			text:     func(out io.Writer) { printReport(out, verdict) },
			failed:   verdict.Status == shared.StatusFailed,
		}, err
	})
	flags.register(command)
	options.register(command)
	command.Flags().DurationVar(&timeout, "timeout", 30*time.Second,
		"the longest time that the test may take, in place of the one that the settings say")
	return command
}

// follow prints the steps of a test or an action as they happen, and to the notices which one takes long. It keeps the
// end in completed.
func (i invocation) follow(completed *shared.Completed) func(shared.TestEvent) error {
	return func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.StepProgress:
			fmt.Fprintf(i.notices, "… %s: %s\n", event.Label, event.Detail)
		case shared.StepFinished:
			fmt.Fprintf(i.live, "%s %-22s %8.1f ms  %s\n", mark(event.Status), event.Label,
				event.Duration.Milliseconds(), event.Detail)
		case shared.Prompt:
			printPrompt(i.prompts, event)
		case shared.Completed:
			*completed = event
		}
		return nil
	}
}

func printPrompt(out io.Writer, prompt shared.Prompt) {
	fmt.Fprintf(out, "%s\n  %s\n", prompt.Text, prompt.URL)
	if prompt.Code != "" {
		fmt.Fprintf(out, "  Code: %s\n", prompt.Code)
	}
	if !prompt.Expires.IsZero() {
		fmt.Fprintf(out, "  Valid until %s\n", prompt.Expires.Local().Format(time.DateTime))
	}
}

// complete makes empty lists [] in JSON rather than null.
func complete(report shared.TestReport) shared.TestReport {
	report.Diagnostics = listed(report.Diagnostics)
	if report.Steps == nil {
		report.Steps = []shared.StepResult{}
	}
	if report.Transcript == nil {
		report.Transcript = []string{}
	}
	return report
}

func mark(status shared.Status) string {
	switch status {
	case shared.StatusPassed:
		return "✔"
	case shared.StatusWarning:
		return "▲"
	case shared.StatusFailed:
		return "✖"
	default:
		return "–"
	}
}

func printReport(out io.Writer, report shared.TestReport) {
	fmt.Fprintf(out, "\n%s %s  (%.0f ms)\n", mark(report.Status), report.Headline, report.Duration.Milliseconds())
	printDiagnostics(out, report.Diagnostics)
}
