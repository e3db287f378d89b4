package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newLoadCommand(g *global) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:     "load",
		Short:   "Show the settings in force",
		Example: "  testharness load\n  testharness load --json | jq .values.server",
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			schema, err := h.Page().Schema(command.Context(), shared.SchemaRequest{Locale: g.locale})
			if err != nil {
				return err
			}
			snapshot, err := h.Page().Load(command.Context(), shared.LoadRequest{Locale: g.locale})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), snapshot)
			}
			printSnapshot(command.OutOrStdout(), schema, snapshot)
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}

func printSnapshot(out io.Writer, schema shared.Schema, snapshot shared.Snapshot) {
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	follows := schema.Evaluate(snapshot.Values)
	for field := range schema.Fields() {
		value := snapshot.Values[field.Name].String()
		switch {
		case field.Sensitive && snapshot.Secrets[field.Name].Set:
			value = "(set)"
		case field.Sensitive:
			value = "(not set)"
		case value == "":
			value = follows.Effective(field.Name).String() + " (default)"
		}
		if lock, locked := snapshot.Locks[field.Name]; locked {
			value += "  fixed by " + lock.Source
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
