package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// pause is why deliveries wait, as all processes of one database share it. The zero value means that they go on.
type pause struct {
	Cause *finding.Finding `json:"cause,omitempty"`
	// Login tells that the login was refused: the server is asked less often then.
	Login bool `json:"login,omitempty"`
	// Since is when the state began, whichever it is.
	Since time.Time `json:"since,omitzero"`
	// Next is when the next probe may begin, and Looks how many were in vain, the first refusal included.
	Next  time.Time `json:"next,omitzero"`
	Looks int       `json:"looks,omitempty"`
	// Version is the settings that were refused, sealed: it is made from the password. It is empty when it could not be
	// sealed.
	Version []byte `json:"version,omitempty"`

	version string // opened; empty when it is not yet, or cannot be
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
