package main

import (
	"cmp"
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
		printFields(table, schema, section.Fields)
	}
	if len(schema.Test.Options) > 0 {
		fmt.Fprintf(table, "\n%s: --option\n", schema.Test.Label)
		printFields(table, schema.Test.Form(), schema.Test.Options)
	}
	if len(schema.Actions) > 0 {
		fmt.Fprintln(table, "\nActions: testharness action NAME")
		for _, action := range schema.Actions {
			fmt.Fprintf(table, "  %s\t\t%s\t%s\n", action.Name, action.Label, actionNote(schema, action))
			if len(action.Options) > 0 {
				fmt.Fprintf(table, "\n%s: --option\n", action.Label)
				printFields(table, action.Form(), action.Options)
			}
		}
	}
	_ = table.Flush()
}

// actionNote is the help of an action, and when it is offered.
func actionNote(schema shared.Schema, action shared.Action) string {
	if action.VisibleWhen.IsZero() {
		return action.Help
	}
	return strings.TrimLeft(action.Help+" (offered when "+conditionText(schema, action.VisibleWhen)+")", " ")
}

// printFields prints the fields of a form.
func printFields(out io.Writer, form shared.Schema, fields []shared.Field) {
	for _, field := range fields {
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\n", field.Name, kindText(field), field.Label, fieldNote(form, field))
	}
}

// kindText says what a field takes.
func kindText(field shared.Field) string {
	switch {
	case field.Sensitive:
		return "secret"
	case len(field.Options) > 0:
		values := make([]string, len(field.Options))
		for i, option := range field.Options {
			values[i] = option.Value
		}
		return strings.Join(values, "|")
	case field.Items != "":
		return string(field.Kind) + " of " + string(field.Items)
	}
	return string(field.Kind)
}

// fieldNote says what else there is to know of a field.
func fieldNote(form shared.Schema, field shared.Field) string {
	var notes []string
	switch {
	case field.ReadOnly:
		notes = append(notes, "computed")
	case !field.Default.IsEmpty():
		notes = append(notes, "default "+onOneLine(field, field.Default))
	case field.Required:
		notes = append(notes, "required")
	}
	notes = append(notes, ruleNotes(form, field)...)
	if field.Unit != "" {
		notes = append(notes, "in "+field.Unit)
	}
	if action := cmp.Or(field.OptionsFrom, field.Action); action != "" {
		notes = append(notes, "see action "+action)
	}
	if field.NeedsRestart {
		notes = append(notes, "takes effect after a restart")
	}
	if field.Deprecated != "" {
		notes = append(notes, "deprecated: "+field.Deprecated)
	}
	return strings.Join(notes, "; ")
}

// ruleNotes say what of a field depends on others.
func ruleNotes(form shared.Schema, field shared.Field) (notes []string) {
	for _, rule := range field.DefaultWhen {
		notes = append(notes, "default "+onOneLine(field, rule.Value)+" when "+conditionText(form, rule.When))
	}
	for _, rule := range []struct {
		what string
		when shared.Condition
	}{{"required", field.RequiredWhen}, {"shown", field.VisibleWhen}, {"can be changed", field.EnabledWhen}} {
		if !rule.when.IsZero() {
			notes = append(notes, rule.what+" when "+conditionText(form, rule.when))
		}
	}
	return notes
}
