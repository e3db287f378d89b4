package notify

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// countingClient counts the transactions, and holds the first one until it is let go.
type countingClient struct {
	client
	mu           sync.Mutex
	transactions int
	begun, let   chan struct{}
}

func (c *countingClient) together(ctx context.Context, do func(transaction) error) error {
	c.mu.Lock()
	c.transactions++
	first := c.transactions == 1
	c.mu.Unlock()
	if first {
		close(c.begun)
		<-c.let
	}
	return c.client.together(ctx, do)
}

// testOneCommitter has notifications accepted, deliveries completed and a last byte noted while one commit is under
// way: one transaction serves all of them.
func testOneCommitter(t *testing.T, database *store.Store) {
	s := newService(t, database)
	jobs := underWay(t, s, "process", "delivered", "delivered too", "sent")
	counting := &countingClient{client: s.queue.client, begun: make(chan struct{}), let: make(chan struct{})}
	s.queue.client = counting
	var all sync.WaitGroup
	accept := func(subject, key string) {
		taken, err := s.take(t.Context(), []outgoing{{Key: key, To: "you@example.com", Subject: subject}})
		if err != nil || taken[0].id == 0 {
			t.Errorf("%s: %v, %v", key, taken, err)
		}
	}
	all.Go(func() { accept("", "first") })
	<-counting.begun
	wanted := 0
	for i := range 20 {
		all.Go(func() { accept("", fmt.Sprint("new ", i)) })
		wanted++
	}
	for _, key := range []string{"delivered", "delivered too"} {
		all.Go(func() {
			if err := s.completed(t.Context(), jobs[key].ID, deliveredNote{Reply: "250 2.0.0 queued as 4711"}); err != nil {
				t.Error(err)
			}
		})
		wanted++
	}
	all.Go(func() {
		if err := s.marked(t.Context(), jobs["sent"].ID); err != nil {
			t.Error(err)
		}
	})
	for len(s.commits.wants) < wanted+1 { // They wait behind the commit that is held.
		select {
		case <-t.Context().Done():
			t.Fatal("they do not wait")
		default:
			runtime.Gosched()
		}
	}
	close(counting.let)
	all.Wait()
	if counting.transactions > 2 {
		t.Errorf("%d transactions for what waited during one", counting.transactions)
	}
	checkCommitted(t, s, jobs)
}

func checkCommitted(t *testing.T, s *Service, jobs map[string]*rivertype.JobRow) {
	t.Helper()
	for key, want := range map[string]rivertype.JobState{
		"delivered": rivertype.JobStateCompleted, "delivered too": rivertype.JobStateCompleted,
		"sent": rivertype.JobStateRunning,
	} {
		job := jobOf(t, s, jobs[key].ID)
		if job.State != want || strings.Contains(string(job.Metadata), "last_byte") != (key == "sent") {
			t.Errorf("%s is %s, with %s", key, job.State, job.Metadata)
		}
	}
}
