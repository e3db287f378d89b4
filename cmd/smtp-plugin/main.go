// Command smtp-plugin is the SMTP settings page as a plugin of an Administration and Monitoring Console. The Console
// starts it; started by hand it says so and ends.
package main

import (
	"context"
	"os"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

func main() { transport.Main("smtp-plugin", open) }

func open(start transport.Start) (shared.SettingsPage, error) {
	c := config{Configuration: plugin.Configuration{DataDir: "data"}}
	if err := start.Manifest.Config(&c); err != nil {
		return nil, err
	}
	c.DataDir = start.DataDir(c.DataDir)
	if c.SecretDir != "" {
		c.SecretDir = start.Manifest.Resolve(c.SecretDir)
	}
	c.Passive, c.Environ, c.Logger = start.Passive, os.Environ(), start.Logger
	return plugin.New(context.Background(), c.Configuration)
}
