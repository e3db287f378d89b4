package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// callers has each list of parts committed by a caller of its own, all in one group, and returns what each is told.
func callers(g *group[string, string], lists ...[]string) []outcome[string] {
	told := make([]outcome[string], len(lists))
	var all sync.WaitGroup
	for i, parts := range lists {
		all.Go(func() {
			results, err := g.do(context.Background(), parts)
			told[i] = outcome[string]{results: results, err: err}
		})
	}
	all.Wait()
	return told
}

func TestGroupKeepsTroubleApart(t *testing.T) {
	refused := errors.New("refused")
	for name, guilty := range map[string][]int{
		"nobody": nil, "the first": {0}, "the last": {7}, "half": {0, 2, 4, 6}, "all but one": {0, 1, 2, 3, 4, 5, 6},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				commits := 0
				g := newGroup(func(_ context.Context, parts []string) ([]string, error) {
					commits++
					if slices.Contains(parts, "bad") {
						return nil, refused
					}
					return parts, nil
				})
				defer g.close()
				lists := make([][]string, 8)
				for i := range lists {
					lists[i] = []string{fmt.Sprint("a", i), fmt.Sprint("b", i)}
					if slices.Contains(guilty, i) {
						lists[i][1] = "bad"
					}
				}
				for i, told := range callers(g, lists...) {
					switch bad := slices.Contains(guilty, i); {
					case bad && !errors.Is(told.err, refused):
						t.Errorf("guilty caller %d is told %v, %v", i, told.results, told.err)
					case !bad && (told.err != nil || !slices.Equal(told.results, lists[i])):
						t.Errorf("innocent caller %d is told %v, %v", i, told.results, told.err)
					}
				}
				// How the callers fall into groups is up to the scheduler. A group of more than one costs one commit more than
				// it has callers, so that groups of two cost most.
				if most := len(lists) * 3 / 2; commits > most {
					t.Errorf("%d commits for %d callers", commits, len(lists))
				}
			})
		})
	}
}

// ledger is a database that notes what is committed.
type ledger struct {
	t      *testing.T
	random *rand.Rand

	mu        sync.Mutex
	at        bool           // a commit is under way
	committed map[string]int // how often
	commits   [][]string
}

var errPoisoned = errors.New("poisoned")

// commit takes a while. It refuses everything when there is something poisoned, and sometimes without a reason.
func (l *ledger) commit(ctx context.Context, parts []string) ([]string, error) {
	l.mu.Lock()
	if l.at {
		l.t.Error("two commits at once")
	}
	l.at = true
	took, fails := time.Duration(l.random.Int64N(int64(50*time.Millisecond))), l.random.IntN(20) == 0
	l.mu.Unlock()
	select {
	case <-time.After(took):
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = false
	if fails || slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, "poison") }) {
		return nil, errPoisoned
	}
	l.commits = append(l.commits, slices.Clone(parts))
	results := make([]string, len(parts))
	for i, part := range parts {
		l.committed[part]++
		results[i] = "done " + part
	}
	return results, nil
}

// TestGroupProperties has many callers commit in a group that is closed in the middle of it. A caller that is told of
// a success has each part committed once, in order and side by side; one that is told of a failure has none; and
// callers share commits.
func TestGroupProperties(t *testing.T) {
	for seed := range seeds(40, 2000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{t: t, random: rand.New(rand.NewPCG(seed, 3)), committed: map[string]int{}}
				g := newGroup(l.commit)
				var all sync.WaitGroup
				for caller := range 30 {
					random := rand.New(rand.NewPCG(seed, uint64(100+caller)))
					all.Go(func() { l.call(g, random, caller) })
				}
				all.Go(func() {
					time.Sleep(500*time.Millisecond + time.Duration(rand.New(rand.NewPCG(seed, 4)).Int64N(int64(time.Second))))
					g.close()
				})
				all.Wait()
				if len(l.commits) > len(l.committed) {
					t.Errorf("%d commits for %d parts", len(l.commits), len(l.committed))
				}
				for _, parts := range l.commits {
					if len(parts) >= maxGroup+mostParts {
						t.Errorf("%d parts in one commit", len(parts))
					}
				}
			})
		})
	}
}

