package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newLoadCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:     "load",
		Short:   "Show the settings in force",
		Example: "  testharness load\n  testharness load --json | jq .values.server",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, err := plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: g.locale})
		if err != nil {
			return result{}, err
		}
		snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
		return result{document: snapshot, text: func(out io.Writer) { printSnapshot(out, schema, snapshot) }}, err
	})
}

func printSnapshot(out io.Writer, schema shared.Schema, snapshot shared.Snapshot) {
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	follows := schema.Evaluate(snapshot.Values)
	for field := range schema.Fields() {
		value := onOneLine(field, snapshot.Values[field.Name])
		switch {
		case field.Sensitive && snapshot.Secrets[field.Name].Set:
			value = "(set)"
		case field.Sensitive:
			value = "(not set)"
		case field.ReadOnly && !snapshot.Computed[field.Name].IsEmpty():
			value = onOneLine(field, snapshot.Computed[field.Name]) + " (computed)"
		case snapshot.Values[field.Name].IsEmpty() && follows.Effective(field.Name).IsEmpty():
			value = "(not set)"
		case snapshot.Values[field.Name].IsEmpty():
			value = onOneLine(field, follows.Effective(field.Name)) + " (default)"
		}
		if lock, locked := snapshot.Locks[field.Name]; locked {
			value += "  fixed by " + lock.Source
		}
		if slices.Contains(snapshot.Pending, field.Name) {
			value += "  after a restart"
		}
		if !follows.Visible(field) {
			value += "  hidden, not used"
		}
		fmt.Fprintf(table, "%s\t%s\n", field.Name, value)
	}
	_ = table.Flush()
	if snapshot.Revision.Number == 0 {
		fmt.Fprintln(out, "\nNothing has been saved yet.")
		return
	}
	fmt.Fprintf(out, "\nRevision %d, saved %s by %s.\n", snapshot.Revision.Number,
		snapshot.Revision.At.Local().Format(time.DateTime), snapshot.Revision.Author)
}
