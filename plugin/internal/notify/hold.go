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
	// At is when they were held.
	At time.Time `json:"at"`
	// Moved is true when the database was moved since, and the move was undone.
	Moved bool `json:"moved,omitempty"`
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
