// Package postgres starts PostgreSQL servers for tests, from the programs that the system has installed.
package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// Server is a PostgreSQL server of its own on loopback, which every user of this machine may use. It is for one test.
type Server struct {
	// Programs is the directory of psql, pg_dump and the others.
	Programs string
	// Port is where the server listens on 127.0.0.1.
	Port int

	t    testing.TB
	data string
	user account
}

// User is the name of the superuser.
const User = "console"

// Start starts a server that ends with the test. Where PostgreSQL is not installed the test is skipped; in continuous
// integration it fails.
func Start(t testing.TB) *Server {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		missing(t, "postgresql is not installed")
	}
	slices.Sort(found)
	base := publicDir(t)
	s := &Server{
		Programs: filepath.Dir(found[len(found)-1]), Port: ports.Free(t), t: t, data: filepath.Join(base, "data"),
	}
	var err error
	if s.user, err = serverAccount(); err != nil {
		missing(t, err.Error())
	}
	if err := s.user.own(base); err != nil {
		t.Fatal(err)
	}
	s.create()
	s.Resume()
	t.Cleanup(func() { s.Stop("immediate") })
	return s
}

// missing skips the test, loudly, or fails it in CI, where nothing may be missing.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %s", what)
	}
	t.Skipf("SKIPPED: %s; run make packages as root", what)
}

// publicDir is a directory that the server's own user can enter.
func publicDir(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "suite-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o755); err != nil { //nolint:gosec // The server runs as another user.
		t.Fatal(err)
	}
	return directory
}

func (s *Server) run(name string, args ...string) {
	s.t.Helper()
	command := exec.Command(filepath.Join(s.Programs, name), args...)
	command.Dir = "/"
	s.user.run(command)
	if out, err := command.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(s.log())
		s.t.Fatalf("%s: %v\n%s\n%s", name, err, out, log)
	}
}

func (s *Server) log() string { return filepath.Join(filepath.Dir(s.data), "log") }

// Resume starts the server again after Stop. In a test it does not wait for the disk: what it has written survives it
// all the same, however it ends, as long as the machine does not. A benchmark measures it as it is used.
func (s *Server) Resume() {
	s.t.Helper()
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=", s.Port)
	if _, measures := s.t.(*testing.B); !measures {
		options += " -c fsync=off -c full_page_writes=off"
	}
	s.run("pg_ctl", "--pgdata", s.data, "--log", s.log(), "--wait", "start", "--options", options)
}

// Stop ends the server; mode is "fast" or "immediate", which is as if it crashed.
func (s *Server) Stop(mode string) {
	s.t.Helper()
	s.run("pg_ctl", "--pgdata", s.data, "--mode", mode, "--wait", "stop")
}

// Database makes an empty database and returns its address.
func (s *Server) Database(name string) string {
	s.t.Helper()
	s.run("createdb", "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--username", User, name)
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s", User, s.Port, name)
}

// Execute executes statements in the database as the superuser.
func (s *Server) Execute(database, statements string) {
	s.t.Helper()
	s.run("psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--host", "127.0.0.1",
		"--port", strconv.Itoa(s.Port), "--username", User, "--command", statements, database)
}

// Encrypt has the server offer encryption with the certificate and its key, both PEM.
func (s *Server) Encrypt(certificate, key []byte) {
	s.t.Helper()
	for name, content := range map[string][]byte{"server.crt": certificate, "server.key": key} {
		path := filepath.Join(s.data, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			s.t.Fatal(err)
		}
		if err := s.user.own(path); err != nil {
			s.t.Fatal(err)
		}
	}
	s.Execute("postgres", "ALTER SYSTEM SET ssl = on")
	s.Stop("fast")
	s.Resume()
}
