package diagnosis

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// row is one cause. The conditions are joined by and; an empty one holds always; the entries of one are joined by or.
type row struct {
	// Conditions.
	steps    []smtpconn.Step
	kinds    []smtpconn.Kind
	replies  []int    // reply codes; a number below 10 stands for all codes that begin with it
	enhanced []string // enhanced status codes; "x.1.8" stands for any class
	words    *pattern
	provider string
	when     func(*smtpconn.Error, Circumstances) bool

	// The cause.
	outcome Outcome
	code    string
	field   string
	summary string
	detail  string
	fixes   []shared.Fix
	// otherPorts adds which other ports of the host answer, and offers them.
	otherPorts bool
}

// senderField stands in a row for the field that holds the sender's address.
const senderField = "(sender)"

func (r row) matches(failure *smtpconn.Error, provider string, c Circumstances) bool {
	if len(r.steps) > 0 && !slices.Contains(r.steps, failure.Step) {
		return false
	}
	if len(r.kinds) > 0 && !slices.Contains(r.kinds, failure.Kind) {
		return false
	}
	if r.provider != "" && r.provider != provider {
		return false
	}
	if r.readsReply() && !r.matchesReply(failure.Reply) {
		return false
	}
	return r.when == nil || r.when(failure, c)
}

func (r row) readsReply() bool { return len(r.replies) > 0 || len(r.enhanced) > 0 || r.words != nil }

func (r row) matchesReply(reply *smtpconn.Reply) bool {
	if reply == nil {
		return false
	}
	if len(r.replies) > 0 && !slices.Contains(r.replies, reply.Code) && !slices.Contains(r.replies, reply.Code/100) {
		return false
	}
	if len(r.enhanced) > 0 && !slices.ContainsFunc(r.enhanced, func(want string) bool {
		return want == reply.EnhancedCode || strings.HasPrefix(want, "x.") && len(reply.EnhancedCode) > 1 && want[1:] == reply.EnhancedCode[1:]
	}) {
		return false
	}
	return r.words == nil || reply.Says(r.words.compiled())
}

// pattern is looked for in the server's text without regard to case. It is compiled when it is first needed: most never are,
// and the page waits for the plugin's start.
type pattern struct{ compiled func() *regexp.Regexp }

func words(expression string) *pattern {
	return &pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)` + expression) })}
}

// broken are the ways in which a connection that was used already comes to an end.
var broken = kinds(
	smtpconn.KindClosed, smtpconn.KindReset, smtpconn.KindNetwork, smtpconn.KindTLSHandshake, smtpconn.KindUnreachable, smtpconn.KindConnectionRefused,
)

func steps(s ...smtpconn.Step) []smtpconn.Step { return s }
func kinds(k ...smtpconn.Kind) []smtpconn.Kind { return k }
func replies(codes ...int) []int               { return codes }
func enhanced(codes ...string) []string        { return codes }

func fixes(f ...shared.Fix) []shared.Fix { return f }

// greetedAs matches the words of the server's greeting.
func greetedAs(expression string) func(*smtpconn.Error, Circumstances) bool {
	greeting := words(expression)
	return func(failure *smtpconn.Error, _ Circumstances) bool {
		return failure.Session != nil && failure.Session.Greeting.Says(greeting.compiled())
	}
}

func fix(label string, values shared.Values) shared.Fix {
	return shared.Fix{Label: label, Values: values}
}

var (
	useSSL  = fix("Turn on Use SSL", shared.Values{"use_ssl": shared.Boolean(true)})
	port465 = fix("Use port 465 with SSL", shared.Values{"port": shared.Integer(465), "use_ssl": shared.Boolean(true)})
	// withoutStartTLS is only ever offered beside another fix.
	withoutStartTLS = fix("Send everything unencrypted, the password too", shared.Values{"starttls": shared.Text("never")})
	port587         = fix("Use port 587 with SSL", shared.Values{"port": shared.Integer(587), "use_ssl": shared.Boolean(true)})
)

// generalCauses do not depend on the step.
var generalCauses = []row{
	{kinds: kinds(smtpconn.KindCancelled), outcome: Failed, code: "cancelled",
		summary: "The test was cancelled at the step “{step}”.",
		detail:  "Nothing was changed. Start the test again when you are ready."},
	{kinds: kinds(smtpconn.KindOutOfTime), outcome: Failed, code: "out_of_time",
		summary: "The test ran out of time at the step “{step}”.",
		detail:  "The server answers, but so slowly that the whole test took longer than allowed. Try again, or raise the time limit under Advanced."},
	{kinds: kinds(smtpconn.KindInternal), outcome: Failed, code: "internal",
		summary: "A defect in this software stopped this: {reason}.",
		detail:  "Please report it, with the transcript below."},
}
