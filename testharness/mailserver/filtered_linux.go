package mailserver

import (
	"fmt"
	"net"
	"syscall"
	"time"
)

// Filtered is a port that swallows packets, as behind a firewall: connections to it neither succeed nor fail.
type Filtered struct {
	fd    int
	port  int
	conns []net.Conn
}

// NewFiltered makes a filtered port on 127.0.0.1. The kernel drops the packets of new connections while a queue that
// nobody empties is full.
func NewFiltered() (*Filtered, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := &Filtered{fd: fd}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, err
	}
	if err := syscall.Listen(fd, 0); err != nil {
		return nil, err
	}
	address, err := syscall.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	f.port = address.(*syscall.SockaddrInet4).Port
	for range 8 {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", f.port), 100*time.Millisecond)
		if err != nil {
			return f, nil // The queue is full.
		}
		f.conns = append(f.conns, conn)
	}
	return f, nil
}

// Port is the filtered port.
func (f *Filtered) Port() int { return f.port }

// Close gives the port back.
func (f *Filtered) Close() {
	for _, conn := range f.conns {
		_ = conn.Close()
	}
	_ = syscall.Close(f.fd)
}
