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
		Long: `conformance runs every rule of the contract against the plugin and reports each: kept (ok), broken (FAIL),
about what the page does not offer (–) or not tried (?). It saves settings while it does so, in a data directory of
its own unless --data-dir names another. Valid settings and secrets are made from the schema; a rule that needs a save
is not tried where the page refuses those: give valid ones with --set field=value and --secret field=env:NAME. A secret
that the made-up settings hide is not tried either: --set what shows it. The exit status is 0 when every rule was kept
that is about what the page offers, and 1 otherwise.`,
		Example: "  testharness conformance --set server=localhost --set use_other_account=true --set email=a@b.example\n" +
			"  testharness conformance --manifest s3.hcl --set bucket=logs --secret secret_access_key=env:S3_KEY",
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
