package notify

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// The case of letters does not matter in a recipient that is looked for. The engines fold those of ASCII, and others as
// their build or locale does, or not at all. So a recipient that has others is stored folded beside it, by Go, in which
// it is looked for. What earlier versions have accepted is folded in the background; until that is done, the engine's
// folding has to do.

// stateFolded is the name of what database_state has of it.
const stateFolded = "folded_recipients"

// foldedUntil is up to which id recipients are folded, and not looked at again.
type foldedUntil struct {
	Until int64 `json:"until"`
	// All is true when all were that earlier versions had accepted.
	All bool `json:"all"`
}

// foldedRecipient is the recipient in which one is looked for; empty where the engine's folding is the same.
func foldedRecipient(to string) string {
	if isASCII(to) {
		return ""
	}
	return strings.ToLower(to)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// byRecipient returns the condition that a recipient, or all of a domain, is looked for.
func (r *riverStore) byRecipient(wanted string) (expression, compared, argument string) {
	whole, folds := strings.Contains(wanted, "@"), !isASCII(wanted) && r.folded.Load() && r.foldedIndexed.Load()
	switch {
	case whole && folds:
		return recipientFolded, "= %s AND " + recipientFolded + " IS NOT NULL", strings.ToLower(wanted)
	case folds:
		return r.dialect.domainFolded, "= %s AND " + recipientFolded + " IS NOT NULL", strings.ToLower(wanted)
	case whole:
		return r.dialect.recipient, "= lower(%s)", wanted
	default:
		return r.dialect.domain, "= lower(%s)", wanted
	}
}

// readFolded finds out whether all recipients are folded.
func (q *queue) readFolded(ctx context.Context) error {
	var state foldedUntil
	_, err := store.ReadState(ctx, q.reader, stateFolded, &state)
	q.folded.Store(err == nil && state.All)
	return err
}

// foldAgain is for how long recipients are looked at again: a transaction that began earlier may end later.
const foldAgain = 5 * time.Minute

// foldRecipients folds what earlier versions have accepted, also those that use the database at the same time.
func (s *Service) foldRecipients(ctx context.Context) error {
	var state foldedUntil
	if _, err := store.ReadState(ctx, s.queue.reader, stateFolded, &state); err != nil {
		return err
	}
	now := s.clock.Now()
	for after, settled := state.Until, true; ; {
		before := state
		rows, err := s.queue.recipientsAfter(ctx, after)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.queue.foldRecipient(ctx, row); err != nil {
				return err
			}
			after = row.id
			age := now.Sub(row.created)
			if settled = settled && (age > foldAgain || age < -clocksDiffer); settled {
				state.Until = row.id
			}
		}
		last := len(rows) < textRows
		if state.All = state.All || last; state != before {
			if err := store.WriteState(ctx, s.queue.db, stateFolded, state); err != nil {
				return err
			}
		}
		if last {
			s.queue.folded.Store(true)
			return nil
		}
	}
}

// recipientsAfter reads what comes after an id. The subject is the folded recipient that there is.
func (r *riverStore) recipientsAfter(ctx context.Context, id int64) ([]textRow, error) {
	return r.readTexts(ctx, query{
		text: fmt.Sprintf("SELECT id, created_at, args ->> 'to', coalesce("+recipientFolded+", '') FROM river_job"+
			" WHERE id > $1 ORDER BY id LIMIT %d", textRows),
		arguments: []any{id},
	})
}

// foldRecipient stores the folded recipient of a job, where there is to be one and is none.
func (r *riverStore) foldRecipient(ctx context.Context, row textRow) error {
	folded := foldedRecipient(row.to)
	if folded == "" || row.subject != "" {
		return nil
	}
	_, err := r.db.ExecContext(ctx, fmt.Sprintf("UPDATE river_job SET args = "+r.dialect.withFolded+
		" WHERE id = $2 AND args ->> 'to' = $3 AND "+recipientFolded+" IS NULL", "$1"), folded, row.id, row.to)
	return err
}
