package settings

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Names of the fields of OAuth 2.0.
const (
	OAuthProvider       = "oauth_provider"
	OAuthCloud          = "oauth_cloud"
	OAuthTenant         = "oauth_tenant"
	OAuthClientID       = "oauth_client_id"
	OAuthClientSecret   = "oauth_client_secret"
	OAuthSecretExpires  = "oauth_secret_expires"
	OAuthCertificate    = "oauth_certificate"
	OAuthCertificateKey = "oauth_certificate_key"
	OAuthServiceAccount = "oauth_service_account"
	OAuthSetUp          = "oauth_set_up"
	OAuthDelegation     = "oauth_delegation"
	OAuthTokenURL       = "oauth_token_url"
	OAuthIssuer         = "oauth_issuer"
	OAuthScope          = "oauth_scope"
	OAuthClientStyle    = "oauth_client_style"
	OAuthGrant          = "oauth_grant"
)

// Names of the actions of OAuth 2.0.
const (
	// MakeCertificate makes a certificate for the application.
	MakeCertificate = "make_certificate"
	// SignIn has the owner of the mailbox sign in, SignOut ends what that has permitted.
	SignIn  = "sign_in"
	SignOut = "sign_out"
)

// Values of Authentication with which an application gets the access token.
const (
	authenticateMicrosoft   = "microsoft_app"
	authenticateGoogle      = "google_service_account"
	authenticateCredentials = "client_credentials"
	authenticateSignIn      = "sign_in"
)

// Values of OAuthProvider.
const (
	providerMicrosoft = "microsoft"
	providerGoogle    = "google"
	providerOther     = "other"
)

// Values of OAuthClientStyle.
const (
	styleForm   = "post"
	styleHeader = "basic"
)

// oauthFields are those of an application.
func oauthFields() []field {
	ofMicrosoft := shared.Any(when(Authentication, shared.Text(authenticateMicrosoft)), signsInAt(providerMicrosoft))
	return append([]field{
		{
			Label: "Provider",
			Help:  "Where the owner of the mailbox signs in.",
			Options: []option{
				{value: providerMicrosoft, label: "Microsoft"}, {value: providerGoogle, label: "Google"},
				{value: providerOther, label: "Another provider"},
			},
			Field: shared.Field{
				Name: OAuthProvider, Kind: shared.KindChoice, Default: shared.Text(providerMicrosoft),
				VisibleWhen: signsIn(),
			},
		},
		{
			Label: "Directory (tenant) ID",
			Help:  "A GUID, or a domain of the tenant. Entra › App registrations › your app › Overview.",
			Field: shared.Field{
				Name: OAuthTenant, Kind: shared.KindText, Required: true, Max: bound(253), Pattern: `[A-Za-z0-9.\-]+`,
				VisibleWhen: ofMicrosoft, Group: "tenant",
			},
		},
		{
			Label:   "Cloud",
			Options: cloudOptions(),
			Field: shared.Field{
				Name: OAuthCloud, Kind: shared.KindChoice, Default: shared.Text(oauth.Clouds()[0].Name),
				VisibleWhen: ofMicrosoft, Group: "tenant",
			},
		},
	}, slices.Concat(clientFields(), certificateFields(), endpointFields(), grantFields(), setUpFields())...)
}

// ofClient are the applications with a client id, and those by which a user signs in.
func ofClient() shared.Condition {
	return when(Authentication, shared.Text(authenticateMicrosoft), shared.Text(authenticateCredentials),
		shared.Text(authenticateSignIn))
}

// ofApplication are those that prove to be themselves, with nobody present.
func ofApplication() shared.Condition {
	return when(Authentication, shared.Text(authenticateMicrosoft), shared.Text(authenticateCredentials))
}

// signsIn is where the owner of the mailbox signs in.
func signsIn() shared.Condition { return when(Authentication, shared.Text(authenticateSignIn)) }

func signsInAt(provider string) shared.Condition {
	return shared.All(signsIn(), when(OAuthProvider, shared.Text(provider)))
}

// grantFields are what the owner of the mailbox has permitted.
func grantFields() []field {
	return []field{{
		Label: "Sign-in",
		Help: "The owner of the mailbox signs in at the provider, and permits to send. Fill in everything else first; it " +
			"need not be saved before.",
		Field: shared.Field{
			Name: OAuthGrant, Kind: shared.KindAuthorization, Sensitive: true, Action: SignIn, VisibleWhen: signsIn(),
		},
	}}
}

