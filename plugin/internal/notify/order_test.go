package notify

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

func init() { databaseTests["order"] = testOrder }

// testOrder has the first notifications that were accepted go back in every way in which no attempt took place: they
// are sent before what was accepted later.
func testOrder(t *testing.T, database *store.Store) {
	s := newService(t, database)
	var keys []string
	ids := map[string]int64{}
	add := func(key string) {
		keys, ids[key] = append(keys, key), insertOne(t, s, key)
	}
	ways := []string{"paused", "killed", "cut off", "for the server", "given back"}
	for _, key := range ways {
		add(key)
	}
	worked, killed := make(chan string, 100), make(chan struct{})
	first := startWorker(t, s, s.node, backInAllWays(s, worked, killed), ways...)
	for range ways { // What goes back to its place is taken again before what comes later.
		<-worked
	}
	for range 5 {
		add(fmt.Sprint("later ", len(keys)))
	}
	close(killed)
	stopWorker(t, first)
	if job := jobOf(t, s, ids["killed"]); job.State != rivertype.JobStateRunning {
		t.Fatalf("the one that was killed is %s", job.State)
	}
	for _, do := range []func() error{
		func() error { return s.queue.recover(t.Context(), anyOwner, s.abandoned) },
		func() error { return s.queue.giveBack(t.Context(), time.Now().Add(-time.Minute)) },
		func() error { return s.queue.wake(t.Context()) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range keys {
		if job := jobOf(t, s, ids[key]); job.State != rivertype.JobStateAvailable || job.Attempt != 0 {
			t.Errorf("%s is %s, attempt %d", key, job.State, job.Attempt)
		}
	}
	if got := sentInOrder(t, s, len(keys)); !slices.Equal(got, keys) {
		t.Errorf("they are sent as %v, accepted as %v", got, keys)
	}
}

// sentInOrder has a worker take notifications one by one, and returns their keys.
func sentInOrder(t *testing.T, s *Service, count int) []string {
	t.Helper()
	var mu sync.Mutex
	var got []string
	sent := make(chan struct{}, count)
	config := riverConfig(s)
	config.Workers, config.Queues = river.NewWorkers(), map[string]river.QueueConfig{acceptedQueue: {MaxWorkers: 1}}
	river.AddWorker(config.Workers, river.WorkFunc(func(_ context.Context, job *river.Job[outgoing]) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, job.Args.Key)
		sent <- struct{}{}
		return nil
	}))
	second, err := openClient(t.Context(), s.configuration.Store, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range count {
		<-sent
	}
	stopWorker(t, second)
	return got
}

// backInAllWays has each job go back once, and then be under way until its process is killed.
func backInAllWays(
	s *Service, worked chan<- string, killed <-chan struct{},
) func(context.Context, *river.Job[outgoing]) error {
	var seen sync.Map
	return func(ctx context.Context, job *river.Job[outgoing]) error {
		_, again := seen.LoadOrStore(job.Args.Key, true)
		if again || job.Args.Key == "killed" {
			worked <- job.Args.Key
			<-killed
			return reported{}
		}
		switch job.Args.Key {
		case "for the server":
			worked <- job.Args.Key
			return river.JobSnooze(2 * schedulerInterval)
		case "given back":
			worked <- job.Args.Key
			return fmt.Errorf("%s", encode(greylisted))
		default:
			return s.inPlace(ctx, job.ID, nil)
		}
	}
}
