package diagnosis

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// line is a reply and the truth about it. docs/replies.md explains the keys.
type line struct {
	ID           string   `json:"id"`
	Step         string   `json:"step"`
	Reply        string   `json:"reply"`
	Login        bool     `json:"login"`
	TLS          string   `json:"tls"`
	Host         string   `json:"host"`
	Banner       string   `json:"banner"`
	EHLO         []string `json:"ehlo"`
	Mechanism    string   `json:"mechanism"`
	From         string   `json:"from"`
	To           string   `json:"to"`
	Cause        string   `json:"cause"`
	Also         []string `json:"also"`
	Scope        string   `json:"scope"`
	ScopeAlso    []string `json:"scope_also"`
	Lasting      string   `json:"lasting"`
	LastingAlso  []string `json:"lasting_also"`
	Headline     string   `json:"headline"`
	HeadlineAlso []string `json:"headline_also"`
}

// readLines reads a file of one reply a line.
func readLines(t testing.TB, path string) []line {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	for text := range bytes.Lines(content) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var one line
		if err := json.Unmarshal(text, &one); err != nil {
			t.Fatalf("%s: %s: %v", path, text, err)
		}
		lines = append(lines, one)
	}
	return lines
}

var lineSteps = map[string]smtpconn.Step{
	"greeting": smtpconn.StepGreeting, "hello": smtpconn.StepHello, "starttls": smtpconn.StepStartTLS,
	"auth":   smtpconn.StepAuth,
	"sender": smtpconn.StepSender, "recipient": smtpconn.StepRecipient, "data": smtpconn.StepMessage,
	"message": smtpconn.StepMessage,
}

// failure is what smtpconn reports after such a reply.
func (l line) failure() (*smtpconn.Error, Circumstances) {
	session := &smtpconn.Session{Extensions: map[string]string{}}
	session.Encryption = map[string]smtpconn.Encryption{
		"none": smtpconn.NoEncryption, "starttls": smtpconn.StartTLS, "implicit": smtpconn.ImplicitTLS}[l.TLS]
	banner := strings.TrimPrefix(l.Banner, "220 ")
	if banner == "" {
		banner = "mail.example ESMTP"
	}
	session.Greeting = smtpconn.NewReply(220, "", banner)
	offers := l.EHLO
	if len(offers) == 0 && l.Login {
		offers = []string{"AUTH PLAIN LOGIN"}
	}
	for _, offer := range offers {
		keyword, parameters, _ := strings.Cut(offer, " ")
		session.Extensions[keyword] = parameters
	}
	reply := parseReply(l.Reply)
	failure := &smtpconn.Error{Step: lineSteps[l.Step], Kind: smtpconn.KindRefusedByReply, Reply: reply, Session: session}
	if reply.Code < 400 {
		failure.Kind = smtpconn.KindBadChallenge
	}
	c := Circumstances{
		Target:   smtpconn.Target{Host: l.Host, Port: 587, Encrypt: l.TLS != "none"},
		Envelope: smtpconn.Envelope{Sender: "alice@example.com", Recipient: "bob@example.net"}, SenderField: "email",
	}
	if l.Login {
		c.Target.Login, c.Target.Password, c.SenderField = "alice@example.com", shared.NewSecretText("x"), "login"
		session.Login = smtpconn.LoginDone
		if !session.Offers("AUTH") {
			session.Login = smtpconn.LoginNotOffered
		}
	}
	if c.Target.Host == "" {
		c.Target.Host = "mail.example"
	}
	if failure.Step == smtpconn.StepAuth {
		failure.Mechanism, session.Login = "PLAIN", smtpconn.LoginNotWanted
		if l.Mechanism != "" {
			failure.Mechanism = l.Mechanism
		}
		if failure.Mechanism == "XOAUTH2" || failure.Mechanism == "OAUTHBEARER" {
			c.Target.Authentication = smtpconn.AuthenticateOAuth2
		}
	}
	return failure, c
}

// verdict is how an explanation agrees with a line.
type verdict struct{ headline, cause, scope, lasting bool }

func (l line) judge(outcome Outcome, code string) verdict {
	found := causes()[code]
	return verdict{
		headline: string(outcome) == l.Headline || slices.Contains(l.HeadlineAlso, string(outcome)),
		cause:    code == l.Cause || slices.Contains(l.Also, code),
		scope:    string(found.scope) == l.Scope || slices.Contains(l.ScopeAlso, string(found.scope)),
		lasting:  string(found.lasting) == l.Lasting || slices.Contains(l.LastingAlso, string(found.lasting)),
	}
}

// TestReplies holds the rules to the project's own examples.
func TestReplies(t *testing.T) {
	for _, l := range readLines(t, "testdata/replies.jsonl") {
		failure, c := l.failure()
		outcome, got := Explain(failure, c)
		if v := l.judge(outcome, got.Code); !v.headline || !v.cause || !v.scope || !v.lasting {
			found := causes()[got.Code]
			t.Errorf("%s: %s: %s, %s, %s, %s; want %s, %s, %s, %s", l.Step, l.Reply, outcome, got.Code,
				found.scope, found.lasting,
				l.Headline, l.Cause, l.Scope, l.Lasting)
		}
		checkWords(t, got)
	}
}

// BenchmarkExplain has all replies of the examples, one after the other. Of several turns the quickest counts for each,
// so that other work of the machine does not; the bar is 100 µs for a reply.
func BenchmarkExplain(b *testing.B) {
	const (
		bar   = 100 * time.Microsecond
		turns = 10
	)
	lines := readLines(b, "testdata/replies.jsonl")
	quickest := slices.Repeat([]time.Duration{time.Hour}, len(lines))
	for range b.N {
		for range turns {
			for i, l := range lines {
				failure, circumstances := l.failure()
				began := time.Now()
				Explain(failure, circumstances)
				quickest[i] = min(quickest[i], time.Since(began))
			}
		}
	}
	var all time.Duration
	for _, one := range quickest {
		all += one
	}
	each := all / time.Duration(len(lines))
	b.ReportMetric(float64(each.Nanoseconds()), "ns/reply")
	if each > bar {
		b.Errorf("%s for a reply, the bar is %s", each, bar)
	}
}
