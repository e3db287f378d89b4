package notify

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// change is one of what the service commits: a notification that is taken, a delivery that has ended, a message that is
// being sent, one whose last byte has gone out, or one that goes back to its place. One committer serves them all, so
// that those that wait at the same time share one transaction, and one flush to the disk.
type change struct {
	accept   *outgoing
	complete int64 // a job
	ended    deliveredNote
	send     int64           // a job
	mark     int64           // a job
	back     int64           // a job
	failed   []attemptRecord // its attempts, where there is one more
}

// deliveredNote is what is kept of a delivery: the server's final reply, and the attempt.
type deliveredNote struct {
	Reply string        `json:"reply"`
	Made  attemptRecord `json:"made"`
}

// failedNote is what is kept of the failed attempts of a job; see [attemptNotes].
type failedNote struct {
	Failed []attemptRecord `json:"output"`
}

// accepted is a job that was inserted, or was there before.
type accepted struct {
	id        int64
	duplicate bool
	kept      []byte // the arguments of the job that is kept
}

// identity is what makes a notification the same as another one.
type identity struct{ key, to string }

// commit commits changes together, and returns a result for each; that of a change that accepts nothing is empty.
func (q *queue) commit(ctx context.Context, changes []change) ([]accepted, error) {
	var completed, sending, marked, back []int64
	ended, failed := map[int64]deliveredNote{}, map[int64]failedNote{}
	var taken []outgoing
	var places []int // of what is taken
	for i, one := range changes {
		switch {
		case one.accept != nil:
			taken, places = append(taken, *one.accept), append(places, i)
		case one.complete != 0:
			completed, ended[one.complete] = append(completed, one.complete), one.ended
		case one.send != 0:
			sending = append(sending, one.send)
		case one.back != 0:
			back = append(back, one.back)
			if one.failed != nil {
				failed[one.back] = failedNote{one.failed}
			}
		default:
			marked = append(marked, one.mark)
		}
	}
	results := make([]accepted, len(changes))
	waiting := q.buckets.take()
	err := q.retryDeadlocks(ctx, func(t transaction) error {
		inserted, err := q.insertIn(ctx, t, taken)
		if err != nil {
			return err
		}
		counted := waiting.plus(tally{delivered: int64(len(completed))})
		for i, place := range places {
			if results[place] = inserted[i]; !inserted[i].duplicate {
				counted.accepted++
			}
		}
		if counted != (tally{}) {
			err = t.execute(ctx, q.buckets.add(counted))
		}
		for _, one := range []statement{
			q.complete(completed, ended), q.send(sending), q.mark(marked), q.back(back, failed, q.buckets.node),
		} {
			if one.text != "" && err == nil {
				err = t.execute(ctx, one)
			}
		}
		return err
	})
	if err != nil {
		q.buckets.count(waiting)
	}
	return results, err
}

// insertIn inserts notifications. Of several with the same identity the first is inserted and the others are its
// duplicates: River refuses to insert the same unique key twice at once.
func (q *queue) insertIn(ctx context.Context, t transaction, notifications []outgoing) ([]accepted, error) {
	if len(notifications) == 0 {
		return nil, nil
	}
	var first []outgoing
	place := map[identity]int{} // in first
	for _, one := range notifications {
		if _, repeated := place[one.identity()]; !repeated {
			place[one.identity()] = len(first)
			first = append(first, one)
		}
	}
	inserted, err := t.insert(ctx, first)
	if err != nil {
		return nil, err
	}
	results := make([]accepted, len(notifications))
	for i, one := range notifications {
		found := &inserted[place[one.identity()]]
		results[i] = *found
		found.duplicate = true // for the next one with the same identity
	}
	return results, nil
}

// deadlockTries is how often a transaction is tried that PostgreSQL ends because another node inserts the same
// notifications in another order. It ends one of the two, so each try lets one of them through.
const deadlockTries = 10

func (q *queue) retryDeadlocks(ctx context.Context, do func(transaction) error) error {
	for try := 1; ; try++ {
		err := q.client.together(ctx, do)
		var refused *pgconn.PgError
		deadlock := errors.As(err, &refused) && refused.Code == pgerrcodeDeadlock
		if !deadlock || try == deadlockTries {
			return err
		}
	}
}

// pgerrcodeDeadlock is deadlock_detected, in the appendix of PostgreSQL's manual.
const pgerrcodeDeadlock = "40P01"

// take commits notifications, together with what else waits to be committed.
func (s *Service) take(ctx context.Context, notifications []outgoing) ([]accepted, error) {
	changes := make([]change, len(notifications))
	for i := range notifications {
		changes[i].accept = &notifications[i]
	}
	return s.commits.do(ctx, changes)
}

// completed commits the end of a delivery.
func (s *Service) completed(ctx context.Context, id int64, ended deliveredNote) error {
	_, err := s.commits.do(ctx, []change{{complete: id, ended: ended}})
	return err
}

// returned commits that a message goes back to its place in the queue.
func (s *Service) returned(ctx context.Context, id int64, failed []attemptRecord) error {
	_, err := s.commits.do(ctx, []change{{back: id, failed: failed}})
	return err
}

// sends commits that a message is being sent.
func (s *Service) sends(ctx context.Context, id int64) error {
	_, err := s.commits.do(ctx, []change{{send: id}})
	return err
}

// marked commits that the last byte of a message has gone out.
func (s *Service) marked(ctx context.Context, id int64) error {
	_, err := s.commits.do(ctx, []change{{mark: id}})
	return err
}
