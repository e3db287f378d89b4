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
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
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
func certificateFiles(t *testing.T, directory string, authority *mailserver.Authority) (certificate, key, ca string) {
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

func write(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
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

func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// startPostfix starts a Postfix of its own on loopback: plain, submission with STARTTLS, and implicit TLS, on the three
// ports; logins by Dovecot's SASL through the socket.
func startPostfix(t *testing.T, authority *mailserver.Authority, ports []int, saslSocket string) realServer {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "Postfix needs root")
	}
	if _, err := exec.LookPath("postfix"); err != nil {
		missing(t, "postfix is not installed")
	}
	base := publicDir(t)
	for _, directory := range []string{"etc", "spool", "data", "mail"} {
		if err := os.Mkdir(filepath.Join(base, directory), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		missing(t, "there is no user postfix")
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	for _, directory := range []string{"data", "mail"} {
		if err := os.Chown(filepath.Join(base, directory), uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	certificate, key, _ := certificateFiles(t, filepath.Join(base, "etc"), authority)
	write(t, filepath.Join(base, "etc", "main.cf"), fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.postfix.test
mydestination =
mynetworks =
maillog_file = %[1]s/data/log
maillog_file_prefixes = %[1]s
virtual_mailbox_domains = postfix.test, dovecot.test
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = inline:{anna@postfix.test=anna,bob@postfix.test=bob,
  inbox@postfix.test=inbox,anna@dovecot.test=dovecot}
virtual_uid_maps = static:%[2]d
virtual_gid_maps = static:%[3]d
virtual_minimum_uid = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[6]s
smtpd_sasl_security_options = noanonymous
smtpd_sender_login_maps = inline:{anna@postfix.test=anna@postfix.test,bob@postfix.test=bob@postfix.test}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = reject_sender_login_mismatch, permit
smtpd_tls_cert_file = %[4]s
smtpd_tls_key_file = %[5]s
smtpd_delay_reject = yes
smtp_tls_security_level =
smtputf8_enable = yes
`, base, uid, gid, certificate, key, saslSocket), 0o644)
	write(t, filepath.Join(base, "etc", "master.cf"), fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_auth_only=yes
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`, ports[0], ports[1], ports[2]), 0o644)
	etc := filepath.Join(base, "etc")
	run(t, "postfix", "-c", etc, "start")
	t.Cleanup(func() {
		_ = exec.Command("postfix", "-c", etc, "stop").Run()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(base, "data", "log"))
			t.Logf("Postfix's log:\n%s", tail(string(log), 40))
		}
	})
	return realServer{name: "postfix", login: "anna@postfix.test", password: plainPassword,
		plain: ports[0], starttls: ports[1], implicit: ports[2], mailbox: filepath.Join(base, "mail", "inbox")}
}

func tail(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// startDovecot starts Dovecot's submission service in front of the relay, whose logins it also checks.
func startDovecot(t *testing.T, authority *mailserver.Authority, relay int) realServer {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "Dovecot needs root")
	}
	if _, err := exec.LookPath("dovecot"); err != nil {
		missing(t, "dovecot is not installed")
	}
	base := publicDir(t)
	if err := os.Mkdir(filepath.Join(base, "maildir"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(base, "maildir"), 0o777); err != nil {
		t.Fatal(err)
	}
	certificate, key, _ := certificateFiles(t, base, authority)
	ports := freePorts(t, 2)
	write(t, filepath.Join(base, "users"), "anna@dovecot.test:{PLAIN}"+plainPassword+
		"\nanna@postfix.test:{PLAIN}"+plainPassword+
		"\nbob@postfix.test:{PLAIN}"+plainPassword+"\n", 0o644)
	write(t, filepath.Join(base, "dovecot.conf"), fmt.Sprintf(`protocols = submission
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
ssl = yes
ssl_cert = <%[2]s
ssl_key = <%[3]s
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-256
auth_failure_delay = 1 secs
mail_location = maildir:%[1]s/maildir
hostname = mail.dovecot.test
submission_relay_host = 127.0.0.1
submission_relay_port = %[4]d
submission_relay_trusted = no
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%%u %[1]s/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=%[1]s
}
service auth {
  unix_listener %[1]s/sasl {
    mode = 0666
  }
}
service submission-login {
  inet_listener submission {
    address = 127.0.0.1
    port = %[5]d
  }
  inet_listener submissions {
    address = 127.0.0.1
    port = %[6]d
    ssl = yes
  }
}
`, base, certificate, key, relay, ports[0], ports[1]), 0o644)
	command := exec.Command("dovecot", "-F", "-c", filepath.Join(base, "dovecot.conf"))
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("doveadm", "-c", filepath.Join(base, "dovecot.conf"), "stop").Run()
		_ = command.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(base, "log"))
			t.Logf("Dovecot's log:\n%s", tail(string(log), 20))
		}
	})
	awaitPort(t, ports[0])
	return realServer{name: "dovecot", login: "anna@dovecot.test", password: plainPassword, starttls: ports[0],
		implicit: ports[1], saslSocket: filepath.Join(base, "sasl")}
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
