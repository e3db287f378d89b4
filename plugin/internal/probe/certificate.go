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
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// certificateCards shows the server's certificate and the encryption that came of it; nothing when there was no TLS.
func certificateCards(session *smtpconn.Session, failed bool, now time.Time) []finding.Card {
	if session == nil || session.TLS == nil || len(session.TLS.PeerCertificates) == 0 {
		return nil
	}
	leaf := session.TLS.PeerCertificates[0]
	card := finding.Card{Title: text.Of("Certificate of the server"), Status: shared.StatusPassed}
	fact := func(label text.Message, value text.Text) {
		card.Facts = append(card.Facts, finding.Fact{Label: text.Of(label), Value: value})
	}
	// What a certificate says is a stranger's and never translated.
	printable := func(said string) text.Text { return text.Plain(session.Printable(said)) }
	fact("Issued to", printable(leaf.Subject.String()))
	fact("Valid for", diagnosis.Names(session, leaf))
	fact("Issued by", printable(leaf.Issuer.String()))
	fact("Valid from", text.Plain(utc(leaf.NotBefore)))
	fact("Valid until", validUntil(leaf.NotAfter, now))
	fact("Key", describeKey(leaf))
	fact("Fingerprint (SHA-256)", text.Plain(fmt.Sprintf("%x", sha256.Sum256(leaf.Raw))))
	fact("Encryption", text.Plain(tls.VersionName(session.TLS.Version)+", "+tls.CipherSuiteName(session.TLS.CipherSuite)))
	if session.Unverified != nil {
		card.Status = shared.StatusWarning
		if failed && session.Encryption == smtpconn.NoEncryption {
			card.Status = shared.StatusFailed
		}
		fact("Not accepted because", diagnosis.Reason(session.Unverified, session))
	}
	return []finding.Card{card}
}

func utc(t time.Time) string { return t.UTC().Format(time.DateTime + " UTC") }

func validUntil(end, now time.Time) text.Text {
	left := end.Sub(now)
	if left < 0 {
		return text.Of("{until} (expired)", "until", utc(end))
	}
	return text.Of("{until} ({count} day left) || {until} ({count} days left)",
		"until", utc(end), "count", int(left/(24*time.Hour)))
}

func describeKey(certificate *x509.Certificate) text.Text {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		return text.Of("RSA, {count} bit || RSA, {count} bits", "count", key.N.BitLen())
	case *ecdsa.PublicKey:
		return text.Plain("ECDSA, " + key.Curve.Params().Name)
	case ed25519.PublicKey:
		return text.Plain("Ed25519")
	default:
		return text.Plain(certificate.PublicKeyAlgorithm.String())
	}
}
