// Package settings knows the fields of the SMTP page: how they are declared, where their values come from, when they are
// valid, and what they mean as a target for a connection.
package settings

import (
	"sync"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Names of the fields. Scripts, the environment (as SMTP_SERVER and so on) and stored documents rely on them.
const (
	Server            = "server"
	Port              = "port"
	Login             = "login"
	Password          = "password"
	UseSSL            = "use_ssl"
	UseOtherAccount   = "use_other_account"
	Name              = "name"
	Email             = "email"
	Proxy             = "proxy"
	EHLOName          = "ehlo_name"
	CACertificate     = "ca_certificate"
	PinnedCertificate = "pinned_certificate"
	StartTLS          = "starttls"
	Authentication    = "authentication"
	AccessToken       = "access_token"
	PasswordReference = "password_reference"
	TimeLimit         = "time_limit"
)

// Names of the test's options.
const (
	Recipient   = "recipient"
	SendMessage = "send_message"
)

// Values of Authentication.
const (
	authenticateAutomatically = "automatic"
	authenticatePassword      = "password"
	authenticateOAuth2        = "oauth2"
	authenticateNone          = "none"
)

// NoAuthentication is the value of Authentication that logs in nowhere.
var NoAuthentication = shared.Text(authenticateNone)

// Values of StartTLS.
const (
	startTLSAutomatically = "automatic"
	startTLSNever         = "never"
)

// processingServer is the id of the prerequisite that the Console resolves.
const processingServer = "processing_server"

// Schema declares the page. The result is shared and must not be changed.
var Schema = sync.OnceValue(declare)

func declare() shared.Schema {
	return shared.Schema{
		Title:         "SMTP settings",
		Description:   "The mail server through which e-mail notifications are sent.",
		Prerequisites: []shared.Prerequisite{{ID: processingServer, Text: "Make sure that the Processing Server is running."}},
		Sections:      []shared.Section{serverSection(), senderSection(), advancedSection()},
		Presets:       presets(),
		Test: shared.TestAction{Label: "Test connection", Options: []shared.Field{
			{Name: Recipient, Label: "Test recipient", Kind: shared.KindEmail, Max: bound(254),
				Help: "Checks whether the server takes mail for this address. Empty means the sender's own address."},
			{Name: SendMessage, Label: "Also send a test e-mail to this address", Kind: shared.KindBoolean},
		}},
		SaveNote:     "After saving, the notification service is launched.",
		SuggestLabel: phrase.Of("Find the server of the login"),
	}
}

func serverSection() shared.Section {
	return shared.Section{Name: "server", Title: "Mail server", Fields: []shared.Field{
		{Name: Server, Label: "SMTP server", Kind: shared.KindText, Required: true, Max: bound(253),
			Help: "The address of the notification server (e.g. smtp.email.com).", Placeholder: "smtp.email.com", Group: "address"},
		{Name: Port, Label: "SMTP port", Kind: shared.KindInteger, Min: bound(1), Max: bound(65535), Default: shared.Integer(25),
			DefaultWhen: []shared.ConditionalDefault{{
				When:  shared.Condition{Field: UseSSL, AnyOf: []shared.Value{shared.Boolean(true)}},
				Value: shared.Integer(465),
			}},
			Help: "The port number. By default 25 for unencrypted connections and 465 for SSL-encrypted connections.", Group: "address"},
		{Name: Login, Label: "SMTP login", Kind: shared.KindText, Max: bound(254),
			Help: "The name of the mail box that will be used for sending notifications."},
		{Name: Password, Label: "Password", Kind: shared.KindText, Sensitive: true, Max: bound(1024),
			VisibleWhen: when(Authentication, shared.Text(authenticateAutomatically), shared.Text(authenticatePassword)),
			Help:        "The password used for accessing the e-mail server."},
		{Name: AccessToken, Label: "Access token", Kind: shared.KindMultiline, Sensitive: true, Max: bound(8192),
			VisibleWhen: when(Authentication, shared.Text(authenticateOAuth2)),
			Help:        "The OAuth 2.0 access token of the mail box."},
		{Name: UseSSL, Label: "Use SSL", Kind: shared.KindBoolean, Default: shared.Boolean(false),
			Help: "Select to use SSL encryption."},
	}}
}

func senderSection() shared.Section {
	shown := when(UseOtherAccount, shared.Boolean(true))
	return shared.Section{Name: "sender", Title: "Sender", Fields: []shared.Field{
		{Name: UseOtherAccount, Label: "Use other account settings", Kind: shared.KindBoolean, Default: shared.Boolean(false),
			Help: "For when the login is not an e-mail address."},
		{Name: Name, Label: "Name", Kind: shared.KindText, Max: bound(128), VisibleWhen: shown, Group: "sender",
			Help: "The user name shown in notifications."},
		{Name: Email, Label: "E-mail address", Kind: shared.KindEmail, Required: true, Max: bound(254), VisibleWhen: shown, Group: "sender",
			Help: "The address notifications are sent from.", Placeholder: "notifications@email.com"},
	}}
}

func advancedSection() shared.Section {
	return shared.Section{Name: "advanced", Title: "Advanced", Advanced: true,
		Help: "These have values that suit nearly every server.",
		Fields: []shared.Field{
			{Name: Authentication, Label: "Authentication", Kind: shared.KindChoice, Default: shared.Text(authenticateAutomatically),
				Options: []shared.Option{
					{Value: authenticateAutomatically, Label: "Automatic"}, {Value: authenticatePassword, Label: "Login and password"},
					{Value: authenticateOAuth2, Label: "OAuth 2.0 access token"}, {Value: authenticateNone, Label: "No login"},
				},
				Help: "Automatic logs in with the strongest method that the server offers when a login is set."},
			{Name: PasswordReference, Label: "Password reference", Kind: shared.KindText, Max: bound(1024), Pattern: `(env|file)://.+`,
				VisibleWhen: when(Authentication, shared.Text(authenticateAutomatically), shared.Text(authenticatePassword)),
				Help:        "Where the password is, instead of the password itself: env://NAME or file:///path, as far as the operator allows it.",
				Placeholder: "file:///run/secrets/smtp-password"},
			{Name: Proxy, Label: "Proxy", Kind: shared.KindText, Max: bound(300),
				Help:        "The proxy through which the mail server is reached: socks5://name:port or http://name:port. Empty means none.",
				Placeholder: "socks5://proxy.email.com:1080"},
			{Name: StartTLS, Label: "STARTTLS", Kind: shared.KindChoice, Default: shared.Text(startTLSAutomatically),
				Options: []shared.Option{
					{Value: startTLSAutomatically, Label: "Automatic"}, {Value: startTLSNever, Label: "Never: send everything unencrypted"},
				},
				VisibleWhen: when(UseSSL, shared.Boolean(false)),
				Help:        "Automatic encrypts the connection where the server offers it, and does not log in when that fails."},
			{Name: EHLOName, Label: "EHLO name", Kind: shared.KindText, Max: bound(253), Pattern: `[A-Za-z0-9.\-]+|\[[0-9A-Fa-fIPv:.]+\]`,
				Help: "The name under which this machine introduces itself. Empty means its host name.", Placeholder: "console.email.com"},
			{Name: CACertificate, Label: "Additional CA certificate", Kind: shared.KindMultiline, Max: bound(65536),
				Help: "Certificates in PEM form that are trusted beside those of the operating system.", Placeholder: "-----BEGIN CERTIFICATE-----"},
			{Name: PinnedCertificate, Label: "Pinned certificate", Kind: shared.KindText, Max: bound(95), Pattern: `(?i)(sha256:)?([0-9a-f]{2}:?){32}`,
				Help: "SHA-256 fingerprint of the only server certificate that is accepted, whoever issued it."},
			{Name: TimeLimit, Label: "Time limit of a test", Kind: shared.KindDuration, Default: shared.Text("30s"),
				Help: "The longest time that Test connection may take, from 1s to 5m."},
		}}
}

func bound(n int64) *int64 { return &n }

func when(field string, anyOf ...shared.Value) *shared.Condition {
	return &shared.Condition{Field: field, AnyOf: anyOf}
}
