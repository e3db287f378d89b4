package acceptance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/plugin/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// sink is Postfix's smtp-sink, which counts what it receives.
type sink struct {
	port     int
	received atomic.Int64
}

var sinkCount = regexp.MustCompile(`mesg=(\d+)`)

func startSink(b *testing.B) *sink {
	b.Helper()
	if _, err := exec.LookPath("/usr/sbin/smtp-sink"); err != nil {
		b.Skip("SKIPPED: postfix is not installed")
	}
	s := &sink{port: freePorts(b, 1)[0]}
	command := exec.Command("/usr/sbin/smtp-sink", "-u", "postfix", "-c", fmt.Sprintf("127.0.0.1:%d", s.port), "1000")
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	go func() {
		reader := bufio.NewReader(stdout)
		for {
			text, err := reader.ReadString('\r')
			if match := sinkCount.FindStringSubmatch(text); match != nil {
				count, _ := strconv.ParseInt(match[1], 10, 64)
				s.received.Store(count)
			}
			if err != nil {
				return
			}
		}
	}()
	awaitPort(b, s.port)
	return s
}

// await waits until so many messages more than before have arrived.
func (s *sink) await(b *testing.B, total int64) {
	b.Helper()
	for late := time.Now().Add(5 * time.Minute); s.received.Load() < total; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			b.Fatalf("%d of %d messages arrived", s.received.Load(), total)
		}
	}
}

// nullClient starts a Postfix that relays everything to the sink, and returns its port.
func nullClient(b *testing.B, sinkPort int, tuning string) int {
	b.Helper()
	if os.Getuid() != 0 {
		b.Skip("SKIPPED: Postfix needs root")
	}
	base := publicDir(b)
	for _, directory := range []string{"etc", "spool", "data"} {
		mkdir(b, filepath.Join(base, directory))
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		b.Skip("SKIPPED: there is no user postfix")
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	if err := os.Chown(filepath.Join(base, "data"), uid, gid); err != nil {
		b.Fatal(err)
	}
	port := freePorts(b, 1)[0]
	write(b, filepath.Join(base, "etc", "main.cf"), fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = null.client.test
mydestination =
relayhost = [127.0.0.1]:%[2]d
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = %[1]s/data/log
maillog_file_prefixes = %[1]s
%[3]s
`, base, sinkPort, tuning), 0o644)
	write(b, filepath.Join(base, "etc", "master.cf"), fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`, port), 0o644)
	etc := filepath.Join(base, "etc")
	if out, err := exec.Command("postfix", "-c", etc, "start").CombinedOutput(); err != nil {
		b.Fatalf("postfix: %v\n%s", err, out)
	}
	b.Cleanup(func() { _ = exec.Command("postfix", "-c", etc, "stop").Run() })
	awaitPort(b, port)
	return port
}

const (
	benchMessages = 3000
	benchCallers  = 8
	benchSize     = 2048
)

// BenchmarkNotify is from handing notifications over to all of them arrived, every step durable, beside the local mail relay
// that administrators use today. All deliver to the same sink and take turns.
func BenchmarkNotify(b *testing.B) {
	target := startSink(b)
	relays := map[string]int{
		"Postfix null client": nullClient(b, target.port, ""),
		"Postfix, tuned": nullClient(b, target.port, "in_flow_delay = 0\ndefault_destination_concurrency_limit = 50\n"+
			"initial_destination_concurrency = 20\nsmtp_connection_cache_on_demand = yes\nsmtp_connection_cache_destinations = 127.0.0.1"),
	}
	h := notifyHost(b, target.port)
	for range b.N {
		var contestants []contestant
		names := []string{"Postfix null client", "Postfix, tuned"}
		for _, name := range names {
			contestants = append(contestants, contestant{name, func() time.Duration { return relayAll(b, target, relays[name]) }})
		}
		contestants = append(contestants, contestant{"ours", func() time.Duration { return notifyAll(b, target, h) }})
		medians := sideBySide(b, 3, contestants...)
		better := min(medians[0], medians[1])
		ratio := float64(better) / float64(medians[2])
		b.ReportMetric(ratio, "×postfix")
		rows := [][]string{{"", "messages/s"}}
		for i, name := range append(names, "ours") {
			rows = append(rows, []string{name, fmt.Sprintf("%.0f", benchMessages/medians[i].Seconds())})
		}
		rows = append(rows, []string{"ours beside the better Postfix", fmt.Sprintf("%.2f ×", ratio)})
		table(b, fmt.Sprintf("%d messages of %d bytes, %d callers, accepted durably and delivered; median of 3 in turns (bar: 1.5 × the better Postfix)",
			benchMessages, benchSize, benchCallers), rows...)
	}
}

// notifyHost is the real plugin with settings for the port.
func notifyHost(b *testing.B, port int) *host.Host {
	b.Helper()
	h := openHost(b, manifest(b, "smtp", "smtp-plugin"))
	b.Cleanup(h.Close)
	result, err := h.Page().Save(b.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(port)), "use_other_account": shared.Boolean(true), "email": shared.Text("console@bench.test"),
	}}})
	if err != nil || !result.Saved {
		b.Fatal(err, result.Diagnostics)
	}
	return h
}

