package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSuggestCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON bool
	command := &cobra.Command{
		Use:   "suggest",
		Short: "Ask for values that probably fit",
		Long: `suggest asks the plugin for values that probably fit the settings, such as the mail server that the domain of the
login publishes. It prints what it found and the --set options that take it over. Nothing is saved, and nothing secret is sent
anywhere. The exit status is 1 when there is nothing to suggest.`,
		Example: "  testharness suggest --set login=anna@example.com",
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			draft, err := flags.draft(command.Context(), h.Page(), g.locale)
			if err != nil {
				return err
			}
			found, err := h.Suggester().Suggest(command.Context(), shared.SuggestRequest{Locale: g.locale, Values: draft.Values})
			if err != nil {
				return err
			}
			fixes := 0
			for _, one := range found {
				fixes += len(one.Fixes)
			}
			if asJSON {
				err = printJSON(command.OutOrStdout(), struct {
					Suggestions shared.Diagnostics `json:"suggestions"`
				}{listed(found)})
			} else {
				printDiagnostics(command.OutOrStdout(), found)
			}
			if err == nil && fixes == 0 && len(found) == 0 && !asJSON {
				fmt.Fprintln(command.OutOrStdout(), "There is nothing to suggest.")
			}
			return failedIf(fixes == 0, err)
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}
