package probe_test

import (
	"context"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// endlessLimits make sure that only a cancellation can end a step.
var endlessLimits = smtpconn.Limits{
	Resolve: time.Hour, Connect: time.Hour, TLS: time.Hour, Greeting: time.Hour, Silence: time.Hour,
	Auth: time.Hour, Command: time.Hour, Data: time.Hour, Quit: time.Hour,
}

// TestCancel cancels a test while the server is silent, in every step.
func TestCancel(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]smtpconn.Step{
		"greeting-silent": smtpconn.StepGreeting, "hello-silent": smtpconn.StepHello, "tls-silent": smtpconn.StepTLS,
		"auth-silent": smtpconn.StepAuth, "sender-silent": smtpconn.StepSender, "recipient-silent": smtpconn.StepRecipient,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault, ok := mailserver.FaultNamed(name)
			if !ok {
				t.Fatal("there is no such fault")
			}
			server, err := fault.Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			plan := planFor(fault, server.Port(), authority)
			plan.Target.Limits, plan.TimeLimit = endlessLimits, time.Hour
			checkCancelled(t, plan, step, server.Stalled())
		})
	}
	t.Run("connect", func(t *testing.T) {
		t.Parallel()
		filtered, err := mailserver.NewFiltered()
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("CI must not skip: %v", err)
			}
			t.Skipf("SKIPPED: %v", err)
		}
		defer filtered.Close()
		plan := planFor(mailserver.Fault{}, filtered.Port(), authority)
		plan.Target.Limits, plan.TimeLimit = endlessLimits, time.Hour
		connecting := make(chan struct{})
		close(connecting)
		checkCancelled(t, plan, smtpconn.StepConnect, connecting)
	})
}

// checkCancelled runs the plan, cancels it when the server is silent in the step and looks at the verdict. That it
// returns at all shows that the cancellation works: everything else would take an hour.
func checkCancelled(t *testing.T, plan probe.Plan, step smtpconn.Step, silent <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cancelled time.Time
	begun := make(chan struct{})
	go func() {
		<-begun
		<-silent
		cancelled = time.Now()
		cancel()
	}()
	report, _ := probe.Run(ctx, plan, probe.Watch{Started: func(id string, _ text.Text) {
		if id == string(step) {
			close(begun)
		}
	}})
	t.Logf("ended %s after the cancellation", time.Since(cancelled).Round(time.Microsecond))
	if report.Outcome != "failed" || report.Findings[0].Code != "cancelled" || report.Findings[0].Step != string(step) {
		t.Errorf("outcome %s at step %s, diagnostics %+v", report.Outcome, report.Findings[0].Step, report.Findings)
	}
}

// TestTimeLimit makes sure that the limit of the whole test holds where no step's own limit does.
func TestTimeLimit(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("auth-drip")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	plan := planFor(fault, server.Port(), authority)
	plan.Target.Limits, plan.TimeLimit = endlessLimits, 200*time.Millisecond
	report, _ := probe.Run(t.Context(), plan, probe.Watch{})
	if report.Outcome != "failed" || report.Findings[0].Code != "out_of_time" {
		t.Errorf("outcome %s, diagnostics %+v", report.Outcome, report.Findings)
	}
}

// TestEndlessRepliesCostLittle lets a server talk without end at every step and counts what is allocated.
func TestEndlessRepliesCostLittle(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	most := uint64(1 << 20)
	if raceDetector {
		most *= 4 // It allocates as well.
	}
	for _, name := range []string{"greeting-endless", "greeting-long-line", "hello-endless", "hello-long-line",
		"auth-endless", "recipient-endless"} {
		fault, ok := mailserver.FaultNamed(name)
		if !ok {
			t.Fatalf("there is no fault %s", name)
		}
		server, err := fault.Start(authority, 0)
		if err != nil {
			t.Fatal(err)
		}
		plan := planFor(fault, server.Port(), authority)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, _ := probe.Run(t.Context(), plan, probe.Watch{})
		runtime.ReadMemStats(&after)
		server.Close()
		if report.Findings[0].Code != "reply_too_long" {
			t.Errorf("%s: %s", name, report.Findings[0].Code)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > most {
			t.Errorf("%s: %d bytes allocated, at most %d", name, allocated, most)
		}
	}
}
