package socketerror

import (
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
)

// meanings are the questions that can be asked about an error.
var meanings = []struct {
	name    string
	holds   func(error) bool
	numbers []syscall.Errno
}{
	{"refused", Refused, documented.refused},
	{"unreachable", Unreachable, documented.unreachable},
	{"reset", Reset, documented.reset},
	{"timed out", TimedOut, documented.timedOut},
}

// TestNumbers asks about each number all that can be asked, however deep it lies: one answer is yes.
func TestNumbers(t *testing.T) {
	for _, c := range meanings {
		for _, number := range c.numbers {
			err := fmt.Errorf("x: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", number)})
			for _, asked := range meanings {
				if got := asked.holds(err); got != (asked.name == c.name) {
					t.Errorf("%d (%v), which is %s, is %s: %v", number, number, c.name, asked.name, got)
				}
			}
		}
	}
	for _, asked := range meanings {
		if asked.holds(net.ErrClosed) || asked.holds(nil) || asked.holds(syscall.Errno(0xffff)) {
			t.Errorf("another error is %s", asked.name)
		}
	}
}

// TestNobodyListens is told by the system.
func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	if _, err := net.Dial("tcp", address); !Refused(err) || slices.ContainsFunc(
		[]func(error) bool{Unreachable, Reset, TimedOut}, func(holds func(error) bool) bool { return holds(err) }) {
		t.Errorf("the error is %v", err)
	}
}
