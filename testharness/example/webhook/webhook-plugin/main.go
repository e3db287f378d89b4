// Command webhook-plugin serves the example page as a plugin. A host starts every plugin with -manifest, the path of
// plugin.hcl, and with -data-dir when the operator overrides config.data_dir.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/testharness/example/webhook"
)

func main() {
	path := flag.String("manifest", "plugin.hcl", "the file that declares this plugin")
	dataDir := flag.String("data-dir", "", "overrides config.data_dir")
	flag.Parse()
	if !shared.StartedByHost() {
		fmt.Fprintln(os.Stderr, "webhook-plugin is a plugin: a Console starts it by way of plugin.hcl.")
		os.Exit(1)
	}
	logger := hclog.New(&hclog.LoggerOptions{Name: "webhook-plugin", Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	page, err := open(*path, *dataDir)
	if err != nil {
		logger.Error("cannot start: " + err.Error())
		os.Exit(1)
	}
	shared.Serve(page, logger)
}

func open(path, dataDir string) (*webhook.Page, error) {
	declared, err := manifest.Read(path)
	if err != nil {
		return nil, err
	}
	config := struct {
		DataDir string `koanf:"data_dir"`
	}{DataDir: "data"}
	if err := declared.Config(&config, "data_dir"); err != nil {
		return nil, err
	}
	if dataDir != "" {
		config.DataDir = dataDir
	}
	return webhook.New(declared.Resolve(config.DataDir))
}
