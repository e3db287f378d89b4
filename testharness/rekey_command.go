package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newRekeyCommand(g *global) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "rekey",
		Short: "Seal all stored secrets under a new key",
		Long: `rekey turns to a new key and seals every stored secret with it, those of old revisions too. A key file in the data
directory is replaced; with a key in Vault's Transit engine the newest version is used; with a key from a variable or a file,
put the new one there and list where the old one is in old_keys of plugin.hcl first. It can be repeated at any time.`,
		Example: "  testharness rekey",
		RunE: func(command *cobra.Command, _ []string) error {
			h, err := g.open(command.Context())
			if err != nil {
				return err
			}
			defer h.Close()
			result, err := h.KeyRotator().Rekey(command.Context(), shared.RekeyRequest{Actor: g.actor})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), result)
			}
			fmt.Fprintf(command.OutOrStdout(), "%d secrets were sealed anew. %s\n", result.Secrets, result.Summary)
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return command
}
