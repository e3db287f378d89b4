package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// needs are what commands need of a plugin that not every plugin has; the commands below them need the same.
var needs = map[string]string{
	"action": "has no actions", "domain": "does not check the domain of a sender",
	"health":  "does not watch whether its settings work",
	"history": noHistory, "rollback": noHistory,
	"rekey": "has no secrets under a key that can be changed", "migrate": "has no database that can be moved",
	"notify": noNotifications, "status": noNotifications, "list": noNotifications, "show": noNotifications,
	"statistics": noNotifications, "retry": noNotifications, "cancel": noNotifications, "aside": noNotifications,
	"purge": noNotifications, "held": noNotifications, "look": noNotifications,
}

const (
	noHistory       = "keeps no history of its settings"
	noNotifications = "has no notification service, or none that can do this"
)

// notOfferedError is that the plugin does not offer what a command needs. It says so in the words of the command.
type notOfferedError struct {
	command string
	cause   error
}

func (e notOfferedError) Error() string {
	top, _, _ := strings.Cut(e.command, " ")
	return "the plugin " + needs[top] + ": testharness " + e.command + " is of no use with it"
}

func (e notOfferedError) Unwrap() error { return e.cause }

// inWords has an error of a command say what the plugin does not offer.
func inWords(command *cobra.Command, err error) error {
	name := strings.TrimPrefix(command.CommandPath(), "testharness ")
	top, _, _ := strings.Cut(name, " ")
	if errors.Is(err, shared.ErrUnsupported) && needs[top] != "" {
		return notOfferedError{name, err}
	}
	return err
}
