package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newRollbackCommand(g *global) *cobra.Command {
	var number int64
	var yes bool
	command := g.passiveCommand(&cobra.Command{
		Use:   "rollback REVISION",
		Short: "Save an old revision again as the newest one",
		Long: `rollback makes the content of an old revision the next revision. Nothing is lost: the revisions in between
stay in the history. A secret comes back with it, for the destination that comes back with it, also when another one
has taken its place since. One that was removed since (save --secret password=clear) or purged does not, and rollback
says so.`,
		Example: "  testharness rollback 3\n  testharness rollback 3 --json --yes",
		Args:    exactly("the number of a revision; testharness history lists them"),
		PreRunE: func(_ *cobra.Command, args []string) (err error) {
			number, err = strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usagef("%q is not the number of a revision; testharness history lists them", args[0])
			}
			return nil
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
		if err != nil {
			return result{}, err
		}
		restore := func(confirmed string) (shared.SaveResult, error) {
			return plugin.History().Restore(ctx, shared.RestoreRequest{
				Locale: g.locale, Actor: g.actor, Number: number, Revision: snapshot.Revision.Number, Confirmed: confirmed,
			})
		}
		outcome, err := untilAgreed(restore, func(sentence string) bool { return plugin.agreed(sentence, yes) })
		return saved(outcome), err
	})
	registerYes(command, &yes)
	return command
}
