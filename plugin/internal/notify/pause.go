package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
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
	// Next is when one may go and see, and Looks how often that was found in vain, the first refusal included.
	Next  time.Time `json:"next,omitzero"`
	Looks int       `json:"looks,omitempty"`
	// Version is the settings that were refused, sealed: it is made from the password.
	Version []byte `json:"version,omitempty"`

	version string // opened; empty when it could not be
}

// pauses keeps the one pause of a database. turn counts its changes: swap stores a pause only when nobody else has done so
// since the turn was read.
type pauses interface {
	load(ctx context.Context) (turn int64, kept pause, err error)
	swap(ctx context.Context, turn int64, next pause) (swapped bool, err error)
}

// pauseRow is the pause in the database.
type pauseRow struct {
	db     *sql.DB
	keeper *secret.Keeper
	logger hclog.Logger

	mu       sync.Mutex
	document string // that was read last, and what it means: opening a version may take a call to a key service
	kept     pause
}

// versionDestination keeps a sealed version from being taken for a secret of the settings.
var versionDestination = secret.Destination{Purpose: "pause", Field: "version"}

func (r *pauseRow) load(ctx context.Context) (turn int64, kept pause, err error) {
	var document string
	err = r.db.QueryRowContext(ctx, "SELECT turn, document FROM delivery_pause WHERE id = 1").Scan(&turn, &document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, pause{}, nil
	case err != nil:
		return 0, pause{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if document != r.document {
		r.document, r.kept = document, r.decode(ctx, document)
	}
	return turn, r.kept, nil
}

// decode reads a pause. One that cannot be read holds nobody back.
func (r *pauseRow) decode(ctx context.Context, document string) (kept pause) {
	if err := json.Unmarshal([]byte(document), &kept); err != nil {
		r.logger.Warn("the stored pause of the deliveries cannot be read, so deliveries go on", "error", err)
		return pause{}
	}
	if len(kept.Version) > 0 {
		// What cannot be opened, after the key was lost, is compared with nothing: the pause goes on until its next look.
		if opened, err := r.keeper.Open(ctx, kept.Version, versionDestination); err == nil {
			kept.version = opened.Reveal()
		}
	}
	return kept
}

func (r *pauseRow) swap(ctx context.Context, turn int64, next pause) (bool, error) {
	if next.version != "" {
		sealed, err := r.keeper.Seal(ctx, shared.NewSecretText(next.version), versionDestination)
		if err != nil {
			return false, err
		}
		next.Version = sealed
	}
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
