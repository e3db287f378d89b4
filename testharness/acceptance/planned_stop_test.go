package acceptance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// slowServer is a mail server that gives its final replies when the test says so.
type slowServer struct {
	*mailserver.Server
	*ledger
	entered chan string   // the subject of each message that waits for its reply
	gate    chan struct{} // closed when replies are given
	open    func()
}

func startSlowServer(t *testing.T) *slowServer {
	t.Helper()
	s := &slowServer{
		Server: practiceMailServer(t), ledger: newLedger(), entered: make(chan string, 1000), gate: make(chan struct{}),
	}
	s.open = sync.OnceFunc(func() { close(s.gate) })
	s.Receive = func(mail mailserver.Mail) error {
		parsed, err := parseMail(mail.Content)
		if err != nil {
			return err
		}
		subject := parsed.Header.Get("Subject")
		s.mu.Lock()
		s.arrived[subject]++
		s.mu.Unlock()
		s.entered <- subject
		<-s.gate
		return nil
	}
	startMailServer(t, s.Server, 0)
	t.Cleanup(s.open)
	return s
}

// handOver hands so many notifications over and waits until the server has the first of them.
func (s *slowServer) handOver(t *testing.T, h *host.Host, count int) {
	t.Helper()
	for i := range count {
		key := fmt.Sprintf("m%02d", i)
		receipt := notify(t, h, shared.Notification{Key: key, To: "you@email.com", Subject: key, Text: "x"})
		if receipt.ID == "" {
			t.Fatal(receipt.Diagnostics)
		}
		s.acknowledge(key)
	}
	s.awaitFirst(t)
}

func (s *slowServer) awaitFirst(t *testing.T) {
	t.Helper()
	select {
	case <-s.entered:
	case <-time.After(time.Minute):
		t.Fatal("the server was not given the message")
	}
}

// checkOnce opens the host anew, waits until nothing is left to send, and checks that each message arrived once.
func (s *slowServer) checkOnce(t *testing.T, h *host.Host) {
	t.Helper()
	s.await(t, h)
	s.report(t, 1, 0)
}

const waitingForOne = "stopping: waiting for the final reply of 1 message"

// awaitReason waits until the status of a host says what it waits for; it is false when the stop is over before that.
func awaitReason(h *host.Host, over <-chan struct{}) bool {
	for !strings.HasPrefix(h.Status().Reason, waitingForOne) {
		select {
		case <-over:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}

// TestRestartSendsNothingTwice restarts the plugin while the mail server takes its time with a final reply: the page
// and Notify are answered until the reply has come, only then the plugin is replaced, and what was not sent yet goes
// out afterwards.
func TestRestartSendsNothingTwice(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, `connections = 1`)
	h := supervised(t, path, host.WithHealthCheck(host.HealthCheck{Every: 20 * time.Millisecond}))
	configure(t, h, server.Port(), server.Password)
	server.handOver(t, h, 5)
	before, since := pluginProcess(t, path), h.Status().Since
	h.Restart()
	late := make(chan struct{})
	timer := time.AfterFunc(time.Minute, func() { close(late) })
	defer timer.Stop()
	if !awaitReason(h, late) {
		t.Fatalf("the status says %+v", h.Status())
	}
	if _, err := h.Page().Load(t.Context(), shared.LoadRequest{}); err != nil {
		t.Errorf("the page while it drains: %v", err)
	}
	receipt := notify(t, h, shared.Notification{Key: "late", To: "you@email.com", Subject: "late", Text: "x"})
	if receipt.ID == "" {
		t.Errorf("a notification while it drains: %v", receipt.Diagnostics)
	}
	server.acknowledge("late")
	if now := h.Status(); now.State != host.StateRunning || now.Since != since || pluginProcess(t, path) != before {
		t.Errorf("it did not wait: %+v", now)
	}
	server.open()
	awaitAnother(t, path, before)
	server.checkOnce(t, h)
}

// TestCloseSendsNothingTwice closes the host during a final reply.
func TestCloseSendsNothingTwice(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, `connections = 1`)
	h := supervised(t, path)
	configure(t, h, server.Port(), server.Password)
	server.handOver(t, h, 5)
	closed := make(chan struct{})
	go func() { defer close(closed); h.Close() }()
	if !awaitReason(h, closed) {
		t.Error("the host was closed before the server had replied")
	}
	server.open()
	<-closed
	server.checkOnce(t, supervised(t, path))
}

