package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
	"github.com/smtp-settings/smtp-settings/testharness/settingsfile"
)

// maxImport bounds a document of settings, in bytes.
const maxImport = 16 << 20

func newExportCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "export",
		Short: "Print the settings in force as a file for apply, without secrets",
		Long: `export prints the settings in force as a file in YAML for testharness apply: to be kept beside other
configuration, compared, and taken over by another installation. It has no secrets: each that is set stands there with
the environment variable that apply takes it from. Fields that are fixed outside of the page are left out.
With --json it is the document that testharness import reads, which has no secrets at all.`,
		Example: "  testharness export > smtp.yaml\n  testharness export --json > settings.json",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		document, schema, snapshot, err := g.exported(ctx, plugin)
		printHidden(plugin.notices, schema, snapshot.Values, document.Values.Names())
		info := shared.Info{Name: document.Plugin, Version: document.Version}
		return result{document: document, text: func(out io.Writer) {
			_ = settingsfile.Write(out, info, schema, snapshot)
		}}, err
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
		Short: "Save the settings that a document of testharness export --json has",
		Long: `import makes the settings what the document says: what it does not name goes back to its default. Secrets and
fields that are fixed stay as they are. Values that have no place are named and left out. "-" reads standard input.`,
		Example: "  testharness import settings.json\n  testharness export --json | testharness import --data-dir " +
			"/srv/other -",
		Args: exactly("the file to import"),
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
	if err := json.Unmarshal(plaintext.From(content), &document); err != nil {
		return document, fmt.Errorf("is not what testharness export --json prints (a file in YAML is for testharness "+
			"apply): "+
			"%w", err)
	}
	return document, nil
}
