package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newMigrateCommand(g *global) *cobra.Command {
	var to string
	var asJSON bool
	command := &cobra.Command{
		Use:   "migrate",
		Short: "Copy settings and waiting notifications to a PostgreSQL database",
		Long: `migrate copies the settings with their history, and the notifications that were not delivered yet, from the embedded
database to PostgreSQL. It can be repeated: what is there already is left as it is.

Stop the Console first, so that nothing is delivered from both. Afterwards set database in plugin.hcl, and key to the key file
of the data directory (key = "file:///path/to/data/key"), and start the Console again.`,
		Example: "  testharness migrate --to env:DATABASE_URL\n  testharness migrate --to file:/run/secrets/database-url",
		RunE: func(command *cobra.Command, _ []string) error {
			if to == "" {
				return usagef("--to is missing: where shall everything go?")
			}
			address, err := readSecret("to", to)
			if err != nil {
				return err
			}
			if address.Action != shared.SecretReplace {
				return usagef("--to must be env:NAME, file:PATH or -")
			}
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			result, err := h.Migrator().Migrate(command.Context(), shared.MigrateRequest{Actor: g.actor, To: address.Text})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), result)
			}
			fmt.Fprintf(command.OutOrStdout(), "Copied %d revisions of the settings and %d notifications.\n", result.Revisions, result.Notifications)
			return nil
		},
	}
	command.Flags().StringVar(&to, "to", "", "the `source` of the other database's address: env:NAME, file:PATH or - (standard input); an address may hold a password, so it never stands on the command line")
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}
