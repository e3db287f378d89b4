package notify

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
)

// probe is a message that can be sent to see whether a pause is over.
type probe struct{ id, priority int64 }

// bringBetterProbe has the best probe of a pause sent next, where one waits that is better than the message.
func (r *riverStore) bringBetterProbe(ctx context.Context, state policy.State, m policy.Message) bool {
	for rank := range state.Rank(m) {
		best, err := r.bestProbe(ctx, state, rank)
		if err != nil {
			return false // Then the message is as good.
		}
		if best.id == 0 {
			continue
		}
		count, err := changed(r.db.ExecContext(ctx, "UPDATE river_job SET state = 'available', scheduled_at = "+beforeAll+
			" WHERE id = $1 AND "+isProbe, best.id))
		if err == nil && count > 0 {
			return true
		}
	}
	return false
}

// bestProbe is the one of a rank that was accepted first among the most urgent; none has the id 0. Nobody waits for the
// database meanwhile, however many messages have to be looked at.
func (r *riverStore) bestProbe(ctx context.Context, state policy.State, rank int) (best probe, err error) {
	for _, q := range r.probeQueries(state, rank) {
		found, err := r.firstProbe(ctx, q, state, rank)
		if err != nil {
			return probe{}, err
		}
		if found.id > 0 && (best.id == 0 || found.priority < best.priority ||
			found.priority == best.priority && found.id < best.id) {
			best = found
		}
	}
	return best, nil
}

// firstProbe is the first of a query that is of the rank by the policy's judgement too: otherwise two messages of which
// the database judges otherwise would be sent ahead of each other, and none would ever look.
func (r *riverStore) firstProbe(ctx context.Context, q query, state policy.State, rank int) (found probe, err error) {
	rows, err := r.reader.QueryContext(ctx, q.text, q.arguments...)
	if err != nil {
		return probe{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var recipient string
		if err := rows.Scan(&found.id, &found.priority, &recipient); err != nil {
			return probe{}, err
		}
		if state.Rank(policy.Message{ID: strconv.FormatInt(found.id, 10), Recipient: recipient}) <= rank {
			return found, nil
		}
	}
	return probe{}, rows.Err()
}

const (
	isProbe      = "state IN ('available', 'scheduled')"
	probeColumns = "SELECT id, priority, args ->> 'to' FROM river_job WHERE "
)

// probeQueries are for the first message of a rank in each state and queue: an index of River's has them in the order
// in which they are sent, so that those after the first that fit are not read. Engines may not know the small form of a
// letter that is not ASCII: some are read, as the first may fit by their judgement only.
func (r *riverStore) probeQueries(state policy.State, rank int) (all []query) {
	condition, arguments := r.ranked(state, rank)
	fits := r.ours() + " AND " + condition + " AND NOT (" + behindAnyone + ")"
	if rank >= 2 {
		return []query{{text: probeColumns + isProbe + " AND " + fits, arguments: arguments}}
	}
	for _, state := range []string{"available", "scheduled"} {
		for _, queue := range []string{acceptedQueue, river.QueueDefault} {
			all = append(all, query{
				text: fmt.Sprintf(probeColumns+"state = '%s' AND queue = '%s' AND %s"+
					" ORDER BY priority, scheduled_at, id LIMIT 20", state, queue, fits),
				arguments: slices.Clone(arguments),
			})
		}
	}
	return all
}

// ranked is the condition for messages of a rank; see policy.State.Rank.
func (r *riverStore) ranked(state policy.State, rank int) (condition string, arguments []any) {
	place := func(value any) string {
		arguments = append(arguments, value)
		return fmt.Sprintf("$%d", len(arguments))
	}
	id := func(message string) string {
		number, _ := strconv.ParseInt(message, 10, 64) // No message is 0.
		return "CAST(" + place(number) + " AS BIGINT)"
	}
	if rank >= 2 {
		return "id = " + id(state.Messages[rank-2]), arguments
	}
	condition = "TRUE"
	for _, message := range state.Messages {
		condition += " AND id <> " + id(message)
	}
	if rank == 0 && state.Stage == policy.Recipient {
		for _, domain := range state.Domains {
			condition += " AND " + r.dialect.domain + " <> " + place(domain)
		}
	}
	return condition, arguments
}
