package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSuggestCommand(g *global) *cobra.Command {
	var flags draftFlags
	command := g.passiveCommand(&cobra.Command{
		Use:   "suggest",
		Short: "Ask for values that probably fit",
		Long: `suggest asks the plugin for values that probably fit the settings, such as the mail server that the domain of
the login publishes. It prints what it found and the --set options that take it over. Nothing is saved, and nothing
secret is sent anywhere. The exit status is 1 when there is nothing to suggest.`,
		Example: "  testharness suggest --set login=anna@example.com",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		_, draft, err := flags.draft(ctx, plugin.Page(), g.locale)
		if err != nil {
			return result{}, err
		}
		found, err := plugin.Suggester().Suggest(ctx, shared.SuggestRequest{Locale: g.locale, Values: draft.Values})
		if err != nil {
			return result{}, err
		}
		return result{
			document: struct {
				Suggestions shared.Diagnostics `json:"suggestions"`
			}{listed(found)},
			text:   func(out io.Writer) { printSuggestions(out, found) },
			failed: !slices.ContainsFunc(found, func(one shared.Diagnostic) bool { return len(one.Fixes) > 0 }),
		}, nil
	})
	flags.register(command)
	return command
}

func printSuggestions(out io.Writer, found shared.Diagnostics) {
	printDiagnostics(out, found)
	if len(found) == 0 {
		fmt.Fprintln(out, "There is nothing to suggest.")
	}
}
