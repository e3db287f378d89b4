package oauth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// How a certificate is made. Microsoft takes RSA keys of at least 2048 bits.
const (
	keyBits = 2048
	// certificateLife is as long as a client secret of Microsoft's may hold.
	certificateLife = 2 * 365 * 24 * time.Hour
)

// What is wrong with a certificate or its key; see [ReadCertificate].
var (
	ErrNotACertificate = errors.New("it is not one certificate in PEM form")
	ErrOtherKey        = errors.New("the key does not belong to the certificate")
)

// MakeCertificate makes a key and a certificate that the key has signed itself, in PEM form. The key is in one line, as
// [ReadCertificate] reads it.
func MakeCertificate(name string, now time.Time) (certificate string, key shared.SecretText, err error) {
	made, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return "", key, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return "", key, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-assertionBefore),
		NotAfter: now.Add(certificateLife), KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, made.Public(), made)
	if err != nil {
		return "", key, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(made)
	if err != nil {
		return "", key, err
	}
	block := &pem.Block{Type: "CERTIFICATE", Bytes: raw}
	return string(pem.EncodeToMemory(block)), shared.NewSecretText(base64.StdEncoding.EncodeToString(encoded)), nil
}

// ReadLeaf reads one certificate in PEM form.
func ReadLeaf(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		return nil, ErrNotACertificate
	}
	read, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, ErrNotACertificate
	}
	return read, nil
}

// ReadCertificate is a certificate with its key, which is in one line of base64 or in PEM form. The error does not show
// anything of the key.
func ReadCertificate(certificate *x509.Certificate, key shared.SecretText) (Certificate, error) {
	text := key.Reveal()
	if encoded, err := base64.StdEncoding.DecodeString(text); err == nil {
		text = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
	}
	read, err := readKey(text)
	if err != nil {
		return Certificate{}, err
	}
	if !read.PublicKey.Equal(certificate.PublicKey) {
		return Certificate{}, ErrOtherKey
	}
	return Certificate{Key: read, Certificate: certificate}, nil
}
