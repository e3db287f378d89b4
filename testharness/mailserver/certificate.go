package mailserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// Authority is a certificate authority made for practice. Its key exists in memory only.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority.
func NewAuthority() (*Authority, error) {
	return newAuthority("Practice mail server CA", time.Now().Add(-time.Hour), time.Now().AddDate(10, 0, 0))
}

func newAuthority(name string, from, until time.Time) (*Authority, error) {
	return (*Authority)(nil).issueAuthority(name, from, until)
}

// issueAuthority makes an authority below a, or one that vouches for itself when a is nil.
func (a *Authority) issueAuthority(name string, from, until time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	parent, signer := template, key
	if a != nil {
		parent, signer = a.Certificate, a.key
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(encoded)
	return &Authority{Certificate: certificate, key: key}, err
}

// PEM is the authority's certificate as a trust store wants it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
}

// Request says what a certificate shall hold. The zero value is one for localhost and the loopback addresses, valid for
// a year.
type Request struct {
	Names       []string // host names and IP addresses
	From, Until time.Time
	SelfSigned  bool
	ForClients  bool // usable by clients only
	NoNames     bool
	// Weak has it signed with SHA-1.
	Weak bool
	// ExpiredIssuer puts an intermediate authority in between whose own certificate has expired.
	ExpiredIssuer bool
}

// Issue makes a certificate.
func (a *Authority) Issue(request Request) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "practice.mail.example"},
		NotBefore: request.From, NotAfter: request.Until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().AddDate(1, 0, 0)
	}
	for _, name := range request.Names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	if len(request.Names) == 0 && !request.NoNames {
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	if request.ForClients {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	if request.Weak {
		template.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	parent, signer, above := a.Certificate, a.key, [][]byte{}
	switch {
	case request.SelfSigned:
		parent, signer = template, key
	case request.ExpiredIssuer:
		between, err := a.issueAuthority("Practice intermediate CA", time.Now().AddDate(-1, 0, 0), time.Now().Add(-time.Hour))
		if err != nil {
			return tls.Certificate{}, err
		}
		parent, signer, above = between.Certificate, between.key, [][]byte{between.Certificate.Raw}
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: append([][]byte{encoded}, above...), PrivateKey: key}, nil
}

// Config is a server's TLS configuration with a certificate of the request.
func (a *Authority) Config(request Request) (*tls.Config, error) {
	certificate, err := a.Issue(request)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail on supported systems.
	}
	return n
}
