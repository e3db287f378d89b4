package mailserver

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

// script is one connection with a fault.
type script struct {
	running *Running
	fault   Fault
	tcp     *net.TCPConn
	conn    net.Conn
	reader  *bufio.Reader
	secured bool
	auth    int // lines of the login so far; 0 outside one
	data    bool
	held    string // answers that have yet to go out; see Fault.grouping
	// password is the last thing that was sent in a login, for servers that repeat it; nonce is that of SCRAM.
	password, nonce string
}

func (s *script) serve() {
	if s.fault.implicit && !s.secure() {
		return
	}
	s.reader = bufio.NewReader(s.conn)
	if !s.answer("greeting", "220 practice.mail.example ESMTP ready") {
		return
	}
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.running.record(line, s.secured)
		if !s.command(line) {
			return
		}
	}
}

// command answers one line; false ends the connection.
func (s *script) command(line string) bool {
	switch {
	case s.data:
		if line != "." {
			return true
		}
		s.data = false
		return s.answer(".", "250 2.0.0 Queued")
	case s.auth > 0:
		return s.login(line)
	}
	verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0])
	switch verb {
	case "EHLO":
		return s.answer(s.afterTLS("EHLO"), s.capabilities())
	case "AUTH":
		return s.login(line)
	case "STARTTLS":
		return s.startTLS()
	case "DATA":
		s.data = s.reply("DATA", "354 Go ahead")[:3] == "354"
		return s.answer("DATA", "354 Go ahead")
	case "QUIT":
		return s.answer("QUIT", "221 2.0.0 Bye") && false
	default:
		return s.answer(verb, "250 2.0.0 Ok")
	}
}

func (s *script) afterTLS(verb string) string {
	if _, special := s.fault.replies[verb+" tls"]; s.secured && special {
		return verb + " tls"
	}
	return verb
}

func (s *script) capabilities() string {
	list := s.fault.ehlo
	if list == nil {
		list = []string{"PIPELINING", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES", "8BITMIME"}
		if s.fault.certificate != nil && !s.secured {
			list = append(list, "STARTTLS")
		}
	}
	lines := append([]string{"practice.mail.example"}, list...)
	for i, line := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		lines[i] = "250" + separator + line
	}
	return strings.Join(lines, "\r\n")
}

// login answers a line of a login. Without a script every password is right.
func (s *script) login(line string) bool {
	s.auth++
	if words := strings.Fields(line); len(words) > 0 {
		if sent, err := base64.StdEncoding.DecodeString(words[len(words)-1]); err == nil {
			fields := strings.Split(string(sent), "\x00")
			s.password = fields[len(fields)-1]
			_, s.nonce, _ = strings.Cut(string(sent), "r=")
		}
	}
	standard := "235 2.7.0 Authentication successful"
	if s.auth == 1 && strings.EqualFold(line, "AUTH LOGIN") {
		standard = "334 VXNlcm5hbWU6"
	}
	if s.auth == 2 && s.fault.replies["AUTH"] == "" {
		standard = "334 UGFzc3dvcmQ6"
	}
	key := "AUTH"
	if s.auth > 1 {
		key = "AUTH " + string(rune('0'+s.auth))
	}
	reply := s.reply(key, standard)
	if !strings.HasPrefix(reply, "334") {
		s.auth = 0
	}
	reply = strings.NewReplacer("{password}", s.password, "{line}", line, "{nonce}", s.nonce).Replace(reply)
	if challenge, plain := strings.CutPrefix(reply, "334:"); plain {
		reply = "334 " + base64.StdEncoding.EncodeToString([]byte(challenge))
	}
	return s.perform(reply)
}

func (s *script) startTLS() bool {
	if !s.answer("STARTTLS", "220 2.0.0 Ready to start TLS") {
		return false
	}
	if reply := s.reply("STARTTLS", "220"); reply[:3] != "220" {
		return true
	}
	return s.secure()
}

