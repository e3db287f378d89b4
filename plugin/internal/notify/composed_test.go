package notify

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// readPart and readStrictly are what testdata/read_message.py says of a message.
type (
	readPart struct {
		Type, Disposition, Name, ID, Sum, Text string
		Defects                                []string
		Parts                                  []readPart
	}
	readStrictly struct {
		Subject, Date, ID, References string
		InReplyTo                     string     `json:"in_reply_to"`
		From, To                      [][]string // names and addresses
		ReplyTo                       [][]string `json:"reply_to"`
		Headers                       []string
		Content                       readPart
	}
)

// program is the path of a program of the system's packages; see .ci/packages.
func program(t *testing.T, paths ...string) string {
	t.Helper()
	for _, path := range paths {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", paths[0])
	}
	t.Skipf("%s is not installed", paths[0])
	return ""
}

// strictly has Python read a message, which raises an error for each defect.
func strictly(t *testing.T, composed []byte) (read readStrictly) {
	t.Helper()
	python := exec.CommandContext(t.Context(), program(t, "/usr/bin/python3", "python3"),
		filepath.Join("testdata", "read_message.py"))
	var complaints bytes.Buffer
	python.Stdin, python.Stderr = bytes.NewReader(composed), &complaints
	said, err := python.Output()
	if err != nil {
		t.Fatalf("%v: %s in %q", err, complaints.String(), composed[:min(len(composed), 4000)])
	}
	if err := json.Unmarshal(said, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// leaves are the parts that have no parts.
func (p readPart) leaves() (list []readPart) {
	if len(p.Parts) == 0 {
		return []readPart{p}
	}
	for _, inner := range p.Parts {
		list = append(list, inner.leaves()...)
	}
	return list
}

// shape writes the types of the parts, such as "multipart/alternative(text/plain text/html)".
func (p readPart) shape() string {
	if len(p.Parts) == 0 {
		return p.Type
	}
	var inner []string
	for _, one := range p.Parts {
		inner = append(inner, one.shape())
	}
	return p.Type + "(" + strings.Join(inner, " ") + ")"
}

func files(count int, content []byte) (list []shared.Attachment) {
	for i := range count {
		list = append(list, shared.Attachment{
			Name: fmt.Sprintf("Übersicht %d 東京.pdf", i+1), Type: "application/pdf", Content: content,
		})
	}
	return list
}

// composedMessages are messages with what is to be read of them.
var composedMessages = map[string]struct {
	change func(*Message)
	shape  string
	text   string
	check  func(*testing.T, readStrictly)
}{
	"plain": {func(*Message) {}, "text/plain", "db1 is full", nil},
	"IDN": {
		func(m *Message) {
			m.From = mail.Address{Name: "Müller & Söhne, “Bücher”", Address: "alarm@bücher.example"}
			m.To, m.ReplyTo = "ops@例え.テスト", "hilfe@bücher.example"
		},
		"text/plain", "db1 is full", func(t *testing.T, read readStrictly) {
			for what, pair := range map[string][2]string{
				"from": {read.From[0][1], "alarm@xn--bcher-kva.example"}, "to": {read.To[0][1], "ops@xn--r8jz45g.xn--zckzah"},
				"answers": {read.ReplyTo[0][1], "hilfe@xn--bcher-kva.example"},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s is %q", what, pair[0])
				}
			}
			if !strings.HasSuffix(read.ID, "@xn--bcher-kva.example>") {
				t.Errorf("its id is %s", read.ID)
			}
		},
	},
	"long words": {
		func(m *Message) {
			m.Subject = strings.Repeat("Festplattenüberlaufsicherungsmaßnahme", 12)
			m.From.Name = strings.Repeat("長い名前", 20)
		}, "text/plain", "db1 is full", nil,
	},
	"encoded already": {func(m *Message) { m.Subject = "=?utf-8?q?not_encoded?= =?" }, "text/plain", "db1 is full", nil},
	"blanks": {
		func(m *Message) { m.Subject = "a  b   ü " + strings.Repeat(" c ", 40) }, "text/plain", "db1 is full", nil,
	},
	"only HTML": {
		func(m *Message) {
			m.Text, m.HTML = "", "<h1>Disk</h1><p>db1 is&nbsp;<b>full</b></p><a href=https://c.example/db1>Open</a>"
		}, "multipart/alternative(text/plain text/html)", "Disk\n\ndb1 is full\n\nOpen (https://c.example/db1)", nil,
	},
	"only a subject": {func(m *Message) { m.Text = "" }, "text/plain", "Disk full", nil},
	"right to left": {
		func(m *Message) {
			m.Subject, m.Text = "\u202eאזעקה\u2069 \u2066disk\u2069", "\u200fאזעקה\u202c\u202e"
		},
		"text/plain", "\u200fאזעקה\u202c\u202e", nil,
	},
	"emoji": {
		func(m *Message) {
			m.Subject = strings.Repeat("👩‍👩‍👧‍👦🏳️‍🌈👍🏽🔥", 9)
			m.From.Name, m.Text = "🦊 Console", "🔥\n👍🏽"
		}, "text/plain", "🔥\n👍🏽", nil,
	},
	"ten attachments": {
		func(m *Message) { m.Attachments = files(10, []byte("%PDF\x00\r\n.\n")) },
		"multipart/mixed(text/plain" + strings.Repeat(" application/pdf", 10) + ")", "db1 is full", nil,
	},
	"a picture in the HTML, and a file": {
		func(m *Message) {
			m.HTML = `<img src="cid:chart.1">`
			m.Attachments = []shared.Attachment{
				{Name: "chart.png", Type: "image/png", ContentID: "chart.1", Content: []byte{0x89, 'P'}},
				{Name: `quo"te\.log`, Type: "text/plain; charset=utf-8", Content: []byte("größe\n")},
			}
		},
		"multipart/mixed(multipart/alternative(text/plain multipart/related(text/html image/png)) text/plain)",
		"db1 is full", func(t *testing.T, read readStrictly) {
			picture := read.Content.leaves()[2]
			if picture.ID != "<chart.1>" || picture.Disposition != "inline" || picture.Name != "chart.png" {
				t.Errorf("the picture is %+v", picture)
			}
		},
	},
	"a thread": {
		func(m *Message) { m.Thread = "disk 42 🔥" }, "text/plain", "db1 is full",
		func(t *testing.T, read readStrictly) {
			if !regexp.MustCompile(`^<[a-z2-7]+@example\.com>$`).MatchString(read.References) ||
				read.References != read.InReplyTo || read.References == read.ID {
				t.Errorf("it refers to %q and %q, and is %q", read.References, read.InReplyTo, read.ID)
			}
		},
	},
}

// TestReadBackStrictly has another parser than ours read what is composed, as strictly as it can.
func TestReadBackStrictly(t *testing.T) {
	for name, c := range composedMessages {
		t.Run(name, func(t *testing.T) {
			m := alert()
			c.change(&m)
			composed, err := Compose(m)
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, composed)
			read := strictly(t, composed)
			want := strings.Join(strings.Fields(m.Subject), " ")
			if got := strings.Join(strings.Fields(read.Subject), " "); got != want {
				t.Errorf("its subject is %q, not %q", got, want)
			}
			leaves := read.Content.leaves()
			said := strings.TrimRight(strings.ReplaceAll(leaves[0].Text, "\r\n", "\n"), "\n")
			if shape := read.Content.shape(); shape != c.shape || said != c.text {
				t.Errorf("it is %s, and says %q", shape, said)
			}
			checkFiles(t, m, leaves)
			// Python before 3.13 keeps the blanks between the encoded words of a name.
			unspaced := func(name string) string { return strings.ReplaceAll(name, " ", "") }
			if unspaced(read.From[0][0]) != unspaced(m.From.Name) || len(read.From)+len(read.To) != 2 ||
				!read.sentAt(m.Date) {
				t.Errorf("it is from %q to %q of %s", read.From, read.To, read.Date)
			}
			if c.check != nil {
				c.check(t, read)
			}
		})
	}
}

