package plugin

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// refusals remembers which credentials a server has refused, so that the administrator is told before the same ones are
// tried again: repeated failures lock accounts. It holds salted hashes only, in memory, for refusalMemory.
type refusals struct {
	salt string
	mu   sync.Mutex
	at   map[[sha256.Size]byte]time.Time
}

const refusalMemory = 15 * time.Minute

func newRefusals() *refusals {
	return &refusals{salt: rand.Text(), at: map[[sha256.Size]byte]time.Time{}}
}

func (r *refusals) key(target smtpconn.Target) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s\x00%s\x00%s", r.salt, target.Host, target.Port,
		target.Login, target.Password.Reveal(), target.AccessToken.Reveal()))
}

func (r *refusals) remember(target smtpconn.Target, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, at := range r.at {
		if now.Sub(at) > refusalMemory {
			delete(r.at, key)
		}
	}
	r.at[r.key(target)] = now
}

// warning says that the target's credentials were refused not long ago; nothing when they were not.
func (r *refusals) warning(target smtpconn.Target, field string, now time.Time) shared.Diagnostics {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, found := r.at[r.key(target)]
	if !found || now.Sub(at) > refusalMemory {
		return nil
	}
	return shared.Diagnostics{{
		Severity: shared.SeverityWarning, Code: "refused_before", Field: field,
		Summary: fmt.Sprintf("The server refused this login and password at %s.", at.Format("15:04:05")),
		Detail:  "Trying the same ones again rarely helps, and several refusals can lock the account.",
	}}
}
