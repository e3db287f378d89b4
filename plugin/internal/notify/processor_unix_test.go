//go:build unix

package notify

import (
	"context"
	"fmt"
	"net"
	"net/mail"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

const (
	processedMessages = 3000
	processedCallers  = 8
)

// BenchmarkProcessor is how much time of the processor a message takes from Notify until it is delivered. What else the
// machine does changes little of that; the time of the server is not in it.
func BenchmarkProcessor(b *testing.B) {
	for engine, start := range engines {
		open := start(b)
		b.Run(engine, func(b *testing.B) {
			s := deliveringTo(b, open(b), startSink(b))
			process(b, s) // which prepares the statements
			spent := time.Duration(0)
			for b.Loop() {
				before := processorTime(b)
				process(b, s)
				spent += processorTime(b) - before
			}
			b.ReportMetric(float64(spent.Microseconds())/processedMessages/float64(b.N), "µs/message")
		})
	}
}

// startSink starts Postfix's smtp-sink, or skips the benchmark where it is not installed.
func startSink(b *testing.B) (port int) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	port = listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	sink := exec.Command("/usr/sbin/smtp-sink", "-u", "postfix", fmt.Sprintf("127.0.0.1:%d", port), "1000")
	if err := sink.Start(); err != nil {
		b.Skip("SKIPPED: postfix is not installed")
	}
	b.Cleanup(func() { _ = sink.Process.Kill(); _ = sink.Wait() })
	return port
}

// deliveringTo is a notification service on the database that delivers to the port.
func deliveringTo(b *testing.B, database *store.Store, port int) *Service {
	b.Helper()
	keys, err := secret.OpenKeyring(b.Context(), b.TempDir(), "", nil, true)
	if err != nil {
		b.Fatal(err)
	}
	delivery := Delivery{
		Version: "1", Target: smtpconn.Target{Host: "127.0.0.1", Port: port},
		From: mail.Address{Name: "Console", Address: "console@bench.test"},
	}
	s, err := New(b.Context(), Configuration{
		Store: database, Keeper: secret.NewKeeper(keys), Logger: hclog.NewNullLogger(),
		Delivery: func(context.Context) (Delivery, *finding.Finding, error) { return delivery, nil, nil },
		LockFile: filepath.Join(b.TempDir(), "notifications.lock"),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	s.Start(b.Context())
	return s
}

// process hands messages over and waits until they are delivered.
func process(b *testing.B, s *Service) {
	b.Helper()
	total := s.statistics.total.Load() + processedMessages
	text := strings.Repeat("A line of a notification, as long as lines are.\r\n", 2048/50)
	var callers sync.WaitGroup
	for range processedCallers {
		callers.Go(func() {
			for range processedMessages / processedCallers {
				_, err := s.Notify(b.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
					{To: "you@bench.test", Subject: "Bench", Text: text},
				}})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
	for s.statistics.total.Load() < total && !b.Failed() {
		time.Sleep(time.Millisecond)
	}
}

// processorTime is what this process has had of the processor.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
