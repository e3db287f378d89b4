package smtpconn

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Encryption says how a connection is protected.
type Encryption string

// The ways of protection.
const (
	NoEncryption Encryption = "none"
	ImplicitTLS  Encryption = "implicit"
	StartTLS     Encryption = "starttls"
)

// PinMismatchError says that the server's certificate is not the pinned one.
type PinMismatchError struct{ Got [sha256.Size]byte }

func (e *PinMismatchError) Error() string {
	return fmt.Sprintf("the certificate's SHA-256 fingerprint is %x", e.Got)
}

// handshake sets up TLS over the connection. It returns the state even when the certificate is refused, so that it can
// be shown; unverified is the reason why the certificate does not prove the server's identity.
func (o *opening) handshake(
	ctx context.Context, conn net.Conn, small bool, limit time.Duration,
) (secured *tls.Conn, state *tls.ConnectionState, unverified, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	certificateDemanded := false
	answers := &heardConn{Conn: conn}
	config := &tls.Config{
		ServerName: o.host,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			certificateDemanded = true
			return &tls.Certificate{}, nil // There is none; the server decides what that means.
		},
		MinVersion: tls.VersionTLS12,
		// The chain is verified below, in the same way as crypto/tls does: here a certificate that fails must still be
		// seen, and without Encrypt it is better than none.
		InsecureSkipVerify: true, //nolint:gosec // see above
		VerifyConnection: func(presented tls.ConnectionState) error {
			state = &presented
			unverified = verify(presented, o.target, o.host)
			if o.target.demandsEncryption() {
				return unverified
			}
			return nil
		},
	}
	if small {
		config.CurvePreferences = smallHelloCurves
	}
	secured = tls.Client(answers, config)
	err = secured.HandshakeContext(ctx)
	if err == nil {
		complete := secured.ConnectionState()
		return secured, &complete, unverified, nil
	}
	if certificateDemanded && unverified == nil && remoteAlert(err) != "" {
		return nil, state, nil, &Error{Kind: KindClientCertificate, Err: err}
	}
	failure := handshakeError(err, unverified)
	failure.unanswered = !answers.heard
	return nil, state, unverified, failure
}

// verify checks the pinned certificate or else chain, validity and name, as crypto/tls would.
func verify(state tls.ConnectionState, target Target, host string) error {
	leaf := state.PeerCertificates[0]
	if target.pins() {
		if fingerprint := sha256.Sum256(leaf.Raw); fingerprint != target.PinnedCertificate {
			return &PinMismatchError{Got: fingerprint}
		}
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for _, ca := range target.AdditionalCA {
		roots.AddCert(ca)
	}
	intermediates := x509.NewCertPool()
	for _, certificate := range state.PeerCertificates[1:] {
		intermediates.AddCert(certificate)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, DNSName: host})
	return err
}

// handshakeError says why the handshake failed.
func handshakeError(err, unverified error) *Error {
	var record tls.RecordHeaderError
	alert := remoteAlert(err)
	switch {
	case unverified != nil:
		return &Error{Kind: KindCertificate, Err: unverified}
	case errors.As(err, &record):
		return plainAnswer(record)
	case clientCertificateAlert(alert):
		return &Error{Kind: KindClientCertificate, Err: err}
	case alert == "tls: protocol version not supported", strings.Contains(err.Error(), "unsupported protocol version"):
		return &Error{Kind: KindTLSVersion, Err: err}
	}
	if kind := kindOf(err); kind != KindNetwork && alert == "" {
		return &Error{Kind: kind, Err: err}
	}
	return &Error{Kind: KindTLSHandshake, Err: err}
}

// remoteAlert returns the text of the alert with which the server refused; empty when it sent none. crypto/tls keeps
// the type to itself, so the text is all there is.
func remoteAlert(err error) string {
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "remote error" {
		return operation.Err.Error()
	}
	return ""
}

// clientCertificateAlert reports whether the server misses a certificate of ours (RFC 8446 section 6.2; before TLS 1.3
// servers say bad certificate).
func clientCertificateAlert(alert string) bool {
	return alert == "tls: certificate required" || alert == "tls: bad certificate"
}

// plainAnswer reads the five bytes that came where a TLS record was expected.
func plainAnswer(record tls.RecordHeaderError) *Error {
	start := string(bytes.TrimRight(record.RecordHeader[:], "\x00"))
	for _, known := range []struct{ prefix, protocol string }{
		{"HTTP", "HTTP"}, {"SSH-", "SSH"}, {"* OK", "IMAP"}, {"* BY", "IMAP"}, {"+OK", "POP3"}, {"RFB ", "VNC"},
	} {
		if strings.HasPrefix(start, known.prefix) {
			return &Error{Kind: KindNotSMTP, Protocol: known.protocol, Err: record}
		}
	}
	if len(start) >= 4 && start[0] >= '2' && start[0] <= '5' && (start[3] == ' ' || start[3] == '-') {
		return &Error{Kind: KindPlainInsteadOfTLS, Err: record}
	}
	return &Error{Kind: KindTLSHandshake, Err: record}
}

// plainRecord reports whether something else than TLS came where the server's part of the handshake was expected.
func plainRecord(err error) bool {
	var record tls.RecordHeaderError
	if !errors.As(err, &record) {
		return false
	}
	kind := record.RecordHeader[0]
	return kind < 20 || kind > 23 // RFC 8446 section 5.1: change_cipher_spec, alert, handshake, application_data
}

// speaksTLS reports whether the server completes or at least understands a TLS handshake on a connection of its own.
// The small hello gets through everywhere.
func (o *opening) speaksTLS(ctx context.Context, conn net.Conn) bool {
	defer conn.Close()
	_, state, _, err := o.handshake(ctx, conn, true, o.conn.limits.TLS)
	return err == nil || state != nil
}

// heardConn is a connection that knows whether the server has said anything. Once it has, no deadline for that holds
// any more: the rest of the handshake has its own limit.
type heardConn struct {
	net.Conn
	heard bool
}

func (h *heardConn) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if n > 0 && !h.heard {
		h.heard = true
		_ = h.SetReadDeadline(time.Time{})
	}
	return n, err
}
