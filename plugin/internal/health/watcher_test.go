package health

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// nodes are processes of one database, in a time of their own.
type nodes struct {
	t       *testing.T
	open    func(*testing.T) *store.Store
	keeper  *secret.Keeper
	since   time.Duration
	answer  func(time.Duration) string
	version string
	dieAt   []time.Duration // looks after these times are not lived through

	// alert and beat are called in the place of a receiver; nil has none. killTelling kills each process that tells.
	alert       func(name string, event Event) error
	beat        func() error
	killTelling bool

	running []*Watcher
	looks   []string // when, and by which process
	logins  []time.Duration
	told    []Event
	ended   map[string]bool // processes that were killed
}

func newNodes(t *testing.T, count int, open func(*testing.T) *store.Store) *nodes {
	t.Helper()
	ring, err := secret.OpenKeyring(t.Context(), t.TempDir(), "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	n := &nodes{t: t, open: open, keeper: secret.NewKeeper(ring), version: "first", ended: map[string]bool{},
		answer: func(time.Duration) string { return "" }}
	for range count {
		n.running = append(n.running, n.start())
	}
	return n
}

func (n *nodes) start() *Watcher {
	name := rand.Text()
	p := policy()
	p.NewID = rand.Text
	c := Configuration{
		Policy: p, Store: n.open(n.t), Keeper: n.keeper, Node: name,
		Delivers: func() (bool, bool) { return !n.ended[name], len(n.running) == 1 },
		Clock:    func(context.Context) (time.Time, error) { return began.Add(n.since), nil },
		Observe: func(context.Context) (Observation, error) {
			return Observation{Version: n.version}, nil
		},
		Look: func(context.Context) (Look, *Ending, error) { return n.look(name), nil, nil },
	}
	if n.alert != nil {
		c.Alert = func(_ context.Context, event Event) error {
			n.ended[name] = n.ended[name] || n.killTelling
			return n.alert(name, event)
		}
		c.Beat = func(context.Context) error { return n.beat() }
	}
	return NewWatcher(c)
}

// look looks at the server. A process may be killed meanwhile.
func (n *nodes) look(name string) Look {
	answer := n.answer(n.since)
	n.looks = append(n.looks, fmt.Sprint(n.since, " ", name))
	if answer == "" || answer == "refused" {
		n.logins = append(n.logins, n.since)
	}
	if len(n.dieAt) > 0 && n.since >= n.dieAt[0] {
		n.dieAt, n.ended[name] = n.dieAt[1:], true
	}
	found := Look{LoggedIn: answer == "", Refused: answer == "refused"}
	if answer != "" {
		found.Cause = cause(answer)
	}
	return found
}

// live has all processes go on until a time, a step of five minutes after the other, and new ones start in the place of
// those that were killed.
func (n *nodes) live(until time.Duration) {
	n.t.Helper()
	for ; n.since < until; n.since += 5 * time.Minute {
		for i, one := range n.running {
			ctx, kill := context.WithCancel(n.t.Context())
			look, alert := one.Look, one.Alert
			one.Look = func(context.Context) (Look, *Ending, error) {
				found, server, err := look(ctx)
				if n.ended[one.Node] {
					kill()
				}
				return found, server, err
			}
			if alert != nil {
				one.Alert = func(_ context.Context, event Event) error {
					defer func() {
						if n.ended[one.Node] {
							kill()
						}
					}()
					return alert(ctx, event)
				}
			}
			err := one.Step(ctx)
			if one.Look, one.Alert = look, alert; n.ended[one.Node] {
				n.running[i] = n.start()
			} else if err != nil {
				n.t.Fatalf("%s: %v", n.since, err)
			}
			kill()
		}
		n.listen()
	}
}

// listen takes what is told of transitions.
func (n *nodes) listen() {
	n.t.Helper()
	known, err := Read(n.t.Context(), n.running[len(n.running)-1].Store)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, one := range known.Events {
		if last := len(n.told); int64(last) < one.Number {
			n.told = append(n.told, one)
		}
	}
}

func (n *nodes) transitions() string {
	var said []string
	ids := map[string]bool{}
	for i, one := range n.told {
		if one.Number != int64(i+1) || ids[one.ID] {
			n.t.Errorf("the transition %+v is the number %d", one, i+1)
		}
		ids[one.ID] = true
		said = append(said, string(one.To))
	}
	return strings.Join(said, " ")
}

