// Package socketerror tells what an error of the operating system says about a connection. Windows has numbers of its
// own, which the names of package syscall, such as ECONNREFUSED, do not stand for.
package socketerror

import (
	"errors"
	"slices"
	"syscall"
)

// numbers are those of one system.
type numbers struct{ refused, unreachable, reset, timedOut []syscall.Errno }

// Refused reports whether the other machine is there, and nothing listens at the port.
func Refused(err error) bool { return is(err, system.refused) }

// Unreachable reports whether there is no way to the other machine.
func Unreachable(err error) bool { return is(err, system.unreachable) }

// Reset reports whether a connection was torn down.
func Reset(err error) bool { return is(err, system.reset) }

// TimedOut reports whether the system has given up waiting for the other machine.
func TimedOut(err error) bool { return is(err, system.timedOut) }

func is(err error, given []syscall.Errno) bool {
	return slices.ContainsFunc(given, func(number syscall.Errno) bool { return errors.Is(err, number) })
}
