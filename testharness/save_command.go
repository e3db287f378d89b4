package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSaveCommand(g *global) *cobra.Command {
	var flags draftFlags
	var revision int64
	var yes bool
	var command *cobra.Command
	command = g.passiveCommand(&cobra.Command{
		Use:   "save",
		Short: "Save settings as a new revision",
		Long: `save makes the values in force, with those given by --set and --secret laid over them, the next revision: whole
or not at all. What the page asks to be agreed to is asked on a terminal, and agreed to with --yes. testharness schema
lists the fields, with the values of a choice and what is required when.`,
		Example: `  testharness save --set server=smtp.email.com --set login=me@email.com --secret password=file:password.txt
  testharness save --revision 3 --set port=587
  testharness save --set 'servers=["a.example","b.example"]' --set headers='X-Team = mail' --yes`,
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, draft, err := flags.draft(ctx, plugin.Page(), g.locale)
		if err != nil {
			return result{}, err
		}
		g.noteHidden(ctx, plugin, schema, draft)
		var from *int64
		if command.Flags().Changed("revision") {
			from = &revision
		}
		outcome, err := g.save(ctx, plugin, draft, from, yes)
		return saved(outcome), err
	})
	flags.register(command)
	command.Flags().Int64Var(&revision, "revision", 0,
		"save only if revision `N` is still the newest; without it the newest is replaced")
	registerYes(command, &yes)
	return command
}

// save saves the draft over the revision, or over the newest one, and has what the page asks be agreed to.
func (g *global) save(
	ctx context.Context, plugin invocation, draft shared.Draft, revision *int64, yes bool,
) (shared.SaveResult, error) {
	request := shared.SaveRequest{Locale: g.locale, Actor: g.actor, Draft: draft}
	if revision != nil {
		request.Revision = *revision
	} else {
		snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
		if err != nil {
			return shared.SaveResult{}, err
		}
		request.Revision = snapshot.Revision.Number
	}
	save := func(confirmed string) (shared.SaveResult, error) {
		request.Confirmed = confirmed
		return plugin.Page().Save(ctx, request)
	}
	return untilAgreed(save, func(sentence string) bool { return plugin.agreed(sentence, yes) })
}

// untilAgreed saves, and again with each sentence of the page that is agreed to.
func untilAgreed(
	save func(confirmed string) (shared.SaveResult, error), agree func(string) bool,
) (shared.SaveResult, error) {
	const mostQuestions = 3 // A page may ask something else after an answer, but not without end.
	confirmed := ""
	for range mostQuestions {
		outcome, err := save(confirmed)
		if err != nil || outcome.Saved || outcome.Confirm == "" || !agree(outcome.Confirm) {
			return outcome, err
		}
		confirmed = outcome.Confirm
	}
	return save(confirmed)
}
