package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// failingPage fails every call in one way.
type failingPage struct {
	shared.SettingsPage
	fail func(ctx context.Context) error
}

func (p *failingPage) Load(ctx context.Context, _ shared.LoadRequest) (shared.Snapshot, error) {
	return shared.Snapshot{}, p.fail(ctx)
}

func (p *failingPage) Test(ctx context.Context, _ shared.TestRequest, send func(shared.TestEvent) error) error {
	if err := send(shared.StepStarted{ID: "one"}); err != nil {
		return err
	}
	return p.fail(ctx)
}

func serveFailing(
	t *testing.T, fail func(ctx context.Context) error,
) (page *Connection, server *grpc.Server, die context.CancelFunc) {
	t.Helper()
	return serve(t, &failingPage{fail: fail})
}

// serve serves a page over a socket, as Serve and a host do, and returns the host's side of it.
func serve(t *testing.T, served shared.SettingsPage) (page *Connection, server *grpc.Server, die context.CancelFunc) {
	t.Helper()
	return serveTable(t, served, capabilities)
}

// serveTable is serve with a table of capabilities of the test's own.
func serveTable(
	t *testing.T, served shared.SettingsPage, table []capability,
) (page *Connection, server *grpc.Server, die context.CancelFunc) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", address)
	if err != nil {
		t.Fatal(err)
	}
	server = newServer(hclog.NewNullLogger())
	ours := &grpcPlugin{page: func() shared.SettingsPage { return served }, capabilities: table}
	if err := ours.GRPCServer(nil, server); err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(
		"unix:"+address, append(ClientDialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()))...,
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	alive, die := context.WithCancel(context.Background())
	t.Cleanup(die)
	connection, err := ours.GRPCClient(alive, nil, conn)
	if err != nil {
		t.Fatal(err)
	}
	return connection.(*Connection), server, die
}

// callsOf makes a call with one reply and one with a stream.
func callsOf(page *Connection) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"unary": func(ctx context.Context) error {
			_, err := page.Load(ctx, shared.LoadRequest{})
			return err
		},
		"stream": func(ctx context.Context) error {
			return page.Test(ctx, shared.TestRequest{}, func(shared.TestEvent) error { return nil })
		},
	}
}

// TestOnlyADeadPluginIsUnavailable has a living page fail in every way there is: it is never taken for dead, nobody
// waits for its end, and code, words and details of the cause arrive.
func TestOnlyADeadPluginIsUnavailable(t *testing.T) {
	type way struct {
		name string
		err  error
		code codes.Code
		text string
	}
	ways := []way{
		{"context.Canceled", context.Canceled, codes.Canceled, "context canceled"},
		{
			"wrapped context.Canceled", fmt.Errorf("the query of the directory: %w", context.Canceled), codes.Canceled,
			"the query of the directory",
		},
		{"joined context.Canceled", errors.Join(errors.New("first"), context.Canceled), codes.Canceled, "first"},
		{
			"wrapped deadline", fmt.Errorf("reading the database: %w", context.DeadlineExceeded),
			codes.DeadlineExceeded, "reading the database",
		},
		{"plain", errors.New("disk full"), codes.Internal, "disk full"},
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		detailed, err := status.New(code, "from the page").WithDetails(&settingsv1.InfoResponse{Name: "detail"})
		if err != nil {
			t.Fatal(err)
		}
		ways = append(ways,
			way{code.String(), detailed.Err(), code, "from the page"},
			way{"wrapped " + code.String(), fmt.Errorf("while loading: %w", detailed.Err()), code, "while loading"},
			way{"panic after " + code.String(), nil, codes.Internal, "panicked"})
	}
	for _, one := range ways {
		page, _, _ := serveFailing(t, func(context.Context) error {
			if one.err == nil {
				panic("a defect")
			}
			return one.err
		})
		for kind, call := range callsOf(page) {
			began := time.Now()
			err := call(t.Context())
			if took := time.Since(began); took >= exitNotice {
				t.Errorf("%s, %s: it took %s", one.name, kind, took)
			}
			if errors.Is(err, shared.ErrPluginUnavailable) || status.Code(err) != one.code ||
				!strings.Contains(err.Error(), one.text) {
				t.Errorf("%s, %s: %v", one.name, kind, err)
			}
			if unsupported := errors.Is(err, shared.ErrUnsupported); unsupported != (one.code == codes.Unimplemented) {
				t.Errorf("%s, %s: taken for unsupported: %v", one.name, kind, unsupported)
			}
			if strings.Contains(one.text, "page") && len(status.Convert(err).Details()) != 1 {
				t.Errorf("%s, %s: the details are lost", one.name, kind)
			}
		}
	}
}

// TestDeadPluginIsUnavailable ends the process during a call.
func TestDeadPluginIsUnavailable(t *testing.T) {
	for _, kind := range []string{"unary", "stream"} {
		entered := make(chan struct{})
		page, server, die := serveFailing(t, func(ctx context.Context) error {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		})
		go func() {
			<-entered
			server.Stop()
			die()
		}()
		err := callsOf(page)[kind](t.Context())
		if !errors.Is(err, shared.ErrPluginUnavailable) {
			t.Errorf("%s: %v", kind, err)
		}
		if code := status.Code(err); code != codes.Unavailable && code != codes.Canceled {
			t.Errorf("%s: the cause is lost: %v", kind, err)
		}
		if err := callsOf(page)[kind](t.Context()); !errors.Is(err, shared.ErrPluginUnavailable) {
			t.Errorf("%s afterwards: %v", kind, err)
		}
	}
}

// TestBrokenConnectionIsNoDeath breaks the connection to a process that lives on.
func TestBrokenConnectionIsNoDeath(t *testing.T) {
	entered := make(chan struct{})
	page, server, _ := serveFailing(t, func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	})
	go func() {
		<-entered
		server.Stop()
	}()
	_, err := page.Load(t.Context(), shared.LoadRequest{})
	if err == nil || errors.Is(err, shared.ErrPluginUnavailable) {
		t.Errorf("it is taken for dead: %v", err)
	}
}

// TestPluginNoticesTheLimitFirst answers before the caller's own clock has reached the limit that both keep.
func TestPluginNoticesTheLimitFirst(t *testing.T) {
	page, _, _ := serveFailing(t, func(context.Context) error {
		return status.Error(codes.DeadlineExceeded, "context deadline exceeded")
	})
	for kind, call := range callsOf(page) {
		limited, cancel := context.WithTimeout(t.Context(), deadlineSlack)
		if err := call(limited); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", kind, err)
		}
		cancel()
	}
}

// TestCallerWhoGivesUp gets the reason why its context ended.
func TestCallerWhoGivesUp(t *testing.T) {
	page, _, _ := serveFailing(t, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	for kind, call := range callsOf(page) {
		cancelled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := call(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", kind, err)
		}
		limited, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := call(limited); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s, limited: %v", kind, err)
		}
		cancel()
	}
}
