package transport

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// inspectedSchema is a form with a field of each kind of trouble.
var inspectedSchema = shared.Schema{
	Title: "Collector",
	Sections: []shared.Section{{Name: "main", Fields: []shared.Field{
		{Name: "server", Label: "Server", Kind: shared.KindText},
		{Name: "port", Label: "Port", Kind: shared.KindInteger},
		{Name: "notes", Label: "Notes", Kind: shared.KindMultiline},
		{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
	}}},
	Test: shared.TestAction{
		Label: "Test", Options: []shared.Field{{Name: "send", Label: "Send", Kind: shared.KindBoolean}},
	},
}

var (
	yesterday = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	noYear    = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	sound     = shared.Diagnostic{Severity: shared.SeverityError, Code: "slow", Summary: "It is slow."}
	setServer = shared.Fix{Label: "Use it", Values: shared.Values{"server": shared.Text("a.example")}}
)

// about is the sound finding with a change.
func about(change func(*shared.Diagnostic)) shared.Diagnostics {
	changed := sound
	change(&changed)
	return shared.Diagnostics{changed}
}

// fixing is a finding whose fix sets a field.
func fixing(field string, value shared.Value) shared.Diagnostics {
	return about(func(d *shared.Diagnostic) {
		d.Fixes = []shared.Fix{{Label: "Fix", Values: shared.Values{field: value}}}
	})
}

// refusals are answers that cannot be true, by what is wrong with them, with a part of the reason.
var refusals = map[string]struct {
	look func(*inspection)
	want string
}{
	"a name with a slash": {func(a *inspection) { a.info(&shared.Info{Name: "a/b"}) }, "its name is"},
	"no name":             {func(a *inspection) { a.info(&shared.Info{}) }, "its name is"},
	"too many findings":   {func(a *inspection) { a.diagnostics(make(shared.Diagnostics, 301)) }, "301 findings"},
	"a finding of no code": {
		func(a *inspection) { a.diagnostics(about(func(d *shared.Diagnostic) { d.Code = "" })) }, "no code",
	},
	"a code with an escape": {func(a *inspection) {
		a.diagnostics(about(func(d *shared.Diagnostic) { d.Code = "\x1b[2J" }))
	},
		"control characters"},
	"a code without end": {func(a *inspection) {
		a.diagnostics(about(func(d *shared.Diagnostic) { d.Code = strings.Repeat("x", 301) }))
	}, "too long"},
	"a finding without words": {func(a *inspection) {
		a.diagnostics(about(func(d *shared.Diagnostic) { d.Summary = "" }))
	},
		"says nothing"},
	"a finding about another form": {func(a *inspection) {
		a.diagnostics(about(func(d *shared.Diagnostic) { d.Field = "ink" }))
	},
		`"ink", which is not declared`},
	"a fix of another form": {func(a *inspection) { a.diagnostics(fixing("ink", shared.Text("x"))) }, `sets "ink"`},
	"a fix of a secret": {
		func(a *inspection) { a.diagnostics(fixing("token", shared.Text("x"))) }, "which is a secret",
	},
	"a fix of another kind": {func(a *inspection) { a.diagnostics(fixing("port", shared.Text("x"))) }, "not of kind"},
	"a fix with a line break": {func(a *inspection) { a.diagnostics(fixing("server", shared.Text("a\nb"))) },
		"not of kind"},
	"a reply code below zero": {func(a *inspection) {
		a.diagnostics(about(func(d *shared.Diagnostic) { d.Evidence = &shared.Evidence{Code: -1} }))
	}, "a reply code is -1"},

	"the value of a secret": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Values: shared.Values{"token": shared.Text("x")}})
	},
		`the value of "token"`},
	"a value of another form": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Values: shared.Values{"ink": shared.Text("x")}})
	},
		`the value of "ink"`},
	"a value with an escape": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Values: shared.Values{"server": shared.Text("\x1b[2J")}})
	}, "control characters"},
	"the state of what is no secret": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Secrets: map[string]shared.SecretState{"server": {}}})
	}, `the secret "server"`},
	"a secret in no year": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Secrets: map[string]shared.SecretState{"token": {Since: noYear}}})
	}, "in the year 12000"},
	"a lock of another form": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Locks: map[string]shared.Lock{"ink": {}}})
	},
		`a lock on "ink"`},
	"a revision below zero": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Revision: shared.Revision{Number: -1}})
	},
		"revision is -1"},
	"a change of another form": {func(a *inspection) {
		a.snapshot(&shared.Snapshot{Verified: &shared.Verification{Changed: []string{"ink"}}})
	}, `a change of "ink"`},
	"more changes than fields": {func(a *inspection) {
		a.snapshot(
			&shared.Snapshot{Verified: &shared.Verification{Changed: []string{"port", "port", "port", "port", "port"}}},
		)
	}, "more changes than fields"},
	"saved and refused": {
		func(a *inspection) { a.saveResult(&shared.SaveResult{Saved: true, Conflict: true}) }, "conflict",
	},
	"saved as nothing": {func(a *inspection) { a.saveResult(&shared.SaveResult{Saved: true}) }, "without a revision"},

	"more revisions than were asked for": {func(a *inspection) {
		a.revisions(shared.RevisionsRequest{Limit: 1}, &shared.RevisionList{Entries: make([]shared.RevisionEntry, 2)})
	}, "at most 1 were asked for"},
	"more, but none": {func(a *inspection) { a.revisions(shared.RevisionsRequest{}, &shared.RevisionList{More: true}) },
		"although more follow"},
	"revisions that rise": {
		func(a *inspection) { a.revisions(shared.RevisionsRequest{}, revisionsOf(1, 2)) }, "revision 2 after",
	},
	"revisions that were not asked for": {func(a *inspection) {
		a.revisions(shared.RevisionsRequest{Before: 3}, revisionsOf(3))
	},
		"revision 3 after"},
	"a secret in the history": {func(a *inspection) {
		a.changes([]shared.Change{{Field: "token", After: shared.Text("x")}})
	}, "the value of the secret"},
	"secrets below zero": {
		func(a *inspection) { a.purgeResult(&shared.PurgeResult{Secrets: -1}) }, "secrets is -1",
	},
	"rekeyed below zero": {
		func(a *inspection) { a.rekeyResult(&shared.RekeyResult{Secrets: -1}) }, "secrets is -1",
	},
	"notifications below zero": {ofMove(func(s *migrateStream) {
		_ = s.take(&shared.MigrateResult{Notifications: -1})
	}), "is -1"},
	"more rows than there are": {ofMove(func(s *migrateStream) {
		_ = s.take(&shared.MigrateProgress{Done: 2, All: 1})
	}), "2 rows of 1"},
	"a move without a result": {ofMove(func(*migrateStream) {}), "without a result"},
	"a move that goes on after its result": {ofMove(func(s *migrateStream) {
		_ = s.take(&shared.MigrateResult{})
		_ = s.take(&shared.MigrateProgress{})
	}), "went on after the result"},
	"held below zero": {
		func(a *inspection) { a.held(&shared.HeldNotifications{Count: -1, Reason: sound}) }, "-1 notifications are held",
	},
	"nothing held": {
		func(a *inspection) { a.held(&shared.HeldNotifications{Reason: sound}) }, "0 notifications are held",
	},
	"statistics of before": {func(a *inspection) {
		a.buckets(shared.StatisticsRequest{From: yesterday}, bucketsAt(yesterday.Add(-time.Hour)))
	}, "not asked for"},
	"statistics of after": {func(a *inspection) {
		a.buckets(shared.StatisticsRequest{From: yesterday, Until: yesterday.Add(time.Hour)}, bucketsAt(yesterday,
			yesterday.Add(time.Hour)))
	}, "not asked for"},
	"statistics twice": {func(a *inspection) {
		a.buckets(shared.StatisticsRequest{}, bucketsAt(yesterday, yesterday))
	}, "after those of"},
	"held for no reason": {func(a *inspection) { a.held(&shared.HeldNotifications{Count: 1}) }, "code"},
	"released below zero": {
		func(a *inspection) { a.releaseHeldResult(&shared.ReleaseHeldResult{Count: -1}) }, "is -1",
	},

	"a receipt too few": {func(a *inspection) { a.receipts(notifying(2), []shared.Receipt{{ID: "1"}}) },
		"1 receipts for 2 notifications"},
	"a receipt that differs from nothing": {
		func(a *inspection) { a.receipts(notifying(1), []shared.Receipt{{ID: "1", Differs: true}}) }, "differs from nothing",
	},
	"a receipt of nothing": {
		func(a *inspection) { a.receipts(notifying(1), []shared.Receipt{{}}) }, "neither an id nor a reason",
	},
	"a duplicate of nothing": {func(a *inspection) {
		a.receipts(notifying(1), []shared.Receipt{{Duplicate: true, Diagnostics: shared.Diagnostics{sound}}})
	}, "neither an id nor a reason"},
	"a service in no state": {func(a *inspection) { a.serviceStatus(&shared.ServiceStatus{}) }, "no known state"},
	"deliveries below zero": {func(a *inspection) {
		a.serviceStatus(&shared.ServiceStatus{State: shared.ServiceRunning, DeliveredTotal: -1})
	}, "deliveries is -1"},
	"a notification twice": {
		func(a *inspection) { a.notifications(shared.ListRequest{}, notificationsOf("7", "7")) }, "again",
	},
	"a notification that was not asked for": {func(a *inspection) {
		a.notifications(shared.ListRequest{Before: "7"}, notificationsOf("7"))
	}, "again"},
	"a notification in no state": {
		func(a *inspection) { a.entry(&shared.NotificationEntry{ID: "7", State: "lost"}) }, `state "lost"`,
	},
	"an attempt before the first": {
		func(a *inspection) { a.delivery(&shared.Delivery{ID: "7"}, yesterday) }, "attempt 0",
	},
}

