//go:build darwin || dragonfly || freebsd || netbsd || openbsd

// Package processend tells when a process has ended that is not a child of this one, or that must not be reaped yet.
package processend

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Await returns nil when the process has ended, at once when there is none. It does not reap a child. An error is that
// it cannot be told here; it comes at once.
func Await(pid int) error {
	queue, err := unix.Kqueue()
	if err != nil {
		return err
	}
	defer unix.Close(queue) //nolint:errcheck // nothing was written
	unix.CloseOnExec(queue)
	events := make([]unix.Kevent_t, 1)
	unix.SetKevent(&events[0], pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	events[0].Fflags = unix.NOTE_EXIT
	for changes := events; ; changes = nil {
		n, err := unix.Kevent(queue, changes, events, nil)
		switch {
		case errors.Is(err, unix.EINTR) && changes == nil, err == nil && n == 0:
			continue
		case errors.Is(err, unix.ESRCH):
			return nil
		case err != nil:
			return err
		case events[0].Flags&unix.EV_ERROR != 0 && unix.Errno(events[0].Data) != unix.ESRCH:
			return unix.Errno(events[0].Data)
		}
		return nil
	}
}
