package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// startDovecot starts Dovecot's submission service in front of the relay, whose logins it also checks.
func startDovecot(t testing.TB, authority *mailserver.Authority, relay int) realServer {
	t.Helper()
	users := filepath.Join(publicDir(t), "users")
	write(t, users, "anna@dovecot.test:{PLAIN}"+plainPassword+"\nanna@postfix.test:{PLAIN}"+plainPassword+
		"\nbob@postfix.test:{PLAIN}"+plainPassword+"\n", 0o644)
	return runDovecot(t, authority, relay, fmt.Sprintf(dovecotPasswords, users))
}

// runDovecot is startDovecot with a part of the configuration that says how logins are checked.
func runDovecot(t testing.TB, authority *mailserver.Authority, relay int, logins string) realServer {
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
	configuration := fmt.Sprintf(dovecotConfiguration, base, certificate, key, relay, ports[0], ports[1]) + logins
	write(t, filepath.Join(base, "dovecot.conf"), configuration, 0o644)
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

const dovecotConfiguration = `protocols = submission
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
ssl = yes
ssl_cert = <%[2]s
ssl_key = <%[3]s
disable_plaintext_auth = yes
mail_location = maildir:%[1]s/maildir
hostname = mail.dovecot.test
submission_relay_host = 127.0.0.1
submission_relay_port = %[4]d
submission_relay_trusted = no
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
`

const dovecotPasswords = `auth_mechanisms = plain login cram-md5 scram-sha-256
auth_failure_delay = 1 secs
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%%u %[1]s
}
`
