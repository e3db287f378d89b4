package diagnosis

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// example is a failure and the code of the cause that must be named for it.
type example struct {
	host  string // empty is a server of no known provider
	step  smtpconn.Step
	reply string // as the server says it, lines joined by "\n"
	kind  smtpconn.Kind
	with  func(*smtpconn.Error, *Circumstances)
	want  string
}

func (e example) failure() (*smtpconn.Error, Circumstances) {
	failure := &smtpconn.Error{Step: e.step, Kind: e.kind, Session: &smtpconn.Session{Encryption: smtpconn.ImplicitTLS}}
	if e.reply != "" {
		failure.Kind, failure.Reply = smtpconn.KindRefusedByReply, parseReply(e.reply)
	}
	c := Circumstances{
		Target: smtpconn.Target{Host: e.host, Port: 465, Login: "me@email.com",
			Password: shared.NewSecretText("x"), Encrypt: true},
		Envelope:    smtpconn.Envelope{Sender: "me@email.com", Recipient: "you@email.com"},
		SenderField: "login",
	}
	if c.Target.Host == "" {
		c.Target.Host = "mail.example"
	}
	if e.step == smtpconn.StepSender || e.step == smtpconn.StepRecipient || e.step == smtpconn.StepMessage {
		failure.Session.Login = smtpconn.LoginDone
	}
	if e.with != nil {
		e.with(failure, &c)
	}
	return failure, c
}

var replyLine = regexp.MustCompile(`^(\d{3})[ -](?:(\d\.\d+\.\d+)(?: |$))?(.*)$`)

func parseReply(text string) *smtpconn.Reply {
	code, enhanced, lines := 0, "", []string(nil)
	for line := range strings.Lines(text) {
		match := replyLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		for _, digit := range match[1] {
			code = (code%100)*10 + int(digit-'0')
		}
		enhanced = match[2]
		lines = append(lines, match[3])
	}
	reply := smtpconn.NewReply(code, enhanced, lines...)
	return &reply
}

// The circumstances that some rows ask for.
func unencryptedSession(f *smtpconn.Error, _ *Circumstances) {
	f.Session.Encryption = smtpconn.NoEncryption
}

func withoutLogin(f *smtpconn.Error, c *Circumstances) {
	f.Session.Login, c.Target.Login, c.Target.Password = smtpconn.LoginNotWanted, "", shared.SecretText{}
}

func withoutOffer(f *smtpconn.Error, _ *Circumstances) { f.Session.Login = smtpconn.LoginNotOffered }

func withToken(_ *smtpconn.Error, c *Circumstances) {
	c.Target.Authentication = smtpconn.AuthenticateOAuth2
}

func nothingAnswered(_ *smtpconn.Error, c *Circumstances) { c.Looked = true }

func protocol(name string) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, _ *Circumstances) { f.Protocol = name }
}

func greeted(text string) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, _ *Circumstances) {
		f.Session.Greeting = smtpconn.NewReply(220, "", text)
	}
}

func because(err error) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, _ *Circumstances) { f.Err = err }
}

// presenting is a certificate that was refused for the reason.
func presenting(certificate x509.Certificate, reason error) func(*smtpconn.Error, *Circumstances) {
	return func(f *smtpconn.Error, _ *Circumstances) {
		f.Session.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{&certificate}}
		f.Err = reason
	}
}

// examples are those of all parts of the table.
func examples() []example {
	return slices.Concat(generalExamples(), connectionExamples(), tlsExamples(), greetingExamples(),
		loginExamples(), envelopeExamples(), providerExamples(), moreProviderExamples(), tokenExamples(), endpointExamples(),
		revocationExamples(),
		keptGrantExamples(), tokenLoginExamples())
}

// TestCauses makes sure that every example leads to its cause, that nothing in the words stays open, and that no rule
// and no cause is out of reach of all examples.
func TestCauses(t *testing.T) {
	reached := map[int]bool{}
	for _, e := range examples() {
		failure, c := e.failure()
		_, got := Explain(failure, c)
		if got.Code != e.want {
			t.Errorf("%s %s %s%s: %s, want %s", e.host, e.step, e.kind, e.reply, got.Code, e.want)
		}
		checkWords(t, got)
		reached[match(newReading(failure, c))] = true
	}
	for _, line := range readLines(t, "testdata/replies.jsonl") {
		failure, c := line.failure()
		reached[match(newReading(failure, c))] = true
	}
	named := map[string]bool{}
	for i, one := range rules() {
		named[one.cause] = true
		// A certificate that signs itself needs a real signature; the suite of faults has one.
		if !reached[i] && one.cause != "certificate_self_signed" {
			t.Errorf("no example reaches rule %d: %s", i, describe(one))
		}
		if _, known := causes()[one.cause]; !known {
			t.Errorf("rule %d leads to %q, which is no cause", i, one.cause)
		}
	}
	for _, one := range causeList() {
		if !named[one.code] {
			t.Errorf("no rule leads to %s", one.code)
		}
	}
}

