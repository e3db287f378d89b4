package measure

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// Sink is Postfix's smtp-sink, which counts what it receives.
type Sink struct {
	Port     int
	received atomic.Int64
}

var sinkCount = regexp.MustCompile(`mesg=(\d+)`)

// StartSink starts one, or skips the benchmark when Postfix is not installed.
func StartSink(b *testing.B) *Sink {
	b.Helper()
	if _, err := exec.LookPath("/usr/sbin/smtp-sink"); err != nil {
		b.Skip("SKIPPED: postfix is not installed")
	}
	s := &Sink{Port: ports.Free(b)}
	command := exec.Command("/usr/sbin/smtp-sink", "-u", "postfix", "-c", fmt.Sprintf("127.0.0.1:%d", s.Port), "1000")
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	go func() {
		reader := bufio.NewReader(stdout)
		for {
			text, err := reader.ReadString('\r')
			if match := sinkCount.FindStringSubmatch(text); match != nil {
				count, _ := strconv.ParseInt(match[1], 10, 64)
				s.received.Store(count)
			}
			if err != nil {
				return
			}
		}
	}()
	awaitPort(b, s.Port)
	return s
}

// Received is how many messages have arrived so far.
func (s *Sink) Received() int64 { return s.received.Load() }

// Await waits until that many messages have arrived since the start.
func (s *Sink) Await(b *testing.B, total int64) {
	b.Helper()
	for late := time.Now().Add(5 * time.Minute); s.received.Load() < total; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			b.Fatalf("%d of %d messages arrived", s.received.Load(), total)
		}
	}
}

func awaitPort(b *testing.B, port int) {
	b.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(late) {
			b.Fatal(err)
		}
	}
}
