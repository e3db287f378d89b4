package notify

import (
	"context"
	"net/mail"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

func init() { databaseTests["what was learned of a server"] = testLearnedOfServer }

// testLearnedOfServer has a server allow one connection, and so many messages over it: who begins after a restart, or
// beside, does not find that out anew. Another server, or settings that were saved since, begin with all again.
func testLearnedOfServer(t *testing.T, database *store.Store) {
	delivery := Delivery{Version: "1", Revision: 3, From: mail.Address{Address: "me@example.com"},
		Target: smtpconn.Target{Host: "mail.example", Port: 587, Login: "me"}}
	follow := func(s *Service, one Delivery) (connections, messages int) {
		t.Helper()
		if err := s.flow.follow(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		return s.pool.turns.most, s.pool.longest()
	}
	s, beside := newService(t, database), newService(t, database)
	follow(beside, delivery)
	if connections, messages := follow(s, delivery); connections != 4 || messages != 100 {
		t.Fatalf("it begins with %d connections and %d messages over each", connections, messages)
	}
	s.flow.crowded(policy.Rejection{Excess: policy.TooManyConnections, Stage: policy.Opening, Others: 1,
		Began: s.clock.Now()})
	s.flow.ended(10)
	s.flow.ended(10)
	s.tend(t.Context())
	again := newService(t, database)
	if connections, messages := follow(again, delivery); connections != 1 || messages != 10 {
		t.Errorf("after a restart it begins with %d connections and %d messages over each", connections, messages)
	}
	beside.tend(t.Context())
	if connections := beside.pool.turns.most; database.Pool() != nil && connections != 1 {
		t.Errorf("another process goes on with %d connections", connections)
	}
	other, saved, moved := delivery, delivery, delivery
	other.Version, other.Target.Login = "2", "you"
	saved.Version, saved.Revision = "3", 4
	moved.Version, moved.Target.Host = "4", "other.example"
	for name, one := range map[string]Delivery{"login": other, "revision": saved, "server": moved} {
		if connections, messages := follow(newService(t, database), one); connections != 4 || messages != 100 {
			t.Errorf("another %s begins with %d connections and %d messages over each", name, connections, messages)
		}
	}
	renamed := delivery
	renamed.Version = "5" // The same server with another password.
	if connections, _ := follow(again, renamed); connections != 1 {
		t.Errorf("with another password it begins with %d connections", connections)
	}
	execute(t, database, "UPDATE database_state SET document = '{\"revision\": \"x' WHERE name = 'flow'")
	if connections, _ := follow(newService(t, database), delivery); connections != 4 {
		t.Errorf("what cannot be understood leads to %d connections", connections)
	}
}

// TestFlowIsKeptSeldom holds that what goes on all the time is not written down all the time.
func TestFlowIsKeptSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes := &countedNotes{}
		f := newFlow(Limits{Connections: 4, MessagesPerConnection: 100}, newPool(4, 100))
		f.notes = notes
		if err := f.follow(t.Context(), Delivery{Version: "1"}); err != nil {
			t.Fatal(err)
		}
		keep := func(ends bool, want int, when string) {
			t.Helper()
			if err := f.keep(t.Context(), ends); err != nil || notes.written != want {
				t.Errorf("%s it was written down %d times, not %d, %v", when, notes.written, want, err)
			}
		}
		keep(true, 0, "before anything is known")
		for second := range 60 {
			time.Sleep(time.Second)
			f.now.Send(time.Now())
			keep(false, 1+second/10, "while messages are sent")
		}
		f.crowded(policy.Rejection{Excess: policy.TooManyConnections, Stage: policy.Opening, Others: 1, Began: time.Now()})
		keep(false, 7, "when the server takes less")
		keep(true, 7, "at the end, where all is written,")
		time.Sleep(time.Second)
		f.now.Send(time.Now())
		keep(true, 8, "at the end")
	})
}

// slowNotes are those of a database that does not answer until it is let.
type slowNotes struct {
	countedNotes
	asked, answers chan struct{}
}

func (n *slowNotes) read(ctx context.Context) (flowNote, error) {
	n.asked <- struct{}{}
	<-n.answers
	return n.countedNotes.read(ctx)
}

// TestFollowsBeside holds that those who deliver do not wait for what another one reads.
func TestFollowsBeside(t *testing.T) {
	f := newFlow(Limits{Connections: 4, MessagesPerConnection: 100}, newPool(4, 100))
	notes := &slowNotes{asked: make(chan struct{}), answers: make(chan struct{})}
	f.notes = notes
	followed := make(chan error, 2)
	for range 2 {
		go func() { followed <- f.follow(t.Context(), Delivery{Version: "1"}) }()
		<-notes.asked
		if !f.mu.TryLock() {
			t.Fatal("all wait for the database")
		}
		f.mu.Unlock()
	}
	notes.answers <- struct{}{}
	if err := <-followed; err != nil {
		t.Fatal(err)
	}
	known := f.now
	notes.answers <- struct{}{}
	if err := <-followed; err != nil || f.now != known {
		t.Errorf("what was found out meanwhile is forgotten, or %v", err)
	}
}

// countedNotes counts how often something is written down.
type countedNotes struct {
	kept    flowNote
	written int
}

func (n *countedNotes) read(context.Context) (flowNote, error) { return n.kept, nil }

func (n *countedNotes) write(_ context.Context, note flowNote) error {
	n.kept, n.written = note, n.written+1
	return nil
}

// TestRefusalAtTheEnd has a process end during a pause for the rate: how long the pause has been is told, so that one
// that begins much later does not take all that time for how long the server refuses, and does where others send, too.
func TestRefusalAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes := &countedNotes{}
		begin := func(shared bool) *flow {
			f := newFlow(Limits{Connections: 4, MessagesPerConnection: 100}, newPool(4, 100))
			f.notes, f.shared = notes, shared
			if err := f.follow(t.Context(), Delivery{Version: "1"}); err != nil {
				t.Fatal(err)
			}
			return f
		}
		refused := func(f *flow) bool { return !f.now.Learned(time.Now()).Refused.IsZero() }
		f := begin(false)
		time.Sleep(time.Second)
		f.tooFast(policy.Rejection{Excess: policy.TooFast, Stage: policy.Sender, Began: time.Now()})
		if err := f.tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := f.keep(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if !refused(begin(false)) || refused(begin(true)) {
			t.Error("it is not measured on after a restart, or is where others send")
		}
		time.Sleep(time.Minute)
		if refused(begin(false)) {
			t.Error("a minute later it is measured on")
		}
	})
}
