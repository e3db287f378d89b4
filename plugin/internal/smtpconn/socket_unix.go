//go:build unix

package smtpconn

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// readNow reads what has arrived. It costs one system call, and no timer.
func readNow(_ net.Conn, raw syscall.RawConn, p []byte) (n int, err error) {
	ended := raw.Read(func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), p)
		return true // Whatever came of it: there is nothing to wait for.
	})
	switch {
	case ended != nil:
		return 0, ended
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return 0, os.ErrDeadlineExceeded
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}
