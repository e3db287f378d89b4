package main

import "github.com/smtp-settings/smtp-settings/plugin"

// config is the config block of plugin.hcl, with the keys of older versions.
type config struct {
	plugin.Configuration `koanf:",squash"`

	AttemptLimit any `koanf:"attempt_limit" deprecated:"SMTP says how long a reply may take"`
	RescueAfter  any `koanf:"rescue_after" deprecated:"a process that delivers says every few seconds that it lives"`
}
