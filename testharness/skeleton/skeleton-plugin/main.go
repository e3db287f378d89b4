// Command skeleton-plugin serves the page as a plugin.
package main

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

func main() { transport.Main("skeleton-plugin", open) }

func open(start transport.Start) (shared.SettingsPage, error) {
	config := struct {
		DataDir string `koanf:"data_dir"`
	}{DataDir: "data"}
	if err := start.Manifest.Config(&config); err != nil {
		return nil, err
	}
	return skeleton.New(start.DataDir(config.DataDir))
}
