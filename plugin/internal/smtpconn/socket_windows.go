package smtpconn

import (
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

// pollFD is WSAPOLLFD.
type pollFD struct {
	socket         uintptr
	wanted, events int16
}

// pollRead is POLLIN: there is something to read, or the end.
const pollRead = 0x300

// readNow reads what has arrived. It asks first, because a read on Windows cannot be taken back at once.
func readNow(conn net.Conn, raw syscall.RawConn, p []byte) (int, error) {
	readable := false
	if err := raw.Read(func(socket uintptr) bool {
		asked := pollFD{socket: socket, wanted: pollRead}
		found, _, _ := wsaPoll.Call(uintptr(unsafe.Pointer(&asked)), 1, 0) //nolint:gosec // the call takes it so
		readable = found == 1
		return true // Whatever came of it: there is nothing to wait for.
	}); err != nil {
		return 0, err
	}
	if !readable {
		return 0, os.ErrDeadlineExceeded
	}
	return conn.Read(p)
}
