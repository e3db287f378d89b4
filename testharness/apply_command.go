package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/settingsfile"
)

// application is one run of the command apply.
type application struct {
	*global
	path              string
	dryRun, test, yes bool

	file    *settingsfile.File
	secrets map[string]shared.SecretChange
}

func newApplyCommand(g *global) *cobra.Command {
	a := &application{global: g}
	command := g.passiveCommand(&cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make the settings what a file says",
		Long: `apply makes the settings what a file says, in YAML, JSON (.json) or HCL (.hcl): the fields by their names at
the top level, and under secrets where each secret comes from. A field that the file does not name goes back to its
default; secrets that it does not name, and fields that are fixed or disabled, stay as they are. testharness export
writes such a file. "-" reads YAML or JSON from standard input.

A secret never stands in the file: its source is env:NAME, file:PATH (from the directory of the file on), keep or clear.
A variable that the file names is not passed on to the plugin, where it would fix the field.

Applied again, the same file changes nothing and saves nothing. --dry-run prints the difference and ends alike, without
saving. --test tries the settings out first, and saves nothing that fails.

Exit status: 0 nothing was to be changed; 10 the settings were changed, or would be; 1 the file or the settings are
invalid, a secret is not there, or the test failed; 2 usage or manifest error; 3 the plugin is unavailable.`,
		Example: `  testharness export > smtp.yaml
  SMTP_PASSWORD=... testharness apply -f smtp.yaml --dry-run
  SMTP_PASSWORD=... testharness apply -f smtp.yaml --test

  # smtp.yaml
  server: smtp.email.com
  port: 465
  use_ssl: true
  login: me@email.com
  secrets:
    password: env:SMTP_PASSWORD`,
		PreRunE: a.prepare,
	}, a.run)
	flags := command.Flags()
	flags.StringVarP(&a.path, "file", "f", "", "the `FILE` with the settings; - is standard input")
	flags.BoolVar(&a.dryRun, "dry-run", false, "print what would be changed, and save nothing")
	flags.BoolVar(&a.test, "test", false, "save only what passes the page's test")
	registerYes(command, &a.yes)
	filled(flags, "file")
	return command
}

// prepare reads the file and the secrets before the plugin starts.
func (a *application) prepare(command *cobra.Command, _ []string) error {
	if a.path == "" {
		return usagef("say which file: testharness apply -f FILE")
	}
	var err error
	if a.file, err = settingsfile.Read(a.path, command.InOrStdin()); err != nil {
		if errors.Is(err, settingsfile.ErrUnreadable) {
			return usageError{err}
		}
		return err
	}
	return a.readSecrets()
}

// readSecrets reads the secrets that the file names. A variable that holds one is taken out of the environment: it is
// the source of what is saved, and would else fix the field as a variable of the operator does.
func (a *application) readSecrets() error {
	a.secrets = map[string]shared.SecretChange{}
	var wrong []error
	var variables []string
	for _, source := range a.file.Secrets() {
		change, err := secretFrom(source.Text)
		var missing notSetError
		if errors.As(err, &missing) {
			err = fmt.Errorf("%w; set it, or write keep to leave the secret as it is", err)
		} else if errors.Is(err, errEmptySource) {
			err = fmt.Errorf("%w; write clear to remove the secret", err)
		}
		if err != nil {
			wrong = append(wrong, a.file.Refuse(source, err))
			continue
		}
		if variable, isVariable := strings.CutPrefix(source.Text, "env:"); isVariable {
			variables = append(variables, variable)
		}
		a.secrets[source.Field] = change
	}
	for _, variable := range variables {
		wrong = append(wrong, os.Unsetenv(variable))
	}
	return errors.Join(wrong...)
}

// applied is the document of apply.
type applied struct {
	// Changed tells that the settings are others now, or would be.
	Changed bool `json:"changed"`
	Saved   bool `json:"saved"`
	// Changes are what differs, in the order of the schema; a secret has neither value.
	Changes     []shared.Change    `json:"changes"`
	Diagnostics shared.Diagnostics `json:"diagnostics"`
	// Confirm is what has to be agreed to first.
	Confirm string `json:"confirm,omitempty"`
	// Test is the verdict, where there was a test.
	Test *shared.TestReport `json:"test,omitempty"`
	// Revision is the number of the one in force.
	Revision int64 `json:"revision"`

	dryRun bool
}

