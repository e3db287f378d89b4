package probe

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// certificateCards shows the server's certificate and the encryption that came of it; nothing when there was no TLS.
func certificateCards(session *smtpconn.Session, failed bool, now time.Time) []shared.Card {
	if session == nil || session.TLS == nil || len(session.TLS.PeerCertificates) == 0 {
		return nil
	}
	leaf := session.TLS.PeerCertificates[0]
	card := shared.Card{Title: "Certificate of the server", Status: shared.StatusPassed}
	fact := func(label, value string) {
		if !phrase.HasParts(value) {
			value = phrase.Verbatim(session.Printable(value)) // What a certificate says is never translated.
		}
		card.Facts = append(card.Facts, shared.Fact{Label: label, Value: value})
	}
	fact("Issued to", leaf.Subject.String())
	fact("Valid for", diagnosis.Names(session, leaf))
	fact("Issued by", leaf.Issuer.String())
	fact("Valid from", leaf.NotBefore.UTC().Format(time.DateTime+" UTC"))
	fact("Valid until", validUntil(leaf.NotAfter, now))
	fact("Key", describeKey(leaf))
	fact("Fingerprint (SHA-256)", fmt.Sprintf("%x", sha256.Sum256(leaf.Raw)))
	fact("Encryption", tls.VersionName(session.TLS.Version)+", "+tls.CipherSuiteName(session.TLS.CipherSuite))
	if session.Unverified != nil {
		card.Status = shared.StatusWarning
		if failed && session.Encryption == smtpconn.NoEncryption {
			card.Status = shared.StatusFailed
		}
		fact("Not accepted because", session.Unverified.Error())
	}
	return []shared.Card{card}
}

func validUntil(end, now time.Time) string {
	until, left := end.UTC().Format(time.DateTime+" UTC"), end.Sub(now)
	days := int(left / (24 * time.Hour))
	switch {
	case left < 0:
		return phrase.Of("{until} (expired)", "until", until)
	case days == 1:
		return phrase.Of("{until} (1 day left)", "until", until)
	default:
		return phrase.Of("{until} ({days} days left)", "until", until, "days", days)
	}
}

func describeKey(certificate *x509.Certificate) string {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		return phrase.Of("RSA, {bits} bits", "bits", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA, " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	default:
		return certificate.PublicKeyAlgorithm.String()
	}
}
