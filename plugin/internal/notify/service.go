// Package notify is the notification service: it takes notifications, keeps them until they are delivered with the
// saved settings, and gives up with a reason in plain words where that cannot be.
//
// A notification is one row of River's job table, in the same database as the settings. Accepting is committed before
// the receipt is given, and a delivery is committed right after the server's final reply; one committer serves both, so
// that what waits at the same time shares one flush to the disk. What a killed process leaves unfinished is done again
// by the next one.
//
// A refusal that concerns one message is a failed attempt or a dead letter. A refusal that concerns all of them, a
// server that is away or a login that is refused, opens a circuit breaker instead, which pauses all deliveries: see
// [breaker].
package notify

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/semaphore"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Delivery is how mail is delivered: the saved settings.
type Delivery struct {
	// Version differs when anything of the settings does, and is the same in every process and after a restart. It is made
	// from the password, so it is stored sealed only. It is not empty.
	Version string
	// Revision is that of the saved settings; 0 where none was saved.
	Revision int64
	Target   smtpconn.Target
	From     mail.Address
	// ReplyTo is where answers go, unless a notification says otherwise; empty leaves them to From.
	ReplyTo     string
	SenderField string
	// ShownFields are the names of the fields that the settings show; nil means all.
	ShownFields []string
}

// Configuration is what the service works with.
type Configuration struct {
	Store  *store.Store
	Keeper *secret.Keeper
	Logger hclog.Logger
	// Sealing is told of what is sealed and not committed yet; nil where nobody turns to another key.
	Sealing *secret.Sealing
	// Delivery returns the settings in force, or the reason why there are none to deliver with.
	Delivery func(context.Context) (Delivery, *finding.Finding, error)
	// Expiries returns when the secrets of the settings in force end, in the words of a reader; nil tells nothing.
	Expiries func(context.Context, text.Language) ([]shared.SecretExpiry, error)
	Limits
	// LockFile keeps two processes from delivering from one embedded database. Where the database is shared it only tells
	// that a process of this directory has died; empty there means that its lease tells that.
	LockFile string
	// StartDelay is how long Start waits before it starts to deliver; 0 does not wait.
	StartDelay time.Duration
}

// Limits bounds how the service delivers; the tags name the keys of plugin.hcl and their bounds.
type Limits struct {
	// Connections is how many connections to the server are open at once; 0 means 4.
	Connections int `koanf:"connections" min:"1" max:"128"`
	// MessagesPerConnection is after how many messages a connection is closed; 0 means 100.
	MessagesPerConnection int `koanf:"messages_per_connection" min:"1" max:"100000"`
	// MessagesPerMinute limits the rate; 0 means no limit.
	MessagesPerMinute int `koanf:"messages_per_minute" min:"1" max:"1000000"`
	// RetryAfter is how long a message waits after its first temporary refusal; each further one doubles it, up to an
	// hour. 0 means 30 s. The pauses of the whole service are made from it as well.
	RetryAfter time.Duration `koanf:"retry_after" min:"10ms" max:"1h"`
	// DrainLimit is how long Drain waits for the server's final replies; 0 means 10 min 30 s.
	DrainLimit time.Duration `koanf:"drain_limit" min:"10ms" max:"59m"`
	// RestoreMargin is how long the database may lie unused before what waits in it is held; 0 means 1 h.
	RestoreMargin RestoreMargin `koanf:"restore_margin"`
	// KeepDelivered is how long a notification is listed after its delivery, and its key holds; 0 means 7 days.
	KeepDelivered time.Duration `koanf:"keep_delivered" min:"1h" max:"8760h"`
	// KeepFailed is how long dead letters, expired and cancelled notifications are listed, and their keys hold; 0 means 90
	// days.
	KeepFailed time.Duration `koanf:"keep_failed" min:"1h" max:"87600h"`
	// KeepTexts is how long the texts of what was not delivered are kept after its end, so that it can be tried again; 0
	// means 30 days.
	KeepTexts time.Duration `koanf:"keep_texts" min:"1h" max:"87600h"`
}

// workers is how many deliveries are begun at once. Most of them wait: for a connection, or for the commit that their
// group shares.
const workers = 128

// Service is the notification service. It may be used concurrently.
type Service struct {
	configuration Configuration
	queue         *queue
	waiters       waiters // of the queue
	commits       *group[change, accepted]
	pool          *pool
	flow          *flow
	breaker       *breaker
	clock         *databaseClock // nil where the database is embedded
	drain         *drain
	node          string // this process among those that deliver
	standby       *standby
	pulse         *pulse
	since         time.Time
	statistics    statistics
	buckets       *buckets
	troubles      troubles
	attempts      attempts
	headroom      headroom
	stranger      stranger
	chores        []*chore
	digests       *digests
	summedUp      time.Time           // when old statistics were; it is tend's
	attached      *semaphore.Weighted // bytes of attachments in memory
	retryAt       sync.Map            // by id: when an attempt that has just failed is repeated
	unread        sync.Map            // by id: a message that could not be read
	certificate   atomic.Pointer[x509.Certificate]
}

