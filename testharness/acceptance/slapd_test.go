package acceptance

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// slapd is an OpenLDAP server of the suite, on loopback.
type slapd struct {
	plain, ldaps string // host:port
	ca           string // a file
}

// slapdPassword is that of all its accounts.
const slapdPassword = "s3cret-Pa55word"

// startSlapd starts an OpenLDAP of its own until the test ends. The lines are added to the part of its configuration
// that is about the whole server. A nil authority means that it has no certificate.
func startSlapd(t *testing.T, authority *mailserver.Authority, lines string) slapd {
	t.Helper()
	const installed, schemas = "/usr/sbin/slapd", "/etc/ldap/schema"
	if _, err := os.Stat(installed); err != nil {
		missing(t, "slapd is not installed")
	}
	base := publicDir(t)
	program := filepath.Join(base, "slapd")
	copyFile(t, installed, program, 0o755) // AppArmor keeps the installed one from other directories than its own.
	mkdir(t, filepath.Join(base, "db"))
	ports := freePorts(t, 2)
	server := slapd{
		plain: "127.0.0.1:" + strconv.Itoa(ports[0]), ldaps: "127.0.0.1:" + strconv.Itoa(ports[1]),
		ca: filepath.Join(base, "ca.pem"),
	}
	addresses := "ldap://" + server.plain
	if authority != nil {
		certificate, key, _ := certificateFiles(t, base, authority)
		lines += fmt.Sprintf("\nTLSCertificateFile %s\nTLSCertificateKeyFile %s\n", certificate, key)
		addresses += " ldaps://" + server.ldaps
	}
	config, entries := filepath.Join(base, "slapd.conf"), filepath.Join(base, "entries.ldif")
	write(t, config, fmt.Sprintf(slapdConfig, schemas, lines, base), 0o600)
	write(t, entries, slapdEntries, 0o600)
	run(t, program, "-T", "add", "-f", config, "-l", entries)
	log, err := os.Create(filepath.Join(base, "log"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-d", "256", "-f", config, "-h", addresses)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("slapd's log:\n%s", tail(string(said), 40))
		}
	})
	awaitListener(t, server.plain)
	return server
}

// awaitListener waits for a server that does not greet.
func awaitListener(t *testing.T, address string) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatalf("nothing listens at %s: %v", address, err)
		}
	}
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(content), mode)
}

const slapdConfig = `include %[1]s/core.schema
include %[1]s/cosine.schema
include %[1]s/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
referral ldap://elsewhere.example:389
%[2]s
database mdb
suffix "dc=example,dc=com"
directory %[3]s/db
index objectClass,uid,member eq
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=hidden,dc=example,dc=com" by * none
access to * by users read by anonymous auth
limits dn.exact="cn=limited,dc=example,dc=com" size=2
`

// slapdEntries has an account that looks for users, one with a limit, three users, two groups, what nobody may see and
// what another server has.
const slapdEntries = `dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=console,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: console
userPassword: s3cret-Pa55word

dn: cn=limited,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: limited
userPassword: s3cret-Pa55word

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: uid=anna,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: anna
cn: Anna
sn: A
userPassword: s3cret-Pa55word

dn: uid=bert,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: bert
cn: Bert
sn: B
userPassword: s3cret-Pa55word

dn: uid=carla (it),ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: carla (it)
cn: Carla
sn: C
userPassword: s3cret-Pa55word

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=admins,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: admins
member: uid=anna,ou=people,dc=example,dc=com

dn: cn=staff,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: staff
member: uid=anna,ou=people,dc=example,dc=com
member: uid=bert,ou=people,dc=example,dc=com

dn: ou=hidden,dc=example,dc=com
objectClass: organizationalUnit
ou: hidden

dn: ou=away,dc=example,dc=com
objectClass: referral
objectClass: extensibleObject
ou: away
ref: ldap://away.example/ou=away,dc=example,dc=com
`
