package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// said is a reply of a real server, and what the policy is told of it.
type said struct {
	text string
	code int
	Refusal
}

var replyLine = regexp.MustCompile(`^(\d\d\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3}) ?)?(.*)$`)

var steps = map[string]struct {
	step  smtpconn.Step
	stage Stage
}{
	"greeting": {smtpconn.StepGreeting, Opening}, "hello": {smtpconn.StepHello, Opening},
	"starttls": {smtpconn.StepStartTLS, Opening}, "auth": {smtpconn.StepAuth, Opening},
	"sender": {smtpconn.StepSender, Sender}, "recipient": {smtpconn.StepRecipient, Recipient},
	"data": {smtpconn.StepMessage, Content}, "message": {smtpconn.StepMessage, Content},
}

// known are replies that are tried always: those that servers give to everybody by mistake, or of one message or
// recipient.
const known = `{"step": "recipient", "reply": "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied"}
{"step": "recipient", "reply": "504 5.5.2 <console>: Helo command rejected: need fully-qualified hostname"}
{"step": "recipient", "reply": "554 5.7.1 <bob@example.net>: Relay access denied"}
{"step": "message", "reply": "550 5.7.26 This mail is unauthenticated, which poses a security risk"}
{"step": "sender", "login": true, "reply": "550 5.4.5 Daily user sending limit exceeded."}
{"step": "message", "reply": "554 5.7.1 Message rejected as spam"}
{"step": "message", "reply": "552 5.7.0 This message was blocked because its content presents a security issue."}
{"step": "recipient", "reply": "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown"}
`

// corpus are the replies that are known, and those of the directory that REPLIES names, one for each refusal that they
// come to.
func corpus(t *testing.T) (all []said) {
	t.Helper()
	content, least := []byte(known), 6
	if directory := os.Getenv("REPLIES"); directory != "" {
		more, err := os.ReadFile(filepath.Join(directory, "replies.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		content, least = append(content, more...), 100
	} else {
		t.Log("only a few are tried: REPLIES names no directory of replies")
	}
	seen := map[Refusal]bool{}
	for line := range bytes.Lines(content) {
		if one := parse(t, line); one.code >= 400 && !seen[one.Refusal] {
			seen[one.Refusal] = true
			all = append(all, one)
		}
	}
	if len(all) < least {
		t.Fatalf("only %d refusals", len(all))
	}
	return all
}

// parse reads a line of the file.
func parse(t *testing.T, line []byte) said {
	t.Helper()
	var l struct {
		Step, Reply, Host string
		Login             bool
	}
	if err := json.Unmarshal(line, &l); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	code, enhanced, lines := 0, "", []string(nil)
	for text := range strings.Lines(l.Reply) {
		if match := replyLine.FindStringSubmatch(strings.TrimSpace(text)); match != nil {
			code, _ = strconv.Atoi(match[1])
			enhanced, lines = match[2], append(lines, match[3])
		}
	}
	reply, at := smtpconn.NewReply(code, enhanced, lines...), steps[l.Step]
	session := &smtpconn.Session{Greeting: smtpconn.NewReply(220, "", "mail.example"), Extensions: map[string]string{}}
	target := smtpconn.Target{Host: cmp.Or(l.Host, "mail.example"), Port: 587, Encrypt: true}
	if l.Login {
		target.Login, target.Password = "alice@example.com", shared.NewSecretText("x")
		session.Login = smtpconn.LoginDone
	}
	_, cause := diagnosis.Explain(
		&smtpconn.Error{Step: at.step, Kind: smtpconn.KindRefusedByReply, Reply: &reply, Session: session},
		diagnosis.Circumstances{Target: target, SenderField: "email", Delivery: true, Envelope: smtpconn.Envelope{
			Sender: "alice@example.com", Recipient: "bob@example.net"}})
	return said{l.Reply, code, Refusal{Code: cause.Code, Scope: cause.Scope, Lasting: cause.Lasting, Stage: at.stage,
		Exhausted: cause.Code == "sending_limit_reached", Final: code >= 500}}
}

// TestOutageWithRealReplies has a server refuse every message for 10 minutes, with each reply that refuses for good.
// None of a thousand dies, no attempt is used up, and all are delivered with the next look.
func TestOutageWithRealReplies(t *testing.T) {
	for _, one := range corpus(t) {
		if one.code < 500 {
			continue
		}
		s := newSimulation(t, 1)
		over := start.Add(10 * time.Minute)
		var next time.Time // look
		s.server = func(at time.Time, _ *simulated) *Refusal {
			if at.Before(over) {
				return &one.Refusal
			}
			return nil
		}
		for i := range 1000 {
			s.add(time.Duration(i)*500*time.Millisecond, fmt.Sprintf("user%d@domain%d.example", i, i%5), nil)
		}
		s.watch = func() {
			if s.now.Before(over) {
				next = s.state.Next
			}
		}
		s.run(7 * 24 * time.Hour)
		for _, m := range s.messages {
			if late := m.ended.Sub(later(next, over)); m.fate != Delivered || len(m.failures) > 0 || late > 2*time.Minute {
				t.Errorf("%s (%+v): message %s is %q after %d attempts, %s after the look at %s", one.text, one.Refusal, m.ID,
					m.fate, len(m.failures), late, next.Sub(start))
				break
			}
		}
	}
}

// TestPoisonWithRealReplies has a server refuse one message of a thousand, or all to one recipient, with each reply to
// the content or to a recipient. The others leave without delay, and it is dead with its cause.
func TestPoisonWithRealReplies(t *testing.T) {
	for _, one := range corpus(t) {
		if one.Stage != Content && one.Stage != Recipient {
			continue
		}
		s := newSimulation(t, 1)
		s.server = func(_ time.Time, m *simulated) *Refusal { return m.poison }
		for i := range 1000 {
			if i == 500 {
				s.add(100*time.Second, "dead@recipient.example", &one.Refusal)
			}
			s.add(time.Duration(i)*200*time.Millisecond, s.recipient(), nil)
		}
		for i := range 100 { // Later ones show that the server takes messages.
			s.add(time.Duration(1+i)*10*time.Minute, s.recipient(), nil)
		}
		s.run(30 * 24 * time.Hour)
		checkFates(t, s, start)
		for _, m := range s.messages {
			if late := m.ended.Sub(m.arrives); m.poison == nil && late > s.policy.Away.First {
				t.Errorf("%s (%+v): message %s waited %s", one.text, one.Refusal, m.ID, late)
				break
			}
		}
	}
}
