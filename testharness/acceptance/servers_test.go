package acceptance

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// Credentials of the real servers.
const (
	realPassword  = "s3cret Pa55wörd"
	plainPassword = "s3cret-Pa55word"
)

// realServer is a real mail server of the suite.
type realServer struct {
	name  string
	login string
	// password differs between servers: not every one takes letters outside ASCII in every mechanism.
	password string
	// Ports by kind of connection; 0 where the server has none.
	plain, starttls, implicit int
	mailbox                   string // the file that receives mail for inbox@postfix.test
	saslSocket                string // where Dovecot checks logins for others
}

// certificateFiles writes a certificate for localhost and its CA.
func certificateFiles(t testing.TB, directory string, authority *mailserver.Authority) (certificate, key, ca string) {
	t.Helper()
	issued, err := authority.Issue(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	encodedKey, err := x509.MarshalECPrivateKey(issued.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, ca = filepath.Join(directory, "cert.pem"), filepath.Join(directory, "key.pem"),
		filepath.Join(directory, "ca.pem")
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued.Certificate[0]})), 0o644)
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encodedKey})), 0o600)
	write(t, ca, string(authority.PEM()), 0o644)
	return certificate, key, ca
}

// write writes a file. None of the programs that other tests start meanwhile holds it open for writing until it has
// begun: the kernel refuses to run a program that anybody could write to.
func write(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	syscall.ForkLock.RLock()
	err := os.WriteFile(path, []byte(content), mode)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWrittenProgramsRun has many tests write a program and run it at the same time.
func TestWrittenProgramsRun(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 50 {
				path := filepath.Join(directory, fmt.Sprint(i, "-", j))
				write(t, path, "#!/bin/sh\nexit 0\n", 0o755)
				if err := exec.Command(path).Run(); err != nil {
					t.Errorf("program %d of %d: %v", j, i, err)
				}
			}
		})
	}
	all.Wait()
}

// missing skips the test, loudly, or fails it in CI, where nothing may be missing.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %s", what)
	}
	t.Skipf("SKIPPED: %s; run make packages as root", what)
}

// publicDir is a directory that the servers' own users can enter.
func publicDir(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "suite-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	return directory
}

// freePorts are n ports that nobody listens on.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var free []int
	for range n {
		free = append(free, ports.Free(t))
	}
	return free
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func tail(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// startNpmServer starts smtp-server from npm.
func startNpmServer(t *testing.T, authority *mailserver.Authority) realServer {
	t.Helper()
	script, err := filepath.Abs("../../.ci/npm/smtp-server.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules", "smtp-server")); err != nil {
		missing(t, "the npm package smtp-server is not installed")
	}
	certificate, key, _ := certificateFiles(t, publicDir(t), authority)
	command := exec.Command("node", script, certificate, key, "anna@npm.test", realPassword)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		missing(t, "node is not installed")
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ports struct{ Starttls, Implicit int }
	if err := json.Unmarshal([]byte(line), &ports); err != nil {
		t.Fatal(err)
	}
	return realServer{
		name: "npm", login: "anna@npm.test", password: realPassword, starttls: ports.Starttls, implicit: ports.Implicit,
	}
}

// awaitPort waits until the port greets. A server that runs in the foreground says in no other way that it is ready.
func awaitPort(t testing.TB, port int) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_, err = bufio.NewReader(conn).ReadString('\n')
			_ = conn.Close()
			if err == nil {
				return
			}
		}
		if time.Now().After(late) {
			t.Fatalf("port %d never greeted", port)
		}
	}
}
