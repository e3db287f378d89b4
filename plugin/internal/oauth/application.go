package oauth

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // Microsoft names certificates by it.
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Application asks for tokens in its own name, with nobody present.
type Application struct {
	// TokenURL is where; see [CheckURL]. Empty means that the Issuer says so.
	TokenURL string
	// Issuer publishes where its endpoints are; see [Client.Discover].
	Issuer string
	// ClientID names the application.
	ClientID string
	// Scope is what is asked for; several are separated by blanks. May be empty.
	Scope string
	// Proof is how the application proves to be itself.
	Proof Proof
}

// Proof is how an application proves to be itself: a [Secret], a [Certificate] or a [ServiceAccount].
type Proof interface {
	// sign adds the proof to a request to the endpoint.
	sign(request *clientcredentials.Config, now time.Time) error
	// describe adds what can be shown of it.
	describe(asked *Asked)
	// identity is different for each secret.
	identity() string
}

// Secret is a client secret (RFC 6749 section 2.3.1).
type Secret struct {
	Text shared.SecretText
	// InHeader sends client id and secret by HTTP Basic instead of in the form.
	InHeader bool
}

func (s Secret) sign(request *clientcredentials.Config, _ time.Time) error {
	request.ClientSecret = s.Text.Reveal()
	if s.InHeader {
		request.AuthStyle = oauth2.AuthStyleInHeader
	}
	return nil
}

func (s Secret) describe(asked *Asked) {
	asked.Method, asked.SecretIsGUID = BySecret, IsGUID(s.Text.Reveal())
}

func (s Secret) identity() string {
	if s.InHeader {
		return "basic " + s.Text.Reveal()
	}
	return "post " + s.Text.Reveal()
}

// Certificate is a key whose certificate is known to the endpoint (RFC 7523 section 2.2), as Microsoft wants it.
type Certificate struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

const bearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

func (c Certificate) sign(request *clientcredentials.Config, now time.Time) error {
	sum := sha256.Sum256(c.Certificate.Raw)
	jwt := assertion{
		header: map[string]string{"x5t#S256": inBase64(sum[:])},
		claims: map[string]any{
			"aud": request.TokenURL, "iss": request.ClientID, "sub": request.ClientID, "jti": rand.Text(),
			"nbf": now.Add(-assertionBefore).Unix(),
		},
	}
	jwt.validAt(now)
	signed, err := jwt.sign(c.Key, ps256)
	request.EndpointParams.Set("client_assertion_type", bearerAssertion)
	request.EndpointParams.Set("client_assertion", signed)
	return err
}

func (c Certificate) describe(asked *Asked) {
	asked.Method, asked.Thumbprint = ByCertificate, Thumbprint(c.Certificate)
}

func (c Certificate) identity() string { return "certificate " + Thumbprint(c.Certificate) }

// Thumbprint is how Microsoft names a certificate: the SHA-1 of it in upper case.
func Thumbprint(certificate *x509.Certificate) string {
	sum := sha1.Sum(certificate.Raw) //nolint:gosec // It is a name.
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Token asks the endpoint for a token. The error is an *Error.
func (c Client) Token(ctx context.Context, a Application) (Answer, error) {
	asked := a.asked()
	where := a.TokenURL
	if where == "" {
		endpoints, err := c.Discover(ctx, a.Issuer)
		if err != nil {
			return Answer{}, err
		}
		where, asked.Endpoint = endpoints.Token, hostOf(endpoints.Token)
	}
	request := &clientcredentials.Config{
		ClientID: a.ClientID, TokenURL: where, Scopes: scopes(a.Scope), EndpointParams: url.Values{},
		AuthStyle: oauth2.AuthStyleInParams,
	}
	if err := a.Proof.sign(request, c.now()); err != nil {
		return Answer{}, &Error{Asked: asked, Kind: KindNotSigned, Err: err}
	}
	return c.exchange(ctx, asked, request.Token)
}

// scopes are those of a text in which blanks separate them.
func scopes(scope string) []string { return strings.Fields(scope) }

func (a Application) asked() Asked {
	asked := Asked{Endpoint: hostOf(a.TokenURL), ClientID: a.ClientID}
	if a.TokenURL == "" {
		asked.Endpoint = hostOf(a.Issuer)
	}
	a.Proof.describe(&asked)
	return asked
}

// identity tells the application from all others, its secret included.
func (a Application) identity() string {
	return strings.Join([]string{a.TokenURL, a.Issuer, a.ClientID, a.Scope, a.Proof.identity()}, "\x00")
}

// IsGUID reports whether a text has the form of a GUID, such as the ids that Microsoft gives to everything.
func IsGUID(text string) bool {
	const form = "00000000-0000-0000-0000-000000000000"
	if len(text) != len(form) {
		return false
	}
	for i := range len(text) {
		isDigit := strings.IndexByte("0123456789abcdefABCDEF", text[i]) >= 0
		if (form[i] == '-') != (text[i] == '-') || form[i] == '0' && !isDigit {
			return false
		}
	}
	return true
}
