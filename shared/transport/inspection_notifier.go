package transport

import (
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Looks at the answers of a notification service; see [inspection].

func (a *inspection) receipts(request shared.NotifyRequest, list []shared.Receipt) {
	if have, want := len(list), len(request.Notifications); have != want {
		a.refuse("%d receipts for %d notifications", have, want)
		return
	}
	for i := range list {
		receipt := &list[i]
		a.name("id of a notification", receipt.ID)
		if len(receipt.Diagnostics) > maxDiagnostics {
			a.refuse("%d findings about one notification", len(receipt.Diagnostics))
		}
		for j := range firstOf(receipt.Diagnostics, maxDiagnostics) {
			a.diagnostic(&receipt.Diagnostics[j])
		}
		if receipt.ID == "" && (receipt.Duplicate || len(receipt.Diagnostics) == 0) {
			a.refuse("a receipt with neither an id nor a reason")
		}
		if receipt.Differs && !receipt.Duplicate {
			a.refuse("a receipt that differs from nothing")
		}
	}
}

func (a *inspection) serviceStatus(s *shared.ServiceStatus) {
	if s.State == "" {
		a.refuse("the service is in no known state")
	}
	a.time("the time of the service's state", s.Since)
	a.time("the time of the next attempt", s.NextAttempt)
	a.time("the time of what waits", s.OldestWaiting)
	a.oneDiagnostic(s.Reason)
	a.held(s.Held)
	a.askedLook(s.AskedLook)
	known := map[shared.NotificationState]int64{} // Others are of a later version.
	for _, state := range shared.NotificationStates {
		known[state] = s.Counts[state]
		a.count("a count of notifications", known[state])
	}
	s.Counts = known
	s.DeliveredBy = firstOf(s.DeliveredBy, maxDeliverers)
	for i := range s.DeliveredBy {
		one := &s.DeliveredBy[i]
		a.line(&one.Host)
		a.count("a process id", int64(one.PID))
		a.time("the time of a process", one.Since)
		a.count("a count of deliveries", one.DeliveredLastHour)
		a.count("a count of attempts", one.FailedAttemptsLastHour)
	}
	for _, count := range []int64{s.DeliveredLastMinute, s.DeliveredTotal, s.FailedAttemptsTotal} {
		a.count("a count of deliveries", count)
	}
	a.purges(s)
	a.secretExpiries(s)
}

func (a *inspection) notifications(request shared.ListRequest, l *shared.NotificationList) {
	a.list("notifications", len(l.Entries), request.Bounded(), l.More)
	seen := map[string]bool{request.Before: true, "": true}
	for i := range l.Entries {
		entry := &l.Entries[i]
		a.entry(entry)
		if seen[entry.ID] {
			a.refuse("the notification %q is in the list again", entry.ID)
		}
		seen[entry.ID] = true
	}
}

func (a *inspection) entry(e *shared.NotificationEntry) {
	a.required("id of a notification", e.ID)
	a.line(&e.Key, &e.To, &e.Subject, &e.Actor, &e.Thread, &e.Category, &e.Reply, &e.PutAwayBy)
	if e.Priority != shared.PriorityHigh && e.Priority != shared.PriorityLow { // Others are of a later version.
		e.Priority = ""
	}
	if !slices.Contains(shared.NotificationStates, e.State) {
		a.refuse("the notification %q is in the state %q, which this version does not know", e.ID, e.State)
	}
	a.count("a count of attempts", int64(e.Attempts))
	for _, at := range []time.Time{e.Created, e.NextAttempt, e.Finished, e.Expires, e.SetAsideAt} {
		a.time("a time of a notification", at)
	}
	a.oneDiagnostic(e.Failure)
	a.name("code of a pause", e.PausedBy)
}

// traceParent is the header of W3C Trace Context, version 00.
var traceParent = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
})

// How far from now an attempt that has just ended may have begun.
const (
	longestAttempt = 24 * time.Hour
	clockSkew      = time.Minute
)

// delivery looks at an attempt that has just ended. Times that cannot be are mended: clocks are set now and then.
func (a *inspection) delivery(d *shared.Delivery, now time.Time) {
	a.required("id of a notification", d.ID)
	a.name("code of a failure", d.Failure)
	if d.Attempt < 1 {
		a.refuse("attempt %d", d.Attempt)
	}
	if !traceParent().MatchString(d.TraceParent) {
		d.TraceParent = ""
	}
	d.Started = within(d.Started, now.Add(-longestAttempt), now.Add(clockSkew))
	d.Finished = within(d.Finished, d.Started, now.Add(clockSkew))
	d.Steps = firstOf(d.Steps, maxSteps)
	for i := range d.Steps {
		step := &d.Steps[i]
		a.required("name of a step", step.ID)
		step.Started = within(step.Started, d.Started, d.Finished)
		step.Finished = within(step.Finished, step.Started, d.Finished)
	}
}

// within returns the time nearest to at that is not before the earliest and not after the latest.
func within(at, earliest, latest time.Time) time.Time {
	switch {
	case at.Before(earliest):
		return earliest
	case at.After(latest):
		return latest
	default:
		return at
	}
}
