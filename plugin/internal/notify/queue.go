package notify

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/shared"
)

// outgoing is the arguments of a job: one notification to one recipient.
type outgoing struct {
	Key     string `json:"key" river:"unique"`
	To      string `json:"to" river:"unique"`
	Subject string `json:"subject"`
	Actor   string `json:"actor"`
	// Thread, Expires, Priority and Category are those of [shared.Notification]; what is empty was so before they were.
	Thread   string          `json:"thread,omitempty"`
	Expires  time.Time       `json:"expires,omitzero"`
	Priority shared.Priority `json:"priority,omitempty"`
	Category string          `json:"category,omitempty"`
	// Parcel names the attachments, which are kept beside the jobs; empty when there are none. Attached is how many bytes
	// they have together.
	Parcel   string `json:"parcel,omitempty"`
	Attached int64  `json:"attached,omitempty"`
	// TraceParent is the span of the Console in which it handed the notification over.
	TraceParent string `json:"trace_parent,omitempty"`
	// Folded is the recipient in which one is looked for; empty where To is as good. See riverfolded.go.
	Folded string `json:"folded,omitempty"`
	// Sealed holds the texts, which may carry what no other reader of the database should know, such as a link to set a
	// password anew.
	Sealed []byte `json:"sealed"`
	// Digest is of the texts, and stays when they go; see digests. Empty where it was not made.
	Digest []byte `json:"digest,omitempty"`
}

// Kind is River's name for the job.
func (outgoing) Kind() string { return "notification" }

func (o outgoing) identity() identity { return identity{key: o.Key, to: o.To} }

// expired reports whether it is of no use any more.
func (o outgoing) expired(now time.Time) bool { return !o.Expires.IsZero() && !now.Before(o.Expires) }

// client is what this package needs of a river.Client, whatever its engine.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobCancel(ctx context.Context, id int64) (*rivertype.JobRow, error)
	// together commits what do does, or nothing where that fails.
	together(ctx context.Context, do func(transaction) error) error
}

// queue is River's job table: what River does with it, and what we do.
type queue struct {
	riverStore
	client  client
	texts   *textIndex
	buckets *buckets
	builder *builder

	built atomic.Bool // nothing is left for builder to make
}

func openQueue(ctx context.Context, s *Service) (*queue, error) {
	database := s.configuration.Store
	q := &queue{riverStore: riverStore{
		db: database.DB(), reader: database.Reader(), bulk: database.Bulk(), dialect: sqliteDialect, indexed: &atomic.Bool{},
		folded: &atomic.Bool{}, foldedIndexed: &atomic.Bool{},
	}}
	if database.Pool() != nil {
		q.dialect = postgresDialect
	}
	var err error
	if q.client, err = openClient(ctx, database, riverConfig(s)); err != nil {
		return nil, err
	}
	logger := s.configuration.Logger
	q.builder = &builder{riverStore: q.riverStore, store: database, few: fewJobs,
		told: func(what string, took time.Duration) { logger.Info("made for the queue", "what", what, "took", took) }}
	now, err := q.builder.prepare(ctx)
	if err != nil {
		return nil, fmt.Errorf("its indexes cannot be made: %w", database.Unprivileged(ctx, err))
	}
	if err := q.prepareLeader(ctx, database, leaderVersion); err != nil {
		return nil, fmt.Errorf("its leader cannot be guarded: %w", database.Unprivileged(ctx, err))
	}
	q.has(now)
	if err := q.readFolded(ctx); err != nil {
		return nil, err
	}
	q.buckets = &buckets{db: database.DB(), node: s.node, clock: s.clock, lock: q.dialect.lockBuckets}
	q.texts = newTextIndex(filepath.Dir(s.configuration.LockFile), q)
	q.texts.clock = s.clock
	return q, nil
}

// has has the queue use what builder has made.
func (q *queue) has(now made) {
	q.indexed.Store(now.usable)
	q.foldedIndexed.Store(now.folded)
	q.built.Store(now.complete)
}

// fetchCooldown is how long River waits after it has taken messages from the queue before it takes more; the first one
// does not wait. Each time is a commit of its own, for however many messages: of twice as many, each costs half.
const fetchCooldown = 50 * time.Millisecond

// never has River remove nothing that has ended.
const never time.Duration = -1

func riverConfig(s *Service) *river.Config {
	registered := river.NewWorkers()
	river.AddWorker(registered, &worker{service: s})
	config := &river.Config{
		Queues: map[string]river.QueueConfig{
			acceptedQueue: {MaxWorkers: workers}, river.QueueDefault: {MaxWorkers: workers},
		},
		Workers:                     registered,
		Logger:                      slog.New(&riverLog{logger: s.configuration.Logger.Named("queue")}),
		MaxAttempts:                 maxAttempts,
		RetryPolicy:                 retryPolicy{s.breaker.policy.Retry, s.clock},
		ID:                          s.node,
		JobTimeout:                  -1,    // Deliveries are bounded step by step; and so River rescues none, recover does.
		CompletedJobRetentionPeriod: never, // forget does that.
		CancelledJobRetentionPeriod: never,
		DiscardedJobRetentionPeriod: never,
		// LISTEN needs a session of its own, and a pooler lends one for a transaction.
		PollOnly:          s.configuration.Store.Pooled(),
		FetchCooldown:     fetchCooldown,
		FetchPollInterval: 500 * time.Millisecond,
	}
	if s.clock != nil { // When an attempt began, and what is put off is due.
		config.Test.Time = s.clock
	}
	return config
}

// Priorities of jobs. Those of versions before notifications had one are as urgent as the high ones of now: they were
// accepted earlier than any of these.
const (
	riverHigh   = 1
	riverNormal = 2
	riverLow    = 3
)

// acceptedQueue is River's queue of what is accepted now. The versions that say nothing of themselves work River's
// default queue only, so that they leave alone what they do not know all of; what they have accepted is taken from
// there.
const acceptedQueue = "notifications"

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
		how := failure(job)
		ended, err := q.fail(ctx, id, owner, how)
		if err != nil {
			return err
		}
		if ended {
			q.buckets.count(tally{failed: 1})
		}
		if ended && how.dead {
			q.buckets.count(tally{dead: 1})
		}
	}
	return q.putBack(ctx, owner)
}
