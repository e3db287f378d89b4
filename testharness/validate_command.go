package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newValidateCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON bool
	command := &cobra.Command{
		Use:     "validate",
		Short:   "Check settings without contacting anything",
		Example: "  testharness validate --set server=smtp.email.com --set port=587",
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
			validation, err := h.Page().Validate(command.Context(), shared.ValidateRequest{Locale: g.locale, Draft: draft})
			if err != nil {
				return err
			}
			if asJSON {
				validation.Diagnostics = listed(validation.Diagnostics)
				err = printJSON(command.OutOrStdout(), validation)
			} else {
				printDiagnostics(command.OutOrStdout(), validation.Diagnostics)
				if validation.Preview != "" {
					fmt.Fprintln(command.OutOrStdout(), validation.Preview)
				}
			}
			return failedIf(validation.Diagnostics.HasErrors(), err)
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}
