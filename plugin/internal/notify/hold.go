package notify

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// beatEvery is how often the database is noted to be in use, at most.
const beatEvery = time.Minute

// RestoreMargin is how long a database may lie unused before what waits in it is held: a text such as "1h" in
// plugin.hcl, from "1m" to "8760h", or "0", which never holds anything and is negative here.
type RestoreMargin time.Duration

const (
	defaultRestoreMargin = RestoreMargin(time.Hour)
	neverHold            = RestoreMargin(-1)
	shortestMargin       = time.Minute // A process that delivers beats often enough for it.
	longestMargin        = 365 * 24 * time.Hour
)

// UnmarshalText reads a margin.
func (m *RestoreMargin) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*m = neverHold
		return nil
	}
	margin, err := time.ParseDuration(string(text))
	if err != nil || margin < shortestMargin || margin > longestMargin {
		return errors.New(`must be a text such as "1h", from "1m" to "8760h", or "0" for never`)
	}
	*m = RestoreMargin(margin)
	return nil
}

// The names of what database_state has of it.
const (
	stateHeartbeat = "heartbeat"
	stateHeld      = "held"
)

// heartbeatNote is when the database was last used.
type heartbeatNote struct {
	At time.Time `json:"at"`
}

// hold is why notifications are held.
type hold struct {
	// Since is when the database was last used before.
	Since time.Time `json:"since"`
	// At is when they were held.
	At time.Time `json:"at"`
	// Moved is true when the database was moved since, and the move was undone.
	Moved bool `json:"moved,omitempty"`
}

// pulse notes that the database is in use, and finds out when it was not: a backup that was restored holds what has
// been delivered since, so what waits in it is held.
type pulse struct {
	store  *store.Store
	rescue func(ctx context.Context) error // takes over what processes that have died were sending
	hold   func(ctx context.Context, transaction *sql.Tx, why hold) (int64, error)
	held   func(why hold, count int64) // is told of what was held
	margin time.Duration               // 0 or less holds nothing
	now    func() time.Time

	mu   sync.Mutex
	last time.Time // what this process has noted last; zero before
}

// beat notes that the database is in use. It is called before anything is delivered, and regularly after.
func (p *pulse) beat(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now().UTC()
	if age := now.Sub(p.last); !p.last.IsZero() && age >= 0 && age < p.interval() {
		return nil
	}
	var before heartbeatNote
	if found, err := store.ReadState(ctx, p.store.DB(), stateHeartbeat, &before); err != nil {
		return err
	} else if found && p.stale(before.At, now) { // So those that were sending have died long ago.
		if err := p.rescue(ctx); err != nil {
			return err
		}
	}
	why, count, err := p.note(ctx, now)
	if err != nil {
		return err
	}
	p.last = now
	if count > 0 {
		p.held(why, count)
	}
	return nil
}

// note notes the use, and holds what waits where there was none. Of several processes that begin at once, one finds
// the database unused, and has held everything before the others go on.
func (p *pulse) note(ctx context.Context, now time.Time) (why hold, count int64, err error) {
	err = p.store.Together(ctx, true, func(transaction *sql.Tx) error {
		var before heartbeatNote
		found, err := store.ReadState(ctx, transaction, stateHeartbeat, &before)
		if err != nil {
			return err
		}
		if why = (hold{Since: before.At, At: now}); found && p.stale(before.At, now) {
			if count, err = p.hold(ctx, transaction, why); err != nil {
				return err
			}
		}
		return store.WriteState(ctx, transaction, stateHeartbeat, heartbeatNote{At: now})
	})
	return why, count, err
}

// stale reports whether the database has not been in use until now. A process that has used it itself knows what was
// noted last: what is older was put back under it, and a process that was without its database for long is no stop.
func (p *pulse) stale(noted, now time.Time) bool {
	if p.margin <= 0 {
		return false
	}
	if !p.last.IsZero() {
		return p.last.Sub(noted) > p.margin // The clocks of several machines differ a little.
	}
	return now.Sub(noted) > p.margin
}

// interval is how often the database is noted to be in use: often enough for the margin.
func (p *pulse) interval() time.Duration {
	if p.margin <= 0 {
		return beatEvery
	}
	return min(beatEvery, p.margin/4)
}

func (s *Service) newPulse() *pulse {
	return &pulse{
		store: s.configuration.Store, margin: time.Duration(s.configuration.RestoreMargin), now: time.Now,
		hold: s.queue.hold,
		rescue: func(ctx context.Context) error {
			if s.configuration.Store.Pool() == nil {
				return nil // That was done before.
			}
			return s.queue.recover(ctx, s.queue.silentOwner(lease), s.abandoned)
		},
		held: func(why hold, count int64) {
			s.configuration.Logger.Warn("notifications are held, because the database has not been in use for long: it may be "+
				"a backup that was restored", "notifications", count, "last_used", why.Since)
		},
	}
}

// finding is why so many notifications are held, for people.
func (h hold) finding(count int64) *finding.Finding {
	found := &finding.Finding{
		Severity: shared.SeverityWarning, Code: heldAfterRestore,
		Summary: text.Of("{count} notification is held: the database was last used at {time}. || "+
			"{count} notifications are held: the database was last used at {time}.",
			"count", count, "time", h.Since.UTC().Format(time.DateTime)+" UTC"),
		Detail: text.Of("If it was restored from a backup, they may have been delivered since, and would arrive twice. A " +
			"long " +
			"stop looks the same; then nothing was delivered. Deliver or discard them; new notifications are not held."),
	}
	if h.Moved {
		found.Code = heldAfterMove
		found.Detail = text.Of("Everything was moved to another database, which may have delivered them since. Deliver or " +
			"discard them; new notifications are not held.")
	}
	return found
}

// heldNow is what is held; count is 0 when nothing is.
func (s *Service) heldNow(ctx context.Context) (why hold, count int64, err error) {
	found, err := store.ReadState(ctx, s.configuration.Store.Reader(), stateHeld, &why)
	if err != nil || !found {
		return hold{}, 0, err
	}
	count, err = s.queue.heldCount(ctx)
	return why, count, err
}

// ReleaseHeld delivers or discards what is held, and returns how many notifications it were.
func (s *Service) ReleaseHeld(ctx context.Context,
	request shared.ReleaseHeldRequest) (shared.ReleaseHeldResult, error) {
	var count int64
	err := s.configuration.Store.Together(ctx, true, func(transaction *sql.Tx) error {
		var err error
		if request.Deliver {
			by := newOperated(request.Actor, shared.OperationDeliverHeld)
			count, err = s.queue.deliverHeld(ctx, transaction, by)
		} else {
			by := newOperated(request.Actor, shared.OperationDiscardHeld)
			count, err = s.queue.discardHeld(ctx, transaction, by)
		}
		if err != nil {
			return err
		}
		return store.DropState(ctx, transaction, stateHeld)
	})
	if err != nil {
		return shared.ReleaseHeldResult{}, err
	}
	s.configuration.Logger.Info("notifications that were held are released", "actor", request.Actor,
		"delivered", request.Deliver, "notifications", count)
	return shared.ReleaseHeldResult{Count: count}, nil
}
