package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newHeldCommand(g *global) *cobra.Command {
	held := &cobra.Command{
		Use:   "held",
		Short: "Release notifications that are held",
		Long: `held releases notifications that were not delivered because the database may be older than what was done
with it: it was last used long before the start (restore_margin in plugin.hcl). If it was restored from a backup, they
may have been delivered since; discard them. If the Console merely stood still for so long, they were not; deliver them.
testharness status says when the database was last used, and testharness list shows the notifications; single ones are
released with testharness retry and cancel.

Exit status: 0 released, also when there was nothing; 1 failed; 2 usage or manifest error;
3 the plugin is unavailable.`,
		Example: "  testharness held deliver\n  testharness held discard --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usagef("say what becomes of them: testharness held deliver, or testharness held discard")
		},
	}
	held.AddCommand(
		newReleaseCommand(g, "deliver", "Deliver what is held", "%d notifications wait for delivery again.\n", true),
		newReleaseCommand(g, "discard", "Cancel what is held", "%d notifications were cancelled.\n", false),
	)
	return held
}

func newReleaseCommand(g *global, name, short, says string, deliver bool) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use: name, Short: short, Example: "  testharness held " + name, Args: withUsage(cobra.NoArgs),
	}, func(ctx context.Context, plugin invocation) (result, error) {
		released, err := plugin.HeldReleaser().ReleaseHeld(ctx, shared.ReleaseHeldRequest{
			Actor: g.actor, Deliver: deliver,
		})
		return result{document: released, text: func(out io.Writer) { fmt.Fprintf(out, says, released.Count) }}, err
	})
}
