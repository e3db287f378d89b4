package smtpconn

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Target says which mail server to talk to, and how. It must not be changed while Open runs.
type Target struct {
	// Host is a host name (internationalised ones too) or an IP address.
	Host string
	Port int
	// Proxy is the proxy through which the server is reached, as ParseProxy returns it; nil means none. It looks up Host
	// itself.
	Proxy *url.URL
	// Encrypt demands an encrypted, verified connection or none at all. Without it the connection is plain, STARTTLS is
	// used where it is offered, and a certificate that cannot be verified is only noted. An offered STARTTLS that fails
	// ends the attempt when there is a login; without one the conversation goes on in plain text, which is noted.
	Encrypt bool
	// NeverStartTLS leaves an offered STARTTLS alone, so that everything goes in plain text, the login too. It means
	// nothing with Encrypt.
	NeverStartTLS bool
	// Login and Password are the credentials; both empty means that no login is attempted.
	Login    string
	Password shared.SecretText
	// Authentication chooses how to log in. The zero value uses the strongest mechanism in common.
	Authentication Authentication
	// AccessToken is the OAuth 2.0 token, used only with AuthenticateOAuth2.
	AccessToken shared.SecretText
	// Tokens gives the token when a connection is opened, and takes the place of AccessToken; nil is no source. A login
	// that is refused with a token that was not fetched for it is tried once more, with a new one.
	Tokens TokenSource
	// HELOName is the name given in EHLO; empty means the name of this machine, or its address as a literal.
	HELOName string
	// AdditionalCA holds certificates that are trusted beside those of the operating system; nil means none.
	AdditionalCA []*x509.Certificate
	// PinnedCertificate is the SHA-256 fingerprint of the only server certificate that is accepted, no matter who issued
	// it and whatever name it carries; the zero value pins nothing. A pin demands encryption, also without Encrypt.
	PinnedCertificate [sha256.Size]byte
	// Permit decides about every address before it is dialled; nil permits all. With a proxy that is the proxy's
	// address, and Host where it is an address itself. Its error is shown to the administrator.
	Permit func(netip.AddrPort) error
	// Dial takes the place of a TCP connection to the address that was found; nil connects by TCP. What it returns has
	// TCP addresses.
	Dial func(context.Context) (net.Conn, error)
	// Limits bounds the time of each step; the zero value means the defaults that Limits names.
	Limits Limits
}

// Authentication is how to log in.
type Authentication uint8

const (
	// AuthenticateAutomatically logs in with the password when there is one, by the strongest mechanism in common that
	// works.
	AuthenticateAutomatically Authentication = iota
	// AuthenticateOAuth2 logs in with the access token (XOAUTH2 or OAUTHBEARER, RFC 7628).
	AuthenticateOAuth2
	// AuthenticateNever does not log in, whatever the credentials.
	AuthenticateNever
	// AuthenticatePlain logs in with the password by PLAIN (RFC 4616), by LOGIN where that cannot be, or not at all: some
	// servers offer mechanisms that they cannot do.
	AuthenticatePlain
	// AuthenticateLogin is the same for LOGIN alone.
	AuthenticateLogin
)

// Opening bounds one Open by the limits of its steps; see [Limits.Opening]. With a source of tokens there may be two
// attempts.
func (t Target) Opening() time.Duration {
	once := t.Limits.Opening()
	if t.Tokens == nil {
		return once
	}
	return 2 * (once + t.Limits.withDefaults().Token)
}

// pins reports whether one certificate only is accepted.
func (t Target) pins() bool { return t.PinnedCertificate != [sha256.Size]byte{} }

// WantsLogin reports whether the target has something to log in with, and is to use it.
func (t Target) WantsLogin() bool {
	switch t.Authentication {
	case AuthenticateNever:
		return false
	case AuthenticateOAuth2:
		return true
	default:
		return t.Login != "" || !t.Password.IsEmpty()
	}
}

// permitted returns the addresses that may be dialled on the port.
func (t Target) permitted(addresses []netip.Addr, port int) []netip.AddrPort {
	var permitted []netip.AddrPort
	for _, address := range addresses {
		at := netip.AddrPortFrom(address, uint16(port)) //nolint:gosec // checked when the settings are bound
		if t.Permit == nil || t.Permit(at) == nil {
			permitted = append(permitted, at)
		}
	}
	return permitted
}

// refusal is why the address may not be dialled.
func (t Target) refusal(address netip.Addr) error {
	port := uint16(t.dialledPort()) //nolint:gosec // checked when the settings are bound
	return t.Permit(netip.AddrPortFrom(address, port))
}

// heloName returns the name for EHLO: the configured one, else this machine's fully qualified name, else the local
// address as a literal (RFC 5321 section 4.1.3). It is never "localhost", which strict servers refuse.
func (t Target) heloName(local netip.Addr) string {
	if t.HELOName != "" {
		return t.HELOName
	}
	if name, err := os.Hostname(); err == nil && isQualified(name) {
		return name
	}
	local = local.Unmap()
	if local.Is6() {
		return "[IPv6:" + local.WithZone("").String() + "]"
	}
	return "[" + local.String() + "]"
}

func isQualified(name string) bool {
	if !strings.Contains(strings.Trim(name, "."), ".") || strings.HasPrefix(name, "localhost") {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' {
			return false
		}
	}
	return true
}
