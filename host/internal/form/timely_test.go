package form_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// slowPage takes its time for everything that the script or the browser waits for.
type slowPage struct {
	shared.SettingsPage
	pause time.Duration
	size  int // of the detail of each step
}

func (p *slowPage) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	time.Sleep(p.pause)
	return p.SettingsPage.Save(ctx, request)
}

func (p *slowPage) Test(ctx context.Context, _ shared.TestRequest, send func(shared.TestEvent) error) error {
	step := shared.StepResult{ID: "step", Label: "Step", Status: shared.StatusPassed, Detail: strings.Repeat("x", p.size)}
	time.Sleep(p.pause) // It may wait before the first event, too.
	for range 3 {
		_ = send(shared.StepFinished{StepResult: step})
		time.Sleep(p.pause)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return send(shared.Completed{Report: shared.TestReport{
		Outcome: "passed", Headline: "It ended well", Status: shared.StatusPassed,
	}})
}

// pipes is a network of pipes, whose deadlines follow the clock of the bubble.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	p.connections <- far
	return near, nil
}

// served serves the page with a WriteTimeout as Consoles have it, and calls use inside the bubble.
func served(t *testing.T, pause time.Duration, size int, writeTimeout time.Duration, use func(*pipes)) {
	opened, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		handler := form.New(&slowPage{SettingsPage: opened, pause: pause, size: size}, form.Options{
			Authorize:   func(*http.Request) (string, error) { return "anna", nil },
			PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
			Logger: hclog.NewNullLogger(),
		})
		network := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: handler, WriteTimeout: writeTimeout, Protocols: spoken("HTTP/1", "HTTP/2")}
		done := make(chan error)
		go func() { done <- server.Serve(network) }()
		use(network)
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// spoken are protocols without TLS; what is no version of HTTP means HTTP/1.
func spoken(versions ...string) *http.Protocols {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(slices.Contains(versions, "HTTP/2"))
	protocols.SetHTTP1(versions[0] != "HTTP/2")
	return protocols
}

// TestWriteTimeoutIsForEachPiece has the plugin take longer than the server's WriteTimeout, for a stream, for a page
// and for a redirect. The connection is used again afterwards.
func TestWriteTimeoutIsForEachPiece(t *testing.T) {
	posted := url.Values{"revision": {"0"}, "present": {"address"}, "value.address": {"127.0.0.1:1"}}.Encode()
	for name, test := range map[string]struct {
		route, accept, want string
		status              int
	}{
		"stream":   {"/test", "application/x-ndjson", "It ended well", http.StatusOK},
		"page":     {"/test", "text/html", "It ended well", http.StatusOK},
		"redirect": {"/save", "text/html", "", http.StatusSeeOther},
	} {
		for limited, limit := range map[string]time.Duration{
			"10 s": 10 * time.Second, "no limit": 0, "HTTP/2": 10 * time.Second,
		} {
			t.Run(name+", "+limited, func(t *testing.T) {
				served(t, 12*time.Second, 10, limit, func(network *pipes) {
					client := &http.Client{Transport: &http.Transport{DialContext: network.dial, Protocols: spoken(limited)},
						CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
					defer client.CloseIdleConnections()
					for range 2 {
						request, _ := http.NewRequest(http.MethodPost, "http://console.example"+test.route, strings.NewReader(posted))
						request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
						request.Header.Set("Accept", test.accept)
						answer, err := client.Do(request)
						if err != nil {
							t.Fatal(err)
						}
						body, err := io.ReadAll(answer.Body)
						if err != nil || !strings.Contains(string(body), test.want) {
							t.Errorf("%v, %s", err, body)
						}
						if answer.StatusCode != test.status {
							t.Errorf("status %s", answer.Status)
						}
						if test.status == http.StatusSeeOther { // The next save would find a newer revision.
							break
						}
					}
				})
			})
		}
	}
}

// TestStreamIsNotTakenForDead has steps take longer than proxies wait for.
func TestStreamIsNotTakenForDead(t *testing.T) {
	served(t, 5*time.Minute, 10, 10*time.Second, func(network *pipes) {
		connection, _ := network.dial(t.Context(), "", "")
		defer connection.Close()
		go func() { _, _ = io.WriteString(connection, streamRequest) }()
		reader := bufio.NewReader(connection)
		head, last, longest, everything := true, time.Now(), time.Duration(0), ""
		for {
			line, err := reader.ReadString('\n')
			longest, last = max(longest, time.Since(last)), time.Now()
			if everything += line; err != nil || strings.Contains(line, "It ended well") {
				break
			}
			if head && strings.TrimSpace(line) == "" {
				head = false
				if !strings.Contains(everything, "X-Accel-Buffering: no") {
					t.Errorf("a proxy may hold the stream back:\n%s", everything)
				}
			}
		}
		if !strings.Contains(everything, "It ended well") || longest > 20*time.Second {
			t.Errorf("nothing came for %s, and then\n%s", longest, everything)
		}
	})
}

const streamRequest = "POST /test HTTP/1.1\r\nHost: console.example\r\nAccept: application/x-ndjson\r\n" +
	"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n"

// TestSlowReaderIsGivenUp has a browser read nothing of what it has asked for.
func TestSlowReaderIsGivenUp(t *testing.T) {
	served(t, time.Second, 1<<20, 10*time.Second, func(network *pipes) {
		connection, _ := network.dial(t.Context(), "", "")
		defer connection.Close()
		if _, err := io.WriteString(connection, streamRequest); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		time.Sleep(11 * time.Second) // The header is written for 10 s.
		synctest.Wait()
		rest, err := io.ReadAll(connection)
		if len(rest) != 0 || time.Since(begun) > 12*time.Second {
			t.Errorf("after %s, %v: %d bytes", time.Since(begun), err, len(rest))
		}
		time.Sleep(10 * time.Second) // Until the plugin has seen it.
	})
}
