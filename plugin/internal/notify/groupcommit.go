package notify

import (
	"context"
	"errors"
	"sync"
	"time"
)

// group gathers what several callers want committed and commits it together: while one commit is under way, the next
// one gathers. A caller returns when its own part is durable.
type group[In, Out any] struct {
	commit func(context.Context, []In) ([]Out, error)
	wants  chan want[In, Out]
	ending chan struct{}
	ended  chan struct{}
	once   sync.Once
}

type want[In, Out any] struct {
	parts []In
	done  chan outcome[Out]
}

type outcome[Out any] struct {
	results []Out
	err     error
}

// Bounds of one commit. A short wait lets the callers that were freed by the last commit join the next one; it ends as
// soon as there are as many again.
const (
	maxGroup    = 500
	groupLinger = 2 * time.Millisecond
	// apartLimit is how long the parts of a commit that failed may be committed one caller after another.
	apartLimit = 5 * time.Second
)

var errClosed = errors.New("the notification service has stopped")

func newGroup[In, Out any](commit func(context.Context, []In) ([]Out, error)) *group[In, Out] {
	g := &group[In, Out]{
		commit: commit, wants: make(chan want[In, Out], maxGroup), ending: make(chan struct{}), ended: make(chan struct{}),
	}
	go g.run()
	return g
}

// do commits the parts and returns a result for each, in order.
func (g *group[In, Out]) do(ctx context.Context, parts []In) ([]Out, error) {
	wanted := want[In, Out]{parts: parts, done: make(chan outcome[Out], 1)}
	select {
	case g.wants <- wanted:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.ending:
		return nil, errClosed
	}
	return g.await(wanted)
}

// await returns what has become of the parts. They were not committed only when the group has ended without a word
// about them.
func (g *group[In, Out]) await(wanted want[In, Out]) ([]Out, error) {
	select {
	case result := <-wanted.done:
		return result.results, result.err
	case <-g.ended:
	}
	select {
	case result := <-wanted.done:
		return result.results, result.err
	default:
		return nil, errClosed
	}
}

func (g *group[In, Out]) run() {
	defer close(g.ended)
	expected := 0
	for {
		select {
		case first := <-g.wants:
			gathered, count := g.gather(first, expected)
			g.commitTogether(gathered)
			expected = count
		case <-g.ending:
			return
		}
	}
}

// gather returns what is to be committed together, beginning with the first, and how many parts that are. It waits a
// moment for as many as are expected.
func (g *group[In, Out]) gather(first want[In, Out], expected int) (gathered []want[In, Out], count int) {
	gathered, count = []want[In, Out]{first}, len(first.parts)
	linger := time.NewTimer(groupLinger)
	defer linger.Stop()
	for count < maxGroup {
		select {
		case next := <-g.wants:
			gathered = append(gathered, next)
			count += len(next.parts)
			continue
		default:
		}
		if count >= expected {
			break
		}
		select {
		case next := <-g.wants:
			gathered = append(gathered, next)
			count += len(next.parts)
		case <-linger.C:
			return gathered, count
		}
	}
	return gathered, count
}

func (g *group[In, Out]) commitTogether(gathered []want[In, Out]) {
	var parts []In
	for _, one := range gathered {
		parts = append(parts, one.parts...)
	}
	// A commit serves several callers, so none of their contexts may end it.
	results, err := g.commit(context.Background(), parts)
	if err != nil {
		g.commitApart(gathered, err)
		return
	}
	for _, one := range gathered {
		one.done <- outcome[Out]{results: results[:len(one.parts)]}
		results = results[len(one.parts):]
	}
}

// commitApart commits each caller's parts by themselves after they could not be committed together: what is wrong with
// the parts of one caller is no trouble of the others. Where the database is at fault all fail, and after apartLimit
// without being tried.
func (g *group[In, Out]) commitApart(gathered []want[In, Out], together error) {
	if len(gathered) == 1 {
		gathered[0].done <- outcome[Out]{err: together}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), apartLimit)
	defer cancel()
	for _, one := range gathered {
		if ctx.Err() != nil {
			one.done <- outcome[Out]{err: together}
			continue
		}
		results, err := g.commit(ctx, one.parts)
		if err != nil && ctx.Err() != nil {
			err = together
		}
		one.done <- outcome[Out]{results: results, err: err}
	}
}

// close ends the group after the commit that is under way.
func (g *group[In, Out]) close() {
	g.once.Do(func() { close(g.ending) })
	<-g.ended
}
