package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

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
			if !status.NextAttempt.IsZero() {
				fmt.Fprintf(out, "Since: %s\nNext attempt: %s\n", status.Since.Local().Format(time.DateTime), status.NextAttempt.Local().Format(time.DateTime))
			}
			for _, one := range status.DeliveredBy {
				fmt.Fprintf(out, "Delivered by: process %d on %s\n", one.PID, one.Host)
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
