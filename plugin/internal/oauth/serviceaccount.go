package oauth

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"golang.org/x/oauth2/clientcredentials"
)

// What Google has for all.
const (
	googleTokenURL = "https://oauth2.googleapis.com/token"
	// googleScope is the only one with which a mailbox can be sent from by SMTP.
	googleScope = "https://mail.google.com/"
)

// ServiceAccount is one of Google's that may act for the mailboxes of a domain (domain-wide delegation). It asks by an
// assertion (RFC 7523 section 2.1).
type ServiceAccount struct {
	// Email names the account, and ClientID is its number, which the delegation is granted to.
	Email, ClientID string
	// Mailbox is whom it acts for.
	Mailbox string

	keyID    string
	key      *rsa.PrivateKey
	tokenURL string
}

// What is wrong with a key file of a service account; see [ReadServiceAccount].
var (
	ErrNotAKeyFile       = errors.New("it is not the JSON key of a service account")
	ErrNotServiceAccount = errors.New("it is the JSON of something else than a service account")
	ErrKeyDamaged        = errors.New("its private key cannot be read")
	ErrTokenURIElsewhere = errors.New("its token_uri does not lead to Google")
)

// ReadServiceAccount reads the JSON key that Google gives out. The error does not repeat anything of it.
func ReadServiceAccount(file string) (ServiceAccount, error) {
	var read struct {
		Type     string `json:"type"`
		Email    string `json:"client_email"`
		ClientID string `json:"client_id"`
		KeyID    string `json:"private_key_id"`
		Key      string `json:"private_key"`
		TokenURI string `json:"token_uri"`
	}
	if err := json.Unmarshal([]byte(file), &read); err != nil {
		return ServiceAccount{}, ErrNotAKeyFile // Its own text may quote the file.
	}
	if read.Type != "service_account" || read.Email == "" {
		return ServiceAccount{}, ErrNotServiceAccount
	}
	account := ServiceAccount{Email: read.Email, ClientID: read.ClientID, keyID: read.KeyID}
	var err error
	if account.key, err = readKey(read.Key); err != nil {
		return ServiceAccount{}, err
	}
	account.tokenURL, err = tokenURI(read.TokenURI)
	return account, err
}

// tokenURI is where the account asks: at Google, whatever older files say, or on this machine, where a stand-in for
// Google can be. The file may have come from anybody.
func tokenURI(given string) (string, error) {
	host, _, _ := strings.Cut(strings.ToLower(hostOf(given)), ":")
	switch {
	case given == "", host == "googleapis.com", strings.HasSuffix(host, ".googleapis.com"), host == "accounts.google.com":
		return googleTokenURL, nil
	case isLoopback(host) && CheckURL(given) == nil:
		return given, nil
	}
	return "", ErrTokenURIElsewhere
}

// readKey reads an RSA key in PEM form, PKCS #8 or PKCS #1.
func readKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, ErrKeyDamaged
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, isRSA := parsed.(*rsa.PrivateKey)
	if err != nil || !isRSA {
		return nil, ErrKeyDamaged
	}
	return key, nil
}

// Application is the account that asks for the mailbox.
func (a ServiceAccount) Application(mailbox string) Application {
	a.Mailbox = mailbox
	return Application{TokenURL: a.tokenURL, Scope: googleScope, Proof: a}
}

func (a ServiceAccount) sign(request *clientcredentials.Config, now time.Time) error {
	jwt := assertion{
		header: map[string]string{},
		claims: map[string]any{
			"iss": a.Email, "sub": a.Mailbox, "aud": request.TokenURL, "scope": strings.Join(request.Scopes, " "),
		},
	}
	if a.keyID != "" {
		jwt.header["kid"] = a.keyID
	}
	jwt.validAt(now)
	signed, err := jwt.sign(a.key, rs256)
	request.Scopes = nil // They stand in the assertion.
	request.EndpointParams.Set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
	request.EndpointParams.Set("assertion", signed)
	return err
}

func (a ServiceAccount) describe(asked *Asked) {
	asked.Method, asked.ClientID, asked.Mailbox = ByServiceAccount, a.Email, a.Mailbox
}

func (a ServiceAccount) identity() string {
	sum := sha256.Sum256(x509.MarshalPKCS1PrivateKey(a.key))
	return strings.Join([]string{"service account", a.Email, a.Mailbox, hex.EncodeToString(sum[:])}, " ")
}
