package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// maxSecret bounds a secret that is read from a file or standard input, in bytes.
const maxSecret = 64 << 10

// draftFlags are --set and --secret.
type draftFlags struct {
	set     []string
	secrets []string
}

func (d *draftFlags) register(command *cobra.Command) {
	checkFirst(command, d.check)
	flags := command.Flags()
	flags.StringArrayVar(&d.set, "set", nil,
		"set a field: `field=value`, or field=@file to read the value from a file; may be repeated. "+
			"A list is a JSON array, or an entry each time; a map a JSON object, or \"key = text\" each time")
	flags.StringArrayVar(&d.secrets, "secret", nil, "set a secret: `field=source`, "+
		"where source is env:NAME, file:PATH, - (standard input), keep or clear; may be repeated")
}

// checkFirst has a command check its flags before everything else, and before the plugin starts.
func checkFirst(command *cobra.Command, check func() error) {
	then := command.PreRunE
	command.PreRunE = func(command *cobra.Command, args []string) error {
		if err := check(); err != nil || then == nil {
			return err
		}
		return then(command, args)
	}
}

// check holds that the flags are assignments.
func (d *draftFlags) check() error {
	for _, assignment := range d.set {
		if !strings.Contains(assignment, "=") {
			return usagef("--set %s: write field=value", assignment)
		}
	}
	for _, assignment := range d.secrets {
		if !strings.Contains(assignment, "=") { // It may be the secret itself.
			return usagef("--secret: write field=env:NAME, field=file:PATH, field=-, field=keep or field=clear")
		}
	}
	return nil
}

// draft reads the flags by the page's schema, which it returns too. Fields that are not set keep the value in force.
func (d *draftFlags) draft(
	ctx context.Context, page shared.SettingsPage, locale string,
) (shared.Schema, shared.Draft, error) {
	schema, err := page.Schema(ctx, shared.SchemaRequest{Locale: locale})
	if err != nil {
		return shared.Schema{}, shared.Draft{}, err
	}
	draft, err := d.read(schema)
	if err != nil {
		return schema, draft, err
	}
	left, err := changeable(ctx, page, locale, schema, draft)
	if err != nil {
		return schema, draft, err
	}
	for field := range schema.Fields() {
		_, set := draft.Values[field.Name]
		_, still := left.Values[field.Name]
		_, secret := draft.Secrets[field.Name]
		if _, stillSecret := left.Secrets[field.Name]; set && !still || secret && !stillSecret {
			return schema, draft, usagef("%s cannot be changed: it is disabled as the other fields are", field.Name)
		}
	}
	return schema, draft, nil
}

// changeable returns the draft without what it gives to fields that are disabled.
func changeable(
	ctx context.Context, page shared.SettingsPage, locale string, schema shared.Schema, draft shared.Draft,
) (shared.Draft, error) {
	var err error
	left := schema.Changeable(draft, func() shared.Values {
		var snapshot shared.Snapshot
		snapshot, err = page.Load(ctx, shared.LoadRequest{Locale: locale})
		return snapshot.Values
	})
	return left, err
}

func (d *draftFlags) read(schema shared.Schema) (shared.Draft, error) {
	draft := shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}}
	for _, assignment := range d.set {
		name, text, _ := strings.Cut(assignment, "=")
		if err := set(draft.Values, schema, name, text); err != nil {
			return draft, err
		}
	}
	for _, assignment := range d.secrets {
		name, source, _ := strings.Cut(assignment, "=")
		if field, declared := schema.Field(name); !declared || !field.Sensitive {
			return draft, usagef("--secret %s: there is no such secret; see testharness schema", name)
		}
		change, err := readSecret(name, source)
		if err != nil {
			return draft, err
		}
		draft.Secrets[name] = change
	}
	return draft, nil
}

func set(values shared.Values, schema shared.Schema, name, text string) error {
	field, declared := schema.Field(name)
	switch {
	case !declared:
		return usagef("--set %s: there is no such field; see testharness schema", name)
	case field.ReadOnly:
		return usagef("--set %s: it is computed and cannot be set", name)
	case field.Sensitive:
		return usagef(
			"--set %s: a secret never stands on the command line; use --secret %s=env:NAME, file:PATH or -", name, name)
	}
	if path, fromFile := strings.CutPrefix(text, "@"); fromFile {
		content, err := os.ReadFile(path)
		if err != nil {
			return usagef("--set %s: %w", name, err)
		}
		text = strings.TrimRight(string(plaintext.From(content)), "\r\n")
	}
	assign(values, field, text)
	return nil
}

// variableName is what a name of an environment variable looks like (POSIX, Base Definitions, 8.1).
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func readSecretFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		var withPath *fs.PathError
		if errors.As(err, &withPath) { // The path may be the secret itself.
			err = fmt.Errorf("the file cannot be read: %w", withPath.Err)
		}
		return nil, err
	}
	defer file.Close()
	return readBounded(file)
}

func readBounded(source io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(source, maxSecret+1))
	if len(content) > maxSecret {
		return nil, fmt.Errorf("it is longer than a secret may be, %d bytes", maxSecret)
	}
	return plaintext.From(content), err
}

// errEmptySource is that where a secret should come from there is nothing.
var errEmptySource = errors.New("the source is empty")

// notSetError is the name of an environment variable that is not set.
type notSetError string

func (e notSetError) Error() string { return "the environment variable " + string(e) + " is not set" }

// readSecret reads the secret of --secret from its source.
func readSecret(name, source string) (shared.SecretChange, error) {
	change, err := secretFrom(source)
	switch {
	case errors.Is(err, errEmptySource):
		err = usagef("--secret %s: %w; use %s=clear to remove the secret", name, err, name)
	case err != nil:
		err = usagef("--secret %s: %w", name, err)
	}
	return change, err
}

// secretFrom reads a secret from its source. One line break at the end is not part of it.
func secretFrom(source string) (shared.SecretChange, error) {
	kind, rest, _ := strings.Cut(source, ":")
	var content []byte
	var err error
	switch {
	case source == "keep":
		return shared.KeepSecret(), nil
	case source == "clear":
		return shared.ClearSecret(), nil
	case source == "-":
		content, err = readBounded(os.Stdin)
	case kind == "file":
		content, err = readSecretFile(rest)
	case kind == "env":
		text, given := os.LookupEnv(rest)
		switch {
		case !given && !variableName.MatchString(rest): // It may be the secret itself.
			err = errors.New("what follows env: is not the name of an environment variable")
		case !given:
			err = notSetError(rest)
		}
		content = []byte(text)
	default:
		err = errors.New("the source must be env:NAME, file:PATH, -, keep or clear; a secret never stands on the command " +
			"line")
	}
	if err != nil {
		return shared.SecretChange{}, err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if text == "" {
		return shared.SecretChange{}, errEmptySource
	}
	return shared.ReplaceSecret(text), nil
}
