// Package settings knows the fields of the SMTP page: how they are declared, where their values come from, when they
// are valid, and what they mean as a target for a connection.
package settings

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
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
	ReplyTo           = "reply_to"
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

// FindServer is the name of the action that finds the mail server of the login's domain.
const FindServer = "find_server"

// Names of the test's options.
const (
	Recipient   = "recipient"
	SendMessage = "send_message"
)

// Values of Authentication.
const (
	authenticateAutomatically = "automatic"
	authenticatePassword      = "password"
	authenticatePlain         = "plain"
	authenticateLogin         = "login"
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

func sections() []section { return []section{serverSection(), senderSection(), advancedSection()} }

// testOptions are asked for beside the test.
func testOptions() []field {
	return []field{
		{
			Label: "Test recipient",
			Help:  "Checks whether the server takes mail for this address. Empty means the sender's own address.",
			Field: shared.Field{Name: Recipient, Kind: shared.KindEmail, Max: bound(254)},
		},
		{
			Label: "Also send a test e-mail to this address",
			Field: shared.Field{Name: SendMessage, Kind: shared.KindBoolean},
		},
	}
}

func serverSection() section {
	return section{Section: shared.Section{Name: "server"}, Title: "Mail server", Fields: slices.Concat(
		addressFields(), loginFields(), oauthFields(), encryptionFields(),
	)}
}

func addressFields() []field {
	return []field{
		{
			Label: "SMTP server",
			Help:  "The address of the notification server (e.g. smtp.email.com).",
			Field: shared.Field{
				Name: Server, Kind: shared.KindText, Required: true, Max: bound(253),
				Placeholder: "smtp.email.com", Group: "address",
			},
		},
		{
			Label: "SMTP port",
			Help:  "The port number. By default 25 for unencrypted connections and 465 for SSL-encrypted connections.",
			Field: shared.Field{
				Name: Port, Kind: shared.KindInteger, Min: bound(1), Max: bound(65535), Default: shared.Integer(25),
				DefaultWhen: []shared.ConditionalDefault{{
					When:  shared.Condition{Field: UseSSL, AnyOf: []shared.Value{shared.Boolean(true)}},
					Value: shared.Integer(465),
				}}, Group: "address",
			},
		},
	}
}

func loginFields() []field {
	return []field{
		{
			Label: "SMTP login",
			Help:  "The name of the mail box that will be used for sending notifications.",
			Field: shared.Field{Name: Login, Kind: shared.KindText, Max: bound(254), Action: FindServer, Group: "login"},
		},
		authentication(),
		{
			Label: "Password",
			Help:  "The password used for accessing the e-mail server.",
			Field: shared.Field{
				Name: Password, Kind: shared.KindText, Sensitive: true, Max: bound(1024),
				VisibleWhen: whenPasswordIsUsed(),
			},
		},
		{
			Label: "Access token",
			Help:  "The OAuth 2.0 access token of the mailbox.",
			Field: shared.Field{
				Name: AccessToken, Kind: shared.KindMultiline, Sensitive: true, Max: bound(8192),
				VisibleWhen: when(Authentication, shared.Text(authenticateOAuth2)),
			},
		},
	}
}

func authentication() field {
	return field{
		Label: "Authentication",
		Options: []option{
			{value: authenticateAutomatically, label: "Automatic"}, {value: authenticatePassword, label: "Password"},
			{value: authenticatePlain, label: "Password, PLAIN or LOGIN only"},
			{value: authenticateLogin, label: "Password, LOGIN only"},
			{value: authenticateMicrosoft, label: "Microsoft 365 app"},
			{value: authenticateGoogle, label: "Google service account"},
			{value: authenticateCredentials, label: "OAuth 2.0 client credentials"},
			{value: authenticateSignIn, label: "Sign in with a browser"},
			{value: authenticateOAuth2, label: "OAuth 2.0 access token"}, {value: authenticateNone, label: "No login"},
		},
		Help: "Automatic logs in with the strongest method that the server offers when a login is set.",
		Field: shared.Field{
			Name: Authentication, Kind: shared.KindChoice, Default: shared.Text(authenticateAutomatically), Group: "login",
		},
	}
}

func encryptionFields() []field {
	return []field{{
		Label: "Use SSL",
		Help:  "Select to use SSL encryption.",
		Field: shared.Field{Name: UseSSL, Kind: shared.KindBoolean, Default: shared.Boolean(false)},
	}}
}

func senderSection() section {
	shown := when(UseOtherAccount, shared.Boolean(true))
	return section{Section: shared.Section{Name: "sender"}, Title: "Sender", Fields: []field{
		{
			Label: "Use other account settings",
			Help:  "For when the login is not an e-mail address.",
			Field: shared.Field{Name: UseOtherAccount, Kind: shared.KindBoolean, Default: shared.Boolean(false)},
		},
		{
			Label: "Name",
			Help:  "The user name shown in notifications.",
			Field: shared.Field{
				Name: Name, Kind: shared.KindText, Max: bound(128), VisibleWhen: shown, Group: "sender",
			},
		},
		{
			Label: "E-mail address",
			Help:  "The address notifications are sent from.",
			Field: shared.Field{
				Name: Email, Kind: shared.KindEmail, Required: true, Max: bound(254), VisibleWhen: shown,
				Group: "sender", Placeholder: "notifications@email.com",
			},
		},
	}}
}

func advancedSection() section {
	return section{
		Section: shared.Section{Name: "advanced", Advanced: true}, Title: "Advanced",
		Help:   "These have values that suit nearly every server.",
		Fields: slices.Concat(advancedSender(), advancedLogin(), advancedConnection()),
	}
}

func advancedSender() []field {
	return []field{{
		Label: "Reply-To",
		Help:  "The address that answers to notifications go to, instead of the sender's. Empty means the sender's.",
		Field: shared.Field{Name: ReplyTo, Kind: shared.KindEmail, Max: bound(254), Placeholder: "help@email.com"},
	}}
}

func advancedLogin() []field {
	return []field{
		{
			Label: "Password reference",
			Help: "Where the password or the application's secret is, instead of itself: env://NAME or file:///path, " +
				"as far as the operator allows it.",
			Field: shared.Field{
				Name: PasswordReference, Kind: shared.KindText, Max: bound(1024),
				Pattern:     `(env|file)://.+`,
				VisibleWhen: whenSecretCanBeNamed(),
				Placeholder: "file:///run/secrets/smtp-password",
			},
		},
	}
}

func advancedConnection() []field {
	return []field{
		{
			Label: "Proxy",
			Help: "The proxy through which the mail server is reached: socks5://name:port or " +
				"http://name:port. Empty means none.",
			Field: shared.Field{
				Name: Proxy, Kind: shared.KindText, Max: bound(300),
				Placeholder: "socks5://proxy.email.com:1080",
			},
		},
		{
			Label: "STARTTLS",
			Options: []option{
				{value: startTLSAutomatically, label: "Automatic"},
				{value: startTLSNever, label: "Never: send everything unencrypted"},
			},
			Help: "Automatic encrypts the connection where the server offers it, and does not log in when that fails.",
			Field: shared.Field{
				Name: StartTLS, Kind: shared.KindChoice, Default: shared.Text(startTLSAutomatically),
				VisibleWhen: when(UseSSL, shared.Boolean(false)),
			},
		},
		{
			Label: "EHLO name",
			Help:  "The name under which this machine introduces itself. Empty means its host name.",
			Field: shared.Field{
				Name: EHLOName, Kind: shared.KindText, Max: bound(253),
				Pattern: `[A-Za-z0-9.\-]+|\[[0-9A-Fa-fIPv:.]+\]`, Placeholder: "console.email.com",
			},
		},
		{
			Label: "Additional CA certificate",
			Help:  "Certificates in PEM form that are trusted beside those of the operating system.",
			Field: shared.Field{
				Name: CACertificate, Kind: shared.KindMultiline, Max: bound(65536),
				Placeholder: "-----BEGIN CERTIFICATE-----",
			},
		},
		{
			Label: "Pinned certificate",
			Help:  "SHA-256 fingerprint of the only server certificate that is accepted, no matter who issued it.",
			Field: shared.Field{
				Name: PinnedCertificate, Kind: shared.KindText, Max: bound(102),
				Pattern: `(?i)(sha256:)?([0-9a-f]{2}:?){32}`,
			},
		},
		{
			Label: "Time limit of a test",
			Help:  "The longest time that Test connection may take, from 1s to 5m.",
			Field: shared.Field{Name: TimeLimit, Kind: shared.KindDuration, Default: shared.Text("30s")},
		},
	}
}

func bound(n int64) shared.Value { return shared.Integer(n) }

// whenPasswordIsUsed shows what belongs to a login with a password.
func whenPasswordIsUsed() shared.Condition {
	return when(Authentication, shared.Text(authenticateAutomatically), shared.Text(authenticatePassword),
		shared.Text(authenticatePlain), shared.Text(authenticateLogin))
}

// whenSecretCanBeNamed shows what belongs to a secret that may be elsewhere.
func whenSecretCanBeNamed() shared.Condition {
	return shared.Condition{Any: []shared.Condition{
		whenPasswordIsUsed(), ofClient(), when(Authentication, shared.Text(authenticateGoogle)),
	}}
}

func when(field string, anyOf ...shared.Value) shared.Condition {
	return shared.Equals(field, anyOf...)
}
