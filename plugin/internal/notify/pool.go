package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// pool keeps connections to the server open between messages. A connection belongs to the version of the settings that
// it was opened with: after a save the next message gets a new one. There are never more than the limit, those that are
// idle, being opened or being closed included: providers count them all.
type pool struct {
	turns  *turns // of deliveries that have, or open, a connection
	places *turns // of connections that the server may know of
	longer int    // messages for each connection
	// longest is another limit of messages for each connection, which may change; 0 is none.
	longest func() int
	// opening lets one connection be opened at a time: when the login is refused, it is refused once.
	opening chan struct{}
	// dial is smtpconn.Open, and hangUp ends a connection, politely or at once.
	dial   func(context.Context, smtpconn.Target, *smtpconn.Trace) (*smtpconn.Conn, error)
	hangUp func(conn *smtpconn.Conn, politely bool)

	mu     sync.Mutex
	saved  chan struct{} // closed, and replaced, when other settings are saved
	opens  string        // the version of the settings with which a connection is being opened; empty when none is
	idle   []*pooled
	reaper *time.Timer
	closed bool
}

// pooled is a connection and what it has been used for.
type pooled struct {
	conn     *smtpconn.Conn
	version  string
	messages int
	domains  map[string]bool // of recipients; nil where they are not limited
	since    time.Time       // when it became idle
	idle     time.Duration   // how long it had been when it was taken
}

// idleLimit is how long a connection stays open without a message. Servers close theirs after a few minutes; many
// providers allow only a few connections at a time.
const idleLimit = 15 * time.Second

func newPool(connections, messages int) *pool {
	return &pool{
		turns: &turns{most: connections}, places: &turns{most: connections}, longer: messages,
		longest: func() int { return 0 }, opening: make(chan struct{}, 1), dial: smtpconn.Open, hangUp: hangUp,
		saved: make(chan struct{}),
	}
}

func hangUp(conn *smtpconn.Conn, politely bool) {
	if politely {
		conn.Leave(context.Background())
		return
	}
	conn.Close()
}

// errHeldBack means that the server was found away, or refusing, while the delivery waited for a connection.
var errHeldBack = errors.New("held back")

// wanted is what a delivery wants of a connection.
type wanted struct {
	Delivery
	place  place
	domain string // of the recipient
}

// get returns a connection for the delivery when its turn has come; reused tells whether it has been idle, in which
// case the server may have closed it meanwhile. put or drop must follow.
func (p *pool) get(
	ctx context.Context, want wanted, fresh bool, opening opening,
) (connection *pooled, reused bool, err error) {
	if err := p.turns.take(ctx, want.place); err != nil {
		return nil, false, err
	}
	connection, reused, err = p.connect(ctx, want, fresh, opening)
	if err != nil {
		p.turns.give()
	}
	return connection, reused, err
}

func (p *pool) connect(
	ctx context.Context, want wanted, fresh bool, opening opening,
) (connection *pooled, reused bool, err error) {
	if opening.pace != nil {
		if err := opening.pace(ctx); err != nil {
			return nil, false, err
		}
	}
	if !fresh {
		if found := p.takeIdle(want.Version, want.domain); found != nil {
			return found, true, nil
		}
	}
	conn, err := p.open(ctx, want.Delivery, opening)
	if err != nil {
		return nil, false, err
	}
	one := &pooled{conn: conn, version: want.Version}
	if conn.Session().Limit("RCPTDOMAINMAX") > 0 {
		one.domains = map[string]bool{want.domain: true}
	}
	return one, false, nil
}

// takes reports whether a message to the domain may go over the connection.
func (o *pooled) takes(domain string) bool {
	return o.domains == nil || o.domains[domain] || len(o.domains) < o.conn.Session().Limit("RCPTDOMAINMAX")
}

func (p *pool) open(ctx context.Context, delivery Delivery, opening opening) (*smtpconn.Conn, error) {
	select {
	case p.opening <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.opening }()
	select {
	case <-opening.saved:
		return nil, errSuperseded
	default:
	}
	if !opening.allowed() {
		return nil, errHeldBack
	}
	if err := p.takePlace(ctx); err != nil {
		return nil, err
	}
	p.setOpens(delivery.Version)
	conn, err := p.watch(ctx, delivery.Target, opening)
	p.setOpens("")
	if err != nil {
		p.places.give()
	}
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, errSuperseded):
		return nil, err
	case !errors.Is(ctx.Err(), context.Canceled):
		opening.failed(err)
	}
	if ctx.Err() != nil {
		err = ctx.Err() // The pause has its reason; the attempt only ran out of time.
	}
	return nil, err
}

