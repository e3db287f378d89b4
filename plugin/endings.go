package plugin

import (
	"crypto/sha256"
	"crypto/x509"
	"maps"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// What ends by itself.
const (
	endsServer = "server_certificate"
	endsPinned = "pinned_certificate"
	endsCA     = "ca_certificate"
	endsSecret = "secret"
	endsSignIn = "sign_in"
)

// serverEnding is when the certificate of the server ends; nil when it has shown none. The one that takes its place is
// another one, which a pin does not fit.
func serverEnding(target smtpconn.Target, leaf *x509.Certificate) *health.Ending {
	switch {
	case leaf == nil:
		return nil
	case target.PinnedCertificate != [sha256.Size]byte{}:
		return &health.Ending{
			What: endsPinned, Field: settings.PinnedCertificate, From: leaf.NotBefore, At: leaf.NotAfter,
			Cause: finding.Finding{
				Severity: shared.SeverityWarning, Code: "pinned_certificate_ends_soon", Field: settings.PinnedCertificate,
				Summary: text.Of("The pinned certificate expires on {until}.", "until", day(leaf.NotAfter)),
				Detail: text.Of("As soon as the server shows the next one, enter its fingerprint, or clear the field. " +
					"Otherwise notifications will stop."),
			},
		}
	default:
		return &health.Ending{
			What: endsServer, From: leaf.NotBefore, At: leaf.NotAfter,
			Cause: diagnosis.CertificateEnding(leaf.NotAfter, target.Host),
		}
	}
}

func day(at time.Time) string { return at.UTC().Format(time.DateTime + " UTC") }

// endings are what else the settings need that ends by itself.
func endings(
	s settings.Settings, authorities []*x509.Certificate, snapshot shared.Snapshot, now time.Time,
) (found []health.Ending) {
	if last := lastOf(authorities); last != nil {
		found = append(found, health.Ending{
			What: endsCA, Field: settings.CACertificate, From: last.NotBefore, At: last.NotAfter,
			Cause: finding.Finding{
				Severity: shared.SeverityWarning, Code: "ca_certificate_ends_soon", Field: settings.CACertificate,
				Summary: text.Of("The additional CA certificate expires on {until}.", "until", day(last.NotAfter)),
				Detail:  text.Of("Enter the new one and save, before notifications stop."),
			},
		})
	}
	for _, field := range slices.Sorted(maps.Keys(snapshot.Secrets)) {
		known := snapshot.Secrets[field]
		if known.Expires.IsZero() {
			continue
		}
		one := health.Ending{What: endsSecret, Field: field, From: known.Since, At: known.Expires}
		warnings := s.SecretEnding(now)
		if field == settings.OAuthGrant {
			one.What, warnings = endsSignIn, s.GrantEnding(known.Expires, now)
		}
		if len(warnings) > 0 { // There are some before it is soon.
			one.Cause = warnings[0]
		}
		found = append(found, one)
	}
	return found
}

// lastOf is the certificate that ends last: as long as one holds, the others may be of no use.
func lastOf(certificates []*x509.Certificate) (last *x509.Certificate) {
	for _, one := range certificates {
		if last == nil || one.NotAfter.After(last.NotAfter) {
			last = one
		}
	}
	return last
}
