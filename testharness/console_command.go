package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/testharness/console"
)

func newConsoleCommand(g *global) *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "console",
		Short: "Run a stand-in Console with the plugin's page",
		Long: `console serves a stand-in for an Administration and Monitoring Console: the plugin's page, a switch for the
Processing Server, practice mail servers that go wrong in every classic way, and the inbox where test e-mails arrive.
With a plugin that has nothing to do with mail there are no mail servers and no inbox.
It is for trying out and developing: everyone who reaches the address may use it.

Ctrl-C, SIGTERM and SIGHUP end it when the mail server has answered what is under way; a second one ends it at once.
On Windows so do Ctrl-Break, closing its window, and stopping it where it runs as a service.`,
		Example: "  testharness console --listen 127.0.0.1:9000",
		RunE:    func(command *cobra.Command, _ []string) error { return runConsole(command, g, listen) },
	}
	command.Flags().StringVar(&listen, "listen", defaultListen, listenUsage)
	return command
}

const (
	defaultListen = "127.0.0.1:8080"
	listenUsage   = "the `address` to listen on; port 0 takes a free one"
)

// runConsole serves the Console until the command is stopped.
func runConsole(command *cobra.Command, g *global, listen string, more ...host.Option) error {
	return console.Run(command.Context(), console.Options{
		Listen: listen, Actor: g.actor,
		Open: func(options ...host.Option) (*host.Host, error) {
			return g.openActive(command.Context(), append(options, more...)...)
		},
		Ready: func(address string) {
			fmt.Fprintf(command.OutOrStdout(), "The Console is at http://%s/ — stop it with Ctrl-C.\n", address)
		},
	})
}
