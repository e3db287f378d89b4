package mailserver

import (
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"
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
	accepted int
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
	r := &Running{
		fault: f, listener: listener, closed: make(chan struct{}), stalled: make(chan struct{}), conns: map[net.Conn]bool{},
	}
	if f.untrusted {
		if authority, err = newAuthority("A company's own CA", time.Now().Add(-time.Hour),
			time.Now().AddDate(1, 0, 0)); err != nil {
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

// Connections is how many connections clients have made so far.
func (r *Running) Connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted
}

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

// Drain stops listening and returns when the clients have ended all connections themselves and everything that they
// sent has been read.
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
		r.accepted++
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