// secure runs the handshake.
func (s *script) secure() bool {
	if action := s.fault.replies["handshake"]; action != "" {
		return s.perform(action)
	}
	config := s.running.config
	if s.fault.replies["large hello"] != "" {
		config = config.Clone()
		config.GetConfigForClient = s.dropLargeHello
	}
	secured := tls.Server(s.conn, config)
	if secured.Handshake() != nil {
		return false
	}
	s.conn, s.secured = secured, true
	s.reader = bufio.NewReader(secured)
	return true
}

// dropLargeHello treats a hello that holds a share for ML-KEM as a server does that cannot read it.
func (s *script) dropLargeHello(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if !slices.Contains(hello.SupportedCurves, tls.X25519MLKEM768) {
		return nil, nil
	}
	s.perform(s.fault.replies["large hello"])
	_ = s.tcp.Close() // Before crypto/tls says anything.
	return nil, errors.New("a hello in two segments")
}

// reply is what the script has for the key, or the standard.
func (s *script) reply(key, standard string) string {
	if scripted, ok := s.fault.replies[key]; ok {
		return scripted
	}
	return standard
}

func (s *script) answer(key, standard string) bool { return s.perform(s.reply(key, standard)) }

// perform sends a reply or carries out an action; false ends the connection.
func (s *script) perform(reply string) bool {
	switch reply {
	case actionClose:
		return false
	case actionReset:
		// A reset that comes too soon hits the client while it is still connecting.
		time.Sleep(50 * time.Millisecond)
		_ = s.tcp.SetLinger(0)
		return false
	case actionHalf:
		_ = s.tcp.CloseWrite()
		s.wait()
		return false
	case actionSilent:
		s.wait()
		return false
	case actionDrip:
		s.drip()
		return false
	case actionEndless:
		s.flood("220-and another thing\r\n")
		return false
	case actionLongLine:
		s.flood("220 blah blah blah blah blah blah blah blah ")
		return false
	case actionBinary:
		noise := make([]byte, 64)
		_, _ = rand.Read(noise)
		noise[0] = 0xff // Never by chance the beginning of a reply.
		_, err := s.conn.Write(append(noise, "\r\n"...))
		return err == nil
	case actionGarbage:
		// What comes before the client's first message would count as injected.
		if _, err := s.tcp.Read(make([]byte, 1)); err != nil {
			return false
		}
		_, err := s.conn.Write([]byte("\x16\x03\x01\x00\x05hello"))
		s.wait()
		return err == nil && false
	case actionPlain:
		if _, err := s.tcp.Read(make([]byte, 1)); err != nil {
			return false
		}
		_, err := s.conn.Write([]byte("250-practice.mail.example\r\n250 AUTH PLAIN LOGIN\r\n"))
		s.wait()
		return err == nil && false
	}
	return s.say(reply)
}

func (s *script) say(reply string) bool {
	s.held += reply + "\r\n"
	if s.fault.grouping && s.reader != nil && s.reader.Buffered() > 0 {
		return true
	}
	_, err := s.conn.Write([]byte(s.held))
	s.held = ""
	return err == nil
}

// wait reads without answering until the client gives up.
func (s *script) wait() {
	s.running.stall()
	buffer := make([]byte, 1024)
	for {
		if _, err := s.tcp.Read(buffer); err != nil {
			return
		}
	}
}

func (s *script) drip() {
	for {
		select {
		case <-s.running.closed:
			return
		case <-time.After(20 * time.Millisecond):
		}
		if _, err := s.conn.Write([]byte("2")); err != nil {
			return
		}
	}
}

// maxFlood bounds what an endless server sends in all, in bytes.
const maxFlood = 256 << 20

func (s *script) flood(piece string) {
	block := []byte(strings.Repeat(piece, 1000))
	for sent := 0; sent < maxFlood; sent += len(block) {
		if _, err := s.conn.Write(block); err != nil {
			return
		}
	}
}
