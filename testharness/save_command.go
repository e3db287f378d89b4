package main

import (
	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSaveCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON bool
	var revision int64
	command := &cobra.Command{
		Use:   "save",
		Short: "Save settings as a new revision",
		Example: `  testharness save --set server=smtp.email.com --set login=me@email.com --secret password=file:password.txt
  testharness save --revision 3 --set port=587`,
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
			if !command.Flags().Changed("revision") {
				snapshot, err := h.Page().Load(command.Context(), shared.LoadRequest{Locale: g.locale})
				if err != nil {
					return err
				}
				revision = snapshot.Revision.Number
			}
			result, err := h.Page().Save(command.Context(), shared.SaveRequest{Locale: g.locale, Actor: g.actor, Draft: draft, Revision: revision})
			if err != nil {
				return err
			}
			return printSaved(command.OutOrStdout(), result, asJSON)
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	command.Flags().Int64Var(&revision, "revision", 0, "save only if revision `N` is still the newest; without it the newest is replaced")
	return command
}
