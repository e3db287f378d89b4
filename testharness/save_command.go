package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSaveCommand(g *global) *cobra.Command {
	var flags draftFlags
	var revision int64
	var command *cobra.Command
	command = g.passiveCommand(&cobra.Command{
		Use:   "save",
		Short: "Save settings as a new revision",
		Example: `  testharness save --set server=smtp.email.com --set login=me@email.com --secret password=file:password.txt
  testharness save --revision 3 --set port=587`,
	}, func(ctx context.Context, plugin invocation) (result, error) {
		_, draft, err := flags.draft(ctx, plugin.Page(), g.locale)
		if err != nil {
			return result{}, err
		}
		if !command.Flags().Changed("revision") {
			snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
			if err != nil {
				return result{}, err
			}
			revision = snapshot.Revision.Number
		}
		outcome, err := plugin.Page().Save(ctx, shared.SaveRequest{
			Locale: g.locale, Actor: g.actor, Draft: draft, Revision: revision,
		})
		return saved(outcome), err
	})
	flags.register(command)
	command.Flags().Int64Var(&revision, "revision", 0,
		"save only if revision `N` is still the newest; without it the newest is replaced")
	return command
}