func (a *application) run(ctx context.Context, plugin invocation) (result, error) {
	schema, err := plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: a.locale})
	if err != nil {
		return result{}, err
	}
	snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: a.locale})
	if err != nil {
		return result{}, err
	}
	draft, err := a.file.Draft(schema, snapshot, a.secrets)
	if err != nil {
		return result{}, err
	}
	checked, err := plugin.Page().Validate(ctx, shared.ValidateRequest{
		Locale: a.locale, Draft: draft, CompareSecrets: true,
	})
	if err != nil {
		return result{}, err
	}
	for _, name := range checked.SameSecrets {
		delete(draft.Secrets, name)
	}
	done := applied{
		Changes: settingsfile.Changes(schema, snapshot, draft, nil), Diagnostics: listed(checked.Diagnostics),
		Revision: snapshot.Revision.Number, dryRun: a.dryRun,
	}
	switch {
	case len(done.Changes) == 0:
		done.Changes = []shared.Change{}
		return a.told(done, false), nil
	case checked.Diagnostics.HasErrors():
		return a.told(done, true), nil
	}
	return a.change(ctx, plugin, draft, done)
}

// change tests what is to be tested and saves what is to be saved.
func (a *application) change(
	ctx context.Context, plugin invocation, draft shared.Draft, done applied,
) (result, error) {
	if a.test {
		printChanges(plugin.live, done.Changes) // Before the steps of the test, which are told as they happen.
		var completed shared.Completed
		err := plugin.Page().Test(ctx, shared.TestRequest{
			Locale: a.locale, Actor: a.actor, Draft: draft, Options: shared.Values{},
		}, plugin.follow(&completed))
		if err != nil {
			return result{}, err
		}
		report := complete(completed.Report)
		if done.Test = &report; report.Status == shared.StatusFailed {
			return a.told(done, true), nil
		}
	}
	if a.dryRun {
		done.Changed = true
		return a.told(done, false), nil
	}
	saved, err := a.save(ctx, plugin, draft, &done.Revision, a.yes)
	if err != nil {
		return result{}, err
	}
	done.Saved, done.Changed, done.Confirm = saved.Saved, saved.Saved, saved.Confirm
	done.Diagnostics, done.Revision = listed(saved.Diagnostics), saved.Snapshot.Revision.Number
	return a.told(done, !saved.Saved), nil
}

func (a *application) told(done applied, failed bool) result {
	return result{
		document: done, failed: failed, changed: done.Changed && !failed,
		text: func(out io.Writer) { a.print(out, done, failed) },
	}
}

func (a *application) print(out io.Writer, done applied, failed bool) {
	if done.Test != nil {
		printReport(out, *done.Test)
	} else {
		printChanges(out, done.Changes)
	}
	printDiagnostics(out, done.Diagnostics)
	a.printPlaces(out, done.Diagnostics)
	switch {
	case done.Saved:
		fmt.Fprintf(out, "Saved as revision %d.\n", done.Revision)
	case failed && done.Confirm != "":
		fmt.Fprintf(out, "%s Agree with --yes.\nNothing was saved.\n", done.Confirm)
	case done.dryRun && done.Changed:
		fmt.Fprintln(out, "Nothing was saved: this is what would be changed.")
	case failed:
		fmt.Fprintln(out, "Nothing was saved.")
	default:
		fmt.Fprintln(out, "Nothing is to be changed.")
	}
}

func printChanges(out io.Writer, changes []shared.Change) {
	for _, change := range changes {
		fmt.Fprintf(out, "  %s: %s\n", change.Field, describeChange(change))
	}
}

// printPlaces says where the file has the fields that something is wrong with.
func (a *application) printPlaces(out io.Writer, found shared.Diagnostics) {
	places := map[string]string{}
	for _, one := range found {
		if place := a.file.PlaceOf(one.Field); place != "" {
			places[one.Field] = place
		}
	}
	for _, field := range slices.Sorted(maps.Keys(places)) {
		fmt.Fprintf(out, "  %s stands at %s\n", field, places[field])
	}
}
