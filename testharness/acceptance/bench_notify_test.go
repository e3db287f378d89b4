package acceptance

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

const (
	benchMessages = 3000
	benchCallers  = 8
	benchSize     = 2048
)

// BenchmarkNotify is from handing notifications over to all of them arrived, every step durable, beside the local mail
// relay that administrators use today. All deliver to the same sink and take turns.
func BenchmarkNotify(b *testing.B) {
	target := measure.StartSink(b)
	relays := map[string]int{
		"Postfix null client": nullClient(b, target.Port, ""),
		"Postfix, tuned": nullClient(b, target.Port, "in_flow_delay = 0\ndefault_destination_concurrency_limit = 50\n"+
			"initial_destination_concurrency = 20\nsmtp_connection_cache_on_demand = "+
			"yes\nsmtp_connection_cache_destinations = 127.0.0.1"),
	}
	h := notifyHost(b, target.Port)
	for range b.N {
		var contestants []measure.Contestant
		names := []string{"Postfix null client", "Postfix, tuned"}
		for _, name := range names {
			contestants = append(contestants, measure.Contestant{
				Name: name, Once: func() time.Duration { return relayAll(b, target, relays[name]) },
			})
		}
		contestants = append(contestants, measure.Contestant{
			Name: "ours", Once: func() time.Duration { return notifyAll(b, target, h) },
		})
		medians := measure.SideBySide(b, 3, contestants...)
		better := min(medians[0], medians[1])
		ratio := float64(better) / float64(medians[2])
		b.ReportMetric(ratio, "×postfix")
		rows := [][]string{{"", "messages/s"}}
		for i, name := range append(names, "ours") {
			rows = append(rows, []string{name, fmt.Sprintf("%.0f", benchMessages/medians[i].Seconds())})
		}
		rows = append(rows, []string{"ours beside the better Postfix", fmt.Sprintf("%.2f ×", ratio)})
		measure.Table(b, fmt.Sprintf("%d messages of %d bytes, %d callers, accepted durably and delivered; median of 3 in "+
			"turns (bar: 1.5 × the better Postfix)",
			benchMessages, benchSize, benchCallers), rows...)
	}
}

// notifyHost is the real plugin with settings for the port.
func notifyHost(b *testing.B, port int) *host.Host {
	b.Helper()
	h := openHost(b, manifest(b, "smtp", "smtp-plugin"))
	b.Cleanup(h.Close)
	result, err := h.Page().Save(b.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(port)), "use_other_account": shared.Boolean(true),
		"email": shared.Text("console@bench.test"),
	}}})
	if err != nil || !result.Saved {
		b.Fatal(err, result.Diagnostics)
	}
	return h
}

// relayAll has smtp-source hand messages to a relay.
func relayAll(b *testing.B, target *measure.Sink, port int) time.Duration {
	b.Helper()
	total := target.Received() + benchMessages
	began := time.Now()
	out, err := exec.Command("/usr/sbin/smtp-source", "-d", "-s", strconv.Itoa(benchCallers), "-m",
		strconv.Itoa(benchMessages), "-l", strconv.Itoa(benchSize),
		"-f", "console@bench.test", "-t", "you@bench.test", fmt.Sprintf("127.0.0.1:%d", port)).CombinedOutput()
	if err != nil {
		b.Fatalf("smtp-source: %v\n%s", err, out)
	}
	target.Await(b, total)
	return time.Since(began)
}

// notifyAll hands messages to the notification service.
func notifyAll(b *testing.B, target *measure.Sink, h *host.Host) time.Duration {
	b.Helper()
	total := target.Received() + benchMessages
	text := strings.Repeat("A line of a notification, as long as lines are.\r\n", benchSize/50)
	began := time.Now()
	var wg sync.WaitGroup
	for range benchCallers {
		wg.Go(func() {
			for range benchMessages / benchCallers {
				receipts, err := h.Notifier().Notify(b.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
					{To: "you@bench.test", Subject: "Bench", Text: text},
				}})
				if err != nil || receipts[0].ID == "" {
					b.Error(err, receipts)
					return
				}
			}
		})
	}
	wg.Wait()
	target.Await(b, total)
	return time.Since(began)
}