// New makes the service and its tables. It delivers after Start, and takes notifications before.
func New(ctx context.Context, configuration Configuration) (*Service, error) {
	s := &Service{configuration: withDefaults(configuration), node: rand.Text(), drain: newDrain(),
		attached: newAttachedBytes()}
	if err := s.readClock(ctx); err != nil {
		return nil, fmt.Errorf("notification service: the clock of the database cannot be read: %w", err)
	}
	s.since = s.clock.Now()
	rows := &pauseRow{db: s.configuration.Store.DB(), keeper: s.configuration.Keeper, logger: s.configuration.Logger}
	s.breaker = newBreaker(s.configuration.RetryAfter, rows, s.configuration.Logger)
	s.pool = newPool(s.configuration.Connections, s.configuration.MessagesPerConnection)
	s.pool.dial = s.open
	s.flow = newFlow(s.configuration.Limits, s.pool)
	s.breaker.clock, s.flow.clock, s.flow.node, s.flow.shared = s.clock, s.clock, s.node, s.clock != nil
	s.flow.notes = flowRow{s.configuration.Store.DB(), s.configuration.Store.Reader()}
	var err error
	if s.queue, err = openQueue(ctx, s); err != nil {
		return nil, fmt.Errorf("notification service: %w", err)
	}
	s.buckets = s.queue.buckets
	s.digests = &digests{db: configuration.Store.DB(), keeper: configuration.Keeper, logger: configuration.Logger}
	s.breaker.better, s.waiters = s.queue.bringBetterProbe, s.queue
	s.commits = newGroup(func(ctx context.Context, changes []change) ([]accepted, error) {
		s.headroom.use(len(changes))
		return s.queue.commit(ctx, changes)
	})
	s.pulse, s.chores = s.newPulse(), s.newChores()
	s.standby = &standby{
		claim: s.newClaim(), delay: s.configuration.StartDelay, logger: s.configuration.Logger,
		barred: s.barred, adopt: s.adopt, begin: s.begin, halt: s.halt, tend: s.tend,
	}
	return s, nil
}

func withDefaults(c Configuration) Configuration {
	if c.Sealing == nil {
		c.Sealing = &secret.Sealing{}
	}
	if c.Connections <= 0 {
		c.Connections = 4
	}
	if c.MessagesPerConnection <= 0 {
		c.MessagesPerConnection = 100
	}
	if c.RetryAfter <= 0 {
		c.RetryAfter = 30 * time.Second
	}
	if c.KeepDelivered <= 0 {
		c.KeepDelivered = 7 * 24 * time.Hour
	}
	if c.KeepFailed <= 0 {
		c.KeepFailed = 90 * 24 * time.Hour
	}
	if c.KeepTexts <= 0 {
		c.KeepTexts = 30 * 24 * time.Hour
	}
	if c.DrainLimit <= 0 {
		c.DrainLimit = defaultDrainLimit
	}
	if c.RestoreMargin == 0 {
		c.RestoreMargin = defaultRestoreMargin
	}
	return c
}

// newClaim returns the claim to the database.
func (s *Service) newClaim() claim {
	if s.configuration.Store.Pool() == nil {
		return &fileClaim{path: s.configuration.LockFile, me: thisProcess(s.node, time.Now())}
	}
	return &nodeClaim{
		db: s.configuration.Store.DB(), me: thisProcess(s.node, s.clock.Now()), logger: s.configuration.Logger,
		lockPath: s.configuration.LockFile,
		rescue: func(ctx context.Context, silent time.Duration) error {
			return s.queue.recover(ctx, s.queue.silentOwner(silent), s.abandoned)
		},
	}
}

// Start begins to deliver after the StartDelay, as soon as no other process delivers from the same embedded database.
// It returns soon: the page is served meanwhile, and what is in the way now is tried again.
func (s *Service) Start(ctx context.Context) {
	s.headroom.begin()
	s.standby.start(ctx)
}

// begin starts to deliver.
func (s *Service) begin(ctx context.Context) error {
	if s.drain.stopping() {
		return errStopping
	}
	if err := s.lookAfter(ctx); err != nil {
		return err
	}
	if err := s.breaker.sync(ctx); err != nil { // Before the first delivery.
		return fmt.Errorf("the pause cannot be read: %w", err)
	}
	if err := s.queue.client.Start(ctx); err != nil {
		return fmt.Errorf("the queue does not start: %w", err)
	}
	return nil
}

// adopt looks after what other processes have left, where this one may deliver.
func (s *Service) adopt(ctx context.Context) error {
	if err := s.barred(ctx); err != nil {
		return err
	}
	return s.lookAfter(ctx)
}

// lookAfter takes over what other processes have left. Where nobody else delivers, what is marked as being delivered
// belongs to a process that has died; and what waits in a database that was not in use is held, which what is accepted
// from now on is not.
func (s *Service) lookAfter(ctx context.Context) error {
	if s.configuration.Store.Pool() == nil {
		if err := errors.Join(s.queue.recover(ctx, anyOwner, s.abandoned), s.queue.clearLeader(ctx)); err != nil {
			return fmt.Errorf("what was under way cannot be taken over: %w", err)
		}
	} else if err := s.queue.dismissLeader(ctx); err != nil {
		return fmt.Errorf("an older version cannot be kept from leading: %w", err)
	}
	if err := s.pulse.beat(ctx); err != nil && !errors.Is(err, errHolding) {
		return fmt.Errorf("when the database was last used cannot be told: %w", err)
	} else if err != nil {
		return err
	}
	return nil
}

