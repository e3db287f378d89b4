package mailserver

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a practice mail server that goes wrong in one way, and what a test of it must say.
type Fault struct {
	Name  string
	Label string
	// UseSSL and NoLogin tell how the form must be filled in to meet the fault.
	UseSSL  bool
	NoLogin bool
	// Expect is what the test must say.
	Expect Expectation
	// Slow faults show only when a time limit has passed.
	Slow bool

	implicit    bool     // speaks TLS from the start
	certificate *Request // its certificate; with implicit or STARTTLS
	tls         func(*tls.Config)
	untrusted   bool // the certificate comes from an authority that nobody knows
	ehlo        []string
	replies     map[string]string // by verb; see script.reply
}

// Expectation is what a test of a fault must say.
type Expectation struct {
	Outcome string
	Code    string // code of the first diagnostic
	Step    string
	Field   string
}

// Actions stand in the place of a reply.
const (
	actionClose    = "!close"     // ends the connection
	actionReset    = "!reset"     // tears it down
	actionHalf     = "!half"      // closes our side but goes on listening
	actionSilent   = "!silent"    // says nothing any more
	actionDrip     = "!drip"      // says one character at a time, without end
	actionEndless  = "!endless"   // sends reply lines without end
	actionLongLine = "!long-line" // sends one line without end
	actionBinary   = "!binary"    // sends random bytes
	actionGarbage  = "!garbage"   // starts the handshake with rubbish
)

// Running is a fault that listens.
type Running struct {
	fault    Fault
	listener net.Listener
	config   *tls.Config
	closed   chan struct{}
	closing  sync.Once
	stalled  chan struct{}
	mu       sync.Mutex
	conns    map[net.Conn]bool
	received []string
	inClear  []string
	wg       sync.WaitGroup
}

// Start listens on the port of 127.0.0.1, or on a free one when it is 0. The certificates come from the authority.
func (f Fault) Start(authority *Authority, port int) (*Running, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return nil, err
	}
	r := &Running{fault: f, listener: listener, closed: make(chan struct{}), stalled: make(chan struct{}), conns: map[net.Conn]bool{}}
	if f.untrusted {
		if authority, err = newAuthority("Somebody's own CA", time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)); err != nil {
			return nil, err
		}
	}
	request := Request{}
	if f.certificate != nil {
		request = *f.certificate
	}
	if r.config, err = authority.Config(request); err != nil {
		return nil, err
	}
	if f.tls != nil {
		f.tls(r.config)
	}
	r.wg.Add(1)
	go r.accept()
	return r, nil
}

// Port is where the fault listens.
func (r *Running) Port() int { return r.listener.Addr().(*net.TCPAddr).Port }

// Certificate is the server's certificate in DER form, also where it is never shown.
func (r *Running) Certificate() []byte { return r.config.Certificates[0].Certificate[0] }

// Received returns every line that clients have sent, over all connections.
func (r *Running) Received() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

// InClear returns those of the received lines that came over an unencrypted connection.
func (r *Running) InClear() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.inClear)
}

// Stalled is closed when the server has fallen silent for the first time.
func (r *Running) Stalled() <-chan struct{} { return r.stalled }

func (r *Running) stall() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.stalled:
	default:
		close(r.stalled)
	}
}

func (r *Running) record(line string, secured bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received = append(r.received, line)
	if !secured {
		r.inClear = append(r.inClear, line)
	}
}

// Drain stops listening and returns when the clients have ended all connections themselves and everything that they sent
// has been read.
func (r *Running) Drain() {
	_ = r.listener.Close()
	r.wg.Wait()
}

// Close ends the server and all its connections and returns when they are gone. It may be called more than once.
func (r *Running) Close() {
	r.closing.Do(func() { close(r.closed) })
	_ = r.listener.Close()
	r.mu.Lock()
	for conn := range r.conns {
		_ = conn.Close()
	}
	r.mu.Unlock()
	r.wg.Wait()
}

func (r *Running) accept() {
	defer r.wg.Done()
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.conns[conn] = true
		r.mu.Unlock()
		r.wg.Add(1)
		go func() {
			defer r.wg.Done()
			(&script{running: r, fault: r.fault, tcp: conn.(*net.TCPConn), conn: conn}).serve()
			r.mu.Lock()
			delete(r.conns, conn)
			r.mu.Unlock()
			_ = conn.Close()
		}()
	}
}

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
	// password is the last thing that was sent in a login, for servers that repeat it.
	password string
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
	return s.perform(strings.NewReplacer("{password}", s.password, "{line}", line).Replace(reply))
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
	secured := tls.Server(s.conn, s.running.config)
	if secured.Handshake() != nil {
		return false
	}
	s.conn, s.secured = secured, true
	s.reader = bufio.NewReader(secured)
	return true
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
	}
	_, err := s.conn.Write([]byte(reply + "\r\n"))
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

// Answering returns the fault with other replies by verb; those to the lines of a login that follow AUTH are called "AUTH 2" and
// so on. There {line} is the line itself and {password} the last thing that was sent in it.
func (f Fault) Answering(replies map[string]string) Fault {
	f.replies = replies
	return f
}

// Offering returns the fault with other keywords in its reply to EHLO.
func (f Fault) Offering(keywords ...string) Fault {
	f.ehlo = keywords
	return f
}
