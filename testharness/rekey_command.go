package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

func newRekeyCommand(g *global) *cobra.Command {
	return g.passiveCommand(&cobra.Command{
		Use:   "rekey",
		Short: "Seal all stored secrets under a new key",
		Long: `rekey turns to a new key and seals every stored secret with it, those of old revisions too. A key file in the
data directory is replaced; with a key in Vault's Transit engine the newest version is used; with a key from a
variable or a file, put the new one there and list where the old one is in old_keys of plugin.hcl first. It can be
repeated at any time.`,
		Example: "  testharness rekey",
	}, func(ctx context.Context, plugin invocation) (result, error) {
		rekeyed, err := plugin.KeyRotator().Rekey(ctx, shared.RekeyRequest{Actor: g.actor})
		return result{document: rekeyed, text: func(out io.Writer) {
			fmt.Fprintf(out, "%d secrets were sealed anew. %s\n", rekeyed.Secrets, rekeyed.Summary)
		}}, err
	})
}