// relayAll has smtp-source hand messages to a relay.
func relayAll(b *testing.B, target *sink, port int) time.Duration {
	b.Helper()
	total := target.received.Load() + benchMessages
	began := time.Now()
	out, err := exec.Command("/usr/sbin/smtp-source", "-d", "-s", strconv.Itoa(benchCallers), "-m", strconv.Itoa(benchMessages), "-l", strconv.Itoa(benchSize),
		"-f", "console@bench.test", "-t", "you@bench.test", fmt.Sprintf("127.0.0.1:%d", port)).CombinedOutput()
	if err != nil {
		b.Fatalf("smtp-source: %v\n%s", err, out)
	}
	target.await(b, total)
	return time.Since(began)
}

// notifyAll hands messages to the notification service.
func notifyAll(b *testing.B, target *sink, h *host.Host) time.Duration {
	b.Helper()
	total := target.received.Load() + benchMessages
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
	target.await(b, total)
	return time.Since(began)
}

// BenchmarkSending is the sending layer alone over four connections, beside smtp-source.
func BenchmarkSending(b *testing.B) {
	target := startSink(b)
	const connections, messages = 4, 20_000
	for range b.N {
		medians := sideBySide(b, 3,
			contestant{"smtp-source", func() time.Duration {
				began := time.Now()
				out, err := exec.Command("/usr/sbin/smtp-source", "-d", "-s", strconv.Itoa(connections), "-m", strconv.Itoa(messages), "-l", strconv.Itoa(benchSize),
					"-f", "console@bench.test", "-t", "you@bench.test", fmt.Sprintf("127.0.0.1:%d", target.port)).CombinedOutput()
				if err != nil {
					b.Fatalf("smtp-source: %v\n%s", err, out)
				}
				return time.Since(began)
			}},
			contestant{"ours", func() time.Duration { return sendAll(b, target.port, connections, messages) }})
		rate := func(d time.Duration) float64 { return messages / d.Seconds() }
		b.ReportMetric(rate(medians[1])/rate(medians[0]), "×smtp-source")
		table(b, fmt.Sprintf("%d messages of %d bytes over %d connections, median of 3 in turns (bar: 1 × smtp-source)", messages, benchSize, connections),
			[]string{"smtp-source", fmt.Sprintf("%.0f/s", rate(medians[0]))}, []string{"ours", fmt.Sprintf("%.0f/s", rate(medians[1]))})
	}
}

func sendAll(b *testing.B, port, connections, messages int) time.Duration {
	b.Helper()
	text := []byte("Subject: Bench\r\n\r\n" + strings.Repeat("A line of a notification, as long as lines are.\r\n", benchSize/50))
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
				if _, err := conn.Deliver(b.Context(), smtpconn.Envelope{Sender: "console@bench.test", Recipient: "you@bench.test"}, text, nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// BenchmarkTripsPerMessage is the cost of one message over one connection on a line with 20 ms round trips. The trips are
// counted on the line. The time stands beside them, with that of a command that takes one trip by definition: what both are
// longer than 20 ms is the work of client, line and server, not waiting.
func BenchmarkTripsPerMessage(b *testing.B) {
	const trip, messages = 20 * time.Millisecond, 100
	for range b.N {
		l := lines(b, trip)[0]
		conn, err := smtpconn.Open(b.Context(), l.plan().Target, nil)
		if err != nil {
			b.Fatal(err)
		}
		begun, began := l.turns.Load(), time.Now()
		for range messages {
			if _, err := conn.Deliver(b.Context(), l.plan().Envelope, []byte("Subject: x\r\n\r\nx\r\n"), nil); err != nil {
				b.Fatal(err)
			}
		}
		each := time.Since(began) / messages
		trips := float64(l.turns.Load()-begun) / messages
		conn.Close()
		one := oneTrip(b, l, messages)
		b.ReportMetric(trips, "trips/message")
		b.ReportMetric(each.Seconds()/one.Seconds(), "×one-trip")
		table(b, "one message over one connection at 20 ms (bar: 2 round trips; Postfix needs 3, go-smtp alone 4)",
			[]string{"round trips, counted on the line", fmt.Sprintf("%.2f", trips)},
			[]string{"time of one message", each.Round(10 * time.Microsecond).String()},
			[]string{"time of one NOOP, which is one trip", one.Round(10 * time.Microsecond).String()},
			[]string{"message ÷ NOOP", fmt.Sprintf("%.2f", each.Seconds()/one.Seconds())})
	}
}

// oneTrip is how long a command and its reply take on the line.
func oneTrip(b *testing.B, l line, rounds int) time.Duration {
	client, err := gosmtp.Dial(fmt.Sprintf("127.0.0.1:%d", l.port))
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
