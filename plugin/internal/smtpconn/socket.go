package smtpconn

import (
	"net"
	"syscall"
	"time"
)

// socket is the TCP connection. It can be read without waiting, also below TLS.
type socket struct {
	net.Conn
	raw   syscall.RawConn // nil where there is none
	hasty bool            // Read does not wait
}

func newSocket(conn net.Conn) *socket {
	s := &socket{Conn: conn}
	if direct, ok := conn.(syscall.Conn); ok {
		s.raw, _ = direct.SyscallConn() // Without it Read waits for a glance.
	}
	return s
}

// glance is how long a hasty Read waits where it cannot do without.
const glance = 50 * time.Microsecond

// Read is that of the connection. When it is hasty and nothing has arrived, the error is a timeout.
func (s *socket) Read(p []byte) (int, error) {
	if !s.hasty {
		return s.Conn.Read(p)
	}
	if s.raw != nil {
		return readNow(s.Conn, s.raw, p)
	}
	_ = s.SetReadDeadline(time.Now().Add(glance))
	return s.Conn.Read(p)
}
