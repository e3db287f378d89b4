package main

import (
	"errors"
	"io/fs"
	"net/mail"
	"os"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/plugin/egress"
	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/plugin/store"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// config is the config block of plugin.hcl.
type config struct {
	DataDir        string             `koanf:"data_dir"`
	Database       store.Address      `koanf:"database"`
	Key            secret.KeySource   `koanf:"key"`
	OldKeys        []secret.KeySource `koanf:"old_keys"`
	SecretDir      string             `koanf:"secret_dir"`
	SecretPrefix   prefix             `koanf:"secret_prefix"`
	Allow          []egress.Network   `koanf:"allow"`
	Deny           []egress.Network   `koanf:"deny"`
	TestRecipients []recipient        `koanf:"test_recipients"`

	Notifications plugin.Notifications `koanf:",squash"`

	AttemptLimit any `koanf:"attempt_limit" deprecated:"SMTP says how long a reply may take"`
	RescueAfter  any `koanf:"rescue_after" deprecated:"a process that delivers says every few seconds that it lives"`
}

// check makes sure of what does not follow from one value alone. Errors are *manifest.ValueError.
func (c config) check(resolve func(string) string) error {
	if c.SecretDir == "" {
		return nil
	}
	path := resolve(c.SecretDir)
	info, err := os.Stat(path)
	if err == nil {
		err = filemode.Shared(path, info)
	} else if os.IsNotExist(err) {
		err = errors.New("there is no such directory; make it, or leave the key out")
	}
	var withPath *fs.PathError
	if errors.As(err, &withPath) {
		err = withPath.Err
	}
	if err != nil {
		return &manifest.ValueError{Key: "secret_dir", Err: err}
	}
	return nil
}

func (c config) references(resolve func(string) string) secret.References {
	references := secret.References{Prefix: string(c.SecretPrefix)}
	if c.SecretDir != "" {
		references.Directory = resolve(c.SecretDir)
	}
	return references
}

func (c config) oldKeys() []string {
	sources := make([]string, len(c.OldKeys))
	for i, source := range c.OldKeys {
		sources[i] = string(source)
	}
	return sources
}

func (c config) testRecipients() []string {
	recipients := make([]string, len(c.TestRecipients))
	for i, one := range c.TestRecipients {
		recipients[i] = string(one)
	}
	return recipients
}

// prefix begins the names of variables.
type prefix string

// UnmarshalText reads a prefix.
func (p *prefix) UnmarshalText(text []byte) error {
	*p = prefix(text)
	if strings.HasSuffix(string(text), "*") {
		return errors.New(`is the beginning of names as it is, without "*"`)
	}
	if err := secret.CheckSource("env://" + string(text)); err != nil {
		return errors.New("is the beginning of names of variables: letters, digits and _")
	}
	return nil
}

// recipient is an address, or "@domain" for all of a domain.
type recipient string

// UnmarshalText reads a recipient.
func (r *recipient) UnmarshalText(text []byte) error {
	*r = recipient(text)
	address := string(text)
	if strings.HasPrefix(address, "@") {
		address = "any" + address
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.Contains(address, "*") {
		return errors.New("must be an address such as ops@example.com, or @example.com for a whole domain")
	}
	return nil
}
