package socketerror

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// system has the numbers of Winsock, and those of the system itself, which the end of an overlapped operation may have
// instead.
var system = numbers{
	refused: []syscall.Errno{windows.WSAECONNREFUSED, windows.ERROR_CONNECTION_REFUSED},
	unreachable: []syscall.Errno{windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH, windows.WSAEADDRNOTAVAIL,
		windows.WSAEHOSTDOWN, windows.WSAENETDOWN, windows.ERROR_HOST_UNREACHABLE, windows.ERROR_NETWORK_UNREACHABLE},
	reset: []syscall.Errno{windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAENETRESET, windows.WSAESHUTDOWN,
		windows.ERROR_NETNAME_DELETED, windows.ERROR_BROKEN_PIPE, windows.ERROR_CONNECTION_ABORTED},
	timedOut: []syscall.Errno{windows.WSAETIMEDOUT, windows.ERROR_SEM_TIMEOUT},
}
