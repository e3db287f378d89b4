package ldap

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// run is a test or an action on its way: it tells of each step and collects the report.
type run struct {
	settings settings
	send     func(shared.TestEvent) error
	began    time.Time
	report   shared.TestReport
	result   shared.ActionResult
	// gone is why nobody listens any more.
	gone error
}

func begin(s settings, send func(shared.TestEvent) error) *run {
	return &run{settings: s, send: send, began: time.Now()}
}

// step runs one step and reports whether it went well. What is wrong becomes a finding; one that is no error does not
// end the test.
func (r *run) step(id, label string, do func() (detail string, problem *shared.Diagnostic)) bool {
	if r.gone != nil {
		return false
	}
	began := time.Now()
	if r.gone = r.send(shared.StepStarted{ID: id, Label: label}); r.gone != nil {
		return false
	}
	detail, problem := do()
	result := shared.StepResult{ID: id, Label: label, Status: shared.StatusPassed, Detail: detail}
	if problem != nil {
		problem.Step = id
		r.report.Diagnostics = append(r.report.Diagnostics, *problem)
		result.Status, result.Detail = shared.StatusWarning, problem.Summary
		if problem.Severity == shared.SeverityError {
			result.Status = shared.StatusFailed
		}
	}
	result.Duration = shared.Elapsed(time.Since(began))
	r.report.Steps = append(r.report.Steps, result)
	r.gone = r.send(shared.StepFinished{StepResult: result})
	return r.gone == nil && result.Status != shared.StatusFailed
}

// open connects to the server with the number and signs in, and returns nil when that fails. Steps of another server
// than the first have its number.
func (r *run) open(ctx context.Context, number int) *session {
	s, server := r.settings, r.settings.servers[number]
	host, _, _ := net.SplitHostPort(server)
	var addresses []string
	var c *session
	known := r.step(id("resolve", number), "Look up "+host, func() (string, *shared.Diagnostic) {
		var err error
		addresses, err = lookUp(ctx, s, host)
		return strings.Join(addresses, ", "), aboutLookup(host, err)
	})
	if !known || !r.step(id("connect", number), "Connect to "+server, func() (string, *shared.Diagnostic) {
		var err error
		if c, err = dial(ctx, s, server, addresses); err != nil {
			return "", aboutDialling(s, server, err)
		}
		return c.link.RemoteAddr().String(), nil
	}) {
		return nil
	}
	stop := context.AfterFunc(ctx, func() { _ = c.link.Close() })
	if !r.enter(ctx, c, number) {
		stop()
		c.close()
		return nil
	}
	return c
}

// enter starts TLS and binds.
func (r *run) enter(ctx context.Context, c *session, number int) bool {
	names := map[string]string{encryptStartTLS: "Start TLS", encryptLDAPS: "Start TLS", encryptNone: "No TLS"}
	return r.step(id("tls", number), names[r.settings.encryption], func() (string, *shared.Diagnostic) {
		if err := c.secure(ctx); err != nil {
			return "", c.aboutTLS(err)
		}
		if !c.encrypted() {
			return "not encrypted", nil
		}
		return fmt.Sprintf("%s, certificate of %s", tls.VersionName(c.state.Version),
			line(c.state.PeerCertificates[0].Subject.String())), nil
	}) && r.step(id("bind", number), "Sign in", func() (string, *shared.Diagnostic) {
		if err := c.bind(r.settings.bindDN, r.settings.password); err != nil {
			return "", c.about(err, doing{name: r.settings.bindDN, secret: r.settings.password, field: fieldBindDN})
		}
		if r.settings.bindDN == "" {
			return "anonymously", nil
		}
		return "as " + r.settings.bindDN, nil
	})
}

// first opens a session with the first server that lets one in; nil when none does. What was wrong with those before it
// is then not in the way.
func (r *run) first(ctx context.Context) *session {
	for number := range r.settings.servers {
		if c := r.open(ctx, number); c != nil {
			r.soften()
			return c
		}
	}
	return nil
}

// soften makes warnings of what was found so far.
func (r *run) soften() {
	for i := range r.report.Diagnostics {
		if r.report.Diagnostics[i].Severity == shared.SeverityError {
			r.report.Diagnostics[i].Severity = shared.SeverityWarning
		}
	}
}

// id is the id of a step for the server with the number.
func id(name string, number int) string {
	if number == 0 {
		return name
	}
	return name + "_" + strconv.Itoa(number+1)
}

// verdict is what a report says.
type verdict struct{ outcome, headline string }

// complete sends the verdict: passed, or failed when something is an error.
func (r *run) complete(passed, failed verdict) error {
	if r.gone != nil {
		return r.gone
	}
	chosen := passed
	r.report.Status = shared.StatusPassed
	switch {
	case r.report.Diagnostics.HasErrors():
		chosen, r.report.Status = failed, shared.StatusFailed
	case slices.ContainsFunc(r.report.Diagnostics, func(one shared.Diagnostic) bool {
		return one.Severity == shared.SeverityWarning
	}):
		r.report.Status = shared.StatusWarning
	}
	r.report.Outcome, r.report.Headline = chosen.outcome, chosen.headline
	r.report.Duration = shared.Elapsed(time.Since(r.began))
	return r.send(shared.Completed{Report: r.report, Result: r.result})
}
