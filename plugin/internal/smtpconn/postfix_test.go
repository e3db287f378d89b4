package smtpconn

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startPostfix starts a Postfix of its own that takes mail for postfix.test, and returns its port and the maildir of
// what it has taken.
func startPostfix(t *testing.T) (port int, maildir string) {
	t.Helper()
	owner, err := user.Lookup("postfix")
	if _, missing := exec.LookPath("postfix"); err != nil || missing != nil || os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must not skip: Postfix is not installed, or this is not root")
		}
		t.Skip("SKIPPED: Postfix is not installed, or this is not root; run make packages as root")
	}
	base, err := os.MkdirTemp("", "postfix-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	_ = os.Chmod(base, 0o755)
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	for _, directory := range []string{"etc", "spool", "data", "mail"} {
		_ = os.Mkdir(filepath.Join(base, directory), 0o755)
	}
	_ = os.Chown(filepath.Join(base, "data"), uid, gid)
	_ = os.Chown(filepath.Join(base, "mail"), uid, gid)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = free.Addr().(*net.TCPAddr).Port
	_ = free.Close()
	for name, content := range map[string]string{
		"main.cf": fmt.Sprintf(postfixMain, base, uid, gid), "master.cf": fmt.Sprintf(postfixMaster, port),
	} {
		if err := os.WriteFile(filepath.Join(base, "etc", name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	postfix := func(what string) ([]byte, error) {
		return exec.Command("postfix", "-c", filepath.Join(base, "etc"), what).CombinedOutput()
	}
	if said, err := postfix("start"); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	t.Cleanup(func() { _, _ = postfix("stop") })
	return port, filepath.Join(base, "mail", "you", "new")
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
mynetworks = 127.0.0.0/8
maillog_file = %[1]s/data/log
maillog_file_prefixes = %[1]s
virtual_mailbox_domains = postfix.test
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = inline:{you@postfix.test=you/}
virtual_uid_maps = static:%[2]d
virtual_gid_maps = static:%[3]d
virtual_minimum_uid = 1
`

const postfixMaster = `127.0.0.1:%d inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`

// TestPostfixTakesChunks sends messages to Postfix by BDAT and by DATA: what arrives is the same, byte for byte, also
// after a refused recipient.
func TestPostfixTakesChunks(t *testing.T) {
	port, maildir := startPostfix(t)
	target := Target{Host: "127.0.0.1", Port: port, HELOName: "client.test", Limits: Limits{Connect: 10 * time.Second}}
	byChunk, byData := dialPostfix(t, target), dialPostfix(t, target)
	if !byChunk.session.Offers("CHUNKING") || !byChunk.session.Offers("PIPELINING") {
		t.Fatalf("it offers %v", byChunk.session.Extensions)
	}
	byData.session.Extensions = map[string]string{"PIPELINING": ""}
	you := Envelope{Sender: "me@client.test", Recipient: "you@postfix.test"}
	for i, body := range awkwardMessages {
		for way, conn := range map[string]*Conn{"bdat": byChunk, "data": byData} {
			text := fmt.Sprintf("Subject: %d %s\r\n\r\n%s", i, way, body)
			nobody := Envelope{Sender: you.Sender, Recipient: "nobody@postfix.test"}
			_, err := conn.Deliver(t.Context(), nobody, []byte(text), nil)
			if err == nil || asError(err).Step != StepRecipient || !conn.Usable(err) {
				t.Fatalf("%s: nobody: %v, usable %t", way, err, conn.Usable(err))
			}
			reply, err := conn.Deliver(t.Context(), you, []byte(text), nil)
			if err != nil || !strings.Contains(reply.Text(), "queued as") || !conn.Usable(err) {
				t.Fatalf("%s: %v, %v", way, reply, err)
			}
		}
	}
	if !byChunk.chunked || byData.chunked {
		t.Errorf("by BDAT: %t and %t", byChunk.chunked, byData.chunked)
	}
	got := awaitMaildir(t, maildir, 2*len(awkwardMessages))
	for i := range awkwardMessages {
		chunk, data := got[fmt.Sprintf("%d bdat", i)], got[fmt.Sprintf("%d data", i)]
		if chunk != data {
			t.Errorf("message %d: by BDAT %.200q, by DATA %.200q", i, chunk, data)
		}
	}
}

// dialPostfix connects as soon as it listens.
func dialPostfix(t *testing.T, target Target) *Conn {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := Open(t.Context(), target, nil)
		if err == nil {
			t.Cleanup(conn.Close)
			return conn
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

var subjectLine = regexp.MustCompile(`(?m)^Subject: (.*)\n`)

// awaitMaildir waits for the messages, and returns their bodies by subject.
func awaitMaildir(t *testing.T, maildir string, count int) map[string]string {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		files, _ := os.ReadDir(maildir)
		if len(files) < count {
			if time.Now().After(late) {
				t.Fatalf("%d messages arrived of %d", len(files), count)
			}
			continue
		}
		bodies := map[string]string{}
		for _, file := range files {
			content, err := os.ReadFile(filepath.Join(maildir, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			_, body, _ := strings.Cut(string(content), "\n\n")
			bodies[subjectLine.FindStringSubmatch(string(content))[1]] = body
		}
		return bodies
	}
}
