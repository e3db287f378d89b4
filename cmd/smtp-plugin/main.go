// Command smtp-plugin is the SMTP settings page as a plugin of an Administration and Monitoring Console. The Console
// starts it; started by hand it says so and ends.
package main

import (
	"context"
	"os"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() { shared.Main("smtp-plugin", open) }

func open(start shared.Start) (shared.SettingsPage, error) {
	config := struct {
		DataDir string `koanf:"data_dir"`
	}{DataDir: "data"}
	if err := start.Manifest.Config(&config, "data_dir"); err != nil {
		return nil, err
	}
	return plugin.New(context.Background(), plugin.Configuration{
		DataDir: start.DataDir(config.DataDir), Environ: os.Environ(), Logger: start.Logger,
	})
}
