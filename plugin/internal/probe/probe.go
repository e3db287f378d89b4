// Package probe is Test connection: it walks the one way to the mail server with a draft's settings, reports each
// step as it happens, gives sender and recipient without sending a message, and ends with a verdict.
package probe

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Plan says what to test.
type Plan struct {
	Target   smtpconn.Target
	Envelope smtpconn.Envelope
	// SenderField is the name of the field that holds the sender's address.
	SenderField string
	// ShownFields are the names of the fields that the settings show; nil means all.
	ShownFields []string
	// Message is also sent to the recipient; nil sends nothing.
	Message []byte
	// TimeLimit bounds the whole test.
	TimeLimit time.Duration
}

// alternativePorts are the usual ports of mail servers, in the order in which they are recommended (RFC 8314, RFC
// 6409).
var alternativePorts = []int{465, 587, 25, 2525}

// How long a silent connection is waited for before the other ports are looked at beside it, and how long they may
// take. Together they stay below the limit of the connection itself, so that the look costs no time.
const (
	lookAfter = time.Second
	lookLimit = 3 * time.Second
)

// Watch is told of the steps as they happen. A nil function is not told.
type Watch struct {
	Started  func(id string, label text.Text)
	Progress func(id string, label, detail text.Text) // at most once in a step
	Finished func(finding.Step)
}

// Run carries out the test and returns the verdict. Run ends soon after ctx does.
func Run(ctx context.Context, plan Plan, watch Watch) (finding.Report, *smtpconn.Error) {
	report, _, failure := RunWithSession(ctx, plan, watch)
	return report, failure
}

// RunWithSession is Run, and also returns what was learned about the server, as much of it as there is.
func RunWithSession(ctx context.Context, plan Plan, watch Watch) (finding.Report, *smtpconn.Session, *smtpconn.Error) {
	ctx, cancel := context.WithTimeout(ctx, plan.TimeLimit)
	defer cancel()
	r := &run{plan: plan, watch: watch, began: time.Now()}
	r.look = sync.OnceValue(func() []int {
		return smtpconn.LookAt(ctx, plan.Target, alternativePorts, lookLimit)
	})
	session, err := r.converse(ctx)
	r.report.Transcript = session.Transcript()
	r.report.Cards = certificateCards(session, err != nil, time.Now())
	if err != nil {
		r.fail(err)
	} else {
		r.pass(session)
	}
	r.report.Duration = shared.Elapsed(time.Since(r.began))
	return r.report, session, err
}

type run struct {
	plan   Plan
	watch  Watch
	began  time.Time
	report finding.Report
	// look returns which of the alternative ports answer. It looks once, for the first that asks.
	look func() []int
}

// converse goes through the steps. The session is what was learned, whatever the error.
func (r *run) converse(ctx context.Context) (session *smtpconn.Session, failure *smtpconn.Error) {
	trace := r.trace()
	conn, err := smtpconn.Open(ctx, r.plan.Target, trace)
	if err != nil {
		failure = asFailure(err)
		return failure.Session, failure
	}
	defer conn.Close()
	if r.plan.Message == nil {
		err = conn.Check(ctx, r.plan.Envelope)
	} else if _, err = conn.Deliver(ctx, r.plan.Envelope, r.plan.Message, nil); err == nil {
		conn.Leave(ctx)
	}
	if err != nil {
		failure = asFailure(err)
		failure.Session = conn.Session()
	}
	return conn.Session(), failure
}

func asFailure(err error) *smtpconn.Error {
	var failure *smtpconn.Error
	if errors.As(err, &failure) {
		return failure
	}
	return &smtpconn.Error{Kind: smtpconn.KindInternal, Err: err}
}