func (r readStrictly) sentAt(at time.Time) bool {
	read, err := time.Parse(time.RFC3339, r.Date)
	return err == nil && read.Equal(at)
}

// checkFiles compares the attachments.
func checkFiles(t *testing.T, m Message, leaves []readPart) {
	t.Helper()
	var names, sums []string
	for _, part := range leaves {
		if len(part.Defects) > 0 {
			t.Errorf("%s has the defects %q", part.Type, part.Defects)
		}
		if part.Disposition != "" {
			names, sums = append(names, part.Name), append(sums, part.Sum)
		}
	}
	for _, file := range m.Attachments {
		sum := sha256.Sum256(file.Content)
		at := slices.Index(names, file.Name)
		if at < 0 || sums[at] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not there as it was given; there are %q", file.Name, names)
		}
	}
	if len(names) != len(m.Attachments) {
		t.Errorf("there are %q", names)
	}
}

// checkLines holds what RFC 2047 section 2 and RFC 5321 section 4.5.3.1.6 say of lines.
func checkLines(t *testing.T, composed []byte) {
	t.Helper()
	header, _, _ := strings.Cut(string(composed), "\r\n\r\n")
	for line := range strings.SplitSeq(header, "\r\n") {
		if strings.Contains(line, "=?") && len(line) > 76 || len(line) > 998 || strings.TrimSpace(line) == "" {
			t.Errorf("a line of the header has %d columns: %q", len(line), line)
		}
		for word := range strings.FieldsSeq(line) {
			if strings.HasPrefix(word, "=?") && len(word) > 75 {
				t.Errorf("an encoded word has %d characters: %q", len(word), word)
			}
		}
	}
	for _, one := range composed {
		if one >= 0x80 {
			t.Fatalf("it has the byte %#x", one)
		}
	}
}