const mostParts = 5 // of one caller

// call hands parts over until the group is closed.
func (l *ledger) call(g *group[string, string], random *rand.Rand, caller int) {
	for n := 0; ; n++ {
		var parts []string
		for i := range 1 + random.IntN(mostParts) {
			parts = append(parts, fmt.Sprint("part ", caller, n, i))
		}
		if random.IntN(20) == 0 {
			parts[0] = "poison " + parts[0]
		}
		results, err := g.do(context.Background(), parts)
		l.mu.Lock()
		for i, part := range parts {
			switch {
			case err == nil && (l.committed[part] != 1 || results[i] != "done "+part):
				l.t.Errorf("%q was committed %d times, and is told %q", part, l.committed[part], results[i])
			case err != nil && l.committed[part] != 0:
				l.t.Errorf("%q was committed, and is told %v", part, err)
			}
		}
		if err == nil && !slices.ContainsFunc(l.commits, func(commit []string) bool { return contains(commit, parts) }) {
			l.t.Errorf("%q are not side by side in one commit", parts)
		}
		l.mu.Unlock()
		if errors.Is(err, errClosed) {
			return
		}
		time.Sleep(time.Duration(random.Int64N(int64(10 * time.Millisecond))))
	}
}

// contains reports whether the parts stand together in the commit.
func contains(commit, parts []string) bool {
	at := slices.Index(commit, parts[0])
	return at >= 0 && len(commit) >= at+len(parts) && slices.Equal(commit[at:at+len(parts)], parts)
}

// TestGroupShares holds that what is handed over during a commit is committed together after it, and that a single
// caller waits no longer than the linger.
func TestGroupShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commits := 0
		g := newGroup(func(_ context.Context, parts []string) ([]string, error) {
			commits++
			time.Sleep(time.Second)
			return parts, nil
		})
		defer g.close()
		began := time.Now()
		if _, err := g.do(t.Context(), []string{"alone"}); err != nil || time.Since(began) > time.Second+groupLinger {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		commits = 0
		began = time.Now()
		callers(g, slices.Repeat([][]string{{"x"}}, 100)...)
		if took := time.Since(began); commits > 2 || took > 2*(time.Second+groupLinger) {
			t.Errorf("%d commits for 100 callers, in %s", commits, took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 { // It may be committed all the same; then that is what is told.
			results, err := g.do(ctx, []string{"given up"})
			if err == nil && len(results) != 1 || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("who gives up is told %v, %v", results, err)
			}
		}
	})
}

// TestGroupWithoutDatabase holds that a database which does not answer takes the callers no longer than one of them.
func TestGroupWithoutDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("the database is away")
		g := newGroup(func(ctx context.Context, _ []string) ([]string, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(3 * time.Second):
				return nil, away
			}
		})
		defer g.close()
		began := time.Now()
		for i, told := range callers(g, slices.Repeat([][]string{{"x"}}, 100)...) {
			if !errors.Is(told.err, away) {
				t.Errorf("caller %d is told %v", i, told.err)
			}
		}
		if took := time.Since(began); took > 2*(3*time.Second+apartLimit) {
			t.Errorf("it took %v", took)
		}
	})
}

// TestGroupEndsWithTheLastCommit has a group end right after a commit: its callers are told of that, and not that it is
// closed.
func TestGroupEndsWithTheLastCommit(t *testing.T) {
	for range 100 {
		g := newGroup(func(_ context.Context, parts []string) ([]string, error) { return parts, nil })
		committed := want[string, string]{parts: []string{"x"}, done: make(chan outcome[string], 1)}
		g.commitTogether([]want[string, string]{committed})
		g.close()
		if results, err := g.await(committed); err != nil || len(results) != 1 {
			t.Fatalf("what was committed is told %v, %v", results, err)
		}
		if _, err := g.await(want[string, string]{done: make(chan outcome[string], 1)}); !errors.Is(err, errClosed) {
			t.Fatalf("what was not is told %v", err)
		}
	}
}
