package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

func newMailserverCommand() *cobra.Command {
	var fault string
	var port int
	command := &cobra.Command{
		Use:   "mailserver",
		Short: "Run a practice mail server that goes wrong in a chosen way",
		Long:  "mailserver runs one practice mail server on 127.0.0.1 until it is interrupted. Without --fault it lists the faults.",
		Example: `  testharness mailserver
  testharness mailserver --fault auth-wrong-password --port 2525`,
		RunE: func(command *cobra.Command, _ []string) error {
			out := command.OutOrStdout()
			if fault == "" {
				table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
				for _, one := range mailserver.Faults() {
					fmt.Fprintf(table, "%s\t%s\n", one.Name, one.Label)
				}
				return table.Flush()
			}
			chosen, ok := mailserver.FaultNamed(fault)
			if !ok {
				return usagef("there is no fault %q; testharness mailserver lists them", fault)
			}
			authority, err := mailserver.NewAuthority()
			if err != nil {
				return err
			}
			running, err := chosen.Start(authority, port)
			if err != nil {
				return err
			}
			defer running.Close()
			fmt.Fprintf(out, "%s\nListening on 127.0.0.1, port %d. Use SSL: %t. Stop it with Ctrl-C.\n", chosen.Label, running.Port(), chosen.UseSSL)
			<-command.Context().Done()
			return nil
		},
	}
	command.Flags().StringVar(&fault, "fault", "", "the `name` of the fault")
	command.Flags().IntVar(&port, "port", 0, "the `port` to listen on; 0 takes a free one")
	return command
}
