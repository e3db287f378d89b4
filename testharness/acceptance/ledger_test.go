package acceptance

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// ledger writes down what was acknowledged and what arrived.
type ledger struct {
	mu           sync.Mutex
	acknowledged map[string]bool
	arrived      map[string]int
}

func newLedger() *ledger { return &ledger{acknowledged: map[string]bool{}, arrived: map[string]int{}} }

// server is a practice mail server that writes into the ledger.
func (l *ledger) server(t testing.TB) *mailserver.Server {
	t.Helper()
	server := practiceMailServer(t)
	server.Receive = l.receive
	startMailServer(t, server, 0)
	return server
}

func (l *ledger) receive(mail mailserver.Mail) error {
	parsed, err := parseMail(mail.Content)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived[parsed.Header.Get("Subject")]++
	return nil
}

func (l *ledger) acknowledge(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged[key] = true
}

// missing returns how many acknowledged notifications have not arrived yet.
func (l *ledger) missing() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for key := range l.acknowledged {
		if l.arrived[key] == 0 {
			count++
		}
	}
	return count
}

// await waits until all that was acknowledged has arrived and the service has nothing left to send: what a dead process
// had under way is sent again only when it is rescued, and a duplicate must not come after the counting.
func (l *ledger) await(t testing.TB, h *host.Host) {
	t.Helper()
	for late := time.Now().Add(3 * time.Minute); l.missing() > 0 || !idle(t, h); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d acknowledged notifications have not arrived, or the service is not done", l.missing())
		}
	}
}

func idle(t testing.TB, h *host.Host) bool {
	t.Helper()
	status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
	open := status.Counts[shared.NotificationQueued] + status.Counts[shared.NotificationRetrying] +
		status.Counts[shared.NotificationSending]
	return err == nil && open == 0
}

// report counts and prints; at most so many duplicates are allowed.
func (l *ledger) report(t testing.TB, kills, allowed int) {
	t.Helper()
	lost := l.missing()
	l.mu.Lock()
	defer l.mu.Unlock()
	duplicates, arrived := 0, 0
	for _, times := range l.arrived {
		arrived += times
		duplicates += times - 1
	}
	t.Logf("%d stops: %d acknowledged, %d lost, %d arrived, %d duplicates (%.2f a stop)",
		kills, len(l.acknowledged), lost, arrived, duplicates, float64(duplicates)/float64(max(kills, 1)))
	if duplicates > allowed {
		t.Errorf("%d duplicates, at most %d can have been in flight or waiting for their commit", duplicates, allowed)
	}
}

// inFlight is how many messages can be between the server's reply and their commit when a process is killed: one on
// each of four connections, and what was delivered within one commit's 10 ms.
const inFlight = 4 + 40

// feed hands notifications over without pause until stop is called, writing down those that were acknowledged. A call
// that fails is repeated with the same key, as any caller would.
func (l *ledger) feed(t *testing.T, h *host.Host, callers int) (stop func()) {
	t.Helper()
	return l.feedNamed(t, h, callers, "n")
}

// feedNamed is feed with keys that begin in a way.
func (l *ledger) feedNamed(t *testing.T, h *host.Host, callers int, prefix string) (stop func()) {
	t.Helper()
	var counter atomic.Int64
	ending := make(chan struct{})
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for {
				key := fmt.Sprintf("%s%06d", prefix, counter.Add(1))
				for {
					select {
					case <-ending:
						return
					default:
					}
					receipts, err := h.Notifier().Notify(t.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
						{Key: key, To: "you@email.com", Subject: key, Text: "x"}}})
					if err == nil && receipts[0].ID != "" {
						l.acknowledge(key)
						break
					}
				}
			}
		})
	}
	return func() { close(ending); wg.Wait() }
}
