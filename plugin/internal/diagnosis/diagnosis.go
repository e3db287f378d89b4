// Package diagnosis turns a failure on the way to a mail server into words: the stable code of its cause, one sentence
// that says what is wrong, what to do about it, the field it concerns and the server's own words as evidence.
//
// A [cause] is what is wrong; a [rule] says which cause is meant by a failure. A reply is first reduced to what does
// not differ from case to case, then read for a few hundred concepts, each with the many ways in which servers put it.
// The rules are asked in order and the first that holds decides: what the circumstances or one provider's own words can
// mean only one way; the few phrases that outweigh any code; clear enhanced status codes; phrases; what the words mean
// together; and last the codes that only say no. A new reply is a line in testdata, a new phrasing in a concept, seldom
// a new rule.
//
// The page, the command line and a dead letter all use it, so a failure reads the same wherever it is met.
package diagnosis

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Outcome is the verdict of a test.
type Outcome string

// The four outcomes; scripts rely on the codes.
const (
	Complete         Outcome = "complete"
	Failed           Outcome = "failed"
	ConnectionFailed Outcome = "connection_failed"
	LoginFailed      Outcome = "login_failed"
)

// Headline returns the outcome in words, letter for letter as the product's documentation has it.
func (o Outcome) Headline() text.Text {
	switch o {
	case Complete:
		return text.Of("Test connection complete")
	case ConnectionFailed:
		return text.Of("SMTP server connection failed. Check server url or port")
	case LoginFailed:
		return text.Of("SMTP login failed. Check server login or password.")
	default:
		return text.Of("Test connection failed")
	}
}

// Circumstances are what is known about the attempt beside the failure itself.
type Circumstances struct {
	Target   smtpconn.Target
	Envelope smtpconn.Envelope
	// SenderField is the name of the field that holds the sender's address.
	SenderField string
	// ShownFields are the names of the fields that these settings show; nil means all.
	ShownFields []string
	// Looked is true when other ports of the host were looked at; OpenPorts are those that answered.
	Looked    bool
	OpenPorts []int
	// Delivery is true when a message is delivered, false in a test.
	Delivery bool
}

// Explain names the cause of a failure. It never fails: what no row knows is explained by its step.
func Explain(err error, c Circumstances) (Outcome, finding.Finding) {
	var failure *smtpconn.Error
	if !errors.As(err, &failure) {
		failure = &smtpconn.Error{Kind: smtpconn.KindInternal, Err: err}
	}
	r := newReading(failure, c)
	found := causes()[rules()[match(r)].cause]
	known := wordsFor(failure, c)
	said := found.wordingFor(r, known)
	return found.outcomeAt(failure), finding.Finding{
		Severity: shared.SeverityError,
		Code:     found.code,
		Scope:    found.scope,
		Lasting:  found.lasting,
		Step:     string(failure.Step),
		Field:    fieldFor(found, said, c),
		Summary:  fill(said.summary, known),
		Detail:   text.Join(fill(said.advice(r), known), see(linkOf(said, failure)), whatAnswered(found, c)),
		Evidence: evidence(failure),
		Fixes:    fixesFor(found, failure, c),
	}
}

// see points to a page about it.
func see(link string) text.Text {
	if link == "" {
		return text.Text{}
	}
	return text.Of("See {link}", "link", link)
}

// linkOf is the page of the wording, or the provider's own about what it answers: Microsoft has one for each number,
// and others name one.
func linkOf(said wording, failure *smtpconn.Error) string {
	refused := tokenFailure(failure)
	switch {
	case said.link != "" || refused == nil:
		return said.link
	case refused.Number > 0:
		return "https://login.microsoftonline.com/error?code=" + strconv.Itoa(refused.Number)
	}
	return refused.Page
}

// fieldFor resolves the field of a cause; senderField stands for whichever field holds the sender. A field that is not
// shown is none: nobody could find what is said there.
func fieldFor(found cause, said wording, c Circumstances) string {
	field := found.field
	if said.field != "" {
		field = said.field
	}
	if field == senderField {
		return c.SenderField
	}
	if c.ShownFields != nil && !slices.Contains(c.ShownFields, field) {
		return ""
	}
	return field
}

// maxEvidence bounds the server's words; the transcript has more.
const maxEvidence = 1000

