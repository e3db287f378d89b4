// Package notify is the notification service: it takes notifications, keeps them until they are delivered with the saved
// settings, and gives up with a reason in plain words where that cannot be.
//
// A notification is one row of River's job table, in the same database as the settings. Accepting is committed before the
// receipt is given, and a delivery is committed right after the server's final reply; both are committed in groups, so that
// many share one flush to the disk. What a killed process leaves unfinished is done again by the next one.
//
// A refusal that concerns one message is a failed attempt or a dead letter. A refusal that concerns all of them, a server
// that is away or a login that is refused, pauses the service instead: see [gate].
package notify

import (
	"context"
	"fmt"
	"net/mail"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/plugin/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Delivery is how mail is delivered: the saved settings.
type Delivery struct {
	// Version differs when anything of the settings does.
	Version     uint64
	Target      smtpconn.Target
	From        mail.Address
	SenderField string
}

// Configuration is what the service works with.
type Configuration struct {
	Store  *store.Store
	Keeper *secret.Keeper
	Logger hclog.Logger
	// Sealing is held from sealing a message to committing it; nil where nobody turns to another key.
	Sealing sync.Locker
	// Delivery returns the settings in force, or the reason why there are none to deliver with.
	Delivery func(context.Context) (Delivery, *shared.Diagnostic, error)
	// Connections is how many connections to the server are open at once; 0 means 4.
	Connections int
	// MessagesPerConnection is after how many messages a connection is closed; 0 means 100.
	MessagesPerConnection int
	// MessagesPerMinute limits the rate; 0 means no limit.
	MessagesPerMinute int
	// RetryAfter is how long a message waits after its first temporary refusal; each further one doubles it, up to an hour.
	// 0 means 30 s. The pauses of the whole service are made from it as well.
	RetryAfter time.Duration
	// AttemptLimit is how long one attempt may take where several processes deliver from one database, and RescueAfter
	// when a job is taken over from a process that has died; it must be longer. 0 means 5 min and 6 min.
	AttemptLimit, RescueAfter time.Duration
	// LockFile keeps two processes from delivering from one embedded database; empty where several may deliver.
	LockFile string
}

// workers is how many deliveries are begun at once. Most of them wait: for a connection, or for the commit that their
// group shares.
const workers = 128

// Service is the notification service. It may be used concurrently.
type Service struct {
	configuration Configuration
	queue         *queue
	accept        *group[outgoing, accepted]
	complete      *group[int64, struct{}]
	pool          *pool
	gate          *gate
	lock          *fileLock // held by the process that delivers
	since         time.Time
	delivering    atomic.Bool
	started       chan struct{} // closed once the queue is started; nil where this process does not deliver
	statistics    statistics
	attempts      attempts
}

// New makes the service and its tables. It delivers after Start, and takes notifications before.
func New(ctx context.Context, configuration Configuration) (*Service, error) {
	s := &Service{configuration: withDefaults(configuration), since: time.Now()}
	s.gate = newGate(s.configuration.RetryAfter)
	s.pool = newPool(s.configuration.Connections, s.configuration.MessagesPerConnection)
	var err error
	if s.queue, err = openQueue(ctx, s); err != nil {
		return nil, fmt.Errorf("notification service: %w", err)
	}
	s.accept = newGroup(s.queue.insert)
	s.complete = newGroup(s.queue.complete)
	return s, nil
}

func withDefaults(c Configuration) Configuration {
	if c.Sealing == nil {
		c.Sealing = new(sync.RWMutex).RLocker()
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
	if c.AttemptLimit <= 0 {
		c.AttemptLimit = 5 * time.Minute
	}
	if c.RescueAfter <= c.AttemptLimit {
		c.RescueAfter = c.AttemptLimit + max(c.AttemptLimit/5, time.Second)
	}
	return c
}

// Start begins to deliver, unless another process delivers from the same embedded database.
func (s *Service) Start(ctx context.Context) error {
	if s.configuration.LockFile != "" {
		lock, err := lockFile(s.configuration.LockFile)
		if err != nil {
			return err
		}
		if lock == nil {
			s.configuration.Logger.Info("another process delivers the notifications of this database")
			return nil
		}
		s.lock = lock
		// Nobody else delivers from here, so what is marked as being delivered belongs to a process that has died.
		if err := s.queue.recoverRunning(ctx); err != nil {
			return err
		}
	}
	s.delivering.Store(true)
	s.started = make(chan struct{})
	go s.startQueue(context.WithoutCancel(ctx)) // The page is served meanwhile, and the service outlives the call.
	return nil
}

func (s *Service) startQueue(ctx context.Context) {
	defer close(s.started)
	if err := s.queue.client.Start(ctx); err != nil {
		s.delivering.Store(false)
		s.configuration.Logger.Error("the notification service does not deliver; restart the plugin", "error", err)
	}
}

// drainLimit is how long deliveries that are under way may take when the service stops. The host gives a plugin two
// seconds to end.
const drainLimit = 1500 * time.Millisecond

// Close stops delivering: what is under way is finished if it can be soon, and tried again by the next process otherwise.
func (s *Service) Close() error {
	if s.started != nil {
		<-s.started
	}
	var err error
	if s.delivering.Swap(false) {
		s.gate.close()
		ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
		defer cancel()
		if err = s.queue.client.Stop(ctx); err != nil {
			ctx, cancel := context.WithTimeout(context.Background(), drainLimit/3)
			defer cancel()
			err = s.queue.client.StopAndCancel(ctx)
		}
	}
	s.pool.close()
	s.accept.close()
	s.complete.close()
	if s.lock != nil {
		s.lock.release()
	}
	return err
}

// SettingsChanged has waiting deliveries tried at once with the new settings.
func (s *Service) SettingsChanged(ctx context.Context) {
	s.gate.reset()
	s.pool.supersede()
	if err := s.queue.wake(ctx); err != nil {
		s.configuration.Logger.Warn("waiting notifications could not be woken", "error", err)
	}
}
