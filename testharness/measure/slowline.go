package measure

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// SlowLine stands between a client and a server on loopback as a long line would: what either side sends arrives half a
// round trip later, and the server notices the connection one and a half round trips after the client began it, when
// the third packet of TCP's handshake arrives. turns counts, over all connections, how often the client sent something
// after the server had: each is a round trip that was waited for.
func SlowLine(t testing.TB, target int, roundTrip time.Duration) (port int, turns *atomic.Int64) {
	t.Helper()
	turns = new(atomic.Int64)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go carry(client.(*net.TCPConn), target, roundTrip, turns)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, turns
}

func carry(client *net.TCPConn, target int, roundTrip time.Duration, turns *atomic.Int64) {
	defer func() { _ = client.Close() }()
	established := time.Now().Add(roundTrip)
	// What the client sends before its handshake is over would leave only then.
	var answered atomic.Bool
	fromClient := onTheWay(client, roundTrip/2, established, func() {
		if answered.Swap(false) {
			turns.Add(1)
		}
	})
	time.Sleep(time.Until(established.Add(roundTrip / 2)))
	server, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: target})
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	done := make(chan struct{}, 2)
	arrive := func(to *net.TCPConn, pieces <-chan piece) {
		for one := range pieces {
			time.Sleep(time.Until(one.due))
			if _, err := to.Write(one.content); err != nil {
				break
			}
		}
		_ = to.CloseWrite()
		done <- struct{}{}
	}
	go arrive(server, fromClient)
	go arrive(client, onTheWay(server, roundTrip/2, established, func() { answered.Store(true) }))
	<-done
	<-done
}

// piece is something that was sent and has not arrived yet.
type piece struct {
	content []byte
	due     time.Time
}

// onTheWay reads what is sent, each piece due after the delay, in order, however many are on their way, and tells of
// each.
func onTheWay(from io.Reader, delay time.Duration, earliest time.Time, tell func()) <-chan piece {
	pieces := make(chan piece, 10_000)
	go func() {
		defer close(pieces)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			sent := time.Now()
			if sent.Before(earliest) {
				sent = earliest
			}
			if n > 0 {
				tell()
				pieces <- piece{buffer[:n], sent.Add(delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	return pieces
}