func bucketsAt(times ...time.Time) *[]shared.StatisticsBucket {
	list := each(times, func(at time.Time) shared.StatisticsBucket { return shared.StatisticsBucket{Began: at} })
	return &list
}

func revisionsOf(numbers ...int64) *shared.RevisionList {
	return &shared.RevisionList{Entries: each(numbers, func(n int64) shared.RevisionEntry {
		return shared.RevisionEntry{Revision: shared.Revision{Number: n}}
	})}
}

func notificationsOf(ids ...string) *shared.NotificationList {
	return &shared.NotificationList{Entries: each(ids, func(id string) shared.NotificationEntry {
		return shared.NotificationEntry{ID: id, State: shared.NotificationQueued}
	})}
}

func notifying(n int) shared.NotifyRequest {
	return shared.NotifyRequest{Notifications: make([]shared.Notification, n)}
}

// TestInspectionRefuses looks at answers that cannot be true.
func TestInspectionRefuses(t *testing.T) {
	for name, one := range refusals {
		look := &inspection{form: newDeclaredForm(inspectedSchema)}
		one.look(look)
		if !errors.Is(look.err, shared.ErrContractBroken) || !strings.Contains(fmt.Sprint(look.err), one.want) {
			t.Errorf("%s: %v, want %q", name, look.err, one.want)
		}
		if kept, err := checked(look, "answer"); kept != "" || err == nil {
			t.Errorf("%s: %q of the answer is used", name, kept)
		}
	}
}

