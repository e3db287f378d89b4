package acceptance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// limitedServer takes mail within limits, and counts what it refuses because of them.
type limitedServer struct {
	connections int    // at once; 0 does not limit
	at          string // where it says so: "greeting", "MAIL" or "."
	refusal     string
	messages    int    // over one connection
	offers      string // further lines of EHLO

	mu      sync.Mutex
	open    int
	opened  int
	refused int
	longest int            // messages over one connection
	domains int            // of recipients over one connection
	flights map[string]int // the verbs that came at once
}

// anew returns a server that is limited in the same way and has seen nobody yet.
func (s *limitedServer) anew() *limitedServer {
	return &limitedServer{
		connections: s.connections, at: s.at, refusal: s.refusal, messages: s.messages, offers: s.offers,
	}
}

func (s *limitedServer) start(t testing.TB) (port int) {
	t.Helper()
	s.flights = map[string]int{}
	return acceptEach(t, s.converse).Port
}

// crowd counts the connections that are open, and reports whether there are too many.
func (s *limitedServer) crowd(by int, at string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open += by
	s.opened += max(by, 0)
	crowded := s.connections > 0 && s.at == at && s.open > s.connections
	if crowded {
		s.refused++
	}
	return crowded
}

func (s *limitedServer) converse(conn net.Conn) {
	defer conn.Close()
	defer s.crowd(-1, "")
	if s.crowd(1, "greeting") {
		_, _ = io.WriteString(conn, s.refusal+"\r\n")
		return
	}
	reader, messages, domains := bufio.NewReader(conn), 0, map[string]bool{}
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 limited.example ESMTP")
	for flight := ""; ; {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(strings.ToUpper(line)), " ")
		switch verb {
		case "EHLO":
			say("250-limited.example\r\n" + s.offers + "250 AUTH PLAIN")
		case "AUTH":
			say("235 2.7.0 welcome")
		case "MAIL":
			if messages++; s.messages > 0 && messages > s.messages {
				s.note(func() { s.refused++ })
				say("421 4.7.0 Bye")
				return
			}
			if s.crowd(0, "MAIL") {
				say(s.refusal)
				return
			}
			say("250 ok")
		case "RCPT":
			domains[rest[strings.IndexByte(rest, '@'):strings.IndexByte(rest, '>')]] = true
			say("250 2.1.5 ok")
		case "DATA":
			say("354 go on")
			swallow(reader, -1)
		case "BDAT":
			var size int64
			_, _ = fmt.Sscanf(rest, "%d", &size)
			swallow(reader, size)
		default:
			say("250 2.0.0 ok")
		}
		if verb == "DATA" || verb == "BDAT" {
			if s.crowd(0, ".") {
				say(s.refusal)
				return
			}
			s.note(func() { s.longest, s.domains = max(s.longest, messages), max(s.domains, len(domains)) })
			say("250 2.0.0 queued as 4711")
		}
		if reader.Buffered() == 0 {
			s.note(func() { s.flights[flight+verb]++ })
			flight = ""
			continue
		}
		flight += verb + " "
	}
}

// swallow reads a message of a size, or up to the dot where that is -1.
func swallow(reader *bufio.Reader, size int64) {
	if size >= 0 {
		_, _ = io.CopyN(io.Discard, reader, size)
		return
	}
	for line, err := "", error(nil); line != ".\r\n" && err == nil; {
		line, err = reader.ReadString('\n')
	}
}

func (s *limitedServer) note(what func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what()
}

// deliverMany has the messages delivered, each at the first attempt that counts.
func (s *limitedServer) deliverMany(t *testing.T, count int, config ...string) {
	t.Helper()
	h := supervised(t, manifest(t, "smtp", "smtp-plugin", append(config, `retry_after = "10s"`)...))
	configure(t, h, s.start(t), "practice")
	notifyMany(t, h, count)
	awaitCount(t, h, shared.NotificationDelivered, int64(count))
	list, err := h.Notifier().List(t.Context(), shared.ListRequest{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list.Entries {
		if entry.Attempts != 1 || entry.Reply != "250 2.0.0 queued as 4711" {
			t.Errorf("an attempt was counted, or the final reply is not kept: %+v", entry)
		}
	}
}

// TestCrowdedServer sends to servers that allow 1, 2 or 3 connections, and say so at the greeting, after MAIL, or when
// they have the message: they get that many, and no attempt counts.
func TestCrowdedServer(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]*limitedServer{
		"1 at the greeting": {connections: 1, at: "greeting", refusal: "421 4.7.0 Too many connections from your host"},
		"2 at the greeting": {connections: 2, at: "greeting", refusal: "421 mail.example is not available"},
		"2 after MAIL":      {connections: 2, at: "MAIL", refusal: "421 4.3.2 Too many concurrent connections"},
		"3 with the message": {connections: 3, at: ".",
			refusal: "432 4.3.2 Concurrent connections limit exceeded. STOREDRV.ClientSubmit"},
		"2 with the message, in one flight": {connections: 2, at: ".", offers: "250-PIPELINING\r\n250-CHUNKING\r\n",
			refusal: "432 4.3.2 Concurrent connections limit exceeded. STOREDRV.ClientSubmit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engines := [][]string{nil}
			if server.at == "greeting" && server.connections == 2 {
				engines = append(engines, []string{
					fmt.Sprintf("database = %q", startPostgres(t).Database("crowded")), keyFile(t)})
			}
			for _, config := range engines {
				server := server.anew() // The connections of the engine before are open for a while.
				server.deliverMany(t, 400, append(config, "connections = 4")...)
				server.mu.Lock()
				if server.refused > 20 { // 1 in 20.
					t.Errorf("%d of 400 were refused", server.refused)
				}
				server.mu.Unlock()
			}
		})
	}
}

// TestOneFlight sends to a server that offers CHUNKING: each message comes with its envelope at once.
func TestOneFlight(t *testing.T) {
	t.Parallel()
	server := &limitedServer{offers: "250-PIPELINING\r\n250-CHUNKING\r\n"}
	server.deliverMany(t, 100)
	server.mu.Lock()
	defer server.mu.Unlock()
	if got := server.flights["MAIL RCPT BDAT"]; got != 100 || server.flights["NOOP"] > 4 {
		t.Errorf("the flights were %v", server.flights)
	}
}

// TestLimitedConnections sends to servers that take so many messages over a connection, or recipients of so many
// domains, whether they state it or not.
func TestLimitedConnections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server  *limitedServer
		refused int
	}{
		"10 messages, stated":     {&limitedServer{messages: 10, offers: "250-LIMITS MAILMAX=10 RCPTMAX=1\r\n"}, 0},
		"10 messages, not stated": {&limitedServer{messages: 10}, 12},
		"one domain, stated":      {&limitedServer{offers: "250-LIMITS RCPTDOMAINMAX=1\r\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.server.deliverMany(t, 300)
			c.server.mu.Lock()
			defer c.server.mu.Unlock()
			if c.server.refused > c.refused || c.server.messages > 0 && c.server.longest > c.server.messages ||
				strings.Contains(c.server.offers, "RCPTDOMAINMAX") && c.server.domains != 1 {
				t.Errorf("%d refused, %d messages and %d domains over one connection", c.server.refused, c.server.longest,
					c.server.domains)
			}
		})
	}
}