func checkWords(t *testing.T, got finding.Finding) {
	t.Helper()
	for _, tag := range language.Catalog.Tags() {
		if written := got.In(language.Of(tag)); strings.ContainsAny(written.Summary+written.Detail, "{}") {
			t.Errorf("%s in %s: a blank was not filled in: %s %s", got.Code, tag, written.Summary, written.Detail)
		}
	}
	if got.Summary.IsZero() || got.Detail.IsZero() {
		t.Errorf("%s says nothing or gives no advice", got.Code)
	}
}

func describe(one rule) string {
	var says []string
	for _, c := range one.says {
		says = append(says, c.first())
	}
	return fmt.Sprintf("%s at %v, replies %v, enhanced %v, providers %v, says %q",
		one.cause, one.steps, one.replies, one.enhanced, one.providers, says)
}

// first is the first phrasing of the concept, or of each of its parts.
func (c *concept) first() string {
	if len(c.parts) == 0 {
		return c.phrasings()[0].expression().String()
	}
	var parts []string
	for _, part := range c.parts {
		parts = append(parts, part.first())
	}
	return strings.Join(parts, " +")
}

// TestFixesNeverGiveUpEncryption looks at every port that may be open.
func TestFixesNeverGiveUpEncryption(t *testing.T) {
	failure, c := example{step: smtpconn.StepConnect, kind: smtpconn.KindConnectionRefused}.failure()
	c.OpenPorts, c.Looked = []int{465, 587, 25, 2525}, true
	_, got := Explain(failure, c)
	for _, fix := range got.Fixes {
		if fix.Values["use_ssl"] != shared.Boolean(true) {
			t.Errorf("with Use SSL on, a fix turns it off: %+v", fix)
		}
	}
	if len(got.Fixes) != 2 {
		t.Errorf("%d fixes, want one for port 587 and one for 2525: %+v", len(got.Fixes), got.Fixes)
	}
}

func TestExplainNeverFails(t *testing.T) {
	for _, err := range []error{errors.New("odd"), &net.OpError{Op: "dial", Err: errors.New("odd")}, &smtpconn.Error{}} {
		if outcome, got := Explain(err, Circumstances{}); outcome == Complete || got.Summary.IsZero() {
			t.Errorf("%v: %s, %+v", err, outcome, got)
		}
	}
}

func FuzzExplain(f *testing.F) {
	f.Add("smtp.gmail.com", 535, "5.7.8", "Username and Password not accepted", "auth")
	f.Add("mail.example", 450, "4.2.0", "Greylisted", "recipient")
	f.Fuzz(func(t *testing.T, host string, code int, enhanced, text, step string) {
		reply := smtpconn.NewReply(code, enhanced, text)
		failure := &smtpconn.Error{Step: smtpconn.Step(step), Kind: smtpconn.KindRefusedByReply, Reply: &reply}
		outcome, got := Explain(failure, Circumstances{Target: smtpconn.Target{Host: host}})
		if got.Code == "" || got.Summary.IsZero() || got.Evidence == nil || outcome == Complete ||
			outcome.Headline().IsZero() {
			t.Errorf("%s: %+v", outcome, got)
		}
	})
}

// TestEveryEndIsExplained has every kind of failure at every step of a conversation: TLS that breaks in the middle of
// it, a second call that is not answered, a reply to STARTTLS that is none.
func TestEveryEndIsExplained(t *testing.T) {
	for _, step := range []smtpconn.Step{
		smtpconn.StepConnect, smtpconn.StepTLS, smtpconn.StepGreeting, smtpconn.StepHello, smtpconn.StepStartTLS,
		smtpconn.StepAuth,
		smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage,
	} {
		for _, kind := range append([]smtpconn.Kind{
			smtpconn.KindTimeout, smtpconn.KindNotPermitted, smtpconn.KindProxyUnreachable, smtpconn.KindProxyRefused,
			smtpconn.KindCancelled,
			smtpconn.KindOutOfTime, smtpconn.KindNotSMTP, smtpconn.KindMalformedReply, smtpconn.KindReplyTooLong,
			smtpconn.KindClientCertificate,
		}, broken...) {
			failure := &smtpconn.Error{Step: step, Kind: kind, Err: errors.New("x"), Session: &smtpconn.Session{}}
			if _, cause := Explain(failure, Circumstances{}); cause.Code == "unexplained" {
				t.Errorf("%s at %s is not explained", kind, step)
			}
		}
	}
}

// TestNothingIsLeftEmpty writes every cause where nothing is known but the server: no sentence may have a hole in it.
func TestNothingIsLeftEmpty(t *testing.T) {
	for _, one := range causeList() {
		if one.code == "wrong_protocol" {
			continue // Its rule asks that the protocol is known.
		}
		for _, delivery := range []bool{false, true} {
			r := newReading(&smtpconn.Error{}, Circumstances{
				Target: smtpconn.Target{Host: "mail.example", Port: 465}, Delivery: delivery,
			})
			known := wordsFor(r.failure, r.Circumstances)
			said := one.wordingFor(r, known)
			for _, name := range (said.summary + said.advice(r)).Names() {
				if known[name].IsZero() {
					t.Errorf("%s leaves {%s} empty: %s %s", one.code, name, said.summary, said.advice(r))
				}
			}
		}
	}
}
