package acceptance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestShownAttempts has a notification refused, retried by hand and delivered, and another one wait. The command line
// shows every attempt, who did what, how long the other one waits, what the process has done, and the statistics.
func TestShownAttempts(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	var takes atomic.Bool
	server.RefuseRecipient = func(to string) error {
		if takes.Load() && strings.HasPrefix(to, "you") {
			return nil
		}
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, come back later"}
	}
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "1h"`)
	h := supervised(t, path)
	configure(t, h, server.Port(), server.Password)
	sent := notify(t, h, shared.Notification{To: "you@email.com", Subject: "Disk full", Text: "x", Thread: "disk-42",
		Category: "disk", Priority: shared.PriorityHigh, Expires: time.Now().Add(24 * time.Hour)})
	awaitEntry(t, h, sent.ID, shared.NotificationRetrying)
	waits := notify(t, h, shared.Notification{To: "waits@email.com", Subject: "Disk full", Text: "x"})
	awaitEntry(t, h, waits.ID, shared.NotificationRetrying)
	takes.Store(true)
	run := func(arguments ...string) string {
		t.Helper()
		r := harness(t, "", append(arguments, "--manifest", path, "--actor", "anna")...)
		if r.status != 0 {
			t.Fatalf("%q: exit status %d\n%s%s", arguments, r.status, r.stdout, r.stderr)
		}
		return r.stdout
	}
	run("retry", sent.ID)
	awaitEntry(t, h, sent.ID, shared.NotificationDelivered)
	checkShownDetail(t, run("show", sent.ID, "--json"), server.Port())
	for command, says := range map[string][]string{
		"show " + sent.ID: {"thread: disk-42", "category: disk", "priority: high", "expires: 20", "retry by anna",
			"the server's reply: 250 ", "settings revision 1", fmt.Sprintf("127.0.0.1:%d", server.Port()), "451 4.7.1"},
		"status": {"Oldest waiting: 20", "in the last hour: 1 delivered, 2 attempts failed"},
		"statistics --by day": {"from (UTC)", "accepted  delivered  failed attempts  given up",
			"2         1          2                0"},
	} {
		said := run(strings.Fields(command)...)
		for _, want := range says {
			if !strings.Contains(said, want) {
				t.Errorf("%s does not say %q:\n%s", command, want, said)
			}
		}
	}
	checkStatistics(t, run("statistics", "--by", "minute", "--after", "1h", "--json"))
	if r := harness(t, "", "statistics", "--by", "second", "--manifest", path); r.status != 2 {
		t.Errorf("by the second: exit status %d\n%s", r.status, r.stderr)
	}
}

func checkStatistics(t *testing.T, said string) {
	t.Helper()
	var told struct{ Buckets []shared.StatisticsBucket }
	if err := json.Unmarshal([]byte(said), &told); err != nil {
		t.Fatal(err, said)
	}
	var sum shared.StatisticsBucket
	for _, one := range told.Buckets {
		sum.Accepted, sum.Delivered = sum.Accepted+one.Accepted, sum.Delivered+one.Delivered
		sum.FailedAttempts += one.FailedAttempts
	}
	if sum.Accepted != 2 || sum.Delivered != 1 || sum.FailedAttempts != 2 {
		t.Errorf("the statistics are %s", said)
	}
}

// checkShownDetail looks at the detail as other programs read it.
func checkShownDetail(t *testing.T, said string, port int) {
	t.Helper()
	var detail shared.NotificationDetail
	if err := json.Unmarshal([]byte(said), &detail); err != nil {
		t.Fatal(err, said)
	}
	if len(detail.Attempts) != 2 || len(detail.Operations) != 1 || detail.Operations[0].Operator != "anna" ||
		detail.Operations[0].Operation != shared.OperationRetry {
		t.Fatalf("the detail is %s", said)
	}
	refused, delivered := detail.Attempts[0], detail.Attempts[1]
	node := regexp.MustCompile(`^[^ :]+:\d+$`)
	for _, one := range detail.Attempts {
		if one.Server != fmt.Sprintf("127.0.0.1:%d", port) || !node.MatchString(one.Node) || one.Revision != 1 ||
			one.Duration <= 0 || one.Uncounted || time.Since(one.Ended) > time.Hour {
			t.Errorf("an attempt is %+v", one)
		}
	}
	if refused.Failure == nil || refused.Failure.Evidence == nil || refused.Failure.Evidence.Code != 451 ||
		refused.Number != 1 || delivered.Number != 2 || delivered.Failure != nil ||
		!strings.HasPrefix(delivered.Reply, "250 ") || delivered.Reply != detail.Reply {
		t.Errorf("the attempts are %s", said)
	}
}
