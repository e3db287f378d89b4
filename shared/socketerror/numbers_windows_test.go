package socketerror

import "syscall"

// documented are the numbers that the reference of Windows Sockets gives (10061 is WSAECONNREFUSED), and those of the
// system for the same.
var documented = numbers{
	refused:     []syscall.Errno{10061, 1225},
	unreachable: []syscall.Errno{10051, 10065, 10049, 1231, 1232},
	reset:       []syscall.Errno{10054, 10053, 10052, 64, 1236},
	timedOut:    []syscall.Errno{10060, 121},
}