// barred is why no process of this version may deliver, since it was started perhaps: the database was moved, or
// brought to another format. That it cannot be read at the moment is no reason.
func (s *Service) barred(ctx context.Context) error {
	var moved *store.MovedError
	var format *store.FormatError
	if err := s.configuration.Store.Moved(ctx); errors.As(err, &moved) {
		return err
	}
	if err := s.configuration.Store.CheckFormat(ctx); errors.As(err, &format) {
		return err
	}
	return nil
}

// haltLimit is how long deliveries may take when another process has taken the claim.
const haltLimit = 5 * time.Second

func (s *Service) halt() error {
	ctx, cancel := context.WithTimeout(context.Background(), haltLimit)
	defer cancel()
	return s.queue.client.StopAndCancel(ctx)
}

// tend keeps up with the other processes. Where the database is away it tries no more than one thing of it.
func (s *Service) tend(ctx context.Context) {
	for _, one := range []struct {
		failed string
		do     func(context.Context) error
	}{
		{"the pause of the deliveries could not be read", s.breaker.sync},
		{"the counts of notifications could not be summed up", s.queue.sumCounts},
		{"that the database is in use could not be noted", s.pulse.beat},
		{"statistics could not be written down", s.count},
		{"what was learned of the server could not be written down", s.flow.tend},
	} {
		err := one.do(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.troubles.note(s.configuration.Logger, one.failed, err); s.isAway(err) {
			return
		}
	}
	if s.pool.opensWithOthers(func() (string, bool) { return s.latest(ctx) }) {
		s.SettingsChanged(ctx)
	}
	s.lookForStranger(ctx)
	s.tendChores()
}

// count writes the statistics down, and sums old ones up now and then.
func (s *Service) count(ctx context.Context) error {
	err := s.buckets.flush(ctx)
	if now := s.clock.Now(); err == nil && now.Sub(s.summedUp) >= sumUpInterval {
		s.summedUp = now
		err = s.buckets.sumUp(ctx, now)
	}
	return err
}

const sumUpInterval = 10 * time.Minute

// latestLimit bounds how long the settings are looked at while a connection is being opened: the claim has to be kept.
const latestLimit = time.Second

// latest is the version of the settings that are saved now, by whichever process; empty when there are none to deliver
// with.
func (s *Service) latest(ctx context.Context) (version string, known bool) {
	ctx, cancel := context.WithTimeout(ctx, latestLimit)
	defer cancel()
	delivery, missing, err := s.configuration.Delivery(ctx)
	if missing != nil {
		return "", true
	}
	return delivery.Version, err == nil
}

// closeLimit is how long Close waits for what Drain has not waited for. The host gives a plugin two seconds to end.
const closeLimit = 1500 * time.Millisecond

// Close stops delivering. What Drain was not called for is finished if it can be soon, and tried again by the next
// process otherwise.
func (s *Service) Close() error {
	var err error
	s.drain.begin()
	if s.standby.stop() {
		s.breaker.stop()
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		if err = s.queue.client.Stop(ctx); err != nil {
			ctx, cancel := context.WithTimeout(context.Background(), closeLimit/3)
			defer cancel()
			err = s.queue.client.StopAndCancel(ctx)
		}
	}
	s.pool.close()
	s.commits.close()
	s.headroom.end()
	s.flush()
	s.standby.release()
	return errors.Join(err, s.queue.texts.Close())
}

// flush writes down what is left of the statistics, and what was learned.
func (s *Service) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if err := s.buckets.flush(ctx); err != nil {
		s.configuration.Logger.Warn("statistics could not be written down", "error", err)
	}
	if err := s.flow.keep(ctx, true); err != nil {
		s.configuration.Logger.Warn("what was learned of the server could not be written down", "error", err)
	}
}

// SettingsChanged has waiting deliveries tried at once with the new settings.
func (s *Service) SettingsChanged(ctx context.Context) {
	s.endPause(ctx)
	s.pool.supersede()
	if err := s.queue.wake(ctx); err != nil {
		s.configuration.Logger.Warn("waiting notifications could not be woken", "error", err)
	}
}

// endPause ends a pause that was for other settings than those that are saved now, and forgets what was known with
// them.
func (s *Service) endPause(ctx context.Context) {
	if err := s.breaker.sync(ctx); err != nil {
		s.configuration.Logger.Warn("the pause of the deliveries could not be read", "error", err)
	}
	delivery, missing, err := s.configuration.Delivery(ctx)
	paused := s.breaker.current().Cause != nil
	if err == nil && missing == nil && (!paused || s.breaker.openFor(delivery.Version, true)) {
		s.breaker.reset(ctx)
	}
}