// takePlace makes sure that another connection may be opened: an idle one has to go for it, unless one is going
// already.
func (p *pool) takePlace(ctx context.Context) error {
	if p.places.tryTake() {
		return nil
	}
	if oldest := p.takeOldest(); oldest != nil {
		go p.leave(oldest)
	}
	return p.places.take(ctx, place{})
}

// limit changes how many connections may be open. What is idle and too much is closed.
func (p *pool) limit(connections int) {
	p.turns.limit(connections)
	p.places.limit(connections)
	_, tooMany, _ := p.places.counts()
	for range tooMany {
		if oldest := p.takeOldest(); oldest != nil {
			go p.leave(oldest)
		}
	}
}

// others is how many connections are open, or being opened or closed.
func (p *pool) others() int {
	open, _, _ := p.places.counts()
	return open
}

func (p *pool) takeOldest() *pooled {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	oldest := p.idle[0]
	p.idle = p.idle[1:]
	return oldest
}

func (p *pool) setOpens(version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opens = version
}

// opensWithOthers reports whether a connection is being opened with settings of another version than the latest one.
func (p *pool) opensWithOthers(latest func() (version string, known bool)) bool {
	p.mu.Lock()
	opens := p.opens
	p.mu.Unlock()
	if opens == "" {
		return false
	}
	version, known := latest()
	return known && version != opens
}

// settings returns a channel that is closed when other settings are saved than those that are read after the call.
func (p *pool) settings() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saved
}

// supersede gives up what is opened, or waits to be, with settings that are no longer the latest.
func (p *pool) supersede() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.saved)
	p.saved = make(chan struct{})
}

// takeIdle returns the connection that was idle for the shortest time, of those that may take a message to the domain,
// and closes those of other versions.
func (p *pool) takeIdle(version, domain string) *pooled {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		one := p.idle[i]
		one.idle = time.Since(one.since)
		current := one.version == version && one.idle < idleLimit
		if current && !one.takes(domain) {
			continue
		}
		p.idle = slices.Delete(p.idle, i, i+1)
		if current {
			if one.domains != nil {
				one.domains[domain] = true
			}
			return one
		}
		go p.leave(one)
	}
	return nil
}

// put gives back a connection that can be used again.
func (p *pool) put(one *pooled) {
	defer p.turns.give()
	one.since = time.Now()
	one.conn.Session().RestartTranscript()
	worn := p.worn(one)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || worn {
		go p.leave(one)
		return
	}
	p.idle = append(p.idle, one)
	if p.reaper == nil {
		p.reaper = time.AfterFunc(idleLimit, p.reap)
	}
}

// worn reports whether a connection is to be closed: it has taken as many messages as it may, or there are too many.
func (p *pool) worn(one *pooled) bool {
	for _, most := range []int{p.longer, p.longest(), one.conn.Session().Limit("MAILMAX")} {
		if most > 0 && one.messages >= most {
			return true
		}
	}
	_, tooMany, _ := p.places.counts()
	return tooMany > 0
}

// drop gives back a connection that cannot be used any more.
func (p *pool) drop(one *pooled) {
	p.hangUp(one.conn, false)
	p.places.give()
	p.turns.give()
}

// reap closes what has been idle for too long.
func (p *pool) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var kept []*pooled
	for _, one := range p.idle {
		if time.Since(one.since) >= idleLimit {
			go p.leave(one)
			continue
		}
		kept = append(kept, one)
	}
	p.idle, p.reaper = kept, nil
	if len(kept) > 0 && !p.closed {
		p.reaper = time.AfterFunc(idleLimit, p.reap)
	}
}

// leave ends a connection politely, and gives its place up.
func (p *pool) leave(one *pooled) {
	p.hangUp(one.conn, true)
	p.places.give()
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.reaper != nil {
		p.reaper.Stop()
	}
	for _, one := range p.idle {
		p.leave(one)
	}
	p.idle = nil
}
