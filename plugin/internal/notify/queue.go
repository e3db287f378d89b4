package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// outgoing is the arguments of a job: one notification to one recipient.
type outgoing struct {
	Key     string `json:"key" river:"unique"`
	To      string `json:"to" river:"unique"`
	Subject string `json:"subject"`
	Actor   string `json:"actor"`
	// TraceParent is the span of the Console in which it handed the notification over.
	TraceParent string `json:"trace_parent,omitempty"`
	// Sealed holds the texts, which may carry what no other reader of the database should know, such as a link to set a
	// password anew.
	Sealed []byte `json:"sealed"`
}

// Kind is River's name for the job.
func (outgoing) Kind() string { return "notification" }

func (o outgoing) identity() identity { return identity{key: o.Key, to: o.To} }

// keyLifetime is how long an idempotency key holds after the delivery.
const keyLifetime = 7 * 24 * time.Hour

// client is what this package needs of a river.Client, whatever its engine.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobCancel(ctx context.Context, id int64) (*rivertype.JobRow, error)
}

var (
	_ client = (*river.Client[*sql.Tx])(nil)
	_ client = (*river.Client[pgx.Tx])(nil)
)

// queue is River's job table: what River does with it, and what we do.
type queue struct {
	riverStore
	client client
}

func openQueue(ctx context.Context, s *Service) (*queue, error) {
	database := s.configuration.Store
	q := &queue{riverStore: riverStore{db: database.DB(), dialect: sqliteDialect}}
	if database.Pool() != nil {
		q.dialect = postgresDialect
	}
	var err error
	q.client, err = openClient(ctx, database, riverConfig(s))
	return q, err
}

func openClient(ctx context.Context, database *store.Store, config *river.Config) (client, error) {
	if pool := database.Pool(); pool != nil {
		return newClient(ctx, riverpgxv5.New(pool), config)
	}
	return newClient(ctx, riversqlite.New(database.DB()), config)
}

// newClient brings the tables up to date and makes the client.
func newClient[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], config *river.Config) (client, error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: config.Logger})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("its tables cannot be made: %w", err)
	}
	return river.NewClient(driver, config)
}

func riverConfig(s *Service) *river.Config {
	registered := river.NewWorkers()
	river.AddWorker(registered, &worker{service: s})
	return &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:                     registered,
		Logger:                      slog.New(&riverLog{logger: s.configuration.Logger.Named("queue")}),
		MaxAttempts:                 maxAttempts,
		RetryPolicy:                 retryPolicy(s.breaker.policy.Retry),
		ID:                          s.node,
		JobTimeout:                  -1, // Deliveries are bounded step by step; and so River rescues none, recover does.
		CompletedJobRetentionPeriod: keyLifetime,
		CancelledJobRetentionPeriod: -1, // Until an administrator has seen them.
		DiscardedJobRetentionPeriod: -1,
		FetchCooldown:               20 * time.Millisecond, // Each fetch is a commit of its own. The first one does not wait.
		FetchPollInterval:           500 * time.Millisecond,
	}
}

// uniqueOptions make key and recipient unique in every state: a late repetition must not revive a dead letter as a
// second message.
func uniqueOptions() *river.InsertOpts {
	return &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStateCancelled, rivertype.JobStateCompleted, rivertype.JobStateDiscarded,
		rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// accepted is a job that was inserted, or was there before.
type accepted struct {
	id        int64
	duplicate bool
}

// identity is what makes a notification the same as another one.
type identity struct{ key, to string }

// insert commits notifications together. Of several with the same identity the first is inserted and the others are its
// duplicates: River refuses to insert the same unique key twice at once.
func (q *queue) insert(ctx context.Context, notifications []outgoing) ([]accepted, error) {
	var params []river.InsertManyParams
	place := map[identity]int{} // in params
	for _, one := range notifications {
		if _, repeated := place[one.identity()]; !repeated {
			place[one.identity()] = len(params)
			params = append(params, river.InsertManyParams{Args: one, InsertOpts: uniqueOptions()})
		}
	}
	inserted, err := q.insertDistinct(ctx, params)
	if err != nil {
		return nil, err
	}
	results := make([]accepted, len(notifications))
	for i, one := range notifications {
		found := inserted[place[one.identity()]]
		results[i] = accepted{id: found.Job.ID, duplicate: found.UniqueSkippedAsDuplicate}
		found.UniqueSkippedAsDuplicate = true // for the next one with the same identity
	}
	return results, nil
}

// deadlockTries is how often an insertion is tried that PostgreSQL ends because another node inserts the same
// notifications in another order. It ends one of the two, so each try lets one of them through.
const deadlockTries = 10

func (q *queue) insertDistinct(
	ctx context.Context, params []river.InsertManyParams,
) ([]*rivertype.JobInsertResult, error) {
	for try := 1; ; try++ {
		inserted, err := q.client.InsertMany(ctx, params)
		var refused *pgconn.PgError
		deadlock := errors.As(err, &refused) && refused.Code == pgerrcodeDeadlock
		if !deadlock || try == deadlockTries {
			return inserted, err
		}
	}
}

// pgerrcodeDeadlock is deadlock_detected, in the appendix of PostgreSQL's manual.
const pgerrcodeDeadlock = "40P01"

// list returns jobs, newest first.
func (q *queue) list(ctx context.Context, request shared.ListRequest, limit int) ([]*rivertype.JobRow, error) {
	params, possible, err := q.selection(request, limit)
	if err != nil || !possible {
		return nil, err
	}
	result, err := q.client.JobList(ctx, params)
	if err != nil {
		return nil, err
	}
	return result.Jobs, nil
}

// recover takes over what processes that have died were sending. Where the last byte of a message had gone out, and it
// may have arrived, the attempt counts, and failure says what becomes of the message; all others are done again as if
// nothing had been, except what was cancelled meanwhile.
func (q *queue) recover(ctx context.Context, owner string, failure func(*rivertype.JobRow) attemptFailure) error {
	marked, err := q.abandonedOf(ctx, owner)
	if err != nil {
		return err
	}
	for _, id := range marked {
		job, err := q.client.JobGet(ctx, id)
		if err != nil {
			return err
		}
		if err := q.fail(ctx, id, owner, failure(job)); err != nil {
			return err
		}
	}
	return q.putBack(ctx, owner)
}
