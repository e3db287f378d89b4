package smtpconn

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// wire is the net.Conn under go-smtp. It reads whole replies and hands on only well-formed, bounded ones; it sees every
// command before it leaves; and it keeps the first failure, which go-smtp would wrap beyond recognition.
//
// A wire serves one goroutine at a time. Only the cancellation in limit comes from another one, and it touches nothing
// but the deadline of the connection.
type wire struct {
	tcp    *socket  // never changes; carries the deadlines
	conn   net.Conn // tcp, or TLS over it
	reader *bufio.Reader

	secrets    *redaction
	transcript *Transcript // nil where nobody reads it
	failure    *Error      // the first failure; final

	phase     phase
	command   []byte       // a command line of go-smtp, until it is complete
	asked     []string     // the verbs of the commands that the server has yet to answer
	forClient bytes.Buffer // replies that go-smtp has yet to read
	last      Reply        // the last reply read
	answered  string       // the verb that it answers; empty within a login

	extensions map[string]string // of the last EHLO, keywords in upper case
	fresh      map[string]string // the same, until go-smtp has been told

	// Pipelining (RFC 2920): while holding, MAIL and RCPT are kept back, and go-smtp is told that they have succeeded.
	// They leave together with the command that ends their group; see sendGroup.
	holding bool
	held    string
}

type phase uint8

const (
	commandPhase phase = iota
	loginPhase         // between AUTH and its final reply: every client line is a credential
)

// newWire begins a conversation over a fresh connection. A nil transcript records nothing.
func newWire(conn net.Conn, secrets *redaction, transcript *Transcript) *wire {
	w := &wire{tcp: newSocket(conn), secrets: secrets, transcript: transcript}
	w.use(w.tcp)
	return w
}

// use makes conn the connection to talk over, forgetting what was read ahead and what was offered before.
func (w *wire) use(conn net.Conn) {
	w.conn, w.extensions, w.fresh = conn, nil, nil
	w.reader = bufio.NewReaderSize(conn, maxReplyLine)
}

