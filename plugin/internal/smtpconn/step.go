package smtpconn

import "time"

// Step is one stage on the way to a mail server. The values are stable: scripts and translations rely on them.
type Step string

// The steps, in the order in which they happen. TLS stands before the greeting on an implicit-TLS port; STARTTLS after
// the first EHLO. A connection has one of the two or neither.
const (
	StepToken     Step = "token" // only with a source of access tokens
	StepResolve   Step = "resolve"
	StepConnect   Step = "connect"
	StepTLS       Step = "tls"
	StepGreeting  Step = "greeting"
	StepHello     Step = "hello"
	StepStartTLS  Step = "starttls"
	StepAuth      Step = "auth"
	StepSender    Step = "sender"
	StepRecipient Step = "recipient"
	StepMessage   Step = "message"
)

// Result says how a step ended.
type Result uint8

// The results. Noted means passed with something to look at, which the Session tells.
const (
	Passed Result = iota
	Noted
	Failed
	Skipped
)

// Trace is told of each step as it happens, like net/http/httptrace. Either function may be nil. Calls come one at a
// time, from the goroutine that called into this package.
type Trace struct {
	StepStarted  func(Step)
	StepFinished func(step Step, result Result, took time.Duration, detail Detail)
	// Verbose has the conversation recorded, see [Session.Transcript], and gives each step a detail, which is nil
	// otherwise. All that a server says must be searched for our credentials then, which takes longer than the saying.
	Verbose bool
	// Recorded has the conversation recorded as well, without the details. It costs little unless it is read.
	Recorded bool
}

func (t *Trace) verbose() bool { return t != nil && t.Verbose }

func (t *Trace) recorded() bool { return t != nil && (t.Verbose || t.Recorded) }

func (t *Trace) started(step Step) {
	if t != nil && t.StepStarted != nil {
		t.StepStarted(step)
	}
}

func (t *Trace) finished(step Step, result Result, took time.Duration, detail Detail) {
	if !t.verbose() {
		detail = nil
	}
	if t != nil && t.StepFinished != nil {
		t.StepFinished(step, result, took, detail)
	}
}

// run reports a step around the work it consists of. The work returns a detail and, when it fails, an *Error, whose
// step is filled in here and which is the detail when there is no other.
func (t *Trace) run(step Step, work func() (Result, Detail, error)) error {
	t.started(step)
	start := time.Now()
	result, detail, err := work()
	if err != nil {
		failure := asError(err)
		if failure.Step == "" {
			failure.Step = step
		}
		if failure.Kind == KindOutOfTime && time.Since(start) >= longEnough {
			failure.Kind, failure.waited = KindTimeout, true
		}
		result, err = Failed, failure
		if detail == nil {
			detail = failure
		}
	}
	t.finished(step, result, time.Since(start), detail)
	return err
}

func (t *Trace) skip(step Step, detail Detail) {
	t.started(step)
	t.finished(step, Skipped, 0, detail)
}
