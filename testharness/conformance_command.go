package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
)

func newConformanceCommand(g *global) *cobra.Command {
	var flags draftFlags
	command := &cobra.Command{
		Use:   "conformance",
		Short: "Check that a settings plugin keeps the contract",
		Long: `conformance runs every rule of the contract against the plugin and reports each. It saves settings while it
does so, in a data directory of its own unless --data-dir names another. Valid settings are made from the schema;
where that is not enough, give them with --set.`,
		Example: "  testharness conformance --set server=localhost --set use_other_account=true --set email=a@b.example",
		RunE: func(command *cobra.Command, _ []string) error {
			if g.dataDir == "" {
				temporary, err := os.MkdirTemp("", "conformance-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(temporary)
				g.dataDir = temporary
			}
			return withPlugin(command.Context(), g.open, func(h *host.Host) error {
				_, draft, err := flags.draft(command.Context(), h.Page(), g.locale)
				if err != nil {
					return err
				}
				passed := settingstest.Report(command.Context(), command.OutOrStdout(), h.Page, draft)
				return failedIf(!passed, nil)
			})
		},
	}
	flags.register(command)
	return command
}
