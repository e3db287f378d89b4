package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// preparePostfix makes the directories of a Postfix of its own, and returns them and the user that it runs as.
func preparePostfix(t testing.TB) (base string, uid, gid int) {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "Postfix needs root")
	}
	if _, err := exec.LookPath("postfix"); err != nil {
		missing(t, "postfix is not installed")
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		missing(t, "there is no user postfix")
	}
	uid, _ = strconv.Atoi(owner.Uid)
	gid, _ = strconv.Atoi(owner.Gid)
	base = publicDir(t)
	for _, directory := range []string{"etc", "spool", "data", "mail"} {
		mkdir(t, filepath.Join(base, directory))
	}
	for _, directory := range []string{"data", "mail"} {
		if err := os.Chown(filepath.Join(base, directory), uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return base, uid, gid
}

// runPostfix runs Postfix with the configuration until the test ends.
func runPostfix(t testing.TB, base, main, master string) {
	t.Helper()
	etc := filepath.Join(base, "etc")
	write(t, filepath.Join(etc, "main.cf"), main, 0o644)
	write(t, filepath.Join(etc, "master.cf"), master, 0o644)
	run(t, "postfix", "-c", etc, "start")
	t.Cleanup(func() {
		_ = exec.Command("postfix", "-c", etc, "stop").Run()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(base, "data", "log"))
			t.Logf("Postfix's log:\n%s", tail(string(log), 40))
		}
	})
}

// startPostfix starts a Postfix of its own on loopback: plain, submission with STARTTLS, and implicit TLS, on the three
// ports; logins by Dovecot's SASL through the socket.
func startPostfix(t testing.TB, authority *mailserver.Authority, ports []int, saslSocket string) realServer {
	t.Helper()
	base, uid, gid := preparePostfix(t)
	certificate, key, _ := certificateFiles(t, filepath.Join(base, "etc"), authority)
	runPostfix(t, base, fmt.Sprintf(postfixMain, base, uid, gid, certificate, key, saslSocket),
		fmt.Sprintf(postfixMaster, ports[0], ports[1], ports[2]))
	return realServer{name: "postfix", login: "anna@postfix.test", password: plainPassword,
		plain: ports[0], starttls: ports[1], implicit: ports[2], mailbox: filepath.Join(base, "mail", "inbox")}
}

// nullClient starts a Postfix that relays everything to the sink, and returns its port.
func nullClient(b *testing.B, sinkPort int, tuning string) int {
	b.Helper()
	base, _, _ := preparePostfix(b)
	port := freePorts(b, 1)[0]
	runPostfix(b, base, fmt.Sprintf(nullClientMain, base, sinkPort, tuning), fmt.Sprintf(nullClientMaster, port))
	awaitPort(b, port)
	return port
}

const postfixMain = `compatibility_level = 3.6
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
`

const postfixMaster = `127.0.0.1:%d inet n - n - - smtpd
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
`

const nullClientMain = `compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = null.client.test
mydestination =
relayhost = [127.0.0.1]:%[2]d
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = %[1]s/data/log
maillog_file_prefixes = %[1]s
%[3]s
`

const nullClientMaster = `127.0.0.1:%d inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`
