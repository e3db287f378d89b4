package smtpconn

import (
	"crypto/tls"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// smallHelloCurves are the key exchanges whose shares fit one segment.
var smallHelloCurves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// secure sets up TLS over the present connection. again makes a new one that has come as far as the present one had.
func (o *opening) secure(how Encryption, _ func() error) error {
	return o.shakeHands(how, o.conn.limits.TLS)
}

// describeTLS is the line of detail of a finished handshake.
func describeTLS(session *Session) string {
	text := tls.VersionName(session.TLS.Version) + ", " + tls.CipherSuiteName(session.TLS.CipherSuite)
	if session.Unverified != nil {
		reason := printable(session.Unverified.Error())
		text = phrase.Of("{encryption}, certificate not verified: {reason}", "encryption", text, "reason", reason)
	}
	return text
}
