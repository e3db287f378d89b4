// Package processend tells when a process has ended that is not a child of this one, or that must not be reaped yet.
package processend

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Await returns nil when the process has ended, at once when there is none. It does not reap a child. An error is that
// it cannot be told here; it comes at once.
func Await(pid int) error {
	process, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(process) //nolint:errcheck // nothing was written
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, -1) //nolint:gosec // a descriptor
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
