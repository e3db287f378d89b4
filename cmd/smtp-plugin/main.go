// Command smtp-plugin is the SMTP settings page as a plugin of an Administration and Monitoring Console. The Console
// starts it; started by hand it says so and ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

func main() {
	path := flag.String("manifest", "plugin.hcl", "the file that declares this plugin")
	dataDir := flag.String("data-dir", "", "overrides config.data_dir")
	flag.Parse()
	if !shared.StartedByHost() {
		fmt.Fprintln(os.Stderr, "smtp-plugin is a plugin: a Console starts it by way of plugin.hcl. To try it out, run testharness console.")
		os.Exit(1)
	}
	// The host reads the log line by line from standard error; standard output belongs to the handshake.
	logger := hclog.New(&hclog.LoggerOptions{
		Name: "smtp-plugin", Level: hclog.Trace, Output: os.Stderr, JSONFormat: true,
	})
	page, err := open(*path, *dataDir, logger)
	if err != nil {
		logger.Error("cannot start: " + err.Error())
		os.Exit(1)
	}
	shared.Serve(page, logger)
	if err := page.Close(); err != nil {
		logger.Warn("the database was not closed", "error", err)
	}
}

func open(path, dataDir string, logger hclog.Logger) (*plugin.Page, error) {
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
	return plugin.New(context.Background(), plugin.Configuration{
		DataDir: declared.Resolve(config.DataDir), Environ: os.Environ(), Logger: logger,
	})
}
