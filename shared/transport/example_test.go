package transport_test

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// newPage stands for what opens the settings page that the plugin is about; see the example of package shared.
func newPage(directory string) (shared.SettingsPage, error) { return nil, nil }

// This is the whole main function of a plugin whose plugin.hcl may say in which directory it keeps its files.
func ExampleMain() {
	transport.Main("lamp-plugin", func(start transport.Start) (shared.SettingsPage, error) {
		config := struct {
			DataDir string `koanf:"data_dir"`
		}{DataDir: "data"}
		if err := start.Manifest.Config(&config); err != nil {
			return nil, err
		}
		return newPage(start.DataDir(config.DataDir))
	})
}
