package smtpconn_test

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// benchSize is the length of a message in bytes.
const benchSize = 2048

// BenchmarkSending is the sending layer alone over four connections, beside smtp-source.
func BenchmarkSending(b *testing.B) {
	target := measure.StartSink(b)
	const connections, messages = 4, 20_000
	for range b.N {
		medians := measure.SideBySide(b, 3,
			measure.Contestant{Name: "smtp-source", Once: func() time.Duration {
				began := time.Now()
				out, err := exec.Command("/usr/sbin/smtp-source", "-d", "-s", strconv.Itoa(connections), "-m",
					strconv.Itoa(messages), "-l", strconv.Itoa(benchSize),
					"-f", "console@bench.test", "-t", "you@bench.test", fmt.Sprintf("127.0.0.1:%d", target.Port)).CombinedOutput()
				if err != nil {
					b.Fatalf("smtp-source: %v\n%s", err, out)
				}
				return time.Since(began)
			}},
			measure.Contestant{
				Name: "ours", Once: func() time.Duration { return sendAll(b, target.Port, connections, messages) },
			})
		rate := func(d time.Duration) float64 { return messages / d.Seconds() }
		b.ReportMetric(rate(medians[1])/rate(medians[0]), "×smtp-source")
		measure.Table(b, fmt.Sprintf("%d messages of %d bytes over %d connections, median of 3 "+
			"in turns (bar: 1 × smtp-source)", messages, benchSize, connections),
			[]string{"smtp-source", fmt.Sprintf("%.0f/s", rate(medians[0]))},
			[]string{"ours", fmt.Sprintf("%.0f/s", rate(medians[1]))})
	}
}

func sendAll(b *testing.B, port, connections, messages int) time.Duration {
	b.Helper()
	text := []byte("Subject: Bench\r\n\r\n" +
		strings.Repeat("A line of a notification, as long as lines are.\r\n", benchSize/50))
	began := time.Now()
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			conn, err := smtpconn.Open(b.Context(), smtpconn.Target{Host: "127.0.0.1", Port: port, HELOName: "bench.test"}, nil)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			for range messages / connections {
				if _, err := conn.Deliver(b.Context(), smtpconn.Envelope{Sender: "console@bench.test", Recipient: "you@bench.test"},
					text, nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// BenchmarkTripsPerMessage is the cost of one message over one connection on a line with 20 ms round trips, by BDAT
// where the server offers CHUNKING and by DATA where it does not. The trips are counted on the line. The time stands
// beside them, with that of a command that takes one trip by definition: what both are longer than 20 ms is the work of
// client, line and server, not waiting. The first message of a connection is not counted: it has to show that the
// replies are in step.
func BenchmarkTripsPerMessage(b *testing.B) {
	const trip = 20 * time.Millisecond
	for range b.N {
		chunks := &mailserver.Server{}
		if err := chunks.Start(0); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(chunks.Close)
		port, turns := measure.SlowLine(b, chunks.Port(), trip)
		plain, plainTurns := measure.SlowLine(b, measure.StartSink(b).Port, trip)
		one := oneTrip(b, port, 100)
		for _, way := range []struct {
			name, bar string
			port      int
			turns     *atomic.Int64
		}{
			{"BDAT", "1 round trip", port, turns},
			{"DATA", "2 round trips; Postfix needs 3, go-smtp alone 4", plain, plainTurns},
		} {
			trips, each := tripsPerMessage(b, way.port, way.turns)
			b.ReportMetric(trips, way.name+"-trips/message")
			b.ReportMetric(each.Seconds()/one.Seconds(), way.name+"×one-trip")
			measure.Table(b, fmt.Sprintf("one message by %s over one connection at 20 ms (bar: %s)", way.name, way.bar),
				[]string{"round trips, counted on the line", fmt.Sprintf("%.2f", trips)},
				[]string{"time of one message", each.Round(10 * time.Microsecond).String()},
				[]string{"time of one NOOP, which is one trip", one.Round(10 * time.Microsecond).String()},
				[]string{"message ÷ NOOP", fmt.Sprintf("%.2f", each.Seconds()/one.Seconds())})
		}
	}
}

func tripsPerMessage(b *testing.B, port int, turns *atomic.Int64) (trips float64, each time.Duration) {
	b.Helper()
	const messages = 100
	conn, err := smtpconn.Open(b.Context(), smtpconn.Target{Host: "127.0.0.1", Port: port, HELOName: "bench.test"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	var begun int64
	var began time.Time
	for i := range messages + 1 {
		if i == 1 {
			begun, began = turns.Load(), time.Now()
		}
		if _, err := conn.Deliver(b.Context(), smtpconn.Envelope{Sender: "console@bench.test", Recipient: "you@bench.test"},
			[]byte("Subject: x\r\n\r\nx\r\n"), nil); err != nil {
			b.Fatal(err)
		}
	}
	return float64(turns.Load()-begun) / messages, time.Since(began) / messages
}

// oneTrip is how long a command and its reply take on the line.
func oneTrip(b *testing.B, port, rounds int) time.Duration {
	client, err := gosmtp.Dial(fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	if err := client.Hello("bench.test"); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	for range rounds {
		if err := client.Noop(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began) / time.Duration(rounds)
}
