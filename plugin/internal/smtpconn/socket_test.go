package smtpconn

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// connected returns both ends of a TCP connection.
func connected(t testing.TB) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server
}

// TestLookNeitherWaitsNorLimits looks for what a silent server has said ahead. The deadline stays what it was.
func TestLookNeitherWaitsNorLimits(t *testing.T) {
	client, server := connected(t)
	w := newWire(client, nil, nil)
	defer w.limit(t.Context(), time.Minute)()
	if err := w.refuseAcceptedAhead(); err != nil {
		t.Fatal(err)
	}
	go func() {
		time.Sleep(20 * glance)
		_, _ = io.WriteString(server, "250 2.0.0 Queued\r\n")
	}()
	if reply, err := w.receive(); err != nil || reply.Code != 250 {
		t.Errorf("%v, %v", reply, err)
	}
}

// TestHastyRead reads what is there, that nothing is there, and the end.
func TestHastyRead(t *testing.T) {
	client, server := connected(t)
	s, p := newSocket(client), make([]byte, 10)
	s.hasty = true
	if n, err := s.Read(p); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing: %d, %v", n, err)
	}
	_, _ = io.WriteString(server, "250")
	await := func() {
		s.hasty = false
		_ = s.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := s.Read(p[:1]); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		s.hasty = true
	}
	await()
	if n, err := s.Read(p); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	_ = server.Close()
	await()
	if n, err := s.Read(p); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the end: %d, %v", n, err)
	}
	_ = s.SetReadDeadline(time.Unix(1, 0))
	if n, err := s.Read(p); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("cancelled: %d, %v", n, err)
	}
}
