package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newValidateCommand(g *global) *cobra.Command {
	var flags draftFlags
	command := g.passiveCommand(&cobra.Command{
		Use:   "validate",
		Short: "Check settings without contacting anything",
		Long: `validate checks the values in force, with those given by --set and --secret laid over them. Nothing is
contacted and nothing is saved.`,
		Example: "  testharness validate --set server=smtp.email.com --set port=587\n" +
			"  testharness validate --manifest s3.hcl --set 'endpoints=[\"a.example\",\"b.example\"]' --json",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, draft, err := flags.draft(ctx, plugin.Page(), g.locale)
		if err != nil {
			return result{}, err
		}
		g.noteHidden(ctx, plugin, schema, draft)
		validation, err := plugin.Page().Validate(ctx, shared.ValidateRequest{Locale: g.locale, Draft: draft})
		validation.Diagnostics = listed(validation.Diagnostics)
		return result{
			document: validation,
			text:     func(out io.Writer) { printValidation(out, validation) },
			failed:   validation.Diagnostics.HasErrors(),
		}, err
	})
	flags.register(command)
	return command
}

func printValidation(out io.Writer, validation shared.Validation) {
	printDiagnostics(out, validation.Diagnostics)
	if validation.Preview != "" {
		fmt.Fprintln(out, validation.Preview)
	}
}
