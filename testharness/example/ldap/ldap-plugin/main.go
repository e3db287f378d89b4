// Command ldap-plugin serves the example page of a directory as a plugin.
package main

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
	"github.com/smtp-settings/smtp-settings/testharness/example/ldap"
)

func main() { transport.Main("ldap-plugin", open) }

func open(start transport.Start) (shared.SettingsPage, error) {
	config := struct {
		DataDir string `koanf:"data_dir"`
	}{DataDir: "data"}
	if err := start.Manifest.Config(&config); err != nil {
		return nil, err
	}
	return ldap.New(start.DataDir(config.DataDir))
}
