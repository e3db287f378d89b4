package notify

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// Observation is what the deliveries have shown of the server.
type Observation struct {
	// Cause is why deliveries wait; nil while they go on. Since is when that began, and Refused that it is for a login
	// that was refused.
	Cause   *finding.Finding
	Since   time.Time
	Refused bool
	// Passed is when a message was last delivered with the present settings, to the accuracy of some seconds; zero when
	// none was.
	Passed time.Time
	// Waiting is how many notifications wait.
	Waiting int64
	// Certificate is the last one that the server has shown to this process; nil when it has shown none.
	Certificate *x509.Certificate
}

// Observe tells what the deliveries of all processes with the settings of the version have shown.
func (s *Service) Observe(ctx context.Context, version string) (Observation, error) {
	seen := Observation{Certificate: s.certificate.Load()}
	var err error
	if seen.Waiting, err = s.Waiting(ctx); err != nil {
		return Observation{}, err
	}
	if err := s.breaker.sync(ctx); err != nil {
		return Observation{}, err
	}
	paused := s.breaker.current()
	if seen.Passed = paused.Passed; paused.Cause != nil && !s.breaker.openFor(version, false) {
		seen.Cause, seen.Since, seen.Refused = paused.Cause, paused.Since, paused.Login
	}
	return seen, nil
}

// Waiting is how many notifications wait to be delivered, which is asked often: while they are not counted, in a large
// database of an earlier version, no more than mostWaiting.
func (s *Service) Waiting(ctx context.Context) (int64, error) { return s.queue.waiting(ctx) }

// Delivers reports whether this process delivers. alone is that no other one may, because the database is embedded.
func (s *Service) Delivers() (delivers, alone bool) {
	return s.standby.claimed.Load(), s.configuration.Store.Pool() == nil
}

// Node names this process among those that deliver.
func (s *Service) Node() string { return s.node }

// open opens a connection, and keeps the certificate of the server.
func (s *Service) open(ctx context.Context, target smtpconn.Target, trace *smtpconn.Trace) (*smtpconn.Conn, error) {
	conn, err := smtpconn.Open(ctx, target, trace)
	if err == nil {
		if state := conn.Session().TLS; state != nil && len(state.PeerCertificates) > 0 {
			s.certificate.Store(state.PeerCertificates[0])
		}
	}
	return conn, err
}
