package notify

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurnsInOrder has many wait for their turn, in any order: the most urgent goes first, and then the first that was
// accepted. Some give up.
func TestTurnsInOrder(t *testing.T) {
	for seed := range seeds(50, 2000) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 3))
			all := &turns{most: 1}
			if err := all.take(t.Context(), place{}); err != nil {
				t.Fatal(err)
			}
			var want, got []place
			for range 50 {
				at := place{urgency: 1 + random.IntN(3), id: random.Int64N(1000)}
				ctx, cancel := context.WithCancel(t.Context())
				if random.IntN(4) == 0 {
					time.AfterFunc(time.Second, cancel)
				} else {
					want = append(want, at)
				}
				go func() {
					defer cancel()
					if all.take(ctx, at) == nil {
						got = append(got, at)
						all.give()
					}
				}()
			}
			synctest.Wait()
			time.Sleep(2 * time.Second)
			all.give()
			synctest.Wait()
			slices.SortStableFunc(want, func(a, b place) int {
				if a.before(b) {
					return -1
				}
				return 1
			})
			if !slices.Equal(got, want) {
				t.Errorf("they went as %v, want %v", got, want)
			}
			if used, _, queued := all.counts(); used != 0 || queued != 0 {
				t.Errorf("%d turns are taken, %d wait", used, queued)
			}
		})
	}
}

// TestTurnsAreLimited changes how many go on at once while some do.
func TestTurnsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := &turns{most: 4}
		var going atomic.Int64
		done := make(chan struct{})
		for range 20 {
			go func() {
				_ = all.take(t.Context(), place{})
				going.Add(1)
				<-done
				going.Add(-1)
				all.give()
			}()
		}
		for _, c := range []struct {
			most, finish int
			want         int64
		}{{4, 0, 4}, {1, 0, 4}, {1, 3, 1}, {1, 1, 1}, {3, 0, 3}, {0, 3, 0}} {
			all.limit(c.most)
			for range c.finish {
				done <- struct{}{}
			}
			if synctest.Wait(); going.Load() != c.want {
				t.Errorf("%+v: %d go on", c, going.Load())
			}
		}
		all.limit(100)
		close(done)
		synctest.Wait()
	})
}
