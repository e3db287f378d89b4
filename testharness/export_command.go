package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// maxImport bounds a document of settings, in bytes.
const maxImport = 16 << 20

func newExportCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "export",
		Short: "Print the settings in force as a document, without secrets",
		Long: `export prints the settings in force as one JSON document, with or without --json: for keeping, for
comparing, and for testharness import. It has no secrets.`,
		Example: "  testharness export > settings.json",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		document, _, _, err := g.exported(ctx, plugin)
		return result{document: document, text: func(out io.Writer) { _ = printJSON(out, document) }}, err
	})
}

// exported returns the settings in force, with what they were made from.
func (g *global) exported(
	ctx context.Context, plugin invocation,
) (document shared.Export, schema shared.Schema, snapshot shared.Snapshot, err error) {
	info, err := plugin.Page().Info(ctx)
	if err != nil {
		return document, schema, snapshot, err
	}
	if schema, err = plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: g.locale}); err != nil {
		return document, schema, snapshot, err
	}
	snapshot, err = plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
	return schema.Export(info, snapshot), schema, snapshot, err
}

func newImportCommand(g *global) *cobra.Command {
	var document shared.Export
	var yes bool
	command := g.passiveCommand(&cobra.Command{
		Use:   "import FILE",
		Short: "Save the settings that a document of testharness export has",
		Long: `import makes the settings what the document says: what it does not name goes back to its default. Secrets and
fields that are fixed stay as they are. Values that have no place are named and left out. "-" reads standard input.`,
		Example: "  testharness import settings.json\n  testharness export | testharness import --data-dir /srv/other -",
		Args:    exactly("the file to import"),
		PreRunE: func(command *cobra.Command, args []string) error {
			var err error
			if document, err = readExport(command.InOrStdin(), args[0]); err != nil {
				return usagef("%s: %w", args[0], err)
			}
			return nil
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		current, schema, snapshot, err := g.exported(ctx, plugin)
		if err != nil {
			return result{}, err
		}
		info := shared.Info{Name: current.Plugin, Version: current.Version}
		draft, found := schema.Import(info, snapshot, document)
		if found.HasErrors() {
			return saved(shared.SaveResult{Diagnostics: found, Snapshot: snapshot}), nil
		}
		outcome, err := g.save(ctx, plugin, draft, &snapshot.Revision.Number, yes)
		outcome.Diagnostics = append(found, outcome.Diagnostics...)
		return saved(outcome), err
	})
	registerYes(command, &yes)
	return command
}

func readExport(in io.Reader, path string) (document shared.Export, err error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return document, err
		}
		defer file.Close()
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxImport+1))
	switch {
	case err != nil:
		return document, err
	case len(content) > maxImport:
		return document, errors.New("it is too long")
	}
	return document, json.Unmarshal(content, &document)
}