// TestTenMebibytes composes the largest message that there may be and has it read back byte for byte.
func TestTenMebibytes(t *testing.T) {
	m := alert()
	content := make([]byte, shared.MaxAttachmentBytes/shared.MaxAttachments)
	_, _ = rand.Read(content)
	m.Attachments = files(shared.MaxAttachments, content)
	composed, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	checkFiles(t, m, strictly(t, composed).Content.leaves())
}

// received is what the recipient's server adds.
var received = "Received: from mail.example.com (mail.example.com [93.184.215.14])\r\n" +
	"\tby mx.example.org with ESMTPS id 7;\r\n\t" +
	time.Now().Format(time.RFC1123Z) + "\r\n"

var spamScore = regexp.MustCompile(`(?m)^X-Spam-Status: .* score=(-?[0-9.]+) `)

// TestSpamScore has SpamAssassin judge alerts with the rules that need no network. A filter that counts points gives
// them fewer than 1.
func TestSpamScore(t *testing.T) {
	spamassassin := program(t, "spamassassin")
	const long = "The disk /var of db1.example.com is 97 % full, 1.2 GB of 40 GB are left.\n\n" +
		"It grew by 3 GB since yesterday. Most of it is in /var/log/postgresql.\n"
	var mails [][]byte
	for name, change := range map[string]func(*Message){
		"plain": func(m *Message) { m.Text = long },
		"HTML": func(m *Message) {
			m.Text, m.HTML = long, "<html><body><p>"+strings.ReplaceAll(long, "\n\n", "</p><p>")+"</p></body></html>"
		},
		"only HTML": func(m *Message) {
			m.Text, m.HTML = "", "<html><body><p>"+strings.ReplaceAll(long, "\n\n", "</p><p>")+"</p></body></html>"
		},
		"only a subject": func(m *Message) { m.Text = "" },
		"other letters": func(m *Message) {
			m.Subject, m.Text = "Festplatte voll: Größe überschritten", "Größe: 97 %\n"
		},
		"a thread with an attachment": func(m *Message) {
			m.Thread, m.ReplyTo, m.Text = "t", "ops@example.com", long
			m.Attachments = files(1, []byte("%PDF-1.4 x"))
		},
	} {
		m := alert()
		m.From.Address, m.To, m.Date = "alarms@example.com", "ops@example.org", time.Now()
		change(&m)
		composed, err := Compose(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		mails = append(mails, composed)
	}
	for _, judged := range judge(t, spamassassin, mails) {
		found := spamScore.FindStringSubmatch(judged)
		if found == nil {
			t.Fatalf("SpamAssassin gives no score: %s", judged)
		}
		if score, err := strconv.ParseFloat(found[1], 64); err != nil || score >= 1 {
			t.Errorf("its score is %s, %v:\n%s", found[1], err, judged)
		}
	}
}

// judge has SpamAssassin judge the mails in one run, since it takes seconds to begin, and returns them as it does, in
// an order of its own.
func judge(t *testing.T, spamassassin string, mails [][]byte) []string {
	t.Helper()
	const separator = "From alarms@example.com Thu Nov 26 10:00:00 2026\n" // between the mails of an mbox
	var mbox bytes.Buffer
	for _, mail := range mails {
		mbox.WriteString(separator + received)
		mbox.Write(mail)
		mbox.WriteString("\n")
	}
	command := exec.CommandContext(t.Context(), spamassassin, "-L", "-x", "-t", "--mbox")
	command.Env = append(os.Environ(), "HOME="+t.TempDir())
	command.Stdin = &mbox
	out, err := command.Output()
	if err != nil {
		t.Fatalf("SpamAssassin: %v", err)
	}
	judged := regexp.MustCompile(`(?m)^From alarms@`).Split(string(out), -1)[1:]
	if len(judged) != len(mails) {
		t.Fatalf("SpamAssassin has judged %d mails of %d:\n%s", len(judged), len(mails), out)
	}
	return judged
}
