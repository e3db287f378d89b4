package smtpconn

import (
	"net"
	"os"
	"syscall"
	"testing"
)

// TestNumbersOfWindows sorts the errors of Windows Sockets, by the numbers of their reference.
func TestNumbersOfWindows(t *testing.T) {
	for number, want := range map[syscall.Errno]Kind{
		10061: KindConnectionRefused, 10065: KindUnreachable, 10051: KindUnreachable, 10049: KindUnreachable,
		10060: KindTimeout, 121: KindTimeout, 10054: KindReset, 10053: KindReset, 10013: KindNetwork,
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", number)}
		if got := kindOf(err); got != want {
			t.Errorf("%d is %s, want %s", number, got, want)
		}
	}
}
