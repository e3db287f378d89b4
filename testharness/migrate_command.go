package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newMigrateCommand(g *global) *cobra.Command {
	var to string
	var address shared.SecretChange
	command := g.passiveCommand(&cobra.Command{
		Use:   "migrate",
		Short: "Copy settings and waiting notifications to a PostgreSQL database",
		Long: `migrate copies the settings with their history, and the notifications that were not delivered yet, from the
embedded database to PostgreSQL. It can be repeated: what is there already is left as it is.

Stop the Console first, so that nothing is delivered from both. Afterwards set database in plugin.hcl, and key to the
key file of the data directory (key = "file:///path/to/data/key"), and start the Console again.`,
		Example: "  testharness migrate --to env:DATABASE_URL\n  testharness migrate --to file:/run/secrets/database-url",
		PreRunE: func(*cobra.Command, []string) (err error) {
			if to == "" {
				return usagef("--to is missing: where shall everything go?")
			}
			if address, err = readSecret("to", to); err != nil {
				return err
			}
			if address.Action != shared.SecretReplace {
				return usagef("--to must be env:NAME, file:PATH or -")
			}
			return nil
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		copied, err := plugin.Migrator().Migrate(ctx, shared.MigrateRequest{Actor: g.actor, To: address.Text})
		return result{document: copied, text: func(out io.Writer) {
			fmt.Fprintf(out, "Copied %d revisions of the settings and %d notifications.\n", copied.Revisions,
				copied.Notifications)
		}}, err
	})
	command.Flags().StringVar(&to, "to", "", "the `source` of the other database's address: env:NAME, file:PATH or - "+
		"(standard input); an address may hold a password, so it never stands on the command line")
	return command
}
