package plugin

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// tested remembers what tests have shown about secrets: which credentials a server has refused, so that the
// administrator is told before the same ones are tried again, for repeated failures lock accounts; and which secrets
// have passed, so that saving them afterwards does not count as a change. It holds salted hashes only, in memory.
type tested struct {
	salt    string
	mu      sync.Mutex
	refused map[fingerprint]time.Time
	passed  map[string]fingerprint // by field
}

type fingerprint [sha256.Size]byte

const refusalMemory = 15 * time.Minute

func newTested() *tested {
	return &tested{salt: rand.Text(), refused: map[fingerprint]time.Time{}, passed: map[string]fingerprint{}}
}

func (m *tested) fingerprint(parts ...any) fingerprint {
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%q", m.salt, parts))
}

func (m *tested) credentials(target smtpconn.Target) fingerprint {
	return m.fingerprint(target.Host, target.Port, target.Login, target.Password.Reveal(), target.AccessToken.Reveal(),
		applicationOf(target))
}

func (m *tested) rememberRefused(target smtpconn.Target, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, at := range m.refused {
		if now.Sub(at) > refusalMemory {
			delete(m.refused, key)
		}
	}
	m.refused[m.credentials(target)] = now
}

// warning says that the target's credentials were refused not long ago; nothing when they were not.
func (m *tested) warning(target smtpconn.Target, now time.Time) finding.Findings {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, found := m.refused[m.credentials(target)]
	if !found || now.Sub(at) > refusalMemory {
		return nil
	}
	field, summary := settings.Password, text.Of("The server refused this login and password at {time}.", "time",
		at.Format("15:04:05"))
	switch {
	case target.Tokens != nil:
		field, summary = settings.Authentication, text.Of("The provider or the server refused this application at {time}.",
			"time", at.Format("15:04:05"))
	case target.Authentication == smtpconn.AuthenticateOAuth2:
		field, summary = settings.AccessToken, text.Of("The server refused this access token at {time}.", "time",
			at.Format("15:04:05"))
	}
	return finding.Findings{{
		Severity: shared.SeverityWarning, Code: "refused_before", Field: field, Summary: summary,
		Detail: text.Of("Trying the same ones again rarely helps, and several refusals can lock the account."),
	}}
}

func (m *tested) rememberPassed(field string, typed shared.SecretText, destination secret.Destination) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passed[field] = m.fingerprint(typed.Reveal(), destination)
}

// hasPassed reports whether the secret is the one with which the last test passed.
func (m *tested) hasPassed(field string, typed shared.SecretText, destination secret.Destination) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	passed, found := m.passed[field]
	return found && passed == m.fingerprint(typed.Reveal(), destination)
}