// trace turns steps into events.
func (r *run) trace() *smtpconn.Trace {
	var silence *time.Timer
	var long waiting
	return &smtpconn.Trace{
		Verbose: true,
		StepStarted: func(step smtpconn.Step) {
			if step == smtpconn.StepConnect && r.plan.Target.Proxy == nil {
				silence = time.AfterFunc(lookAfter, func() { r.look() })
			}
			label := diagnosis.Label(step)
			if r.watch.Started != nil {
				r.watch.Started(string(step), label)
			}
			if r.watch.Progress != nil {
				long.begin(func() { r.watch.Progress(string(step), label, text.Of("still waiting for the server")) })
			}
		},
		StepFinished: func(step smtpconn.Step, result smtpconn.Result, took time.Duration, detail smtpconn.Detail) {
			long.end()
			if silence != nil {
				silence.Stop()
			}
			finished := finding.Step{
				ID: string(step), Label: diagnosis.Label(step), Status: diagnosis.Status(result),
				Duration: shared.Elapsed(took), Detail: diagnosis.Detail(detail),
			}
			r.report.Steps = append(r.report.Steps, finished)
			if r.watch.Finished != nil {
				r.watch.Finished(finished)
			}
		},
	}
}

func (r *run) circumstances() diagnosis.Circumstances {
	return diagnosis.Circumstances{Target: r.plan.Target, Envelope: r.plan.Envelope, SenderField: r.plan.SenderField,
		ShownFields: r.plan.ShownFields}
}

func (r *run) pass(session *smtpconn.Session) {
	warnings := diagnosis.Warnings(session, r.circumstances(), time.Now())
	r.report.Outcome, r.report.Headline = string(diagnosis.Complete), diagnosis.Complete.Headline()
	r.report.Status = shared.StatusPassed
	for _, one := range warnings {
		if one.Severity == shared.SeverityWarning {
			r.report.Status = shared.StatusWarning
		}
	}
	if note, unproven := diagnosis.SendAsUnproven(session, r.circumstances()); unproven && r.plan.Message == nil {
		warnings = append(warnings, note)
	}
	r.report.Findings = append(warnings, diagnosis.NoGuarantee())
}

// worthLooking are the failures for which it matters whether another port of the host answers.
var worthLooking = map[smtpconn.Kind]bool{
	smtpconn.KindConnectionRefused: true, smtpconn.KindTimeout: true, smtpconn.KindReset: true, smtpconn.KindClosed: true,
	smtpconn.KindNotSMTP: true, smtpconn.KindPlainInsteadOfTLS: true, smtpconn.KindStartTLSMissing: true,
	smtpconn.KindTLSHandshake: true, smtpconn.KindUnexpectedBytes: true,
}

var beforeConversation = map[smtpconn.Step]bool{
	smtpconn.StepConnect: true, smtpconn.StepTLS: true, smtpconn.StepGreeting: true, smtpconn.StepStartTLS: true,
}

// worthLookingAfter reports whether it matters what else of the host answers. Another port may encrypt where this one
// refuses to.
func worthLookingAfter(failure *smtpconn.Error) bool {
	encryptionRefused := failure.Step == smtpconn.StepStartTLS && failure.Kind == smtpconn.KindRefusedByReply
	return worthLooking[failure.Kind] && beforeConversation[failure.Step] || encryptionRefused
}

func (r *run) fail(failure *smtpconn.Error) {
	circumstances := r.circumstances()
	if worthLookingAfter(failure) && r.plan.Target.Proxy == nil {
		circumstances.OpenPorts, circumstances.Looked = r.look(), true
	}
	outcome, cause := diagnosis.Explain(failure, circumstances)
	r.report.Outcome, r.report.Headline = string(outcome), outcome.Headline()
	r.report.Status = shared.StatusFailed
	r.report.Findings = finding.Findings{cause}
	if failure.Session != nil && failure.Step == smtpconn.StepAuth {
		r.report.Findings = append(r.report.Findings, diagnosis.TokenWarnings(failure.Session)...)
	}
	if failure.Session != nil && failure.Session.StartTLSFailure != nil {
		r.report.Findings = append(r.report.Findings,
			diagnosis.Warnings(failure.Session, circumstances, time.Now())...)
	}
	if outcome == diagnosis.ConnectionFailed && failure.Step == smtpconn.StepConnect {
		r.report.Findings = append(r.report.Findings, diagnosis.Firewall())
	}
}
