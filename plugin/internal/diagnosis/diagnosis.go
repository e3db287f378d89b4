// Package diagnosis turns a failure on the way to a mail server into words: the stable code of its cause, one sentence
// that says what is wrong, what to do about it, the field it concerns and the server's own words as evidence.
//
// The knowledge is a table (see [row]), read from the top: the first row that matches names the cause. Rows that know an
// enhanced status code are asked before all others, so that no pattern of words overrides a clear code. Among the rest,
// rows for one provider stand before those for everybody, rows that read the server's words before the rows that only know
// the reply code or the step. A new cause is a new row and a test.
//
// The page, the command line and a dead letter all use it, so a failure reads the same wherever it is met.
package diagnosis

import (
	"crypto/sha256"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
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
func (o Outcome) Headline() string {
	switch o {
	case Complete:
		return phrase.Of("Test connection complete")
	case ConnectionFailed:
		return phrase.Of("SMTP server connection failed. Check server url or port")
	case LoginFailed:
		return phrase.Of("SMTP login failed. Check server login or password.")
	default:
		return phrase.Of("Test connection failed")
	}
}

// Circumstances are what is known about the attempt beside the failure itself.
type Circumstances struct {
	Target   smtpconn.Target
	Envelope smtpconn.Envelope
	// SenderField is the name of the field that holds the sender's address.
	SenderField string
	// Looked is true when other ports of the host were looked at; OpenPorts are those that answered.
	Looked    bool
	OpenPorts []int
}

// Explain names the cause of a failure. It never fails: what no row knows is explained by its step.
func Explain(err error, c Circumstances) (Outcome, shared.Diagnostic) {
	var failure *smtpconn.Error
	if !errors.As(err, &failure) {
		failure = &smtpconn.Error{Kind: smtpconn.KindInternal, Err: err}
	}
	found := match(failure, c)
	words := wordsFor(failure, c)
	return found.outcome, shared.Diagnostic{
		Severity: shared.SeverityError,
		Code:     found.code,
		Step:     string(failure.Step),
		Field:    fieldFor(found, c),
		Summary:  fill(found.summary, words),
		Detail:   phrase.Sentences(fill(found.detail, words), whatAnswered(found, c)),
		Evidence: evidence(failure),
		Fixes:    fixesFor(found, failure, c),
	}
}

// causes is the whole table.
var causes = sync.OnceValue(func() []row {
	return slices.Concat(generalCauses, providerCauses, connectionCauses, loginCauses, envelopeCauses)
})

func match(failure *smtpconn.Error, c Circumstances) row {
	server := provider.OfServer(c.Target.Host)
	for _, knowsCode := range []bool{true, false} {
		for _, candidate := range causes() {
			if (len(candidate.enhanced) > 0) == knowsCode && candidate.matches(failure, server, c) {
				return candidate
			}
		}
	}
	return row{outcome: Failed, code: "unexplained", summary: "The test failed at the step “{step}”.",
		detail: "The transcript below shows what was said."}
}

// fieldFor resolves the field of a row; senderField stands for whichever field holds the sender.
func fieldFor(found row, c Circumstances) string {
	if found.field == senderField {
		return c.SenderField
	}
	return found.field
}

// maxEvidence bounds the server's words; the transcript has more.
const maxEvidence = 1000

func evidence(failure *smtpconn.Error) *shared.Evidence {
	if failure.Reply == nil {
		return nil
	}
	text := []rune(failure.Reply.Text())
	if len(text) > maxEvidence {
		text = append(text[:maxEvidence], '…')
	}
	return &shared.Evidence{Code: failure.Reply.Code, EnhancedCode: failure.Reply.EnhancedCode, Text: string(text)}
}

// whatAnswered says which other ports of the host answer, where that helps.
func whatAnswered(found row, c Circumstances) string {
	if !found.otherPorts || !c.Looked {
		return ""
	}
	ports := slices.DeleteFunc(slices.Clone(c.OpenPorts), func(port int) bool { return port == c.Target.Port })
	if len(ports) == 0 {
		return phrase.Of("None of the usual mail ports of {host} (465, 587, 25, 2525) answers from here.", "host", c.Target.Host)
	}
	numbers := make([]string, len(ports))
	for i, port := range ports {
		numbers[i] = strconv.Itoa(port)
	}
	if len(ports) == 1 {
		return phrase.Of("Port {port} of {host} answers from here.", "port", numbers[0], "host", c.Target.Host)
	}
	return phrase.Of("Ports {ports} of {host} answer from here.", "ports", strings.Join(numbers, ", "), "host", c.Target.Host)
}

func fixesFor(found row, failure *smtpconn.Error, c Circumstances) []shared.Fix {
	fixes := slices.Clone(found.fixes)
	if found.otherPorts || startTLSFailed(failure, c) {
		fixes = append(fixes, portFixes(c)...)
	}
	if startTLSFailed(failure, c) {
		if !slices.ContainsFunc(fixes, encrypts) {
			fixes = append(fixes, useSSL)
		}
		fixes = append(fixes, withoutStartTLS) // Last, and never alone.
	}
	return fixes
}

// portFixes offers the other ports of the host that answer.
func portFixes(c Circumstances) []shared.Fix {
	var fixes []shared.Fix
	for _, port := range c.OpenPorts {
		if port == c.Target.Port {
			continue
		}
		encrypt := port == 465 || port == 587
		if c.Target.Encrypt && !encrypt {
			continue // Never a suggestion to give up encryption.
		}
		label := phrase.Of("Use port {port} without SSL", "port", port)
		if encrypt {
			label = phrase.Of("Use port {port} with SSL", "port", port)
		}
		fixes = append(fixes, shared.Fix{
			Label:  label,
			Values: shared.Values{"port": shared.Integer(int64(port)), "use_ssl": shared.Boolean(encrypt)},
		})
	}
	return fixes
}

func encrypts(fix shared.Fix) bool { return fix.Values["use_ssl"] == shared.Boolean(true) }

// startTLSFailed reports whether the login was kept back only because an offered STARTTLS did not work. Who accepts that
// the password can be read along the way may then say so.
func startTLSFailed(failure *smtpconn.Error, c Circumstances) bool {
	if c.Target.Encrypt || c.Target.PinnedCertificate != [sha256.Size]byte{} {
		return false
	}
	switch failure.Kind {
	case smtpconn.KindCancelled, smtpconn.KindOutOfTime, smtpconn.KindInternal:
		return false
	}
	secured := failure.Session != nil && failure.Session.Encryption == smtpconn.StartTLS
	return failure.Step == smtpconn.StepStartTLS || failure.Step == smtpconn.StepHello && secured && failure.Reply == nil
}

// fill makes a phrase of a text and the words that it leaves open.
func fill(text string, words map[string]string) string {
	var pairs []any
	for _, open := range openWord.FindAllStringSubmatch(text, -1) {
		pairs = append(pairs, open[1], words[open[1]])
	}
	return phrase.Of(text, pairs...)
}

var openWord = regexp.MustCompile(`\{(\w+)\}`)

// wordsFor returns what a text may leave open.
func wordsFor(failure *smtpconn.Error, c Circumstances) map[string]string {
	certificate := certificateWords(failure)
	hello := c.Target.HELOName
	if hello == "" {
		hello = phrase.Word("the name of this machine")
	}
	through := ""
	if c.Target.Proxy != nil {
		through = c.Target.Proxy.String()
	}
	return map[string]string{
		"proxy":       through,
		"host":        c.Target.Host,
		"port":        strconv.Itoa(c.Target.Port),
		"login":       c.Target.Login,
		"sender":      c.Envelope.Sender,
		"recipient":   c.Envelope.Recipient,
		"step":        phrase.Word(Label(failure.Step)),
		"protocol":    failure.Protocol,
		"mechanism":   failure.Mechanism,
		"offered":     strings.Join(failure.Offered, ", "),
		"hello":       hello,
		"reason":      Encoded(Reason(failure.Err, failure.Session)),
		"names":       certificate.names,
		"issuer":      certificate.issuer,
		"from":        certificate.from,
		"until":       certificate.until,
		"fingerprint": certificate.fingerprint,
	}
}
