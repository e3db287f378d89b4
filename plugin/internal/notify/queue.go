package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// outgoing is the arguments of a job: one notification to one recipient.
type outgoing struct {
	Key     string `json:"key" river:"unique"`
	To      string `json:"to" river:"unique"`
	Subject string `json:"subject"`
	Actor   string `json:"actor"`
	// TraceParent is the span of whoever handed the notification over.
	TraceParent string `json:"trace_parent,omitempty"`
	// Sealed holds the texts, which may carry what nobody else should read, such as a link to set a password anew.
	Sealed []byte `json:"sealed"`
}

// Kind is River's name for the job.
func (outgoing) Kind() string { return "notification" }

func (o outgoing) identity() identity { return identity{key: o.Key, to: o.To} }

// keyLifetime is how long an idempotency key holds after the delivery.
const keyLifetime = 7 * 24 * time.Hour

// maxAttempts is how often a temporary refusal is answered with another attempt: with the longest wait of an hour, two
// days.
const maxAttempts = 60

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

// queue is River's job table.
type queue struct {
	client  client
	db      *sql.DB
	dialect dialect
}

// dialect is where the engines differ.
type dialect struct {
	now       string // the present, as River writes it
	cancelled string // condition: somebody has cancelled the job
	like      string // the operator that ignores the case of letters, at least of ASCII's
	encoded   string // a placeholder for arguments
	later     string // the present and so many seconds
	failed    string // errors with one more
	marked    string // metadata that says that the last byte of this attempt has gone out
	isMarked  string // condition: it says so
	owner     string // the process that attempts it
	stateType string // of the column state
}

var (
	sqliteDialect = dialect{
		now: "datetime('now', 'subsec')", cancelled: "json_extract(metadata, '$.cancel_attempted_at') IS NOT NULL", like: "LIKE", encoded: "jsonb(%s)",
		later:    "datetime('now', 'subsec', %s || ' seconds')",
		failed:   "jsonb_insert(coalesce(errors, jsonb('[]')), '$[#]', jsonb(%s))",
		marked:   "jsonb_set(metadata, '$.last_byte', attempted_at)",
		isMarked: "json_extract(metadata, '$.last_byte') = attempted_at",
		owner:    "json_extract(attempted_by, '$[#-1]')", stateType: "TEXT",
	}
	postgresDialect = dialect{
		now: "now()", cancelled: "jsonb_exists(metadata, 'cancel_attempted_at')", like: "ILIKE", encoded: "%s::jsonb",
		later:    "now() + CAST(%s AS DOUBLE PRECISION) * INTERVAL '1 second'",
		failed:   "array_append(errors, %s::jsonb)",
		marked:   "jsonb_set(metadata, '{last_byte}', to_jsonb(EXTRACT(EPOCH FROM attempted_at)))",
		isMarked: "metadata -> 'last_byte' = to_jsonb(EXTRACT(EPOCH FROM attempted_at))",
		owner:    "attempted_by[array_upper(attempted_by, 1)]", stateType: "river_job_state",
	}
)

func openQueue(ctx context.Context, s *Service) (*queue, error) {
	database := s.configuration.Store
	q := &queue{db: database.DB(), dialect: sqliteDialect}
	config := riverConfig(s)
	var err error
	if pool := database.Pool(); pool != nil {
		q.dialect = postgresDialect
		q.client, err = openClient(ctx, riverpgxv5.New(pool), config)
	} else {
		q.client, err = openClient(ctx, riversqlite.New(database.DB()), config)
	}
	return q, err
}

// openClient brings the tables up to date and makes the client.
func openClient[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], config *river.Config) (client, error) {
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
		Logger:                      slog.New(&slogHandler{logger: s.configuration.Logger.Named("queue")}),
		MaxAttempts:                 maxAttempts,
		RetryPolicy:                 retryPolicy{first: s.configuration.RetryAfter},
		ID:                          s.node,
		JobTimeout:                  -1, // Deliveries are bounded step by step; and so River rescues none, recover does.
		CompletedJobRetentionPeriod: keyLifetime,
		CancelledJobRetentionPeriod: -1, // Until an administrator has seen them.
		DiscardedJobRetentionPeriod: -1,
		FetchCooldown:               20 * time.Millisecond, // Each fetch is a commit of its own. The first one does not wait.
		FetchPollInterval:           500 * time.Millisecond,
	}
}

// uniqueOptions make key and recipient unique in every state: a late repetition must not revive a dead letter as a second
// message.
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

func (q *queue) insertDistinct(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
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

// complete commits the end of deliveries together. River finds them completed afterwards and leaves them so.
func (q *queue) complete(ctx context.Context, ids []int64) ([]struct{}, error) {
	return q.setRunning(ctx, "state = 'completed', finalized_at = "+q.dialect.now, ids)
}

func (q *queue) setRunning(ctx context.Context, change string, ids []int64) ([]struct{}, error) {
	places := make([]string, len(ids))
	arguments := make([]any, len(ids))
	for i, id := range ids {
		places[i], arguments[i] = fmt.Sprintf("$%d", i+1), id
	}
	_, err := q.db.ExecContext(ctx, "UPDATE river_job SET "+change+
		" WHERE state = 'running' AND id IN ("+strings.Join(places, ",")+")", arguments...)
	return make([]struct{}, len(ids)), err
}

// wake has jobs that wait for the server tried at once. Those that wait after a refusal of their own go on waiting.
func (q *queue) wake(ctx context.Context) error {
	_, err := q.db.ExecContext(ctx, "UPDATE river_job SET state = 'available', scheduled_at = "+q.dialect.now+" WHERE state = 'scheduled'")
	return err
}

// replaceArguments stores other arguments of a job.
func (q *queue) replaceArguments(ctx context.Context, id int64, encoded []byte) error {
	_, err := q.db.ExecContext(ctx, "UPDATE river_job SET args = "+fmt.Sprintf(q.dialect.encoded, "$1")+" WHERE id = $2", string(encoded), id)
	return err
}

// retryPolicy doubles the wait from attempt to attempt.
type retryPolicy struct{ first time.Duration }

const longestRetry = time.Hour

func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(doubled(p.first, len(job.Errors), longestRetry))
}

// doubled returns first, doubled so many times, but no more than longest.
func doubled(first time.Duration, times int, longest time.Duration) time.Duration {
	for range times {
		if first *= 2; first >= longest {
			return longest
		}
	}
	return min(first, longest)
}

// slogHandler passes what River logs on to hclog, without attributes: they may hold arguments.
type slogHandler struct{ logger hclog.Logger }

func (h *slogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

func (h *slogHandler) Handle(_ context.Context, record slog.Record) error {
	h.logger.Warn(record.Message)
	return nil
}

func (h *slogHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *slogHandler) WithGroup(string) slog.Handler      { return h }