// certificateFields are for an application without a secret that is pasted.
func certificateFields() []field {
	return []field{
		{
			Label: "Certificate",
			Help: "In the place of a client secret. It is made here and uploaded in Entra under “Certificates & " +
				"secrets”; its key never leaves.",
			Field: shared.Field{
				Name: OAuthCertificate, Kind: shared.KindMultiline, Max: bound(8192), Display: shared.DisplayCode,
				VisibleWhen: ofApplication(), Placeholder: "-----BEGIN CERTIFICATE-----",
			},
		},
		{
			Label: "Key of the certificate",
			Field: shared.Field{
				Name: OAuthCertificateKey, Kind: shared.KindAuthorization, Sensitive: true, Action: MakeCertificate,
				VisibleWhen: ofApplication(),
			},
		},
	}
}

// setUpFields are what is to be done once at the provider, to be copied.
func setUpFields() []field {
	return []field{{
		Label: "Set-up in Exchange Online",
		Help: "PowerShell, once, as an administrator of Exchange and Entra. It takes 15 to 60 minutes until it counts. " +
			"The object ID is looked up: that of the enterprise application is right, that of the app registration is not.",
		Field: shared.Field{
			Name: OAuthSetUp, Kind: shared.KindMultiline, ReadOnly: true, Display: shared.DisplayCode,
			VisibleWhen: when(Authentication, shared.Text(authenticateMicrosoft)),
		},
	}, {
		Label: "Domain-wide delegation",
		Help: "Client ID and scope for Google's admin console, Security › API controls › Domain-wide delegation. It " +
			"takes up to 24 hours until it counts.",
		Field: shared.Field{
			Name: OAuthDelegation, Kind: shared.KindMultiline, ReadOnly: true, Display: shared.DisplayCode,
			VisibleWhen: when(Authentication, shared.Text(authenticateGoogle)),
		},
	}}
}

func cloudOptions() []option {
	return []option{
		{value: "global", label: "Global"}, {value: "us_gov", label: "US Government (GCC High, DoD)"},
		{value: "china", label: "China (21Vianet)"},
	}
}

// clientFields are how the application proves to be itself.
func clientFields() []field {
	return []field{
		{
			Label: "Application (client) ID",
			Field: shared.Field{
				Name: OAuthClientID, Kind: shared.KindText, Required: true, Max: bound(512), VisibleWhen: ofClient(),
			},
		},
		{
			Label: "Client secret",
			Help:  "At Microsoft it is the column “Value”, not the “Secret ID”.",
			Field: shared.Field{
				Name: OAuthClientSecret, Kind: shared.KindText, Sensitive: true, Max: bound(1024), VisibleWhen: ofClient(),
				Group: "client_secret",
			},
		},
		{
			Label: "Secret expires on",
			Help:  "You are warned 30 days before. Empty when it does not end.",
			Field: shared.Field{
				Name: OAuthSecretExpires, Kind: shared.KindDate, VisibleWhen: ofClient(), Group: "client_secret",
			},
		},
		{
			Label: "Service account key",
			Help:  "The JSON file that Google Cloud gives out for a key of the service account, all of it.",
			Field: shared.Field{
				Name: OAuthServiceAccount, Kind: shared.KindFile, Sensitive: true, Max: bound(8192),
				VisibleWhen: when(Authentication, shared.Text(authenticateGoogle)), Accept: []string{".json"},
			},
		},
	}
}

// endpointFields are where tokens are got from a provider that is not named.
func endpointFields() []field {
	ofCredentials := when(Authentication, shared.Text(authenticateCredentials))
	ofOther := shared.Any(ofCredentials, signsInAt(providerOther))
	schemes := []string{"https", "http"}
	return []field{
		{
			Label: "Token endpoint",
			Help:  "The web address that gives access tokens. Leave it empty where the issuer publishes it.",
			Field: shared.Field{
				Name: OAuthTokenURL, Kind: shared.KindURL, Schemes: schemes, Max: bound(2048), VisibleWhen: ofCredentials,
				Placeholder: "https://login.email.com/oauth2/token",
			},
		},
		{
			Label: "Issuer",
			Help:  "What publishes its endpoints at /.well-known/openid-configuration, in the place of the token endpoint.",
			Field: shared.Field{
				Name: OAuthIssuer, Kind: shared.KindURL, Schemes: schemes, Max: bound(2048), VisibleWhen: ofOther,
				RequiredWhen: signsInAt(providerOther), Placeholder: "https://login.email.com/realms/mail",
			},
		},
		{
			Label: "Scope",
			Help:  "What the token is asked for, as the provider calls it. Several are separated by blanks.",
			Field: shared.Field{Name: OAuthScope, Kind: shared.KindText, Max: bound(1024), VisibleWhen: ofOther},
		},
		{
			Label:   "Client id and secret are sent",
			Options: []option{{value: styleForm, label: "In the form (post)"}, {value: styleHeader, label: "By HTTP Basic"}},
			Field: shared.Field{
				Name: OAuthClientStyle, Kind: shared.KindChoice, Default: shared.Text(styleForm), VisibleWhen: ofOther,
			},
		},
	}
}
