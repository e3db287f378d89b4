package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newHistoryCommand(g *global) *cobra.Command {
	var request shared.RevisionsRequest
	command := g.passiveCommand(&cobra.Command{
		Use:     "history",
		Short:   "Show who saved what and when",
		Long:    "history lists the saved revisions, newest first, with the fields that each changed. Secrets are not shown.",
		Example: "  testharness history\n  testharness history --before 12 --limit 5 --json\n  testharness history purge",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		request.Locale = g.locale
		list, err := plugin.History().Revisions(ctx, request)
		if list.Entries == nil {
			list.Entries = []shared.RevisionEntry{}
		}
		return result{document: list, text: func(out io.Writer) { printHistory(out, list) }}, err
	})
	command.AddCommand(newHistoryPurgeCommand(g))
	command.Flags().Int64Var(&request.Before, "before", 0, "only revisions before revision `N`")
	command.Flags().IntVar(&request.Limit, "limit", 0, "at most `N` revisions; without it 50, and never more than 200")
	return command
}

func newHistoryPurgeCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "purge",
		Short: "Remove the secrets of old revisions for good",
		Long: `purge removes the sealed secrets of all revisions but the newest and compacts the database, so that its files
hold them no longer. Values, authors and times stay in the history; who goes back to such a revision enters the secret
again. Backups still hold them: testharness rekey makes these worthless as well, once the old key is gone. It can be
repeated at any time.`,
		Example: "  testharness history purge\n  testharness history purge --json && testharness rekey",
		Args:    withUsage(nil),
	}, func(ctx context.Context, plugin invocation) (result, error) {
		purged, err := plugin.History().Purge(ctx, shared.PurgeRequest{Actor: g.actor})
		return result{document: purged, text: func(out io.Writer) {
			fmt.Fprintf(out, "%d secrets of old revisions were removed.\n", purged.Secrets)
		}}, err
	})
}

func printHistory(out io.Writer, list shared.RevisionList) {
	if len(list.Entries) == 0 {
		fmt.Fprintln(out, "Nothing has been saved yet.")
	}
	for _, entry := range list.Entries {
		fmt.Fprintf(out, "Revision %d  %s", entry.Number, entry.At.Local().Format(time.DateTime))
		if entry.Author != "" {
			fmt.Fprintf(out, "  by %s", entry.Author)
		}
		if entry.RestoredFrom != 0 {
			fmt.Fprintf(out, "  (restored from revision %d)", entry.RestoredFrom)
		}
		fmt.Fprintln(out)
		for _, change := range entry.Changes {
			fmt.Fprintf(out, "  %s: %s\n", change.Field, describeChange(change))
		}
	}
	if list.More {
		fmt.Fprintf(out, "Older ones: --before %d\n", list.Entries[len(list.Entries)-1].Number)
	}
}

func describeChange(change shared.Change) string {
	if change.Before.IsEmpty() && change.After.IsEmpty() {
		return "changed (a secret is not shown)"
	}
	text := func(value shared.Value) string {
		switch value.Form() {
		case shared.FormEmpty:
			return "(default)"
		case shared.FormList, shared.FormMap:
			return value.String() // JSON, as --set reads it.
		default:
			return strconv.Quote(value.String())
		}
	}
	return strings.Join([]string{text(change.Before), "→", text(change.After)}, " ")
}
