package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// eximProgram is Debian's, which .ci/packages unpacks beside Postfix, with which it cannot be installed.
const eximProgram = "../../.ci/exim/usr/sbin/exim4"

// TestExim tests the connection to Exim, and delivers by it: by CHUNKING, with the parameters of DSN, and what it
// refuses for its size or for its recipient.
func TestExim(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	_, _, ca := certificateFiles(t, publicDir(t), authority)
	exim := startExim(t, authority)
	checkServer(t, exim.realServer, ca)
	t.Run("deliveries", func(t *testing.T) { exim.checkDeliveries(t, ca) })
}

// eximServer is an Exim of the test's own.
type eximServer struct {
	realServer
	log string // its main log
}

// startExim starts Exim on loopback: plain and STARTTLS on one port each, and implicit TLS.
func startExim(t *testing.T, authority *mailserver.Authority) eximServer {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "Exim needs root")
	}
	program, err := filepath.Abs(eximProgram)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		missing(t, "Exim is not there")
	}
	owner, err := user.Lookup("Debian-exim") // The program was built for this name.
	if err != nil {
		missing(t, "there is no user Debian-exim")
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	base, ports := publicDir(t), freePorts(t, 2)
	certificate, key, _ := certificateFiles(t, base, authority)
	for _, directory := range []string{"spool", "log", "mail"} {
		mkdir(t, filepath.Join(base, directory))
	}
	for _, path := range []string{"spool", "log", "mail", filepath.Base(key)} {
		if err := os.Chown(filepath.Join(base, path), uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	configuration := filepath.Join(base, "exim.conf")
	write(t, configuration, fmt.Sprintf(eximConfiguration, base, certificate, key, ports[0], ports[1], plainPassword,
		program), 0o644)
	command := exec.Command(program, "-C", configuration, "-bdf")
	var said strings.Builder
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(base, "log", "mainlog")
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			written, _ := os.ReadFile(log)
			t.Logf("Exim's log:\n%s\n%s", tail(string(written), 40), said.String())
		}
	})
	awaitPort(t, ports[0])
	return eximServer{log: log, realServer: realServer{name: "exim", login: "anna@exim.test", password: plainPassword,
		plain: ports[0], starttls: ports[0], implicit: ports[1], mailbox: filepath.Join(base, "mail", "inbox")}}
}

// checkDeliveries holds what becomes of notifications.
func (e eximServer) checkDeliveries(t *testing.T, ca string) {
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	authority, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := h.Page().Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values: shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(e.implicit)),
			"use_ssl": shared.Boolean(true), "login": shared.Text(e.login), "ca_certificate": shared.Text(string(authority))},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(e.password)},
	}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	large := []shared.Attachment{{Name: "large.bin", Content: make([]byte, 1<<20)}}
	taken := notify(t, h, shared.Notification{Key: "taken", To: "inbox@exim.test", Subject: "taken", Text: "to Exim"})
	refused := notify(t, h, shared.Notification{Key: "unknown", To: "nobody@exim.test", Subject: "s", Text: "x"})
	tooLarge := notify(t, h, shared.Notification{
		Key: "large", To: "inbox@exim.test", Subject: "s", Text: "x", Attachments: large,
	})
	if taken.ID == "" || refused.ID == "" || tooLarge.ID == "" {
		t.Fatal(taken, refused, tooLarge)
	}
	entry := awaitEntry(t, h, taken.ID, shared.NotificationDelivered)
	if !strings.Contains(entry.Reply, "OK id=") {
		t.Errorf("the final reply is %q", entry.Reply)
	}
	if mail := awaitMail(t, e.mailbox); !strings.Contains(mail, "to Exim") {
		t.Errorf("it has got %q", mail)
	}
	for id, code := range map[string]string{refused.ID: "recipient_unknown", tooLarge.ID: "message_too_big"} {
		if dead := awaitEntry(t, h, id, shared.NotificationDead); dead.Failure == nil || dead.Failure.Code != code {
			t.Errorf("the cause is %+v, not %s", dead.Failure, code)
		}
	}
	written, err := os.ReadFile(e.log)
	if err != nil {
		t.Fatal(err)
	}
	// A message that came by BDAT has a K in its log, and one with the parameters of DSN has these.
	for _, want := range []string{" K ", "A=plain:anna@exim.test", "RET=HDRS", "ENVID="} {
		if !strings.Contains(string(written), want) {
			t.Errorf("%q is not in the log", want)
		}
	}
}

// eximConfiguration logs the first command of each message: the parameters of DSN show nowhere else.
const eximConfiguration = `primary_hostname = mail.exim.test
exim_path = %[7]s
spool_directory = %[1]s/spool
log_file_path = %[1]s/log/%%slog
pid_file_path = %[1]s/exim.pid
keep_environment =
log_selector = +smtp_confirmation +received_recipients
local_interfaces = 127.0.0.1
daemon_smtp_ports = %[4]d : %[5]d
tls_on_connect_ports = %[5]d
tls_certificate = %[2]s
tls_privatekey = %[3]s
tls_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
message_size_limit = 900K
deliver_drop_privilege = true
host_lookup =
rfc1413_hosts =
acl_smtp_mail = from
acl_smtp_rcpt = to
begin acl
from:
  warn logwrite = $smtp_command
  accept
to:
  deny !authenticated = *
    message = relay not permitted
  deny domains = exim.test
    !local_parts = inbox : anna
    message = Unknown user
  accept
begin routers
local:
  driver = accept
  domains = exim.test
  transport = file
elsewhere:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = %[1]s/mail/inbox
  user = Debian-exim
begin retry
* * F,1h,15m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{anna@exim.test}}{eq{$auth3}{%[6]s}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{eq{$auth1}{anna@exim.test}}{eq{$auth2}{%[6]s}}}}
  server_set_id = $auth1
`
