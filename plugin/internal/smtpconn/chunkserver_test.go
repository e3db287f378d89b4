package smtpconn

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// chunkServer offers PIPELINING and CHUNKING, and records what it gets.
type chunkServer struct {
	offers  []string          // nil means both
	answers map[string]string // by verb; "." is the end of a message after DATA, and hangUp ends the connection
	extra   map[string]string // said behind the answer
	// together has the answers wait as long as there are commands to read, as Postfix does.
	together bool
	// late is the verb whose answer comes only when there is another command.
	late string
	// unswallowed takes a refused message for commands.
	unswallowed bool
	// most is how many bytes it reads before it tears the connection down; 0 means that it does not.
	most int64

	mu       sync.Mutex // guards what follows, and answers, unswallowed and most once it serves
	verbs    []string
	lines    []string
	messages []string
}

const (
	hangUp = "hang up"
	silent = "silent" // takes the command, and answers nothing any more
)

func (s *chunkServer) start(t *testing.T) Target {
	t.Helper()
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, s.serve))
	if err != nil {
		t.Fatal(err)
	}
	return Target{Host: "127.0.0.1", Port: address.Port, Limits: patientLimits}
}

func (s *chunkServer) serve(conn net.Conn) {
	from := io.Reader(conn)
	if most := s.reads(); most > 0 {
		from = io.LimitReader(conn, most)
		defer func() { _ = conn.(*net.TCPConn).SetLinger(0) }()
	}
	reader, pending, held := bufio.NewReader(from), "220 mail.example ESMTP\r\n", ""
	for {
		if !s.together || reader.Buffered() == 0 {
			_, _ = io.WriteString(conn, pending)
			pending = ""
		}
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " ?")[0])
		verb = s.note(verb, line)
		answer := s.answer(verb)
		if strings.Contains(line, " RET=") || strings.Contains(line, " NOTIFY=") {
			answer = cmp.Or(s.said("DSN "+verb), answer)
		}
		if verb == "BDAT" && s.swallows(answer) && !s.chunk(reader, line, answer) || answer == hangUp {
			return
		}
		if verb == "DATA" && answer[0] == '3' {
			_, _ = io.WriteString(conn, pending+answer+"\r\n")
			if pending = ""; !s.data(reader) {
				return
			}
			answer = s.answer(".")
		}
		if answer == silent {
			_, _ = io.WriteString(conn, pending)
			_, _ = io.Copy(io.Discard, reader)
			return
		}
		if verb == s.late {
			held = answer + "\r\n"
			continue
		}
		pending, held = pending+held+answer+"\r\n"+s.extra[verb], ""
	}
}

func (s *chunkServer) note(verb, line string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verbs, s.lines = append(s.verbs, verb), append(s.lines, strings.TrimSpace(line))
	return verb
}

// taken are the verbs, without that of the proof, and the messages. It forgets them.
func (s *chunkServer) taken() (verbs string, messages []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	verbs, messages = strings.TrimSuffix(strings.Join(s.verbs, " "), " NOOP"), s.messages
	s.verbs, s.messages, s.lines = nil, nil, nil
	return verbs, messages
}

func (s *chunkServer) answer(verb string) string {
	usual, known := map[string]string{
		"EHLO": "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING", "MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok",
		"DATA": "354 Go ahead", "BDAT": "250 2.0.0 Queued", ".": "250 2.0.0 Queued", "RSET": "250 Ok", "NOOP": "250 Ok",
	}[verb]
	if !known {
		usual = "500 5.5.2 Unknown command"
	}
	if verb == "EHLO" && s.offers != nil {
		usual = "250-mail.example\r\n250-" + strings.Join(s.offers, "\r\n250-") + "\r\n250 X"
	}
	return cmp.Or(s.said(verb), usual)
}

// said is what the test has it answer instead of the usual.
func (s *chunkServer) said(verb string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[verb]
}

func (s *chunkServer) swallows(answer string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.unswallowed || answer[0] == '2'
}

func (s *chunkServer) reads() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// hangUpAt has it end the connection at a command.
func (s *chunkServer) hangUpAt(verb string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = map[string]string{verb: hangUp}
}

// mend has it answer as usual from now on.
func (s *chunkServer) mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers, s.unswallowed, s.most = nil, false, 0
}

// chunk takes a message after BDAT.
func (s *chunkServer) chunk(reader *bufio.Reader, line, answer string) bool {
	var size int
	_, _ = fmt.Sscanf(line, "BDAT %d", &size)
	text := make([]byte, size)
	_, err := io.ReadFull(reader, text)
	s.keep(answer, string(text))
	return err == nil
}

// data takes a message after DATA.
func (s *chunkServer) data(reader *bufio.Reader) bool {
	for text := ""; ; {
		line, err := reader.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			s.keep(s.answer("."), text)
			return true
		}
		text += strings.TrimPrefix(line, ".")
	}
}

func (s *chunkServer) keep(answer, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer[0] == '2' {
		s.messages = append(s.messages, text)
	}
}

var chunkEnvelope = Envelope{Sender: "me@mail.example", Recipient: "you@mail.example"}

// open connects to a server, whose way is forgotten afterwards.
func (s *chunkServer) open(t *testing.T, target Target) *Conn {
	t.Helper()
	conn, err := Open(t.Context(), target, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	t.Cleanup(func() { unchunked.forget(target.route()); unnoticed.forget(target.route()) })
	_, _ = s.taken()
	return conn
}