// limit bounds all reads and writes until done is called, by the time and by the context.
func (w *wire) limit(ctx context.Context, longest time.Duration) (done func()) {
	deadline := time.Now().Add(longest)
	if until, ok := ctx.Deadline(); ok && until.Before(deadline) {
		deadline = until
	}
	_ = w.tcp.SetDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { _ = w.tcp.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// fail keeps the first failure and returns it.
func (w *wire) fail(err error) error {
	if w.failure == nil {
		w.failure = asError(err)
		w.failure.Err = w.secrets.hideError(w.failure.Err)
		if w.transcript != nil {
			w.transcript.event(w.failure.brief())
		}
	}
	return w.failure
}

// receive reads one reply of the server.
func (w *wire) receive() (Reply, error) {
	if w.failure != nil {
		return Reply{}, w.failure
	}
	reply, err := w.read()
	if err != nil {
		return Reply{}, w.fail(err)
	}
	verb := ""
	if len(w.asked) > 0 {
		verb, w.asked = w.asked[0], w.asked[1:]
	}
	w.answered = verb
	switch {
	case w.phase == loginPhase && reply.Code != 334:
		w.phase = commandPhase
	case verb == "EHLO" && reply.Code == 250:
		w.extensions = extensionsOf(reply)
		w.fresh = w.extensions
	}
	w.last = reply
	return reply, nil
}

// read reads one reply, and records what arrived of it where the transcript is read.
func (w *wire) read() (Reply, error) {
	if w.transcript == nil {
		return readReply(w.reader, w.secrets, nil)
	}
	var arrived []string
	reply, err := readReply(w.reader, w.secrets, func(line string) { arrived = append(arrived, line) })
	w.record(arrived)
	return reply, err
}

// record adds what arrived of a reply to the transcript.
func (w *wire) record(arrived []string) {
	if w.phase == loginPhase {
		arrived = slices.Clone(arrived)
		for i, line := range arrived {
			if strings.HasPrefix(line, "334") {
				arrived[i] = "334 (challenge)"
			}
		}
	}
	w.transcript.server(arrived)
}

// exchange sends a command of our own and reads its reply.
func (w *wire) exchange(command string) (Reply, error) {
	if err := w.send(command + "\r\n"); err != nil {
		return Reply{}, err
	}
	return w.receive()
}

// send writes complete command lines to the server.
func (w *wire) send(lines string) error {
	if w.failure != nil {
		return w.failure
	}
	if err := w.refuseUnasked(); err != nil {
		return err
	}
	w.note(lines)
	if _, err := w.conn.Write([]byte(lines)); err != nil {
		return w.failWriting(err)
	}
	return nil
}

// note records command lines that leave now.
func (w *wire) note(lines string) {
	for line := range strings.Lines(lines) {
		w.transcript.client(w.shown(strings.TrimRight(line, "\r\n")))
	}
}

// shown is a command as the transcript may show it, and follows the protocol's state on the way.
func (w *wire) shown(line string) string {
	if w.phase == loginPhase {
		w.asked = append(w.asked, "")
		w.secrets.sent(line)
		return hiddenText
	}
	verb, _, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	w.asked = append(w.asked, verb)
	if verb != "AUTH" {
		return line
	}
	w.phase = loginPhase
	words := strings.SplitN(line, " ", 3)
	if len(words) < 3 {
		return line
	}
	w.secrets.sent(words[2])
	return words[0] + " " + words[1] + " " + hiddenText
}

// Write takes what go-smtp writes.
func (w *wire) Write(p []byte) (int, error) {
	if w.failure != nil {
		return 0, w.failure
	}
	w.command = append(w.command, p...)
	for {
		end := bytes.IndexByte(w.command, '\n')
		if end < 0 {
			return len(p), nil
		}
		line := string(w.command[:end+1])
		w.command = slices.Delete(w.command, 0, end+1)
		if err := w.forward(line); err != nil {
			return 0, err
		}
	}
}

// forward sends, holds or swallows one command line of go-smtp.
func (w *wire) forward(line string) error {
	bare := strings.TrimRight(line, "\r\n")
	switch {
	case strings.ContainsAny(bare, "\r\n\x00"):
		// Values are checked where they come in. This is the last line of defence.
		return w.fail(&Error{Kind: KindInternal, Err: errors.New("a command with a control character was not sent")})
	case bare == "*" && w.phase != loginPhase:
		// go-smtp cancels a login that the server has already ended; RFC 4954 section 4 has no place for that.
		w.answer("501 5.7.0 the login has ended")
		return nil
	case w.holding && (hasVerb(bare, "MAIL") || hasVerb(bare, "RCPT")):
		w.held += line
		w.answer("250 2.0.0 held back")
		return nil
	default:
		return w.send(line)
	}
}

func hasVerb(line, verb string) bool {
	return len(line) >= len(verb) && strings.EqualFold(line[:len(verb)], verb)
}

// sendGroup sends what was held back, with the command that ends the group unless it is empty. The replies are read
// with receive, in order.
func (w *wire) sendGroup(last string) error {
	lines := w.held
	if last != "" {
		lines += last + "\r\n"
	}
	w.holding, w.held = false, ""
	return w.send(lines)
}

// answer gives go-smtp a reply that the server did not send.
func (w *wire) answer(line string) { w.forClient.WriteString(line + "\r\n") }

// Read gives go-smtp the next reply.
func (w *wire) Read(p []byte) (int, error) {
	if w.forClient.Len() == 0 {
		if w.failure != nil {
			return 0, w.failure
		}
		reply, err := w.receive()
		if err != nil {
			return 0, err
		}
		w.handOver(reply)
	}
	return w.forClient.Read(p)
}

// handOver writes out for go-smtp what it needs to know of a reply: the code, of which the first digit counts where
// go-smtp wants a certain one (RFC 5321 section 4.2.1), but not for EHLO, where 220 is a second greeting; a
// challenge, in several lines where it is long; and which extensions there are, in upper case, because go-smtp compares
// them letter for letter. What is too long for it is cut.
func (w *wire) handOver(reply Reply) {
	code, lines := reply.Code, []string{""}
	switch {
	case code == 334:
		lines = challengeLines(reply)
	case (w.answered == "MAIL" || w.answered == "RCPT") && code/100 == 2:
		code = 250
	default:
		lines[0] = shortenedTo(reply.Text(), maxHandedOver)
	}
	for keyword := range w.fresh {
		lines = append(lines, shortenedTo(keyword, maxHandedOver))
	}
	w.fresh = nil
	for i, line := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		fmt.Fprintf(&w.forClient, "%d%s%s\r\n", code, separator, shortenedTo(line, maxReplyLine-len("334-\r\n")))
	}
}

// maxHandedOver is how much of a text go-smtp is told, in bytes. Its own bound is that of one line as it came, and a
// text that came as Latin-1 is longer now.
const maxHandedOver = 200

func shortenedTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// extensionsOf reads the keywords of an EHLO reply (RFC 5321 section 4.1.1.1) without regard to case. The old form
// "AUTH=LOGIN" counts as "AUTH LOGIN".
func extensionsOf(reply Reply) map[string]string {
	extensions := map[string]string{}
	for _, line := range reply.heard()[1:] {
		keyword, parameters, _ := strings.Cut(strings.TrimSpace(line), " ")
		keyword = strings.ToUpper(keyword)
		if mechanism, old := strings.CutPrefix(keyword, "AUTH="); old {
			keyword, parameters = "AUTH", mechanism+" "+parameters
		}
		if keyword == "AUTH" {
			parameters = strings.ToUpper(extensions["AUTH"] + " " + parameters)
		}
		if keyword != "" {
			extensions[keyword] = strings.TrimSpace(parameters)
		}
	}
	return extensions
}

// Close ends the connection without a word.
func (w *wire) Close() error { return w.tcp.Close() }

// LocalAddr and RemoteAddr are those of the TCP connection.
func (w *wire) LocalAddr() net.Addr  { return w.tcp.LocalAddr() }
func (w *wire) RemoteAddr() net.Addr { return w.tcp.RemoteAddr() }

// SetDeadline, SetReadDeadline and SetWriteDeadline do nothing: go-smtp sets its own for every command and lifts them
// again, which would lift those of limit.
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

var _ net.Conn = (*wire)(nil)
