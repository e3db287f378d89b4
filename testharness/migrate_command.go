package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// toDirectory begins a target that is the directory of an embedded database.
const toDirectory = "data_dir:"

func newMigrateCommand(g *global) *cobra.Command {
	var to string
	request := shared.MigrateRequest{}
	command := g.passiveCommand(&cobra.Command{
		Use:   "migrate",
		Short: "Move everything to another database",
		Long: `migrate copies everything to another, empty database: settings with their history, notifications with all that
is known of them, idempotency keys, statistics, and the pause of the deliveries. It goes from the embedded database to
PostgreSQL, from there into a data directory, or between two of a kind. The database that plugin.hcl names now is marked
afterwards, and no version of the plugin writes to it any more.

Stop all Consoles first: migrate refuses while a process delivers from one of the two databases. All is copied or
nothing. When it is interrupted, the same command completes it; until then the database is not used. --undo goes on with
the database that plugin.hcl names. After a move that was complete, what waits in it is held then, as the other database
may have delivered it: see testharness held.

Afterwards set database in plugin.hcl, and key to the key file of the former data directory
(key = "file:///path/to/data/key"), and start the Console again.

Exit status: 0 moved, or it was before; 1 refused or failed, nothing was moved unless it says so; 2 usage or manifest
error; 3 the plugin is unavailable.`,
		Example: `  testharness migrate --to env:DATABASE_URL
  testharness migrate --to file:/run/secrets/database-url
  testharness migrate --to data_dir:/var/lib/console/data
  testharness migrate --undo`,
		PreRunE: func(*cobra.Command, []string) (err error) {
			request.To, err = target(to, request.Undo)
			return err
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		request.Actor = g.actor
		moved, err := plugin.Migrator().Migrate(ctx, request, func(p shared.MigrateProgress) {
			if p.All > 0 {
				fmt.Fprintf(plugin.live, "%s: %d of %d\n", p.Table, p.Done, p.All)
			}
		})
		return result{document: moved, text: func(out io.Writer) { printMoved(out, request, moved) }}, err
	})
	flags := command.Flags()
	flags.StringVar(&to, "to", "",
		"the other database: data_dir:DIR, or the `source` of its address: env:NAME, file:PATH or "+
			"- (standard input); an address may hold a password, so it never stands on the command line")
	flags.BoolVar(&request.Undo, "undo", false, "go on with the database that plugin.hcl names, although it was moved")
	return command
}

// target is the address of the database that is moved to.
func target(to string, undo bool) (shared.SecretText, error) {
	switch {
	case undo && to != "":
		return shared.SecretText{}, usagef("--undo is about the database that plugin.hcl names; leave --to out")
	case undo:
		return shared.SecretText{}, nil
	case to == "":
		return shared.SecretText{}, usagef("--to is missing: where shall everything go?")
	}
	if directory, ok := strings.CutPrefix(to, toDirectory); ok {
		whole, err := filepath.Abs(directory)
		if err != nil || directory == "" {
			return shared.SecretText{}, usagef("--to data_dir: is followed by a directory")
		}
		return shared.NewSecretText("sqlite://" + whole), nil
	}
	address, err := readSecret("to", to)
	if err == nil && address.Action != shared.SecretReplace {
		err = usagef("--to must be data_dir:DIR, env:NAME, file:PATH or -")
	}
	return address.Text, err
}

func printMoved(out io.Writer, request shared.MigrateRequest, moved shared.MigrateResult) {
	if request.Undo {
		fmt.Fprintln(out, "The database is used again. Make sure that the other one is not.")
		if moved.Held > 0 {
			fmt.Fprintf(out, "%d notifications are held, as the other database may have delivered them: "+
				"testharness held deliver, or discard.\n", moved.Held)
		}
		return
	}
	fmt.Fprintf(out, "Copied %d revisions of the settings and %d notifications.\n", moved.Revisions, moved.Notifications)
	fmt.Fprintf(out, "Everything is in %s now. Name it in plugin.hcl; the former database is not used any more.\n",
		moved.To)
}
