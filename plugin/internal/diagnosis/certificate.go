package diagnosis

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// certificateOf returns the server's certificate, nil when the failure came before one was shown.
func certificateOf(failure *smtpconn.Error) *x509.Certificate {
	if failure.Session == nil || failure.Session.TLS == nil || len(failure.Session.TLS.PeerCertificates) == 0 {
		return nil
	}
	return failure.Session.TLS.PeerCertificates[0]
}

type certificateText struct {
	names                            text.Text
	issuer, from, until, fingerprint string
}

func certificateWords(failure *smtpconn.Error) certificateText {
	certificate := certificateOf(failure)
	if certificate == nil {
		return certificateText{}
	}
	return certificateText{
		names:       Names(failure.Session, certificate),
		issuer:      failure.Session.Printable(certificate.Issuer.String()),
		from:        certificate.NotBefore.UTC().Format(time.DateTime + " UTC"),
		until:       certificate.NotAfter.UTC().Format(time.DateTime + " UTC"),
		fingerprint: fmt.Sprintf("%x", sha256.Sum256(certificate.Raw)),
	}
}

// maxNames bounds how many names of a certificate are listed.
const maxNames = 8

// Names lists the names that the certificate of a session is for.
func Names(session *smtpconn.Session, certificate *x509.Certificate) text.Text {
	names := slices.Clone(certificate.DNSNames)
	for _, address := range certificate.IPAddresses {
		names = append(names, address.String())
	}
	count := len(names)
	names = session.PrintableList(names[:min(count, maxNames)])
	switch {
	case len(names) == 0:
		return text.Of("no host name at all")
	case count > maxNames:
		return text.Of("{names} and {count} more", "names", strings.Join(names, ", "), "count", count-maxNames)
	}
	return text.Plain(strings.Join(names, ", "))
}

// The conditions below sort what package x509 says about a certificate.

func isExpired(r *reading) bool {
	return outOfValidity(r.failure) && time.Now().After(certificateOf(r.failure).NotAfter)
}

func isNotYetValid(r *reading) bool {
	return outOfValidity(r.failure) && time.Now().Before(certificateOf(r.failure).NotBefore)
}

func outOfValidity(failure *smtpconn.Error) bool {
	var invalid x509.CertificateInvalidError
	return certificateOf(failure) != nil && errors.As(failure.Err, &invalid) && invalid.Reason == x509.Expired
}

// isChainExpired is a valid certificate under an issuer that has expired.
func isChainExpired(r *reading) bool {
	return outOfValidity(r.failure) && !isExpired(r) && !isNotYetValid(r)
}

func isNameless(r *reading) bool {
	certificate := certificateOf(r.failure)
	return hasWrongName(r) && certificate != nil && len(certificate.DNSNames) == 0 && len(certificate.IPAddresses) == 0
}

func hasWrongName(r *reading) bool {
	var name x509.HostnameError
	return errors.As(r.failure.Err, &name)
}

func isSelfSigned(r *reading) bool {
	certificate := certificateOf(r.failure)
	return hasUnknownIssuer(r) && certificate != nil &&
		certificate.Issuer.String() == certificate.Subject.String() && certificate.CheckSignature(
		certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature) == nil
}

func hasUnknownIssuer(r *reading) bool {
	var unknown x509.UnknownAuthorityError
	return errors.As(r.failure.Err, &unknown)
}

func isWeak(r *reading) bool {
	var insecure x509.InsecureAlgorithmError
	err := r.failure.Err
	return errors.As(err, &insecure) || err != nil &&
		(strings.Contains(err.Error(), "insecure algorithm") || strings.Contains(err.Error(), "RSA key"))
}

func isForAnotherPurpose(r *reading) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(r.failure.Err, &invalid) && invalid.Reason == x509.IncompatibleUsage
}

func isNotPinned(r *reading) bool {
	var mismatch *smtpconn.PinMismatchError
	return errors.As(r.failure.Err, &mismatch)
}

// tlsSaid matches the text of a TLS error: crypto/tls keeps the types of its alerts to itself.
func tlsSaid(words string) func(*reading) bool {
	return func(r *reading) bool { return r.failure.Err != nil && strings.Contains(r.failure.Err.Error(), words) }
}