// TestCancelledStartSendsNothingTwice gives up a start whose plugin has begun to deliver, while it is asked to describe
// itself.
func TestCancelledStartSendsNothingTwice(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	passive := supervised(t, path, host.WithPassivePlugin())
	configure(t, passive, server.Port(), server.Password)
	receipt := notify(t, passive, shared.Notification{Key: "m00", To: "you@email.com", Subject: "m00", Text: "x"})
	if receipt.ID == "" {
		t.Fatal(receipt.Diagnostics)
	}
	server.acknowledge("m00")
	passive.Close()
	ctx, cancel := context.WithCancel(t.Context())
	draining := make(chan struct{})
	held := func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
		options ...grpc.CallOption) error {
		<-ctx.Done() // The first call is never made.
		return ctx.Err()
	}
	seen := func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer,
		options ...grpc.CallOption) (grpc.ClientStream, error) {
		if strings.HasSuffix(method, "/Drain") {
			close(draining)
		}
		return open(ctx, desc, conn, method, options...)
	}
	opened := make(chan error, 1)
	go func() {
		_, err := host.Open(ctx, path, host.WithDialOptions(grpc.WithChainUnaryInterceptor(held),
			grpc.WithChainStreamInterceptor(seen)))
		opened <- err
	}()
	server.awaitFirst(t)
	cancel()
	select {
	case <-draining:
	case err := <-opened:
		t.Errorf("the plugin was cut off: %v", err)
		opened <- err
	}
	server.open()
	if err := <-opened; err == nil {
		t.Error("a start that was given up has succeeded")
	}
	server.checkOnce(t, supervised(t, path))
}

// TestDrainLimit has the server never reply: the stop ends with the limit, and the message counts as sent with an
// unknown outcome.
func TestDrainLimit(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`, `drain_limit = "1s"`)
	h := supervised(t, path)
	configure(t, h, server.Port(), server.Password)
	server.handOver(t, h, 1)
	h.Close()
	again := supervised(t, path)
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		list, err := again.Notifier().List(t.Context(), shared.ListRequest{})
		if err == nil && len(list.Entries) == 1 && list.Entries[0].Failure != nil &&
			list.Entries[0].Failure.Code == "outcome_unknown" {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%+v, %v", list, err)
		}
	}
}

// TestSoakPlannedStops stops the plugin in every planned way under load, with a server that is slow to reply: nothing
// that was acknowledged is lost, and nothing is sent twice.
func TestSoakPlannedStops(t *testing.T) {
	t.Parallel()
	l := newLedger()
	server := l.server(t)
	receive := server.Receive
	var slow atomic.Bool // Until the stops are over; what is left then goes out quickly.
	slow.Store(true)
	server.Receive = func(mail mailserver.Mail) error {
		err := receive(mail)
		if slow.Load() { // One reply in sixteen takes longer than go-plugin would wait.
			time.Sleep(rand.N(200*time.Millisecond) + time.Duration(rand.N(16)/15)*3*time.Second)
		}
		return err
	}
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`, `connections = 20`)
	h, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	configure(t, h, server.Port(), "practice")
	h.Close()
	stops := rounds(8, 200)
	for turn := range stops {
		switch turn % 4 {
		case 0:
			stopFeeder(t, path, turn, l, syscall.SIGTERM)
		case 1:
			stopFeeder(t, path, turn, l, syscall.SIGHUP)
		default:
			stopHost(t, path, l, turn%4 == 2)
		}
	}
	slow.Store(false)
	l.await(t, supervised(t, path))
	l.report(t, stops, 0)
}

// stopFeeder lets a program feed for a while and signals its process group and its plugin.
func stopFeeder(t *testing.T, path string, turn int, l *ledger, signal syscall.Signal) {
	t.Helper()
	feeder := startFeeder(t, path, turn, l)
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	for _, pid := range processesWith(t, path) { // The feeder and its plugin, as a control group.
		_ = kill(pid, signal)
	}
	if err := feeder.Wait(); err != nil {
		t.Errorf("the feeder ended with %v", err)
	}
}

// stopHost feeds for a while, restarts the plugin and closes its host.
func stopHost(t *testing.T, path string, l *ledger, restarted bool) {
	t.Helper()
	h, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	stop := l.feedNamed(t, h, 4, fmt.Sprintf("h%d-", time.Now().UnixNano()))
	defer stop()
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	if restarted {
		before := pluginProcess(t, path)
		h.Restart()
		awaitAnother(t, path, before)
		await(t, h, host.StateRunning)
	}
}
