//go:build unix

package socketerror

import "syscall"

// documented are the numbers that a system gives.
var documented = numbers{
	refused:     []syscall.Errno{syscall.ECONNREFUSED},
	unreachable: []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH},
	reset:       []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE},
	timedOut:    []syscall.Errno{syscall.ETIMEDOUT},
}
