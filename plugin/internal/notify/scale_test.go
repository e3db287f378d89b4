package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// scaleOperations are what has to stay fast however many notifications wait, and how long each may take among a
// million.
var scaleOperations = []struct {
	name string
	bar  time.Duration
	once func(ctx context.Context, s *Service, n int) error
}{
	{"status", 5 * time.Millisecond, func(ctx context.Context, s *Service, _ int) error {
		_, err := s.Status(ctx, shared.StatusRequest{})
		return err
	}},
	{"list", 10 * time.Millisecond, listing(func(int) shared.ListRequest { return shared.ListRequest{} })},
	{"list of a state", 10 * time.Millisecond, listing(func(n int) shared.ListRequest {
		return shared.ListRequest{State: shared.NotificationStates[n%len(shared.NotificationStates)]}
	})},
	{"list of a recipient", 10 * time.Millisecond, listing(func(n int) shared.ListRequest {
		return shared.ListRequest{NotificationFilter: shared.NotificationFilter{
			Recipient: fmt.Sprintf("user%d@host%d.example", n+1, (n+1)%50),
		}}
	})},
	{"list of a domain, category, state and time", 10 * time.Millisecond, listing(func(n int) shared.ListRequest {
		return shared.ListRequest{State: shared.NotificationQueued, NotificationFilter: shared.NotificationFilter{
			Recipient: fmt.Sprintf("host%d.example", n%50), Category: fmt.Sprint("category ", n%20),
			From: time.Now().Add(-24 * time.Hour),
		}}
	})},
	{"search", 50 * time.Millisecond, listing(func(n int) shared.ListRequest {
		return shared.ListRequest{Search: fmt.Sprintf("Alert %d of", n+1)}
	})},
	{"search for what is not there", 50 * time.Millisecond, listing(func(int) shared.ListRequest {
		return shared.ListRequest{Search: "nobody@host1.example"}
	})},
	{"statistics", 10 * time.Millisecond, func(ctx context.Context, s *Service, _ int) error {
		_, err := s.Statistics(ctx, shared.StatisticsRequest{Width: time.Hour})
		return err
	}},
	{"notify", 5 * time.Millisecond, func(ctx context.Context, s *Service, n int) error {
		_, err := s.Notify(ctx, shared.NotifyRequest{Notifications: []shared.Notification{
			{To: fmt.Sprintf("new%d@host.example", n), Subject: "Alert", Text: "It happened."},
		}})
		return err
	}},
}

func listing(request func(n int) shared.ListRequest) func(context.Context, *Service, int) error {
	return func(ctx context.Context, s *Service, n int) error {
		_, err := s.List(ctx, request(n))
		return err
	}
}

// BenchmarkScale measures a service with 1,000 and with 1,000,000 notifications, on each engine. It fails where
// something takes twice as long as it may, so that what else the machine does is not taken for a fault.
func BenchmarkScale(b *testing.B) {
	for engine, start := range engines {
		open, few := start(b), 0.0
		for _, waiting := range []int{1_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", engine, waiting), func(b *testing.B) {
				rate := benchScale(b, open(b), waiting)
				if few = cmp.Or(few, rate); rate < few*worstDrain {
					b.Errorf("%.0f a second are drained among %d, and %.0f among few", rate, waiting, few)
				}
			})
		}
	}
}

const (
	scaleTries = 21
	// worstDrain is the part of the rate of few notifications that many have to be drained with; 0.8 is the aim.
	worstDrain = 0.6
	// mostMemory is for the whole process, that of the test included.
	mostMemory = 100 << 20
)

func benchScale(b *testing.B, database *store.Store, waiting int) (rate float64) {
	s := newService(b, database)
	fill(b, s, map[string]int{"delivered": waiting / 20, "dead": waiting / 100, "retrying": waiting / 20,
		"queued": waiting})
	if database.Pool() != nil {
		// As it is once autovacuum has come by, which begins as soon as so many rows are new.
		if _, err := database.DB().Exec("VACUUM ANALYZE river_job"); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		began := time.Now()
		if err := s.catchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Logf("%-45s %8.2f ms, in the background", "texts made ready for searches", milliseconds(time.Since(began)))
		for _, operation := range scaleOperations {
			median, first := medianOf(b, s, operation.once)
			b.Logf("%-45s %8.2f ms (bar %s; the first %.2f ms)", operation.name, milliseconds(median), operation.bar,
				milliseconds(first))
			if median > 2*operation.bar {
				b.Errorf("%s takes %s, more than twice %s", operation.name, median, operation.bar)
			}
		}
		rate = drainRate(b, s)
		b.Logf("%-45s %8.0f a second, in the median round", "drained", rate)
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		used := memory.Sys - memory.HeapReleased
		b.Logf("%-45s %8d MiB, %d MiB of it live", "memory", used>>20, memory.HeapAlloc>>20)
		if used > mostMemory {
			b.Errorf("%d bytes of memory are more than %d", used, mostMemory)
		}
		benchHolds(b, s)
	}
	return rate
}

