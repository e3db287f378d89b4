package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// pause is what the policy knows, and why deliveries wait where they do, as all processes of one database share it. The
// zero value means that they go on.
type pause struct {
	// Cause is nil while deliveries go on.
	Cause *finding.Finding `json:"cause,omitempty"`
	policy.State
	// Version is the settings that were refused, sealed: it is made from the password. It is empty when it could not be
	// sealed.
	Version []byte `json:"version,omitempty"`
	// Asked is nil where no operator has had the server tried in this pause.
	Asked *askedLook `json:"asked,omitempty"`

	version string // opened; empty when it is not yet, or cannot be
}

// after is the pause with another state. Where the state is one that the cause, met with the settings of the version,
// has led to, they are what it is for.
func (p pause) after(state policy.State, cause *finding.Finding, version string) pause {
	next := pause{State: state}
	if state.Paused() {
		next.Asked = p.Asked
	}
	switch {
	case !state.Paused():
	case cause == nil || p.Cause != nil && p.sameProbe(state):
		next.Cause, next.Version, next.version = p.Cause, p.Version, p.version
	default:
		next.Cause, next.version = cause, version
		if state.Everything {
			next.Cause = refusesEverything(*cause)
		}
		if p.version == version {
			next.Version = p.Version
		}
	}
	return next
}

// sameProbe reports whether a state waits for the same probe.
func (p pause) sameProbe(state policy.State) bool {
	return p.Paused() && state.Paused() && p.Looks == state.Looks && p.Next.Equal(state.Next)
}

// refusesEverything is what a pause is for in which the server refuses every message, the last one for the cause. What
// it says of one recipient or one message is no advice then: so it says of all of them.
func refusesEverything(cause finding.Finding) *finding.Finding {
	cause.Detail = text.Join(cause.Summary, cause.Detail)
	if cause.Scope == shared.ScopeRecipient || cause.Scope == shared.ScopeMessage {
		cause.Detail = text.Of("It has refused one message after the other, so the fault lies with none of them. Ask the " +
			"administrator of the server what it allows this sender, or go back to settings with which it worked.")
	}
	cause.Code, cause.Summary, cause.Fixes = "server_refuses_everything", text.Of("The server refuses every message."), nil
	return &cause
}

// pauses keeps the one pause of a database. turn counts its changes: swap stores a pause only when no other process has
// done so since the turn was read. seal and open may take a call of a service that holds keys; load and swap do not.
type pauses interface {
	load(ctx context.Context) (turn int64, kept pause, err error)
	swap(ctx context.Context, turn int64, next pause) (swapped bool, err error)
	seal(ctx context.Context, version string) ([]byte, error)
	open(ctx context.Context, sealed []byte) (version string, err error)
}

// pauseRow is the pause in the database.
type pauseRow struct {
	db     *sql.DB
	keeper *secret.Keeper
	logger hclog.Logger

	unreadable atomic.Value // string: the document that was complained about
}

// versionDestination keeps a sealed version from being taken for a secret of the settings.
var versionDestination = secret.Destination{Purpose: "pause", Field: "version"}

// load reads the pause. One that cannot be understood holds no delivery back.
func (r *pauseRow) load(ctx context.Context) (turn int64, kept pause, err error) {
	var document string
	err = r.db.QueryRowContext(ctx, "SELECT turn, document FROM delivery_pause WHERE id = 1").Scan(&turn, &document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, pause{}, nil
	case err != nil:
		return 0, pause{}, err
	}
	if err := json.Unmarshal([]byte(document), &kept); err != nil {
		if r.unreadable.Swap(document) != document {
			r.logger.Warn("the stored pause of the deliveries cannot be read, so deliveries go on", "error", err)
		}
		return turn, pause{}, nil
	}
	if kept.Cause != nil && kept.Code == "" { // An older version has written it.
		kept.Code = kept.Cause.Code
	}
	return turn, kept, nil
}

func (r *pauseRow) swap(ctx context.Context, turn int64, next pause) (bool, error) {
	document, err := json.Marshal(next)
	if err != nil {
		return false, err
	}
	result, err := r.db.ExecContext(ctx, `
		INSERT INTO delivery_pause (id, turn, document) VALUES (1, CAST($1 AS BIGINT) + 1, $2)
		ON CONFLICT (id) DO UPDATE SET turn = excluded.turn, document = excluded.document
		WHERE delivery_pause.turn = CAST($1 AS BIGINT)`, turn, string(document))
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}

func (r *pauseRow) seal(ctx context.Context, version string) ([]byte, error) {
	return r.keeper.Seal(ctx, shared.NewSecretText(version), versionDestination)
}

func (r *pauseRow) open(ctx context.Context, sealed []byte) (string, error) {
	opened, err := r.keeper.Open(ctx, sealed, versionDestination)
	return opened.Reveal(), err
}

// reseal wraps the version with the newest key of the ring, and reports whether it was another one. One that cannot be
// opened any more is no worse for it.
func (r *pauseRow) reseal(ctx context.Context, rewrapper *secret.Rewrapper) (bool, error) {
	turn, kept, err := r.load(ctx)
	if err != nil || len(kept.Version) == 0 {
		return false, err
	}
	again, changed, err := rewrapper.Rewrap(ctx, kept.Version)
	if err != nil || !changed {
		return false, nil //nolint:nilerr // See above.
	}
	kept.Version = again
	_, err = r.swap(ctx, turn, kept) // Where another process was faster, there is another pass.
	return true, err
}
