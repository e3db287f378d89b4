package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

// postgres is a PostgreSQL server of its own.
type postgres struct {
	t           testing.TB
	programs    string
	data        string
	port        int
	credentials *syscall.Credential // PostgreSQL refuses to run as root
}

// startPostgres starts a server on loopback that ends with the test.
func startPostgres(t testing.TB) *postgres {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		missing(t, "postgresql is not installed")
	}
	slices.Sort(found)
	p := &postgres{t: t, programs: filepath.Dir(found[len(found)-1]), port: freePorts(t, 1)[0]}
	base := publicDir(t)
	p.data = filepath.Join(base, "data")
	if os.Getuid() == 0 {
		account, err := user.Lookup("postgres")
		if err != nil {
			missing(t, "there is no user postgres")
		}
		uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		p.credentials = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(base, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
	}
	p.run("initdb", "--pgdata", p.data, "--auth", "trust", "--username", "console", "--no-sync")
	p.start()
	t.Cleanup(func() { p.stop("immediate") })
	return p
}

func (p *postgres) run(name string, args ...string) {
	p.t.Helper()
	command := exec.Command(filepath.Join(p.programs, name), args...)
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Credential: p.credentials}
	if out, err := command.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(filepath.Dir(p.data), "log"))
		p.t.Fatalf("%s: %v\n%s\n%s", name, err, out, log)
	}
}

func (p *postgres) start() {
	p.t.Helper()
	p.run("pg_ctl", "--pgdata", p.data, "--log", filepath.Join(filepath.Dir(p.data), "log"), "--wait", "start",
		"--options", fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=", p.port))
}

// stop ends the server; mode is "fast" or "immediate", which is as if it crashed.
func (p *postgres) stop(mode string) {
	p.t.Helper()
	p.run("pg_ctl", "--pgdata", p.data, "--mode", mode, "--wait", "stop")
}

// database makes an empty database and returns its address.
func (p *postgres) database(name string) string {
	p.t.Helper()
	p.run("createdb", "--host", "127.0.0.1", "--port", strconv.Itoa(p.port), "--username", "console", name)
	return fmt.Sprintf("postgres://console@127.0.0.1:%d/%s", p.port, name)
}
