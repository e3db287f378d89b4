// Command minimal-plugin serves package minimal.
package main

import (
	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/testharness/acceptance/internal/minimal"
)

func main() {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: minimal.Handshake,
		Plugins:         goplugin.PluginSet{minimal.Name: minimal.Plugin{}},
		GRPCServer:      goplugin.DefaultGRPCServer,
	})
}
