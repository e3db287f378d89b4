package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// optionFlags are --option, and those of the SMTP page that have a flag of their own.
type optionFlags struct {
	set         []string
	recipient   string
	sendMessage bool
}

func (o *optionFlags) register(command *cobra.Command) {
	checkFirst(command, o.check)
	flags := command.Flags()
	flags.StringVar(&o.recipient, "recipient", "", "the SMTP page: check RCPT TO this `address`; without it the "+
		"sender's own")
	flags.BoolVar(&o.sendMessage, "send-message", false, "the SMTP page: also send a real test e-mail to the recipient")
	flags.StringArrayVar(&o.set, "option", nil, "set an option of the test: `option=value`; may be repeated")
}

// check holds that the flags are assignments.
func (o *optionFlags) check() error { return checkOptions(o.set) }

func checkOptions(assignments []string) error {
	for _, assignment := range assignments {
		if !strings.Contains(assignment, "=") {
			return usagef("--option %s: write option=value", assignment)
		}
	}
	return nil
}

// read turns the flags into the options that the plugin's schema declares for its test.
func (o *optionFlags) read(schema shared.Schema) (shared.Values, error) {
	given := slices.Clone(o.set)
	if o.recipient != "" {
		given = append(given, "recipient="+o.recipient)
	}
	if o.sendMessage {
		given = append(given, "send_message=true")
	}
	return assigned(schema.Test.Form(), given, "this plugin's test has no option %q; testharness schema lists them")
}

// assigned reads the assignments by the form of a test or an action; unknown is what is said of a name that it lacks.
func assigned(form shared.Schema, assignments []string, unknown string) (shared.Values, error) {
	options := shared.Values{}
	for _, assignment := range assignments {
		name, text, _ := strings.Cut(assignment, "=")
		field, ok := form.Field(name)
		if !ok {
			return nil, usagef(unknown, name)
		}
		assign(options, field, text)
	}
	return options, nil
}

// assign gives a field what was typed. A list or map that is named once more has both entries.
func assign(values shared.Values, field shared.Field, typed string) {
	value, err := field.Parse(typed)
	if err != nil {
		value = shared.Text(typed) // The plugin says what is wrong with it.
	}
	before := values[field.Name]
	if first, isList := before.AsList(); isList {
		if more, alsoList := value.AsList(); alsoList {
			value = shared.List(slices.Concat(first, more)...)
		}
	}
	if first, isMap := before.AsMap(); isMap {
		if more, alsoMap := value.AsMap(); alsoMap {
			first = maps.Clone(first)
			maps.Copy(first, more)
			value = shared.Map(first)
		}
	}
	values[field.Name] = value
}
