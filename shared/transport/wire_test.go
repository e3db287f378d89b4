package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/smtp-settings/smtp-settings/shared"
)

// recorded is a connection that keeps what it carries.
type recorded struct {
	net.Conn
	mu             sync.Mutex
	sent, received bytes.Buffer
}

func (r *recorded) Write(content []byte) (int, error) {
	r.mu.Lock()
	r.sent.Write(content)
	r.mu.Unlock()
	return r.Conn.Write(content)
}

func (r *recorded) Read(content []byte) (int, error) {
	n, err := r.Conn.Read(content)
	r.mu.Lock()
	r.received.Write(content[:n])
	r.mu.Unlock()
	return n, err
}

// frames counts the frames of each type.
func frames(t *testing.T, content io.Reader) map[http2.FrameType]int {
	t.Helper()
	counts := map[http2.FrameType]int{}
	framer := http2.NewFramer(nil, content)
	for {
		frame, err := framer.ReadFrame()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // The rest was under way.
			return counts
		}
		if err != nil {
			t.Fatal(err)
		}
		counts[frame.Header().Type]++
	}
}

// TestCallsMeasureNoLine holds that a call is its request and its reply: neither side measures the line with pings.
func TestCallsMeasureNoLine(t *testing.T) {
	address := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", address)
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(hclog.NewNullLogger())
	page := &chattyPage{load: func() (shared.Snapshot, error) { return shared.Snapshot{}, nil }}
	ours := &grpcPlugin{page: func() shared.SettingsPage { return page }, capabilities: capabilities}
	if err := ours.GRPCServer(nil, server); err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Stop()
	line := &recorded{}
	conn, err := grpc.NewClient("passthrough:///plugin", append(ClientDialOptions(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			var err error
			line.Conn, err = net.Dial("unix", address)
			return line, err
		}))...)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	connection := newConnection(&client{alive: t.Context(), conn: conn}, capabilities)
	const calls = 20
	for range calls {
		if _, err := connection.Load(t.Context(), shared.LoadRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	line.mu.Lock()
	defer line.mu.Unlock()
	for side, content := range map[string]io.Reader{
		"the host":   bytes.NewReader(line.sent.Bytes()[len(http2.ClientPreface):]),
		"the plugin": bytes.NewReader(line.received.Bytes()),
	} {
		if sent := frames(t, content); sent[http2.FramePing] > 0 || sent[http2.FrameData] != calls {
			t.Errorf("%s sent %v in %d calls", side, sent, calls)
		}
	}
}

// TestMoreCallsThanWorkers has more calls wait than goroutines wait for calls: one more is answered at once.
func TestMoreCallsThanWorkers(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	connection, _, _ := serve(t, &chattyPage{load: func() (shared.Snapshot, error) {
		arrived <- struct{}{}
		<-answer
		return shared.Snapshot{}, nil
	}})
	var waiting sync.WaitGroup
	for range 3 * streamWorkers {
		waiting.Go(func() {
			if _, err := connection.Load(t.Context(), shared.LoadRequest{}); err != nil {
				t.Error(err)
			}
		})
	}
	for range 3 * streamWorkers {
		<-arrived
	}
	if _, err := connection.Info(t.Context()); err != nil {
		t.Error(err)
	}
	close(answer)
	waiting.Wait()
}
