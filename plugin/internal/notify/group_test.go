package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
				if most := 2 + len(lists); commits > most {
					t.Errorf("%d commits for %d callers", commits, len(lists))
				}
			})
		})
	}
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
