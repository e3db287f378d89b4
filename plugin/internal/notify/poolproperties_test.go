package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// countingServer counts its connections. It takes its time to open and to close them, and refuses some.
type countingServer struct {
	t      *testing.T
	limit  int
	random *rand.Rand

	mu      sync.Mutex
	version map[*smtpconn.Conn]string // of the settings that each was opened with
	used    map[*smtpconn.Conn]int    // messages
	inUse   map[*smtpconn.Conn]bool
	since   map[*smtpconn.Conn]time.Time // when it became idle
	dialing int
	most    int // connections at once
}

func newCountingServer(t *testing.T, limit int, seed uint64) *countingServer {
	return &countingServer{
		t: t, limit: limit, random: rand.New(rand.NewPCG(seed, 2)), version: map[*smtpconn.Conn]string{},
		used: map[*smtpconn.Conn]int{}, inUse: map[*smtpconn.Conn]bool{}, since: map[*smtpconn.Conn]time.Time{},
	}
}

func (s *countingServer) chance(most time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.random.Int64N(int64(most)))
}

func (s *countingServer) dial(ctx context.Context, target smtpconn.Target, _ *smtpconn.Trace) (*smtpconn.Conn, error) {
	s.mu.Lock()
	s.dialing++
	if s.dialing > 1 {
		s.t.Error("two connections are opened at once")
	}
	s.seeLimit()
	s.mu.Unlock()
	took := time.NewTimer(s.chance(time.Second))
	select {
	case <-took.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialing--
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if s.random.IntN(8) == 0 {
		return nil, errors.New("refused")
	}
	conn := &smtpconn.Conn{}
	s.version[conn] = target.Host
	return conn, nil
}

func (s *countingServer) seeLimit() {
	open := len(s.version) + s.dialing
	if s.most = max(s.most, open); open > s.limit {
		s.t.Errorf("%d connections are open, with a limit of %d", open, s.limit)
	}
}

func (s *countingServer) hangUp(conn *smtpconn.Conn, politely bool) {
	if politely {
		time.Sleep(s.chance(3 * time.Second))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.version[conn]; !open {
		s.t.Error("a connection is closed twice")
	}
	delete(s.version, conn)
}

// message has the connection used for one message.
func (s *countingServer) message(conn *smtpconn.Conn, version string, reused bool, longer int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.inUse[conn]:
		s.t.Error("two messages use one connection")
	case s.version[conn] != version:
		s.t.Errorf("a message of the settings %q gets a connection of %q", version, s.version[conn])
	case s.used[conn] >= longer:
		s.t.Error("a connection is used for too many messages")
	case reused != (s.used[conn] > 0):
		s.t.Errorf("after %d messages it is called reused: %t", s.used[conn], reused)
	case reused && time.Since(s.since[conn]) >= idleLimit:
		s.t.Errorf("it was idle for %s", time.Since(s.since[conn]))
	}
	s.used[conn]++
	s.inUse[conn] = true
}

func (s *countingServer) done(conn *smtpconn.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inUse[conn], s.since[conn] = false, time.Now()
}

// deliverOne is a delivery: as [Service.deliver], it tries another connection when the first one was stale.
func (s *countingServer) deliverOne(p *pool, longer int, version func() string) {
	for fresh := false; ; fresh = true {
		saved, now := p.settings(), version()
		opening := opening{allowed: func() bool { return true }, failed: func(error) {}, saved: saved}
		delivery := Delivery{Version: now, Target: smtpconn.Target{Host: now}}
		one, reused, err := p.get(s.t.Context(), wanted{Delivery: delivery}, fresh, opening)
		if err != nil {
			return
		}
		s.message(one.conn, now, reused, longer)
		time.Sleep(s.chance(2 * time.Second))
		s.done(one.conn)
		one.messages++
		if s.chance(10) > 2 {
			p.put(one)
			return
		}
		if p.drop(one); !reused {
			return
		}
	}
}

// TestPoolProperties has many deliveries share a pool while settings are saved, connections go stale and the server
// refuses some: there are never more connections than the limit, whatever becomes of them, each is used by one message
// at a time, not for too many, with the settings that it was opened with, and in the end all are closed.
func TestPoolProperties(t *testing.T) {
	for seed := range seeds(30, 2000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limit, longer := 1+int(seed%4), 1+int(seed%7)
				server := newCountingServer(t, limit, seed)
				p := newPool(limit, longer)
				p.dial, p.hangUp = server.dial, server.hangUp
				var saves sync.Mutex
				version := 1
				latest := func() string {
					saves.Lock()
					defer saves.Unlock()
					return fmt.Sprint(version)
				}
				var all sync.WaitGroup
				for range 8 {
					all.Go(func() {
						for range 40 {
							server.deliverOne(p, longer, latest)
							time.Sleep(server.chance(4 * time.Second))
							if server.chance(20) == 0 {
								time.Sleep(idleLimit) // Some connections are idle for too long.
							}
						}
					})
				}
				all.Go(func() {
					for range 10 {
						time.Sleep(server.chance(20 * time.Second))
						saves.Lock()
						version++
						saves.Unlock()
						p.supersede()
					}
				})
				all.Wait()
				p.close()
				time.Sleep(time.Minute)
				server.mu.Lock()
				defer server.mu.Unlock()
				if server.most != limit || len(server.version) != 0 || taken(p.places) != 0 || taken(p.turns) != 0 {
					t.Errorf("%d connections at most, with a limit of %d; %d are open at the end, %d places and %d slots taken",
						server.most, limit, len(server.version), taken(p.places), taken(p.turns))
				}
			})
		})
	}
}

// TestPoolClosesWhatIsIdle holds that a connection without messages is closed when its time has passed, and not before.
func TestPoolClosesWhatIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var closed sync.Map // when each was closed
		p := newPool(3, 100)
		p.dial = works
		p.hangUp = func(conn *smtpconn.Conn, _ bool) { closed.Store(conn, time.Now()) }
		idle := map[*smtpconn.Conn]time.Time{}
		var taken []*pooled
		for range 3 {
			one, _, err := p.get(t.Context(), wanted{Delivery: Delivery{Version: "1"}}, false, reports(new([]error)))
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, one)
		}
		for _, one := range taken {
			p.put(one)
			idle[one.conn] = time.Now()
			time.Sleep(4 * time.Second)
		}
		time.Sleep(3 * idleLimit)
		for conn, since := range idle {
			at, found := closed.Load(conn)
			if !found {
				t.Error("a connection is not closed")
				continue
			}
			if age := at.(time.Time).Sub(since); age < idleLimit || age >= 2*idleLimit {
				t.Errorf("closed after %s", age)
			}
		}
	})
}

func taken(all *turns) int {
	taken, _, _ := all.counts()
	return taken
}