// onNodes lives through the time on one process and on three, some of which are killed while they look.
func onNodes(t *testing.T, open func(t *testing.T, name string) *store.Store) {
	for _, c := range []struct {
		name string
		live func(*nodes)
		want string
	}{
		{"well", func(n *nodes) { n.live(24 * time.Hour) }, "healthy"},
		{"away for hours", func(n *nodes) {
			n.answer = during(5*time.Hour, 9*time.Hour, "away")
			n.live(16 * time.Hour)
		}, "healthy suspect broken healthy"},
		{"refused", func(n *nodes) {
			n.answer = during(5*time.Hour, 70*time.Hour, "refused")
			n.live(65 * time.Hour)
			before := len(n.looks)
			n.version = "second"
			n.live(66 * time.Hour)
			if after := len(n.looks); before != 4 || after-before != 1 {
				n.t.Errorf("%d looks before the save, %d after: %v", before, after-before, n.looks)
			}
			n.since, n.version = 70*time.Hour, "third"
			n.live(71 * time.Hour)
		}, "healthy broken healthy"},
	} {
		for _, count := range []int{1, 3} {
			for _, deaths := range [][]time.Duration{nil, {0, 6 * time.Hour, 12 * time.Hour}} {
				name := fmt.Sprintf("%s, %d processes, %d killed", c.name, count, len(deaths))
				if c.name == "refused" && len(deaths) > 0 {
					continue // Then fewer looks are lived through; see below.
				}
				t.Run(name, func(t *testing.T) {
					n := newNodes(t, count, func(t *testing.T) *store.Store { return open(t, name) })
					n.dieAt = deaths
					c.live(n)
					if got := n.transitions(); got != c.want {
						t.Errorf("transitions: %s, want %s", got, c.want)
					}
					n.apart(6*time.Hour, len(deaths))
				})
			}
		}
	}
}

// apart holds how far the logins are apart. That of a process that was killed is repeated soon.
func (n *nodes) apart(least time.Duration, deaths int) {
	n.t.Helper()
	for i := 1; i < len(n.logins); i++ {
		if n.logins[i]-n.logins[i-1] < least && n.version == "first" {
			deaths--
		}
	}
	if deaths < 0 {
		n.t.Errorf("logins at %v", n.logins)
	}
}

func sqliteAt(directory string) func(*testing.T, string) *store.Store {
	return func(t *testing.T, name string) *store.Store {
		t.Helper()
		opened, err := store.OpenSQLite(t.Context(), filepath.Join(directory, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		return opened
	}
}

// TestNodes holds that one process of several looks, that another one goes on when it is killed, and that each
// transition is told once, on the embedded engine.
func TestNodes(t *testing.T) { onNodes(t, sqliteAt(t.TempDir())) }

// TestRefusedAndKilled holds that a login that is refused is tried three times, also when each process is killed while
// it looks.
func TestRefusedAndKilled(t *testing.T) {
	open := sqliteAt(t.TempDir())
	for _, count := range []int{1, 3} {
		n := newNodes(t, count, func(t *testing.T) *store.Store { return open(t, fmt.Sprint(count)) })
		n.answer = during(time.Hour, month, "refused")
		n.dieAt = slices.Repeat([]time.Duration{7 * time.Hour}, 100) // The first refusal is lived through.
		n.live(60 * time.Hour)
		if len(n.logins) != 4 {
			t.Errorf("%d processes: logins at %v", count, n.logins)
		}
	}
}

// TestRestored holds that a process begins anew where what is stored cannot be understood, and that the sealed settings
// of another key are others.
func TestRestored(t *testing.T) {
	open := sqliteAt(t.TempDir())
	n := newNodes(t, 1, func(t *testing.T) *store.Store { return open(t, "one") })
	n.live(time.Hour)
	database := n.running[0].Store
	stored, err := database.StateText(t.Context(), store.StateHealth)
	if err != nil || !strings.Contains(stored, "healthy") || strings.Contains(stored, "first") {
		t.Fatalf("%s, %v", stored, err)
	}
	if done, err := database.SwapState(t.Context(), store.StateHealth, stored, "{"); !done || err != nil {
		t.Fatal(err)
	}
	if done, err := database.SwapState(t.Context(), store.StateHealth, stored, "{}"); done || err != nil {
		t.Errorf("what was stored by others was replaced: %v", err)
	}
	n.told = nil
	n.live(2 * time.Hour)
	if got := n.transitions(); got != "healthy" {
		t.Errorf("transitions: %s", got)
	}
	other := newNodes(t, 1, func(t *testing.T) *store.Store { return open(t, "one") })
	other.since, other.told = 2*time.Hour, n.told
	other.live(3 * time.Hour)
	if len(other.looks) != 1 {
		t.Errorf("looks after the key was lost: %v", other.looks)
	}
}
