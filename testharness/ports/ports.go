// Package ports finds TCP ports for the servers that tests start, and for tests that want a port where nobody listens.
package ports

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// The range lies below the ports that operating systems give to connections and to listeners that name none: Linux
// gives from 32768 on, others from 49152 on. A port of that range may be given away between the moment it was found
// free and the moment the server listens, and who connects to it while nobody listens may be given that very port and
// meet himself.
const (
	first = 12_000
	end   = 32_000
)

var given struct {
	sync.Mutex
	ports map[int]bool
}

// Free returns a port of 127.0.0.1 that nobody listens on. It is not returned again in this process, and the operating
// system gives it to nobody. It may be called at the same time from several goroutines.
func Free(t testing.TB) int {
	t.Helper()
	given.Lock()
	defer given.Unlock()
	if given.ports == nil {
		given.ports = map[int]bool{}
	}
	// Random, since the other processes of a suite look for ports as well.
	for _, offset := range rand.Perm(end - first) { //nolint:gosec // It keeps no secret.
		if port := first + offset; !given.ports[port] && isFree(port) {
			given.ports[port] = true
			return port
		}
	}
	t.Fatalf("no port from %d to %d is free", first, end-1)
	return 0
}

// isFree reports whether a server can listen on the port, of all addresses or of loopback alone.
func isFree(port int) bool {
	for _, address := range []string{"127.0.0.1", ""} {
		listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		_ = listener.Close()
	}
	return true
}
