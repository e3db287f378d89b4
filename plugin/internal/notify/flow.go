package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// flow keeps the policy's Flow for the settings that are delivered with, and has the pool follow it. It may be used
// concurrently.
type flow struct {
	limits Limits
	pool   *pool
	clock  *databaseClock
	node   string
	notes  flowNotes // nil keeps nothing
	shared bool      // other processes deliver at the same time

	mu      sync.Mutex
	now     *policy.Flow
	version string // of the settings
	note    flowNote
	written policy.Learned // what the database has
	heeded  time.Time      // when another process knew what was taken over last
}

func newFlow(limits Limits, pool *pool) *flow {
	f := &flow{limits: limits, pool: pool, now: policy.NewFlow(policy.Bounds{Connections: limits.Connections})}
	pool.longest = f.messagesPerConnection
	return f
}

// follow begins anew where the settings are others: it may be another server. What is known of the same one is read.
func (f *flow) follow(ctx context.Context, delivery Delivery) error {
	if f.follows(delivery) {
		return nil
	}
	note, known := newFlowNote(delivery, f.node), flowNote{}
	if f.notes != nil { // It may take long, and others deliver meanwhile.
		var err error
		if known, err = f.notes.read(ctx); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.version == delivery.Version {
		return nil
	}
	bounds := policy.Bounds{Connections: f.limits.Connections, MessagesPerConnection: f.limits.MessagesPerConnection}
	connections, messages := provider.Limits(delivery.Target.Host)
	if connections > 0 {
		bounds.Connections = min(bounds.Connections, connections)
	}
	bounds.MessagesPerMinute = messages
	f.now, f.version, f.note, f.written = policy.NewFlow(bounds), delivery.Version, note, policy.Learned{}
	if f.shared { // Others may have sent meanwhile, or measure it themselves.
		known.Refused = time.Time{}
	}
	if known.sameServer(note) {
		f.now.Resume(f.clock.Now(), known.Learned)
		f.written, f.heeded = known.Learned, known.At
	}
	f.pool.limit(f.now.Connections())
	return nil
}

func (f *flow) follows(delivery Delivery) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version == delivery.Version
}

func (f *flow) messagesPerConnection() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now.MessagesPerConnection(f.clock.Now())
}

// lookAgain is how often a message that waits for the rate sees whether it is to wait at all.
const lookAgain = time.Second

// pace waits until the next message may go, as long as goOn says so.
func (f *flow) pace(ctx context.Context, goOn func() error) error {
	for {
		f.mu.Lock()
		now := f.clock.Now()
		at := f.now.Ready(now)
		if !at.After(now) {
			f.now.Send(now)
		}
		f.mu.Unlock()
		if !at.After(now) {
			return nil
		}
		timer := time.NewTimer(min(at.Sub(now), lookAgain))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		if err := goOn(); err != nil {
			return err
		}
	}
}

// delivered is told of a message that the server has taken.
func (f *flow) delivered(began time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _, waiting := f.pool.turns.counts()
	f.now.Delivered(f.clock.Now(), began, waiting > 0)
	f.pool.limit(f.now.Connections())
}

// crowded reports whether fewer connections are the answer to a failure.
func (f *flow) crowded(r policy.Rejection) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	crowded := f.now.Crowded(f.clock.Now(), r)
	f.pool.limit(f.now.Connections())
	return crowded
}

// tooFast is told of a refusal that fewer connections are no answer to.
func (f *flow) tooFast(r policy.Rejection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.TooFast(f.clock.Now(), r)
}

// ended is told that the server has ended a connection that was in use, after so many messages.
func (f *flow) ended(messages int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Ended(f.clock.Now(), messages)
}

// excesses are the causes that say what there was too much of.
var excesses = map[string]policy.Excess{
	"too_many_connections": policy.TooManyConnections, "rate_limited": policy.TooFast,
	"sending_limit_reached": policy.Exhausted,
}

// rejection sums up a failure for the flow. It is false for one that says nothing about how much there was: only a
// reply that refuses all messages, and not for good, may.
func (u *underway) rejection(err error, cause finding.Finding, others, sent int) (policy.Rejection, bool) {
	var failure *smtpconn.Error
	if !errors.As(err, &failure) || failure.Reply == nil || failure.Sent || cause.Lasting == shared.LastingPermanent ||
		cause.Scope == shared.ScopeMessage || cause.Scope == shared.ScopeRecipient {
		return policy.Rejection{}, false
	}
	return policy.Rejection{
		Excess: excesses[cause.Code], Stage: stageOf(failure.Step), Began: u.permit.attempt.Began, Probe: u.permit.probe,
		Others: others, Sent: sent,
	}, true
}

// crowds reports whether the message is to go again when its turn comes, over fewer connections.
func (u *underway) crowds(err error, others, sent int) bool {
	rejection, says := u.rejection(err, u.explain(err), others, sent)
	if !says {
		return false
	}
	if u.service.flow.crowded(rejection) {
		return true
	}
	u.service.flow.tooFast(rejection)
	return false
}
