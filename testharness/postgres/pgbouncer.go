package postgres

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// pooler is the program PgBouncer as Debian installs it.
const pooler = "/usr/sbin/pgbouncer"

// Pool starts PgBouncer before the server, in transaction mode with so few sessions that clients share them, and
// returns the address with the pooler in the place of the server. It ends with the test.
func (s *Server) Pool(t testing.TB, address string) string {
	t.Helper()
	if _, err := os.Stat(pooler); err != nil {
		missing(t, "pgbouncer is not installed")
	}
	directory, port := publicDir(t), ports.Free(t)
	for name, content := range map[string]string{
		"users": fmt.Sprintf("%q \"\"\n", User),
		"pgbouncer.ini": fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"+
			"listen_port = %d\nunix_socket_dir =\nauth_type = trust\nauth_file = users\npool_mode = transaction\n"+
			"default_pool_size = 3\nmax_client_conn = 200\n", s.Port, port),
	} {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // see publicDir
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, pooler, "pgbouncer.ini")
	command.Dir = directory
	s.user.run(command)
	var log strings.Builder
	command.Stderr = &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("PgBouncer says:\n%s", log.String())
		}
	})
	awaitPort(t, port)
	return strings.Replace(address, ":"+strconv.Itoa(s.Port)+"/", ":"+strconv.Itoa(port)+"/", 1)
}

func awaitPort(t testing.TB, port int) {
	t.Helper()
	late := time.Now().Add(time.Minute)
	for {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
