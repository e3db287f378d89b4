package notify

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

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

// stateHeld is the name of what database_state has of it.
const stateHeld = "held"

// hold is why notifications are held.
type hold struct {
	// Since is when the database was last used before.
	Since time.Time `json:"since"`
	// At is when they began to be held. It names the hold.
	At time.Time `json:"at"`
	// Moved is true when the database was moved since, and the move was undone.
	Moved bool `json:"moved,omitempty"`

	// Until is the greatest number of a notification when the hold began: what is newer is not held. After is up to which
	// one those that waited are held. Earlier versions, which do it at once, note neither.
	Until int64 `json:"until,omitempty"`
	After int64 `json:"after,omitempty"`
	// Running is true when what is under way is held as well.
	Running bool `json:"running,omitempty"`
	// Seen is when the last part was held.
	Seen time.Time `json:"seen,omitzero"`
	// Count is how many notifications it holds.
	Count int64 `json:"count,omitempty"`

	// Release is what is being done with what is held; empty when nothing is.
	Release shared.Operation `json:"release,omitempty"`
}

// unfinished reports whether not all is held yet that is to be. Nothing is delivered before that.
func (h hold) unfinished() bool { return h.After < h.Until }

// errHolding means that not all is held yet that is to be. Who looks next goes on with it.
var errHolding = errors.New("what waits in the database is being held, and nothing is delivered before all of it is")

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

// hold notes that a part is held, unless another process has held it meanwhile, or the hold is another one.
func (q *queue) hold(ctx context.Context, transaction *sql.Tx, why hold, some portion, now time.Time) (hold, error) {
	if why.Seen = now; some.after == why.After && some.upTo > some.after && some.of.Equal(why.At) {
		count, err := q.holdPart(ctx, transaction, why, some.ids)
		if err != nil {
			return why, err
		}
		why.After, why.Count = some.upTo, why.Count+count
	}
	return why, store.WriteState(ctx, transaction, stateHeld, why)
}

// finishHold holds what is left of a hold that has begun, and returns the note of it.
func (s *Service) finishHold(ctx context.Context) (why hold, err error) {
	for {
		why = hold{}
		_, err := store.ReadState(ctx, s.configuration.Store.Reader(), stateHeld, &why)
		if err != nil || !why.unfinished() {
			return why, err
		}
		if s.pulse.ending() {
			return why, errStopping
		}
		if err := s.pulse.beat(ctx); err != nil && !errors.Is(err, errHolding) {
			return why, err
		}
	}
}
