package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// TestOperateOnIDs holds that the four commands have one document and one rule: what there is of the ids is changed and
// shown, and an id of which there is no notification ends them with a usage error, after all was told.
func TestOperateOnIDs(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	for _, name := range []string{"retry", "cancel", "aside", "purge"} {
		for ids, want := range map[string]struct {
			status  int
			known   []string
			unknown string
		}{
			"7":           {exitDone, []string{"7"}, ""},
			"8 7 8":       {exitDone, []string{"8", "7"}, ""},
			"7 999 8 998": {exitUsage, []string{"7", "8"}, "999, 998"},
			"999":         {exitUsage, nil, "999"},
		} {
			line := name + " --json " + ids
			status, out := run(t, plugin, manifest, line)
			document, said, _ := strings.Cut(out, "testharness: ")
			var done operateDone
			if err := json.Unmarshal([]byte(document), &done); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
			var shown []string
			for _, entry := range done.Entries {
				shown = append(shown, entry.ID)
			}
			if status != want.status || !slices.Equal(shown, want.known) ||
				strings.Join(done.Unknown, ", ") != want.unknown || (done.Matched > 0) != (want.known != nil) {
				t.Errorf("%s: exit status %d, %+v", line, status, done)
			}
			if want.unknown != "" && !strings.Contains(said, "there is no notification "+want.unknown+";") {
				t.Errorf("%s: it says %q", line, said)
			}
			status, out = run(t, plugin, manifest, name+" "+ids)
			if status != want.status || (want.known != nil) != strings.Contains(out, " notifications were changed.") {
				t.Errorf("%s %s: exit status %d\n%s", name, ids, status, out)
			}
		}
	}
}

// failingOperator has every notification, and changes some once.
type failingOperator struct {
	shared.Notifier
	shared.NotificationOperator
	calls int
}

func (*failingOperator) List(_ context.Context, request shared.ListRequest) (list shared.NotificationList, err error) {
	for _, id := range request.IDs {
		list.Entries = append(list.Entries, shared.NotificationEntry{ID: id})
	}
	return list, nil
}

func (n *failingOperator) Operate(_ context.Context, request shared.OperateRequest) (shared.OperateReport, error) {
	if n.calls++; n.calls > 1 {
		return shared.OperateReport{}, shared.ErrPluginUnavailable
	}
	count := int64(len(request.IDs))
	return shared.OperateReport{Matched: count, Changed: count}, nil
}

// TestOperateTellsWhatWasDone has the plugin fail after a part was done: that is told beside the error.
func TestOperateTellsWhatWasDone(t *testing.T) {
	n := &failingOperator{}
	ids := make([]string, 2*shared.MaxListedIDs)
	for i := range ids {
		ids[i] = "n" + strings.Repeat("x", i)
	}
	work := operateWork{notifier: n, operator: n}
	told, err := work.operateOnIDs(t.Context(), ids)
	if err != nil || told.err == nil {
		t.Fatal(err, told.err)
	}
	if done := told.document.(operateDone); done.Matched != shared.MaxListedIDs || done.Changed != shared.MaxListedIDs {
		t.Errorf("%+v", done.OperateReport)
	}
}

// TestRetryWithoutOperator retries and cancels with a service that cannot be operated.
func TestRetryWithoutOperator(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	plugin.Tell(hostile.Failure("Operate", codes.Unimplemented))
	for name, status := range map[string]int{"retry": exitDone, "cancel": exitDone, "aside": exitFailed} {
		got, out := run(t, plugin, manifest, name+" 7")
		if got != status || strings.Contains(out, "ops@a.example") != (status == exitDone) {
			t.Errorf("%s: exit status %d\n%s", name, got, out)
		}
	}
}

// TestExamplesOfOperations runs the examples of the four commands, and holds that what they choose is in a state that
// the operation changes.
func TestExamplesOfOperations(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	changes := map[shared.Operation][]shared.NotificationState{
		shared.OperationRetry: {shared.NotificationDead, shared.NotificationCancelled, shared.NotificationRetrying},
		shared.OperationCancel: {
			shared.NotificationQueued, shared.NotificationRetrying, shared.NotificationSending,
		},
		shared.OperationSetAside: {shared.NotificationDead},
		shared.OperationPurge: {shared.NotificationDelivered, shared.NotificationDead, shared.NotificationCancelled,
			shared.NotificationExpired},
	}
	for _, kind := range operateCommands {
		for _, example := range kind.examples {
			if status, out := run(t, plugin, manifest, kind.name+" "+example); status != exitDone {
				t.Errorf("%s %s: exit status %d\n%s", kind.name, example, status, out)
			}
			_, after, filtered := strings.Cut(example, "--state ")
			state, _, _ := strings.Cut(after, " ")
			if filtered && !slices.Contains(changes[kind.operation], shared.NotificationState(state)) {
				t.Errorf("%s %s: that changes nothing", kind.name, example)
			}
		}
	}
}

// TestArgumentsBeforeThePlugin gives commands arguments that cannot be while the plugin is away: that is a usage error
// all the same, told before the plugin is asked for.
func TestArgumentsBeforeThePlugin(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	plugin.Close()
	for _, line := range []string{
		"show", "show 7 8", "retry 7 --all", "purge", "list --state lost", "held", "held deliver 7", "rollback x",
		"rollback 1 2", "migrate", "notify", "test --timeout 0s", "history purge 7", "list --accepted-after soon",
		"save --set server", "test --secret password", "validate --set x", "action find_server --set x", "test --option send",
	} {
		if status, out := run(t, plugin, manifest, line); status != exitUsage {
			t.Errorf("%s: exit status %d\n%s", line, status, out)
		}
	}
}
