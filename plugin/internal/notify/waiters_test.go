package notify

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["give back in parts"] = testGiveBackInParts }

// testGiveBack takes back what was counted since a time, except that a message may have arrived.
func testGiveBack(t *testing.T, database *store.Store) {
	s := newService(t, database)
	unknown := finding.Finding{
		Code: "recipient_unknown", Step: "recipient", Scope: shared.ScopeRecipient, Lasting: shared.LastingPermanent,
	}
	ids := map[string]int64{}
	for _, key := range []string{"refused", "unanswered", "snoozed"} {
		ids[key] = insertOne(t, s, key)
	}
	worked := make(chan struct{}, len(ids))
	running := startWorker(t, s, "one", func(_ context.Context, job *river.Job[outgoing]) error {
		defer func() { worked <- struct{}{} }()
		switch job.Args.Key {
		case "refused":
			return errors.New(encode(unknown))
		case "unanswered":
			return errors.New(encode(finding.Finding{Code: outcomeUnknown}))
		default:
			return river.JobSnooze(time.Hour)
		}
	}, "refused", "unanswered", "snoozed")
	for range ids {
		<-worked
	}
	stopWorker(t, running)
	attempt := newAttempt(jobOf(t, s, ids["refused"]), "you@example.com")
	if attempt.Doubted.IsZero() || attempt.Earlier != 1 || attempt.Last {
		t.Errorf("the next attempt of the one that was refused is %+v", attempt)
	}
	if err := s.queue.giveBack(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if job := jobOf(t, s, ids["refused"]); len(job.Errors) != 1 || job.Attempt != 1 ||
		job.State != rivertype.JobStateRetryable {
		t.Errorf("an attempt of before that is given back: %+v", job)
	}
	if err := s.queue.giveBack(t.Context(), time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	if job := jobOf(t, s, ids["refused"]); len(job.Errors) > 0 || job.Attempt != 0 ||
		job.State != rivertype.JobStateScheduled {
		t.Errorf("after its attempt was given back it is %+v", job)
	}
	if counts, err := s.queue.counts(t.Context()); err != nil || counts[shared.NotificationQueued] != 2 {
		t.Errorf("the counts are %v, %v", counts, err)
	}
	if job := jobOf(t, s, ids["unanswered"]); len(job.Errors) != 1 || job.Attempt != 1 {
		t.Errorf("that it may have arrived is forgotten: %+v", job)
	}
}

// testGiveBackInParts has more fail than one statement gives back: all are, and what is accepted meanwhile waits for
// one part of them at most.
func testGiveBackInParts(t *testing.T, database *store.Store) {
	s := newService(t, database)
	const many = 2*heldAtOnce + 10
	fill(t, s, map[string]int{"retrying": many, "queued": 5, "dead": 5})
	one := `{"at": "2026-01-02T00:00:00Z", "attempt": 1, "error": "{\"code\":\"greylisted\"}"}`
	execute(t, database, "UPDATE river_job SET attempted_at = "+s.queue.dialect.now+", errors = NULL WHERE state = "+
		"'retryable'")
	if _, err := database.DB().Exec("UPDATE river_job SET errors = "+fmt.Sprintf(s.queue.dialect.failed, "$1")+
		" WHERE state = 'retryable'", one); err != nil {
		t.Fatal(err)
	}
	for _, indexed := range []bool{true, false} {
		s.queue.indexed.Store(indexed)
		some, err := s.queue.nextFailed(t.Context(), 0)
		if err != nil || len(some.ids) > heldAtOnce || indexed && len(some.ids) < heldAtOnce {
			t.Errorf("indexed %t: the first part are %d, %v", indexed, len(some.ids), err)
		}
	}
	if err := s.queue.giveBack(t.Context(), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	counts, err := s.queue.counts(t.Context())
	if err != nil || counts[shared.NotificationRetrying] != 0 || counts[shared.NotificationQueued] != many+5 ||
		counts[shared.NotificationDead] != 5 {
		t.Errorf("afterwards the counts are %v, %v", counts, err)
	}
}

// testBetterProbe brings the best message forward to see whether a pause is over.
func testBetterProbe(t *testing.T, database *store.Store) {
	s := newService(t, database)
	taken, err := s.take(t.Context(), []outgoing{
		{Key: "met it", To: "one@first.example"}, {Key: "same domain", To: "two@FIRST.example"},
		{Key: "other domain", To: "three@second.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var messages []policy.Message
	for i, to := range []string{"one@first.example", "two@FIRST.example", "three@second.example"} {
		messages = append(messages, policy.Message{ID: fmt.Sprint(taken[i].id), Recipient: to})
	}
	state := policy.State{Pause: policy.Pause{
		Code: "refused", Stage: policy.Recipient, Messages: []string{messages[0].ID}, Domains: []string{"first.example"},
	}}
	for i, better := range []bool{true, true, false} {
		if got := s.queue.bringBetterProbe(t.Context(), state, messages[i]); got != better {
			t.Errorf("that there is a better one than the message %d: %t", i, got)
		}
	}
	if job := jobOf(t, s, taken[2].id); job.State != rivertype.JobStateAvailable || job.ScheduledAt.After(job.CreatedAt) {
		t.Errorf("the best one is %+v", job)
	}
}
