package plugin

import (
	"errors"
	"io/fs"
	"net/mail"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/alert"
	"github.com/smtp-settings/smtp-settings/plugin/internal/autoconfig"
	"github.com/smtp-settings/smtp-settings/plugin/internal/egress"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// Configuration is what the operator decides. The tags name the keys of the config block of plugin.hcl; reading the
// block checks each value and names the place of one that is of no use.
type Configuration struct {
	// DataDir holds the embedded database and the key file; it is made when it does not exist.
	DataDir string `koanf:"data_dir"`
	// Database is the address of a PostgreSQL database, or env://NAME or file://path where it stands; empty means the
	// embedded one.
	Database store.Address `koanf:"database"`
	// Key and OldKeys say where the key is that secrets are sealed with, and where older ones are; see docs/operating.md.
	// Empty means a file in DataDir.
	Key     secret.KeySource   `koanf:"key"`
	OldKeys []secret.KeySource `koanf:"old_keys"`
	// SecretDir and SecretPrefix say which secrets an administrator may name instead of typing them: files of the
	// directory, and variables whose names begin so. Empty allows none. The keys, the address of the database, and what
	// alerts are sent to and signed with, never count as such.
	SecretDir    string        `koanf:"secret_dir"`
	SecretPrefix secret.Prefix `koanf:"secret_prefix"`
	// Allow and Deny say which addresses may be connected to; empty allows all but what never is a mail server.
	Allow []egress.Network `koanf:"allow"`
	Deny  []egress.Network `koanf:"deny"`
	// TestRecipients are those that a test may name as recipient beside the sender's own address; empty allows every
	// address.
	TestRecipients []Recipient `koanf:"test_recipients"`
	// NameServer answers questions to DNS about the domain of a mailbox or a sender; the zero Server means that of the
	// operating system.
	NameServer senderdomain.Server `koanf:"resolver"`
	// VerifyEvery is how often the saved settings are tried at the server when nothing is delivered; 0 means 6 h.
	VerifyEvery VerifyEvery `koanf:"verify_every"`
	// AlertURL is told when the saved settings do not work any more, and when they do again, signed with AlertSecret.
	// HeartbeatURL is fetched as long as they work. Empty means nobody.
	AlertURL     alert.Address `koanf:"alert_url"`
	AlertSecret  alert.Secret  `koanf:"alert_secret"`
	HeartbeatURL alert.Address `koanf:"heartbeat_url"`
	// Delivery bounds how the notification service delivers; its zero value has sane defaults.
	Delivery notify.Limits `koanf:",squash"`

	// Resolver answers questions to DNS about the domain of a mailbox in the place of NameServer; nil means that one.
	Resolver autoconfig.Resolver
	// Passive starts no notification service; notifications are taken all the same.
	Passive bool
	// Environ is the environment that may fix fields, as os.Environ returns it.
	Environ Environment
	// Logger may be nil.
	Logger hclog.Logger
}

// Check makes sure of what does not follow from one value alone. Errors are *manifest.ValueError. New does it as well.
func (c Configuration) Check() error {
	if _, err := egress.New(c.Allow, c.Deny); err != nil {
		return err
	}
	if c.AlertSecret != "" && c.AlertURL == "" {
		return &manifest.ValueError{Key: "alert_secret", Err: errors.New("signs what alert_url is told; name that as well")}
	}
	if c.SecretDir == "" {
		return nil
	}
	info, err := os.Stat(c.SecretDir)
	if err == nil {
		err = filemode.Shared(c.SecretDir, info)
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

func (c Configuration) references() secret.References {
	return secret.References{
		Directory: c.SecretDir, Prefix: c.SecretPrefix,
		Withheld: append(secret.Sources(c.DataDir, string(c.Key), c.oldKeys()), string(c.Database),
			string(c.AlertURL), string(c.AlertSecret), string(c.HeartbeatURL)),
	}
}

func (c Configuration) oldKeys() []string { return plain(c.OldKeys) }

func (c Configuration) recipients() []string { return plain(c.TestRecipients) }

func plain[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}

// Recipient is an address, or "@domain" for all of a domain.
type Recipient string

// UnmarshalText reads a recipient.
func (r *Recipient) UnmarshalText(text []byte) error {
	*r = Recipient(text)
	address := string(text)
	if strings.HasPrefix(address, "@") {
		address = "any" + address
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.Contains(address, "*") {
		bare := "" // It does not repeat what stands there, which may be something else.
		if len(typed.Mailboxes(string(text))) > 0 {
			bare = "; write only the address, without a name, brackets, mailto: or another address"
		}
		return errors.New("must be an address such as ops@example.com, or @example.com for a whole domain" + bare)
	}
	return nil
}
