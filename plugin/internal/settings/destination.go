package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// destinationField is a setting that decides where a secret goes, or who can read it on the way.
type destinationField struct {
	field string
	// part is what the setting comes to, in one form for all that mean the same; empty for what is neither here nor there.
	part func(*binding, Settings) string
	// free settings may be chosen on the page although the environment gives the secret, as long as their part is that of
	// the environment.
	free bool
}

// destinationFields are what a stored secret, a reference to one and a secret of the environment are bound to. Every
// field of the form is either here or in harmless; a test holds that.
var destinationFields = []destinationField{
	{field: secret.Server, part: func(_ *binding, s Settings) string { return s.boundServer() }},
	{field: secret.Port, part: func(_ *binding, s Settings) string { return fmt.Sprint(s.Port) }},
	{field: secret.Encrypt, part: func(_ *binding, s Settings) string { return fmt.Sprint(s.UseSSL) }},
	// What is sent unencrypted by choice is read by everybody along the way.
	{field: StartTLS, part: func(_ *binding, s Settings) string { return s.withoutStartTLS() }},
	{field: secret.Login, part: func(_ *binding, s Settings) string { return s.Login }},
	// A proxy reads along where the connection is not encrypted.
	{field: secret.Proxy, part: func(_ *binding, s Settings) string { return s.proxyAddress() }},
	// An attacker who chooses a mechanism that shows the secret needs only to listen. Which secret is used, or none, may
	// be chosen.
	{field: Authentication, part: exposedMechanism, free: true},
	// An application's secret goes to the endpoint, for the application, and the token that it is given to the mail
	// server.
	{field: OAuthProvider, part: func(_ *binding, s Settings) string { return s.application.provider }, free: true},
	{field: OAuthCloud, part: func(_ *binding, s Settings) string { return s.application.cloud }, free: true},
	{field: OAuthTenant, part: func(_ *binding, s Settings) string { return s.application.tenant }, free: true},
	{field: OAuthClientID, part: func(_ *binding, s Settings) string { return s.application.clientID }, free: true},
	{field: OAuthTokenURL, part: func(_ *binding, s Settings) string { return s.application.tokenURL }, free: true},
	{field: OAuthIssuer, part: func(_ *binding, s Settings) string { return s.application.issuer }, free: true},
	// The one who names the certificate authority or the certificate decides who may pass for the server.
	{field: CACertificate, part: func(_ *binding, s Settings) string { return s.additionalCAHash() }},
	{field: PinnedCertificate, part: func(_ *binding, s Settings) string { return s.pinnedHash() }},
}

// harmless are the other fields, each with the reason why no secret goes elsewhere for it.
var harmless = map[string]string{
	OAuthClientSecret:   "it is the secret",
	OAuthCertificateKey: "it is the secret",
	OAuthGrant:          "it is the secret",
	OAuthCertificate:    "it is public, and of use only with its own key",
	OAuthSetUp:          "it is only shown",
	OAuthDelegation:     "it is only shown",
	OAuthServiceAccount: "it is the secret, with the endpoint that it goes to",
	OAuthSecretExpires:  "it is a date to be warned by",
	OAuthScope:          "it is what the token is asked for; the token goes to the mail server all the same",
	OAuthClientStyle:    "it is where in the request the secret stands",
	Password:            "it is the secret",
	AccessToken:         "it is the secret",
	PasswordReference:   "it names the secret; it is bound itself",
	UseOtherAccount:     "the sender stands in the envelope and the message, after the login",
	Name:                "the sender stands in the envelope and the message, after the login",
	Email:               "the sender stands in the envelope and the message, after the login",
	ReplyTo:             "it stands in the message, after the login",
	EHLOName:            "it is how this machine introduces itself; it does not change whom it talks to",
	TimeLimit:           "it ends a test earlier or later",
}

// exposedMechanism is a mechanism that was chosen by name and shows the secret to everyone who listens. With encryption
// nobody listens, and the choices that leave the mechanism to both sides prefer those that do not show it. Which kind
// of application has the secret decides on the endpoint.
func exposedMechanism(b *binding, s Settings) string {
	switch kind := b.text(Authentication); {
	case s.application.kind != "":
		return s.application.kind
	case s.UseSSL:
		return ""
	case slices.Contains([]string{authenticateAutomatically, authenticatePassword, authenticateOAuth2,
		authenticateNone}, kind):
		return ""
	default:
		return kind
	}
}

// Destination returns what a secret is bound to with these settings, by field; fields without a part are left out.
func (s Settings) Destination() map[string]string { return maps.Clone(s.destination) }

// bindDestination fills in what Destination returns.
func (b *binding) bindDestination(s *Settings) {
	s.destination = map[string]string{}
	for _, one := range destinationFields {
		if part := one.part(b, *s); part != "" {
			s.destination[one.field] = part
		}
	}
}

// boundServer is the server in small letters, as it always has been bound, provided that leads to the same host. Small
// letters of Unicode do not always: that of U+0130 is a plain i, and IDNA makes something else of it.
func (s Settings) boundServer() string {
	lower := strings.ToLower(s.Server)
	host, err := smtpconn.ASCIIHost(s.Server)
	if err != nil {
		return lower // Nothing is sent there.
	}
	if same, err := smtpconn.ASCIIHost(lower); err != nil || same != host {
		return host
	}
	return lower
}

func (s Settings) withoutStartTLS() string {
	if s.neverStartTLS {
		return startTLSNever
	}
	return ""
}

func (s Settings) proxyAddress() string {
	if s.Proxy == nil {
		return ""
	}
	return s.Proxy.String()
}

// additionalCAHash is a fingerprint of the set of certificates, whatever their order and spacing.
func (s Settings) additionalCAHash() string {
	if len(s.additionalCA) == 0 {
		return ""
	}
	var fingerprints []string
	for _, certificate := range s.additionalCA {
		sum := sha256.Sum256(certificate.Raw)
		fingerprints = append(fingerprints, hex.EncodeToString(sum[:]))
	}
	slices.Sort(fingerprints)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(fingerprints), " ")))
	return hex.EncodeToString(sum[:])
}

func (s Settings) pinnedHash() string {
	if s.pinned == [sha256.Size]byte{} {
		return ""
	}
	return hex.EncodeToString(s.pinned[:])
}