// longestNotify is how long a notification may take at most while others are held or released.
const longestNotify = 500 * time.Millisecond

// benchHolds has all that waits held and released, in both ways.
func benchHolds(b *testing.B, s *Service) {
	release := func(deliver bool) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.ReleaseHeld(ctx, shared.ReleaseHeldRequest{Deliver: deliver})
			return err
		}
	}
	for _, one := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"all held", holdAll(b, s)}, {"all delivered", release(true)},
		{"all held again", holdAll(b, s)}, {"all discarded", release(false)},
	} {
		took, longest := besideNotify(b, s, one.do)
		b.Logf("%-45s %8.2f s, the longest of what is notified meanwhile %.0f ms (bar %s)", one.what, took.Seconds(),
			milliseconds(longest), longestNotify)
		if longest > 2*longestNotify {
			b.Errorf("%s: one waited %s, more than twice %s", one.what, longest, longestNotify)
		}
	}
}

// holdAll holds as a process does that begins with a database that was not used for long.
func holdAll(b *testing.B, s *Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := store.WriteState(ctx, s.queue.db, stateHeartbeat,
			heartbeatNote{At: time.Now().Add(-24 * time.Hour)}); err != nil {
			return err
		}
		begins := newService(b, s.configuration.Store)
		for {
			if err := begins.pulse.beat(ctx); !errors.Is(err, errHolding) {
				return err
			}
		}
	}
}

// besideNotify returns how long something takes, and how long the longest of the notifications that are accepted one
// after another meanwhile.
func besideNotify(b *testing.B, s *Service, do func(context.Context) error) (took, longest time.Duration) {
	b.Helper()
	began, done := time.Now(), make(chan error, 1)
	go func() { done <- do(b.Context()) }()
	for n := 0; ; n++ {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return time.Since(began), longest
		default:
		}
		notified := time.Now()
		if _, err := s.Notify(b.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
			{To: fmt.Sprintf("meanwhile%d@host.example", n), Subject: "Alert", Text: "It happened."},
		}}); err != nil {
			b.Fatal(err)
		}
		longest = max(longest, time.Since(notified))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func medianOf(
	b *testing.B, s *Service, once func(context.Context, *Service, int) error,
) (median, first time.Duration) {
	b.Helper()
	var took []time.Duration
	for n := range scaleTries {
		began := time.Now()
		if err := once(b.Context(), s, n); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	first = took[0]
	slices.Sort(took)
	return took[len(took)/2], first
}

// drainRate is how many notifications a second are taken from the queue and completed, when nothing else takes time:
// the median of rounds of the same size, however many wait, and as many wait before each.
func drainRate(b *testing.B, s *Service) float64 {
	b.Helper()
	const rounds, size = 9, 500
	var rates []float64
	for range rounds {
		rates = append(rates, size/timeToDrain(b, s, size).Seconds())
		fill(b, s, map[string]int{"queued": size})
	}
	slices.Sort(rates)
	return rates[rounds/2]
}

// timeToDrain returns how long it takes until so many are completed.
func timeToDrain(b *testing.B, s *Service, wanted int) time.Duration {
	b.Helper()
	config, done := riverConfig(s), make(chan struct{}, wanted+workers)
	config.Workers = river.NewWorkers()
	river.AddWorker(config.Workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outgoing]) error {
		if err := s.completed(context.WithoutCancel(ctx), job.ID, deliveredNote{Reply: "250 2.0.0 ok"}); err != nil {
			return err
		}
		select {
		case done <- struct{}{}:
		default:
		}
		return reported{}
	}))
	running, err := openClient(b.Context(), s.configuration.Store, config)
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := running.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	for range wanted {
		<-done
	}
	took := time.Since(began)
	if err := running.Stop(context.WithoutCancel(b.Context())); err != nil {
		b.Fatal(err)
	}
	return took
}
