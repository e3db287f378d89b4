//go:build !windows

package socketerror

import "syscall"

// system has the numbers of POSIX.
var system = numbers{
	refused:     []syscall.Errno{syscall.ECONNREFUSED},
	unreachable: []syscall.Errno{syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EADDRNOTAVAIL},
	reset:       []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED},
	timedOut:    []syscall.Errno{syscall.ETIMEDOUT},
}
