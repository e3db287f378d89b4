package notify

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// statePurges is the name of what database_state has of purges: the last shared.MaxShownPurges, oldest first. What was
// forgotten can tell nothing itself.
const statePurges = "purges"

// purgeNote is what is kept of a purge.
type purgeNote struct {
	ID string `json:"id"` // of the purge
	shared.NotificationPurge
}

// purge is one that is under way.
type purge struct {
	queue *queue
	store *store.Store
	note  purgeNote
	// forget is told of the recipients of what was forgotten.
	forget func(ctx context.Context, recipients []string)
}

func (s *Service) newPurge(request shared.OperateRequest, by operated) *purge {
	return &purge{queue: s.queue, store: s.configuration.Store, forget: s.breaker.forget, note: purgeNote{ID: rand.Text(),
		NotificationPurge: shared.NotificationPurge{
			At: by.At, Operator: briefly(by.By), Filter: inWords(request),
		}}}
}

// part forgets those of the jobs that have ended, and notes it in the same transaction: neither an error nor the end of
// the process leaves one without the other.
func (p *purge) part(ctx context.Context, ids []int64) (count int64, err error) {
	note, recipients := p.note, []string(nil)
	err = p.store.Together(ctx, true, func(transaction *sql.Tx) error {
		statement, _ := p.queue.operation(shared.OperationPurge)
		recipients, err = purged(transaction.QueryContext(ctx, statement+" RETURNING args ->> 'to'",
			p.queue.dialect.list(ids)))
		if err != nil {
			return err
		}
		count = int64(len(recipients))
		note.Matched, note.Changed = p.note.Matched+int64(len(ids)), p.note.Changed+count
		if note.Changed == 0 {
			return nil
		}
		return note.write(ctx, transaction)
	})
	if err != nil {
		return 0, err
	}
	p.note = note
	p.forget(ctx, recipients)
	return count, nil
}

// purged reads the recipients of what a statement has forgotten, each as often as it has.
func purged(rows *sql.Rows, err error) (recipients []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var to sql.NullString
		if err := rows.Scan(&to); err != nil {
			return nil, err
		}
		recipients = append(recipients, to.String)
	}
	return recipients, rows.Err()
}

// write adds the note to the others, or replaces what they have of the same purge.
func (n purgeNote) write(ctx context.Context, transaction *sql.Tx) error {
	var all []purgeNote
	if _, err := store.ReadState(ctx, transaction, statePurges, &all); err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(one purgeNote) bool { return one.ID == n.ID })
	if at < 0 {
		at, all = len(all), append(all, n)
	}
	all[at] = n
	return store.WriteState(ctx, transaction, statePurges, all[max(0, len(all)-shared.MaxShownPurges):])
}

// purges are those that are known, oldest first.
func (s *Service) purges(ctx context.Context) (told []shared.NotificationPurge, err error) {
	var all []purgeNote
	_, err = store.ReadState(ctx, s.configuration.Store.Reader(), statePurges, &all)
	for _, one := range all {
		told = append(told, one.NotificationPurge)
	}
	return told, err
}

// Bounds of what is kept of a purge: each status has all of them.
const (
	longestWord = 80 // characters of a text that came from outside
	namedIDs    = 5
)

func briefly(text string) string { return printable.Shortened(printable.Line(text), longestWord) }

// someoneAt is what is told of a recipient: whose notifications are forgotten is to be forgotten, too.
func someoneAt(recipient string) string {
	if at := strings.LastIndexByte(recipient, '@'); at >= 0 {
		return "someone" + recipient[at:]
	}
	return recipient
}

// inWords says which notifications a request chooses.
func inWords(request shared.OperateRequest) string {
	if request.All {
		return "all"
	}
	var words []string
	if len(request.IDs) > 0 {
		word := "numbers " + briefly(strings.Join(request.IDs[:min(namedIDs, len(request.IDs))], ", "))
		if more := len(request.IDs) - namedIDs; more > 0 {
			word += fmt.Sprintf(" and %d more", more)
		}
		words = append(words, word)
	}
	if request.State != "" {
		words = append(words, "state "+briefly(string(request.State)))
	}
	for _, one := range []struct{ name, value string }{
		{"cause", request.Cause}, {"category", request.Category}, {"recipient", someoneAt(request.Recipient)},
		{"search", request.Search},
	} {
		if one.value != "" {
			words = append(words, fmt.Sprintf(`%s "%s"`, one.name, briefly(one.value)))
		}
	}
	for _, one := range []struct {
		name string
		at   time.Time
	}{{"taken since", request.From}, {"taken before", request.Until}} {
		if !one.at.IsZero() {
			words = append(words, one.name+" "+one.at.UTC().Format(time.RFC3339))
		}
	}
	if request.Unseen {
		words = append(words, "not set aside")
	}
	return strings.Join(words, ", ")
}