// TestInspectionMends looks at answers that are harmless when a part of them is cut or replaced.
func TestInspectionMends(t *testing.T) {
	long := strings.Repeat("x", 5000)
	cut := strings.Repeat("x", 4000) + "…"
	look := &inspection{form: newDeclaredForm(inspectedSchema)}

	info := shared.Info{Name: "collector", Title: "a\nb\x1b\u202e", Version: long}
	look.info(&info)
	compare(t, "info", info, shared.Info{Name: "collector", Title: "a b\uFFFD\uFFFD", Version: cut})

	found := about(func(d *shared.Diagnostic) {
		d.Summary, d.Detail, d.Field = "a\nb", "a\nb\x00", "send"
		d.Fixes = append(make([]shared.Fix, 0, 20), setServer)
		for len(d.Fixes) < 20 {
			d.Fixes = append(d.Fixes, setServer)
		}
	})
	look.diagnostics(found)
	if len(found[0].Fixes) != maxFixes || found[0].Summary != "a b" || found[0].Detail != "a\nb\uFFFD" {
		t.Errorf("a finding: %d fixes, %q, %q", len(found[0].Fixes), found[0].Summary, found[0].Detail)
	}

	result := shared.StepResult{ID: "connect", Status: shared.StatusPassed, Duration: -1}
	look.step(&result)
	compare(t, "a step that went back in time", result.Duration, shared.Elapsed(0))
	result.Duration = math.MaxInt64
	look.step(&result)
	compare(t, "a step of centuries", result.Duration, maxElapsed)

	report := shared.TestReport{Outcome: "complete", Headline: "It works", Status: shared.StatusPassed,
		Transcript: make([]string, 2000), Cards: make([]shared.Card, 20)}
	look.report(&report)
	compare(t, "lines and cards", [2]int{len(report.Transcript), len(report.Cards)}, [2]int{maxTranscript, maxCards})

	status := shared.ServiceStatus{State: shared.ServiceRunning, DeliveredBy: make([]shared.Deliverer, 40),
		Counts: map[shared.NotificationState]int64{shared.NotificationDead: 2, "later": 3}}
	look.serviceStatus(&status)
	if len(status.DeliveredBy) != maxDeliverers || status.Counts[shared.NotificationDead] != 2 ||
		status.Counts["later"] != 0 {
		t.Errorf("a status: %d deliverers, %v", len(status.DeliveredBy), status.Counts)
	}
	if look.err != nil {
		t.Errorf("refused: %v", look.err)
	}
}

