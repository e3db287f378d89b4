package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newHealthCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "health",
		Short: "Show whether the saved settings still work",
		Long: `health shows what a Console that delivers has found out: the plugin tries the saved settings by itself every
few hours (verify_every in plugin.hcl), and each delivery is a proof. The state is unknown, healthy, suspect, which is
one failure or something that ends soon, or broken. health itself contacts no server; testharness test does.

Exit status: 0 unknown, healthy or suspect; 1 broken; 2 usage or manifest error; 3 the plugin is unavailable.`,
		Example: "  testharness health\n  testharness health --json | jq -r .state",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		now, err := plugin.Health(ctx, g.locale)
		return result{
			document: now, text: func(out io.Writer) { printHealth(out, now) }, failed: now.State == shared.HealthBroken,
		}, err
	})
}

func printHealth(out io.Writer, now shared.Health) {
	fmt.Fprintf(out, "State: %s\n", now.State)
	if !now.Since.IsZero() {
		fmt.Fprintf(out, "Since: %s\n", localTime(now.Since))
	}
	if now.Cause != nil {
		printDiagnostics(out, shared.Diagnostics{*now.Cause})
	}
	if !now.CheckedAt.IsZero() {
		how := "it failed"
		if now.CheckPassed {
			how = "it passed"
		}
		fmt.Fprintf(out, "Last tried: %s, %s\n", localTime(now.CheckedAt), how)
	}
	fmt.Fprintf(out, "Waiting: %d\n", now.Waiting)
	for _, one := range now.Endings {
		fmt.Fprintf(out, "Ends: %s %s", one.What, localTime(one.At))
		if one.Field != "" {
			fmt.Fprintf(out, " (%s)", one.Field)
		}
		fmt.Fprintln(out)
	}
	for _, one := range now.Watched {
		fmt.Fprintf(out, "\nLooked at: %s\n", localTime(one.At))
		printCard(out, one.Card)
	}
}
