package ports_test

import (
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// TestFree has many look for ports at the same time: each gets one of its own that it can listen on, and that the
// operating system gives to nobody meanwhile.
func TestFree(t *testing.T) {
	const seekers = 200
	var all sync.WaitGroup
	var mu sync.Mutex
	found := map[int]bool{}
	for range seekers {
		all.Go(func() {
			port := ports.Free(t)
			listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err != nil {
				t.Error(err)
				return
			}
			defer listener.Close()
			mu.Lock()
			defer mu.Unlock()
			found[port] = true
		})
	}
	all.Wait()
	if len(found) != seekers {
		t.Errorf("%d ports for %d", len(found), seekers)
	}
	for port := range found {
		if port >= lowestGiven(t) {
			t.Errorf("the operating system gives %d to others", port)
		}
	}
}

// lowestGiven is the first port that the operating system gives to who names none.
func lowestGiven(t *testing.T) int {
	t.Helper()
	told, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 49152 // as the IANA has it
	}
	lowest, err := strconv.Atoi(strings.Fields(string(told))[0])
	if err != nil {
		t.Fatal(err)
	}
	return lowest
}
