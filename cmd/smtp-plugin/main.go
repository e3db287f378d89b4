// Command smtp-plugin is the SMTP settings page as a plugin of an Administration and Monitoring Console. The Console
// starts it; started by hand it says so and ends.
package main

import (
	"context"
	"os"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/plugin/egress"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() { shared.Main("smtp-plugin", open) }

func open(start shared.Start) (shared.SettingsPage, error) {
	c := config{DataDir: "data"}
	if err := start.Manifest.Config(&c); err != nil {
		return nil, err
	}
	if err := c.check(start.Manifest.Resolve); err != nil {
		return nil, err
	}
	policy, err := egress.New(c.Allow, c.Deny)
	if err != nil {
		return nil, err
	}
	return plugin.New(context.Background(), plugin.Configuration{
		DataDir: start.DataDir(c.DataDir), Database: string(c.Database), Key: string(c.Key), OldKeys: c.oldKeys(),
		References: c.references(start.Manifest.Resolve),
		Egress:     policy, TestRecipients: c.testRecipients(),
		Notifications: c.Notifications,
		Passive:       start.Passive,
		Environ:       os.Environ(), Logger: start.Logger,
	})
}