// TestInspectionOfDeliveries has the times of an attempt lie within each other, and near the present.
func TestInspectionOfDeliveries(t *testing.T) {
	now, minute := yesterday, time.Minute
	for name, test := range map[string]struct{ sent, want shared.Delivery }{
		"sound": {
			shared.Delivery{Started: now.Add(-minute), Finished: now},
			shared.Delivery{Started: now.Add(-minute), Finished: now},
		},
		"no times": {
			shared.Delivery{}, shared.Delivery{Started: now.Add(-longestAttempt), Finished: now.Add(-longestAttempt)},
		},
		"the future": {
			shared.Delivery{Started: now.Add(time.Hour), Finished: now.Add(2 * time.Hour)},
			shared.Delivery{Started: now.Add(clockSkew), Finished: now.Add(clockSkew)},
		},
		"the end before the beginning": {
			shared.Delivery{Started: now, Finished: now.Add(-minute)}, shared.Delivery{Started: now, Finished: now},
		},
		"a header with a line break": {
			shared.Delivery{Started: now, Finished: now, TraceParent: "00-\r\nX: y"},
			shared.Delivery{Started: now, Finished: now},
		},
		"a step outside": {
			shared.Delivery{
				Started: now, Finished: now, Steps: []shared.DeliveryStep{{ID: "connect", Finished: now.Add(minute)}},
			},
			shared.Delivery{
				Started: now, Finished: now, Steps: []shared.DeliveryStep{{ID: "connect", Started: now, Finished: now}},
			},
		},
	} {
		test.sent.ID, test.sent.Attempt, test.want.ID, test.want.Attempt = "7", 1, "7", 1
		look := &inspection{}
		look.delivery(&test.sent, now)
		compare(t, name, test.sent, test.want)
		if look.err != nil {
			t.Errorf("%s: %v", name, look.err)
		}
	}
}

// TestInspectionOfStreams looks at the events of tests, by their order.
func TestInspectionOfStreams(t *testing.T) {
	begun := shared.StepStarted{ID: "connect"}
	ended := shared.StepFinished{StepResult: shared.StepResult{ID: "connect", Status: shared.StatusPassed}}
	goesOn := shared.StepProgress{ID: "connect", Label: "Connect", Detail: "waiting"}
	verdict := shared.Completed{
		Report: shared.TestReport{Outcome: "complete", Headline: "It works", Status: shared.StatusPassed},
	}
	lost := shared.Completed{
		Report: shared.TestReport{Outcome: "complete", Headline: "It works", Status: shared.StatusSkipped},
	}
	for name, test := range map[string]struct {
		events []shared.TestEvent
		want   string // empty when nothing is wrong
	}{
		"a whole test":                {[]shared.TestEvent{begun, ended, begun, ended, verdict}, ""},
		"events of a later version":   {[]shared.TestEvent{nil, verdict}, ""},
		"nothing":                     {nil, "without a verdict"},
		"no verdict":                  {[]shared.TestEvent{begun, ended}, "without a verdict"},
		"on after the verdict":        {[]shared.TestEvent{verdict, begun}, "after the verdict"},
		"a long step":                 {[]shared.TestEvent{begun, goesOn, goesOn, ended, verdict}, ""},
		"progress before a beginning": {[]shared.TestEvent{goesOn}, "without having begun"},
		"progress after an end":       {[]shared.TestEvent{begun, ended, goesOn}, "without having begun"},
		"an end without a beginning":  {[]shared.TestEvent{ended}, "without having begun"},
		"a beginning twice":           {[]shared.TestEvent{begun, begun}, "began twice"},
		"a verdict of another status": {[]shared.TestEvent{lost}, "a verdict of status"},
		"no end":                      {make([]shared.TestEvent, maxEvents+1), "was cut off"},
	} {
		stream := testStream{}
		var err error
		for _, event := range test.events {
			if _, err = stream.take(event); err != nil {
				break
			}
		}
		if err == nil {
			err = stream.end()
		}
		if test.want == "" && err != nil || test.want != "" && !strings.Contains(fmt.Sprint(err), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestInspectionBeforeTheForm compares no names while the form is not known.
func TestInspectionBeforeTheForm(t *testing.T) {
	look := &inspection{}
	look.diagnostics(about(func(d *shared.Diagnostic) { d.Field = "anything" }))
	look.snapshot(&shared.Snapshot{Values: shared.Values{"anything": shared.Text("x")}})
	if look.err != nil {
		t.Errorf("refused: %v", look.err)
	}
}

func compare[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if difference := cmp.Diff(want, got, compareAll); difference != "" {
		t.Errorf("%s (-want +got):\n%s", what, difference)
	}
}

// ofMove looks at a move that is told as tell does.
func ofMove(tell func(*migrateStream)) func(*inspection) {
	return func(a *inspection) {
		stream := newMigrateStream(a)
		tell(stream)
		_ = stream.end()
		*a = stream.inspection
	}
}
