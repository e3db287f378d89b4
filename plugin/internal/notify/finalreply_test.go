package notify

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// lateReply is when the server says that it has taken a message: later than many programs wait, and earlier than
// RFC 5321 section 4.5.3.2.6 lets it.
const lateReply = 330 * time.Second

// lateServer takes messages, and says so late. It is reached in memory, where the time of a bubble counts.
type lateServer struct {
	chunks bool // it offers CHUNKING
	taken  atomic.Int64
}

// inMemory is one end of a connection in memory.
type inMemory struct{ net.Conn }

func (inMemory) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (inMemory) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 25} }

func (l *lateServer) dial(context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	go l.serve(server)
	return inMemory{client}, nil
}

func (l *lateServer) serve(conn net.Conn) {
	defer conn.Close()
	reader, reply := bufio.NewReader(conn), "220 mail.example ESMTP"
	for {
		if _, err := fmt.Fprint(conn, reply, "\r\n"); err != nil {
			return
		}
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		fields := strings.Fields(line)
		switch reply = "250 2.0.0 Ok"; fields[0] {
		case "EHLO":
			if reply = "250 mail.example"; l.chunks {
				reply = "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING"
			}
		case "DATA":
			_, _ = fmt.Fprint(conn, "354 Go ahead\r\n")
			for line != ".\r\n" && err == nil {
				line, err = reader.ReadString('\n')
			}
			reply = l.take()
		case "BDAT":
			size, _ := strconv.ParseInt(fields[1], 10, 64)
			_, _ = io.CopyN(io.Discard, reader, size)
			reply = l.take()
		case "QUIT":
			_, _ = fmt.Fprint(conn, "221 Bye\r\n")
			return
		}
	}
}

func (l *lateServer) take() string {
	time.Sleep(lateReply)
	return fmt.Sprintf("250 2.0.0 Queued as %d", 4710+l.taken.Add(1))
}

// TestLateFinalReply has a message go all its way, from its receipt to the last word about it, to a server that needs
// 330 s for that word: it is delivered once, counted as one attempt, and nothing pauses.
func TestLateFinalReply(t *testing.T) {
	present := time.Now()
	for name, chunks := range map[string]bool{"DATA": false, "BDAT": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(present)) // The database has the clock of the machine.
				server := &lateServer{chunks: chunks}
				s := newService(t, engines["sqlite"](t)(t))
				s.configuration.Delivery = func(context.Context) (Delivery, *finding.Finding, error) {
					return Delivery{Version: "1", Revision: 1, From: mail.Address{Address: "me@mail.example"},
						Target: smtpconn.Target{Host: "127.0.0.1", Port: 25, Dial: server.dial}}, nil, nil
				}
				s.Start(t.Context())
				receipts, err := s.Notify(t.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
					{To: "you@mail.example", Subject: "Alert", Text: "It happened."},
				}})
				if err != nil || receipts[0].ID == "" {
					t.Fatal(receipts, err)
				}
				checkAfter(t, s, server, lateReply/2, receipts[0].ID, shared.NotificationSending, 0, "")
				checkAfter(t, s, server, lateReply, receipts[0].ID, shared.NotificationDelivered, 1, "Queued as 4711")
				checkAfter(t, s, server, time.Hour/2, receipts[0].ID, shared.NotificationDelivered, 1, "Queued as 4711")
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// checkAfter holds what is said of the notification after a while.
func checkAfter(t *testing.T, s *Service, server *lateServer, wait time.Duration, id string,
	state shared.NotificationState, taken int64, reply string) {
	t.Helper()
	time.Sleep(wait)
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: id})
	if err != nil || detail.State != state || !strings.Contains(detail.Reply, reply) ||
		int64(len(detail.Attempts)) != taken || server.taken.Load() != taken {
		t.Errorf("%s later: %+v, %v; the server took %d", wait, detail, err, server.taken.Load())
	}
	status, err := s.Status(t.Context(), shared.StatusRequest{})
	if err != nil || status.State != shared.ServiceRunning || status.FailedAttemptsTotal != 0 ||
		s.breaker.current().Cause != nil {
		t.Errorf("%s later the service is %+v, %v", wait, status, err)
	}
}
