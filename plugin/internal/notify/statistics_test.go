package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestLastMinute compares what is counted with all deliveries of the last minute, over random times; a clock that is
// set back or forward loses the count of a minute at most.
func TestLastMinute(t *testing.T) {
	for seed := range seeds(20, 1000) {
		random := rand.New(rand.NewPCG(seed, 5))
		var s statistics
		var all []time.Time
		now := time.Unix(1_700_000_000, 0)
		for range 2000 {
			now = now.Add(time.Duration(random.Int64N(int64(3 * time.Second))))
			if random.IntN(100) == 0 {
				now = now.Add(time.Duration(random.Int64N(int64(5 * time.Minute))))
			}
			s.delivered(now)
			all = append(all, now)
			want := int64(0)
			for _, at := range all {
				if now.Unix()-at.Unix() < 60 {
					want++
				}
			}
			if got := s.lastMinute(now); got != want {
				t.Fatalf("run %d: %d are counted, %d were delivered", seed, got, want)
			}
		}
		if got := s.total.Load(); got != int64(len(all)) {
			t.Errorf("%d in all, want %d", got, len(all))
		}
		if got := s.lastMinute(now.Add(time.Minute)); got != 0 {
			t.Errorf("a minute later %d", got)
		}
		for _, set := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
			now = now.Add(set)
			for range 70 {
				now = now.Add(time.Second)
				s.delivered(now)
			}
			if got := s.lastMinute(now); got != 60 {
				t.Errorf("a minute after the clock was set by %s: %d", set, got)
			}
		}
	}
}

// TestPace holds that no minute sees more messages than are allowed, that they are spread, and that nothing is lost of
// the rate.
func TestPace(t *testing.T) {
	for _, perMinute := range []int{1, 30, 600} {
		synctest.Test(t, func(t *testing.T) {
			var s statistics
			sent := make(chan time.Time, 10*perMinute)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			ended := make(chan error)
			for range 8 {
				go func() {
					for {
						if err := s.pace(ctx, perMinute); err != nil {
							ended <- err
							return
						}
						sent <- time.Now()
					}
				}()
			}
			for range 8 {
				if err := <-ended; err == nil {
					t.Error("it waits for ever")
				}
			}
			if got, want := len(sent), 5*perMinute; got > want+1 || got < want-8 {
				t.Errorf("%d were sent in 5 minutes, with %d a minute", got, perMinute)
			}
			gap := time.Minute / time.Duration(perMinute)
			for before := <-sent; len(sent) > 0; {
				next := <-sent
				if next.Sub(before) < gap-time.Millisecond {
					t.Fatalf("one was sent %s after another", next.Sub(before))
				}
				before = next
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var s statistics
		began := time.Now()
		for range 1000 {
			if err := s.pace(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(began) != 0 {
			t.Error("0 limits the rate")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.pace(ctx, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up is told %v", err)
		}
	})
}
