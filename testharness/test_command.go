package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newTestCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON, sendMessage bool
	var recipient string
	var options []string
	var timeout time.Duration
	command := &cobra.Command{
		Use:   "test",
		Short: "Test connection with settings, saved or not",
		Long: `test tries settings out: the values in force, with those given by --set and --secret laid over them.
Nothing is saved. Without --send-message no e-mail is sent.`,
		Example: `  testharness test
  testharness test --set server=smtp.email.com --set use_ssl=true --set login=me@email.com --secret password=env:MAIL_PASSWORD
  testharness test --recipient you@example.com --send-message
  testharness test --json | jq -r .diagnostics[0].code`,
		RunE: func(command *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return usagef("--timeout must be longer than 0s")
			}
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			request := shared.TestRequest{Locale: g.locale, Actor: g.actor}
			if request.Draft, err = flags.draft(command.Context(), h.Page(), g.locale); err != nil {
				return err
			}
			given := map[string]string{}
			for _, assignment := range options {
				name, text, ok := strings.Cut(assignment, "=")
				if !ok {
					return usagef("--option %s: write option=value", assignment)
				}
				given[name] = text
			}
			if recipient != "" {
				given["recipient"] = recipient
			}
			if sendMessage {
				given["send_message"] = "true"
			}
			schema, err := h.Page().Schema(command.Context(), shared.SchemaRequest{Locale: g.locale})
			if err != nil {
				return err
			}
			if request.Options, err = testOptions(schema, given); err != nil {
				return err
			}
			if _, declared := schema.Field("time_limit"); declared && command.Flags().Changed("timeout") {
				request.Draft.Values["time_limit"] = shared.Text(timeout.String())
			}
			out := command.OutOrStdout()
			if asJSON {
				out = io.Discard
			}
			verdict, err := runTest(command.Context(), h.Page(), request, out)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(command.OutOrStdout(), complete(verdict))
			} else {
				printReport(out, verdict)
			}
			return failedIf(verdict.Status == shared.StatusFailed, err)
		},
	}
	flags.register(command)
	command.Flags().StringVar(&recipient, "recipient", "", "check RCPT TO this `address`; without it the sender's own")
	command.Flags().BoolVar(&sendMessage, "send-message", false, "also send a real test e-mail to the recipient")
	command.Flags().StringArrayVar(&options, "option", nil, "set an option of the test: `option=value`; may be repeated. --recipient and --send-message are options of the SMTP page")
	command.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "the longest time that the test may take, in place of the one that the settings say")
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}

// evidenceText leaves out what the other side did not say.
func evidenceText(evidence shared.Evidence) string {
	var said []string
	if evidence.Code != 0 {
		said = append(said, strconv.Itoa(evidence.Code))
	}
	for _, part := range []string{evidence.EnhancedCode, evidence.Text} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, " ")
}

// runTest prints the steps as they happen and returns the verdict.
func runTest(ctx context.Context, page shared.SettingsPage, request shared.TestRequest, out io.Writer) (shared.TestReport, error) {
	var verdict shared.TestReport
	err := page.Test(ctx, request, func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.StepFinished:
			fmt.Fprintf(out, "%s %-22s %8.1f ms  %s\n", mark(event.Status), event.Label, event.Duration.Milliseconds(), event.Detail)
		case shared.Completed:
			verdict = event.Report
		}
		return nil
	})
	return verdict, err
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

func printDiagnostics(out io.Writer, diagnostics shared.Diagnostics) {
	for _, one := range diagnostics {
		where := ""
		if one.Field != "" {
			where = " [" + one.Field + "]"
		}
		fmt.Fprintf(out, "\n%s%s: %s\n", one.Severity, where, one.Summary)
		if one.Detail != "" {
			fmt.Fprintf(out, "  %s\n", one.Detail)
		}
		if one.Evidence != nil {
			fmt.Fprintln(out, "  Evidence: "+evidenceText(*one.Evidence))
		}
		for _, fix := range one.Fixes {
			fmt.Fprintf(out, "  Fix: %s", fix.Label)
			for _, name := range fix.Values.Names() {
				fmt.Fprintf(out, " --set %s=%s", name, fix.Values[name])
			}
			fmt.Fprintln(out)
		}
	}
}
