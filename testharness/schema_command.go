package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newSchemaCommand(g *global) *cobra.Command {
	var asJSONSchema bool
	command := g.passiveCommand(&cobra.Command{
		Use:     "schema",
		Short:   "Show the fields that the plugin declares",
		Example: "  testharness schema\n  testharness schema --json-schema > settings.schema.json",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, err := plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: g.locale})
		if err != nil || !asJSONSchema {
			return result{document: schema, text: func(out io.Writer) { printSchema(out, schema) }}, err
		}
		text, err := schema.JSONSchema()
		return result{text: func(out io.Writer) { fmt.Fprintln(out, string(text)) }}, err
	})
	command.Flags().Lookup("json").Usage = "print the declaration as one JSON document"
	command.Flags().BoolVar(&asJSONSchema, "json-schema", false,
		"print the shape of the values as a JSON Schema (draft 2020-12)")
	command.MarkFlagsMutuallyExclusive("json", "json-schema")
	return command
}

func printSchema(out io.Writer, schema shared.Schema) {
	fmt.Fprintln(out, schema.Title)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, section := range schema.Sections {
		fmt.Fprintf(table, "\n%s\n", section.Title)
		printFields(table, section.Fields)
	}
	if len(schema.Test.Options) > 0 {
		fmt.Fprintf(table, "\n%s: --option\n", schema.Test.Label)
		printFields(table, schema.Test.Options)
	}
	_ = table.Flush()
}

func printFields(out io.Writer, fields []shared.Field) {
	for _, field := range fields {
		kind := string(field.Kind)
		switch {
		case field.Sensitive:
			kind = "secret"
		case len(field.Options) > 0:
			values := make([]string, len(field.Options))
			for i, option := range field.Options {
				values[i] = option.Value
			}
			kind = strings.Join(values, "|")
		}
		note := ""
		switch {
		case !field.Default.IsEmpty():
			note = "default " + onOneLine(field, field.Default)
		case field.Required:
			note = "required"
		}
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\n", field.Name, kind, field.Label, note)
	}
}
