package main

import (
	"fmt"
	"os"
	"path/filepath"
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
		Long: "mailserver runs one practice mail server on 127.0.0.1 until it is interrupted. Without --fault it lists " +
			"the faults. It prints the command that tests it.",
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
			ca := filepath.Join(os.TempDir(), fmt.Sprintf("practice-ca-%d.pem", running.Port()))
			if err := os.WriteFile(ca, authority.PEM(), 0o600); err != nil {
				return err
			}
			defer os.Remove(ca)
			fmt.Fprintf(out, "%s\nListening on 127.0.0.1, port %d. Stop it with Ctrl-C. In another terminal:\n",
				chosen.Label, running.Port())
			fmt.Fprintf(out, "  P=any testharness test --set server=127.0.0.1 --set port=%d --set use_ssl=%t "+
				"--set ca_certificate=@%s \\\n", running.Port(), chosen.UseSSL, ca)
			fmt.Fprintln(out, "    --set login=me@practice.example --secret password=env:P")
			<-command.Context().Done()
			return nil
		},
	}
	command.Flags().StringVar(&fault, "fault", "", "the `name` of the fault")
	command.Flags().IntVar(&port, "port", 0, "the `port` to listen on; 0 takes a free one")
	return command
}
