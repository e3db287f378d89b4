package alert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared/socketerror"
)

// failure is why a receiver could not be asked, in words of our own: those of others repeat its name, and what it has
// answered, which may be the address that it was asked at.
type failure struct {
	said  string
	cause error
}

func (f *failure) Error() string { return f.said }
func (f *failure) Unwrap() error { return f.cause }

// failureOf says what the error means.
func failureOf(err error) error { return &failure{said: meaning(err), cause: err} }

func meaning(err error) string {
	for _, ours := range []error{oauth.ErrNotAURL, oauth.ErrNotHTTPS, oauth.ErrURLLogin, oauth.ErrURLFragment} {
		if errors.Is(err, ours) {
			return ours.Error()
		}
	}
	var connecting *smtpconn.Error
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "it was given up"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the receiver does not answer in time"
	case errors.As(err, &connecting):
		return notConnected(connecting.Kind)
	case isCertificate(err):
		return certificateMeaning(err)
	case isTLS(err):
		return "the encrypted connection to the receiver could not be set up"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		socketerror.Reset(err):
		return "the receiver has closed the connection without an answer"
	case socketerror.TimedOut(err), errors.As(err, &network) && network.Timeout():
		return "the receiver does not answer in time"
	default:
		return "the receiver does not answer in HTTP"
	}
}

// notConnected says why there was no connection.
func notConnected(kind smtpconn.Kind) string {
	switch kind {
	case smtpconn.KindNotPermitted:
		return "connections to the receiver are not permitted here"
	case smtpconn.KindNameInvalid, smtpconn.KindNameNotFound, smtpconn.KindNoUsableAddress:
		return "the name of the receiver is not known"
	case smtpconn.KindNameLookupFailed:
		return "the name of the receiver could not be looked up"
	case smtpconn.KindConnectionRefused:
		return "the receiver refuses the connection"
	case smtpconn.KindTimeout, smtpconn.KindOutOfTime:
		return "the receiver does not answer in time"
	default:
		return "the receiver cannot be reached"
	}
}

func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	return errors.As(err, &verification)
}

func certificateMeaning(err error) string {
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return "the certificate of the receiver is for another name"
	case errors.As(err, &authority):
		return "the certificate of the receiver was issued by an authority that this machine does not trust"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of the receiver has expired, or is not valid yet"
	default:
		return "the certificate of the receiver cannot be accepted"
	}
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var network *net.OpError
	return errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &network) && network.Op == "remote error" // An alert of the receiver.
}
