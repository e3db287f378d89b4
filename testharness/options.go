package main

import (
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
	flags.StringVar(&o.recipient, "recipient", "", "check RCPT TO this `address`; without it the sender's own")
	flags.BoolVar(&o.sendMessage, "send-message", false, "also send a real test e-mail to the recipient")
	flags.StringArrayVar(&o.set, "option", nil, "set an option of the test: `option=value`; may be repeated. "+
		"--recipient and --send-message are options of the SMTP page")
}

// check holds that the flags are assignments.
func (o *optionFlags) check() error {
	for _, assignment := range o.set {
		if !strings.Contains(assignment, "=") {
			return usagef("--option %s: write option=value", assignment)
		}
	}
	return nil
}

// read turns the flags into the options that the plugin's schema declares for its test.
func (o *optionFlags) read(schema shared.Schema) (shared.Values, error) {
	given := map[string]string{}
	for _, assignment := range o.set {
		name, text, _ := strings.Cut(assignment, "=")
		given[name] = text
	}
	if o.recipient != "" {
		given["recipient"] = o.recipient
	}
	if o.sendMessage {
		given["send_message"] = "true"
	}
	declared := shared.Schema{Sections: []shared.Section{{Fields: schema.Test.Options}}}
	options := shared.Values{}
	for name, text := range given {
		field, ok := declared.Field(name)
		if !ok {
			return nil, usagef("this plugin's test has no option %q; testharness schema lists them", name)
		}
		value, err := field.Parse(text)
		if err != nil {
			value = shared.Text(text) // The plugin says what is wrong with it.
		}
		options[name] = value
	}
	return options, nil
}
