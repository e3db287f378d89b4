package skeleton

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// run is a test or an action under way. Its steps are told as they happen.
type run struct {
	send   func(shared.TestEvent) error
	began  time.Time
	report shared.TestReport
}

// newRun begins with a verdict of failure, which passed takes back.
func newRun(send func(shared.TestEvent) error, headline string, found shared.Diagnostics) *run {
	return &run{send: send, began: time.Now(), report: shared.TestReport{
		Outcome: "failed", Headline: headline, Status: shared.StatusFailed, Diagnostics: found,
	}}
}

// step does one thing that may fail. What is wrong then is a finding, not an error of the call.
func (r *run) step(id, label string, do func() (detail string, problem *shared.Diagnostic)) error {
	if err := r.send(shared.StepStarted{ID: id, Label: label}); err != nil {
		return err
	}
	began := time.Now()
	result := shared.StepResult{ID: id, Label: label, Status: shared.StatusPassed}
	var problem *shared.Diagnostic
	if result.Detail, problem = do(); problem != nil {
		problem.Severity, problem.Step, result.Status = shared.SeverityError, id, shared.StatusFailed
		r.report.Diagnostics = append(r.report.Diagnostics, *problem)
	}
	result.Duration = shared.Elapsed(time.Since(began))
	r.report.Steps = append(r.report.Steps, result)
	return r.send(shared.StepFinished{StepResult: result})
}

// end sends the verdict: exactly once, and last.
func (r *run) end(passed string, result shared.ActionResult) error {
	if !r.report.Diagnostics.HasErrors() {
		r.report.Outcome, r.report.Headline, r.report.Status = "complete", passed, shared.StatusPassed
	}
	r.report.Duration = shared.Elapsed(time.Since(r.began))
	return r.send(shared.Completed{Report: r.report, Result: result})
}

// Test tries a draft out as it stands in the form. It ends when its context does: give that to all that waits.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	current, _, err := p.store.Current()
	if err != nil {
		return err
	}
	after, found := next(current, request.Draft)
	r := newRun(send, "Test connection failed", found)
	if !found.HasErrors() {
		err = r.step("connect", "Connect", func() (string, *shared.Diagnostic) { return connect(ctx, after) })
		if err != nil {
			return err
		}
	}
	return r.end("Test connection complete", shared.ActionResult{})
}

// connect connects, and goes no further: log in here with s.Token, where your server asks for it.
func connect(ctx context.Context, s state) (string, *shared.Diagnostic) {
	timeout, err := time.ParseDuration(s.text(fieldTimeout))
	if err == nil {
		var conn net.Conn
		dialer := net.Dialer{Timeout: timeout, Control: guarded}
		if conn, err = dialer.DialContext(ctx, "tcp", s.target()); err == nil {
			_ = conn.Close()
			return s.target(), nil
		}
	}
	return "no connection", &shared.Diagnostic{
		Code: "unreachable", Field: fieldAddress, Summary: s.target() + " cannot be reached.",
		Detail:   "Check the address, and whether the server is running.",
		Evidence: &shared.Evidence{Text: err.Error()},
	}
}

// guarded refuses connections to link-local addresses, at which clouds give out credentials of the machine: those who
// may test must not look around there. It sees the address that a name has led to. Refuse here what else your page
// never needs.
func guarded(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err == nil && to.Addr().Unmap().IsLinkLocalUnicast() {
		err = fmt.Errorf("%s is link-local, which this page does not connect to", to.Addr())
	}
	return err
}

// RunAction looks up the addresses of the server. What an action finds is written into the form, not saved.
func (p *Page) RunAction(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	if request.Action != findAddresses {
		return fmt.Errorf("%w: there is no action %q", shared.ErrInvalidRequest, request.Action)
	}
	current, _, err := p.store.Current()
	if err != nil {
		return err
	}
	after, found := next(current, request.Draft)
	r := newRun(send, "The addresses were not found", found.ForField(fieldAddress)) // The rest of the form can wait.
	var options []shared.Option
	if !r.report.Diagnostics.HasErrors() {
		err = r.step("look_up", "Look up", func() (string, *shared.Diagnostic) {
			var problem *shared.Diagnostic
			options, problem = lookUp(ctx, after.text(fieldAddress))
			return fmt.Sprintf("%d found", len(options)), problem
		})
		if err != nil {
			return err
		}
	}
	return r.end("The addresses were found", shared.ActionResult{Choices: map[string][]shared.Option{fieldIP: options}})
}

func lookUp(ctx context.Context, address string) (options []shared.Option, problem *shared.Diagnostic) {
	host, _, err := net.SplitHostPort(address)
	if err == nil {
		var found []net.IPAddr
		found, err = net.DefaultResolver.LookupIPAddr(ctx, host)
		for _, one := range found {
			options = append(options, shared.Option{Value: one.IP.String(), Label: one.IP.String()})
		}
	}
	if err != nil {
		return nil, &shared.Diagnostic{Code: "unknown_host", Field: fieldAddress,
			Summary: "The name of the server is not known.", Evidence: &shared.Evidence{Text: err.Error()}}
	}
	return options, nil
}
