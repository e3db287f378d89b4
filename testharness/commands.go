package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

func newSchemaCommand(g *global) *cobra.Command {
	var asJSON, asJSONSchema bool
	command := &cobra.Command{
		Use:     "schema",
		Short:   "Show the fields that the plugin declares",
		Example: "  testharness schema\n  testharness schema --json-schema > settings.schema.json",
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
			switch {
			case asJSONSchema:
				text, err := schema.JSONSchema()
				if err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), string(text))
			case asJSON:
				return printJSON(command.OutOrStdout(), schema)
			default:
				printSchema(command.OutOrStdout(), schema)
			}
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print the declaration as one JSON document")
	command.Flags().BoolVar(&asJSONSchema, "json-schema", false, "print the shape of the values as a JSON Schema (draft 2020-12)")
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
		case field.Kind == shared.KindChoice:
			values := make([]string, len(field.Options))
			for i, option := range field.Options {
				values[i] = option.Value
			}
			kind = strings.Join(values, "|")
		}
		note := ""
		switch {
		case !field.Default.IsEmpty():
			note = "default " + field.Default.String()
		case field.Required:
			note = "required"
		}
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\n", field.Name, kind, field.Label, note)
	}
}

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
	for field := range schema.Fields() {
		value := snapshot.Values[field.Name].String()
		switch {
		case field.Sensitive && snapshot.Secrets[field.Name].Set:
			value = "(set)"
		case field.Sensitive:
			value = "(not set)"
		case value == "":
			value = schema.Effective(field.Name, snapshot.Values).String() + " (default)"
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

func newValidateCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON bool
	command := &cobra.Command{
		Use:     "validate",
		Short:   "Check settings without contacting anything",
		Example: "  testharness validate --set server=smtp.email.com --set port=587",
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			draft, err := flags.draft(command.Context(), h.Page(), g.locale)
			if err != nil {
				return err
			}
			validation, err := h.Page().Validate(command.Context(), shared.ValidateRequest{Locale: g.locale, Draft: draft})
			if err != nil {
				return err
			}
			if asJSON {
				validation.Diagnostics = listed(validation.Diagnostics)
				err = printJSON(command.OutOrStdout(), validation)
			} else {
				printDiagnostics(command.OutOrStdout(), validation.Diagnostics)
				if validation.Preview != "" {
					fmt.Fprintln(command.OutOrStdout(), validation.Preview)
				}
			}
			return failedIf(validation.Diagnostics.HasErrors(), err)
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}

// listed makes an empty list [] in JSON rather than null.
func listed(diagnostics shared.Diagnostics) shared.Diagnostics {
	if diagnostics == nil {
		return shared.Diagnostics{}
	}
	return diagnostics
}

// failedIf is errFailed for a result that is negative but was told in full.
func failedIf(failed bool, err error) error {
	if err == nil && failed {
		return errFailed
	}
	return err
}

func newSaveCommand(g *global) *cobra.Command {
	var flags draftFlags
	var asJSON bool
	var revision int64
	command := &cobra.Command{
		Use:   "save",
		Short: "Save settings as a new revision",
		Example: `  testharness save --set server=smtp.email.com --set login=me@email.com --secret password=file:password.txt
  testharness save --revision 3 --set port=587`,
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			draft, err := flags.draft(command.Context(), h.Page(), g.locale)
			if err != nil {
				return err
			}
			if !command.Flags().Changed("revision") {
				snapshot, err := h.Page().Load(command.Context(), shared.LoadRequest{Locale: g.locale})
				if err != nil {
					return err
				}
				revision = snapshot.Revision.Number
			}
			result, err := h.Page().Save(command.Context(), shared.SaveRequest{Locale: g.locale, Actor: g.actor, Draft: draft, Revision: revision})
			if err != nil {
				return err
			}
			return printSaved(command.OutOrStdout(), result, asJSON)
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	command.Flags().Int64Var(&revision, "revision", 0, "save only if revision `N` is still the newest; without it the newest is replaced")
	return command
}

// printSaved tells what a save did.
func printSaved(out io.Writer, result shared.SaveResult, asJSON bool) error {
	var err error
	switch {
	case asJSON:
		result.Diagnostics = listed(result.Diagnostics)
		err = printJSON(out, result)
	default:
		printDiagnostics(out, result.Diagnostics)
		if result.Saved {
			fmt.Fprintf(out, "Saved as revision %d.\n", result.Snapshot.Revision.Number)
		} else {
			fmt.Fprintln(out, "Nothing was saved.")
		}
	}
	return failedIf(!result.Saved, err)
}
