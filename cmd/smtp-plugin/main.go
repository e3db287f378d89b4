// Command smtp-plugin is the SMTP settings page as a plugin of an Administration and Monitoring Console. The Console
// starts it; started by hand it says so and ends.
package main

import (
	"context"
	"os"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/plugin/egress"
	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() { shared.Main("smtp-plugin", open) }

// config is the config block of plugin.hcl.
type config struct {
	DataDir        string   `koanf:"data_dir"`
	Database       string   `koanf:"database"`
	Key            string   `koanf:"key"`
	OldKeys        []string `koanf:"old_keys"`
	SecretDir      string   `koanf:"secret_dir"`
	SecretPrefix   string   `koanf:"secret_prefix"`
	Allow          []string `koanf:"allow"`
	Deny           []string `koanf:"deny"`
	TestRecipients []string `koanf:"test_recipients"`

	Connections           int    `koanf:"connections"`
	MessagesPerConnection int    `koanf:"messages_per_connection"`
	MessagesPerMinute     int    `koanf:"messages_per_minute"`
	RetryAfter            string `koanf:"retry_after"`
	DrainLimit            string `koanf:"drain_limit"`
	// AttemptLimit and RescueAfter have lost their meaning: SMTP says how long a reply may take, and a lease who has died.
	AttemptLimit string `koanf:"attempt_limit"`
	RescueAfter  string `koanf:"rescue_after"`
}

const configKeys = "data_dir, database, key, old_keys, secret_dir, secret_prefix, allow, deny, " +
	"test_recipients, connections, messages_per_connection, messages_per_minute, retry_after, drain_limit, attempt_limit and rescue_after"

func open(start shared.Start) (shared.SettingsPage, error) {
	c := config{DataDir: "data", RetryAfter: "30s", DrainLimit: "10m30s"}
	if err := start.Manifest.Config(&c, configKeys); err != nil {
		return nil, err
	}
	policy, err := egress.New(c.Allow, c.Deny)
	if err != nil {
		return nil, start.Manifest.Refuse("config: %s", err)
	}
	notifications := plugin.Notifications{
		Connections: c.Connections, MessagesPerConnection: c.MessagesPerConnection, MessagesPerMinute: c.MessagesPerMinute,
	}
	if notifications.RetryAfter, err = time.ParseDuration(c.RetryAfter); err != nil || notifications.RetryAfter <= 0 {
		return nil, start.Manifest.Refuse("config: retry_after: %q is not a length of time such as 30s", c.RetryAfter)
	}
	if notifications.DrainLimit, err = time.ParseDuration(c.DrainLimit); err != nil || notifications.DrainLimit <= 0 || notifications.DrainLimit >= shared.MaxDrain {
		return nil, start.Manifest.Refuse("config: drain_limit: %q is not a length of time such as 10m30s, shorter than %s", c.DrainLimit, shared.MaxDrain)
	}
	for key, text := range map[string]string{"attempt_limit": c.AttemptLimit, "rescue_after": c.RescueAfter} {
		if text != "" {
			start.Logger.Warn("the key has no effect any more; remove the line", "key", key)
		}
	}
	return plugin.New(context.Background(), plugin.Configuration{
		DataDir: start.DataDir(c.DataDir), Database: c.Database, Key: c.Key, OldKeys: c.OldKeys,
		References: secret.References{Directory: c.SecretDir, Prefix: c.SecretPrefix},
		Egress:     policy, TestRecipients: c.TestRecipients,
		Notifications: notifications,
		Passive:       start.Passive,
		Environ:       os.Environ(), Logger: start.Logger,
	})
}
