package notify

import (
	"container/heap"
	"context"
	"sync"
)

// place is where a delivery stands among those that wait: the more urgent first, then the one that was accepted first.
type place struct {
	urgency int // River's priority: 1 is most urgent
	id      int64
}

func (p place) before(other place) bool {
	return p.urgency < other.urgency || p.urgency == other.urgency && p.id < other.id
}

// turns has so many go on at once. Of those that wait, the one whose place is first goes next, and of the same places
// the one that came first.
type turns struct {
	mu      sync.Mutex
	most    int
	taken   int
	came    int
	waiting line
}

// inLine is one that waits.
type inLine struct {
	place place
	came  int
	turn  chan struct{} // closed when it may go on
	at    int           // in the line; -1 when it is not there any more
}

// take waits for a turn; give must follow.
func (t *turns) take(ctx context.Context, at place) error {
	t.mu.Lock()
	if ctx.Err() == nil && t.taken < t.most && len(t.waiting) == 0 {
		t.taken++
		t.mu.Unlock()
		return nil
	}
	t.came++
	one := &inLine{place: at, came: t.came, turn: make(chan struct{})}
	heap.Push(&t.waiting, one)
	t.mu.Unlock()
	select {
	case <-one.turn:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if one.at < 0 {
		t.taken--
		t.next()
	} else {
		heap.Remove(&t.waiting, one.at)
	}
	return ctx.Err()
}

// tryTake takes a turn if there is one, and reports whether it did.
func (t *turns) tryTake() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken >= t.most || len(t.waiting) > 0 {
		return false
	}
	t.taken++
	return true
}

// give ends a turn.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken--
	t.next()
}

// limit changes how many go on at once. Nobody who has a turn loses it.
func (t *turns) limit(most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.most = most
	t.next()
}

// inUse is how many have a turn, and tooMany by how many that exceeds the limit; queued is how many wait.
func (t *turns) counts() (inUse, tooMany, queued int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.taken, max(0, t.taken-t.most), len(t.waiting)
}

// next gives turns to those that wait. mu is held.
func (t *turns) next() {
	for t.taken < t.most && len(t.waiting) > 0 {
		close(heap.Pop(&t.waiting).(*inLine).turn)
		t.taken++
	}
}

// line is a heap of those that wait.
type line []*inLine

func (l line) Len() int { return len(l) }

func (l line) Less(i, j int) bool {
	if l[i].place == l[j].place {
		return l[i].came < l[j].came
	}
	return l[i].place.before(l[j].place)
}

func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].at, l[j].at = i, j
}

// Push and Pop are for package heap.
func (l *line) Push(x any) {
	one := x.(*inLine)
	one.at = len(*l)
	*l = append(*l, one)
}

func (l *line) Pop() any {
	last := len(*l) - 1
	one := (*l)[last]
	one.at = -1
	(*l)[last] = nil
	*l = (*l)[:last]
	return one
}