func evidence(failure *smtpconn.Error) *shared.Evidence {
	if failure.Reply == nil {
		return tokenEvidence(failure)
	}
	said := failure.Reply.Text()
	if failure.Token != nil { // It was said before the reply, in a challenge.
		said = strings.TrimSpace(failure.Token.Text + " " + said)
	}
	return &shared.Evidence{Code: failure.Reply.Code, EnhancedCode: failure.Reply.EnhancedCode, Text: cut(said)}
}

// tokenEvidence is what the endpoint for access tokens has said; nil when it has said nothing.
func tokenEvidence(failure *smtpconn.Error) *shared.Evidence {
	refused := tokenFailure(failure)
	if refused == nil || refused.Status == 0 {
		return nil
	}
	said := strings.TrimPrefix(strings.TrimSuffix(refused.Code+": "+refused.Words, ": "), ": ")
	if refused.Wait > 0 {
		said = strings.TrimSpace(said + " Retry-After: " + strconv.Itoa(int(refused.Wait.Seconds())))
	}
	return &shared.Evidence{Code: refused.Status, Text: cut(said)}
}

func cut(said string) string {
	if characters := []rune(said); len(characters) > maxEvidence {
		return string(characters[:maxEvidence]) + "…"
	}
	return said
}

// whatAnswered says which other ports of the host answer, where that helps.
func whatAnswered(found cause, c Circumstances) text.Text {
	if !found.otherPorts || !c.Looked {
		return text.Text{}
	}
	ports := slices.DeleteFunc(slices.Clone(c.OpenPorts), func(port int) bool { return port == c.Target.Port })
	if len(ports) == 0 {
		return text.Of("None of the usual mail ports of {host} (465, 587, 25, 2525) answers from here.",
			"host", c.Target.Host)
	}
	numbers := make([]string, len(ports))
	for i, port := range ports {
		numbers[i] = strconv.Itoa(port)
	}
	return text.Of("Port {ports} of {host} answers from here. || Ports {ports} of {host} answer from here.",
		"ports", strings.Join(numbers, ", "), "host", c.Target.Host, "count", len(ports))
}

// fill makes a text of a message and the words that it leaves open.
func fill(message text.Message, words map[string]text.Text) text.Text {
	var pairs []any
	for _, name := range message.Names() {
		pairs = append(pairs, name, words[name])
	}
	return text.Of(message, pairs...)
}

// wordsFor returns what a text may leave open.
func wordsFor(failure *smtpconn.Error, c Circumstances) map[string]text.Text {
	certificate := certificateWords(failure)
	hello := text.Plain(c.Target.HELOName)
	if failure.Session != nil && failure.Session.HELOName != "" {
		hello = text.Plain(failure.Session.HELOName)
	}
	if hello.IsZero() {
		hello = text.Of("the name of this machine")
	}
	through := ""
	if c.Target.Proxy != nil {
		through = c.Target.Proxy.String()
	}
	endpoint, thumbprint := "", ""
	if refused := tokenFailure(failure); refused != nil {
		endpoint, thumbprint = refused.Endpoint, refused.Thumbprint
	}
	return map[string]text.Text{
		"endpoint":    text.Plain(endpoint),
		"thumbprint":  text.Plain(thumbprint),
		"proxy":       text.Plain(through),
		"host":        text.Plain(c.Target.Host),
		"port":        text.Plain(strconv.Itoa(c.Target.Port)),
		"login":       text.Plain(c.Target.Login),
		"sender":      text.Plain(c.Envelope.Sender),
		"recipient":   text.Plain(c.Envelope.Recipient),
		"step":        Label(failure.Step),
		"protocol":    text.Plain(failure.Protocol),
		"mechanism":   text.Plain(failure.Mechanism),
		"offered":     text.Plain(strings.Join(failure.Offered, ", ")),
		"hello":       hello,
		"reason":      reasonPart(failure),
		"names":       certificate.names,
		"issuer":      text.Plain(certificate.issuer),
		"from":        text.Plain(certificate.from),
		"until":       text.Plain(certificate.until),
		"fingerprint": text.Plain(certificate.fingerprint),
	}
}

// reasonPart is a reason within another text: what failed, else what the server said; empty when neither is known.
func reasonPart(failure *smtpconn.Error) text.Text {
	refused := tokenFailure(failure)
	switch {
	case refused != nil:
		return Reason(refused.Err, failure.Session)
	case failure.Err != nil:
		return Reason(failure.Err, failure.Session)
	case failure.Reply != nil:
		return text.Plain(failure.Session.Printable(failure.Reply.String()))
	}
	return text.Text{}
}
