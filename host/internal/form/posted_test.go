package form

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// one is a listener for a single connection.
type one struct {
	conns chan net.Conn
}

func (l one) Accept() (net.Conn, error) {
	conn, open := <-l.conns
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (l one) Close() error   { return nil }
func (l one) Addr() net.Addr { return &net.UnixAddr{} }

// TestStalledForm posts a form that never ends: it is given up, and the connection with it.
func TestStalledForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := New(nil, Options{Authorize: func(*http.Request) (string, error) { return "anna", nil }})
		client, server := net.Pipe()
		listener := one{make(chan net.Conn, 1)}
		listener.conns <- server
		running := &http.Server{Handler: handler}
		go func() { _ = running.Serve(listener) }()
		go func() {
			_, _ = client.Write([]byte("POST /save HTTP/1.1\r\nHost: console\r\n" +
				"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nvalue.server=smtp"))
		}()
		answer, err := http.ReadResponse(bufio.NewReader(client), nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusRequestTimeout || !strings.Contains(answer.Status, "Timeout") {
			t.Errorf("a form that stalls: %s", answer.Status)
		}
		_ = client.Close()
		close(listener.conns)
		_ = running.Close()
	})
}
