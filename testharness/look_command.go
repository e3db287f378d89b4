package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newLookCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use: "look", Short: "Have the mail server tried at once while deliveries are paused",
		Long: `look has one notification tried at once while deliveries are paused, instead of at the time that testharness
status tells. What it finds out counts as any other look: when the server takes the notification the others follow, and
otherwise the pause goes on. It is done once a minute at most, and once in five minutes while the login is refused,
because servers lock accounts.

Exit status: 0 it is tried, or nothing is paused; 1 it was tried a short time ago; 2 usage or manifest error;
3 the plugin is unavailable.`,
		Example: "  testharness look\n  testharness look --json",
		Args:    withUsage(cobra.NoArgs),
	}, func(ctx context.Context, plugin invocation) (result, error) {
		looked, err := plugin.ServerLooker().LookNow(ctx, shared.LookNowRequest{Actor: g.actor})
		return result{
			document: looked, failed: !looked.Begins && !looked.Again.IsZero(),
			text: func(out io.Writer) { fmt.Fprintln(out, lookSaid(looked)) },
		}, err
	})
}

// lookSaid says what comes of a request to try the server.
func lookSaid(looked shared.LookNowResult) string {
	switch {
	case looked.Begins:
		return "The server is tried now."
	case looked.Again.IsZero():
		return "Nothing is paused."
	default:
		return "The server was tried a short time ago. Ask again at " + looked.Again.Local().Format(time.TimeOnly) + "."
	}
}
