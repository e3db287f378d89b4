package notify

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// stateFlow is the name of what database_state has of it.
const stateFlow = "flow"

// flowNote is what was learned of how much a server takes, with the settings of a revision. A process that begins has
// it from the one before, and processes that deliver at the same time from each other.
type flowNote struct {
	Revision int64  `json:"revision,omitempty"`
	Server   string `json:"server"` // a digest of the server and the login
	Node     string `json:"node"`   // that wrote it
	policy.Learned
}

func newFlowNote(delivery Delivery, node string) flowNote {
	target := delivery.Target
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %q", target.Host, target.Port, target.Login))
	return flowNote{Revision: delivery.Revision, Server: hex.EncodeToString(sum[:]), Node: node}
}

func (n flowNote) sameServer(other flowNote) bool {
	return n.Revision == other.Revision && n.Server == other.Server
}

// flowNotes keeps the one note of a database.
type flowNotes interface {
	read(ctx context.Context) (flowNote, error) // the zero value where there is none
	write(ctx context.Context, note flowNote) error
}

// flowRow is the note in the database.
type flowRow struct{ db, reader *sql.DB }

// read returns nothing, too, where the note cannot be understood: then it is learned anew.
func (r flowRow) read(ctx context.Context) (note flowNote, err error) {
	_, err = store.ReadState(ctx, r.reader, stateFlow, &note)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &kind) {
		return flowNote{}, nil
	}
	return note, err
}

func (r flowRow) write(ctx context.Context, note flowNote) error {
	return store.WriteState(ctx, r.db, stateFlow, note)
}

// sentEvery is how often it is written down what was sent meanwhile, while nothing else is learned.
const sentEvery = 10 * time.Second

// tend keeps up with what is learned.
func (f *flow) tend(ctx context.Context) error {
	if f.shared && f.notes != nil {
		if err := f.heed(ctx); err != nil {
			return err
		}
	}
	return f.keep(ctx, false)
}

// keep writes down what was learned, and now and then what was sent, which it does at once where the process ends.
func (f *flow) keep(ctx context.Context, ends bool) error {
	f.mu.Lock()
	note, version, last, now := f.note, f.version, f.written, f.clock.Now()
	note.Learned = f.now.Learned(now)
	f.mu.Unlock()
	if version == "" || f.notes == nil {
		return nil
	}
	due := !note.Same(last) || note.sentSince(last.At) && (ends || now.Sub(last.At) >= sentEvery) ||
		ends && !note.Refused.IsZero() // From now on it is not known whether the server still refuses.
	if !due {
		return nil
	}
	if err := f.notes.write(ctx, note); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.version == version {
		f.written = note.Learned
	}
	return nil
}

func (n flowNote) sentSince(at time.Time) bool {
	return len(n.Sent) > 0 && n.Sent[len(n.Sent)-1].Until().After(at)
}

// heed takes over what another process has learned of the same server.
func (f *flow) heed(ctx context.Context) error {
	other, err := f.notes.read(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.version != "" && other.Node != f.node && other.sameServer(f.note) && other.At.After(f.heeded) {
		f.heeded = other.At
		f.now.Heed(f.clock.Now(), other.Learned)
		f.pool.limit(f.now.Connections())
	}
	return nil
}
