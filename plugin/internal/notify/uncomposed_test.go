package notify

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestKeysThatAreAway holds that a message waits while the service that holds its key is away, or the database does not
// give its attachment, and that one that is damaged is a dead letter.
func TestKeysThatAreAway(t *testing.T) {
	vault, away := &countingVault{}, atomic.Bool{}
	vault.version.Store(1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			http.Error(w, "{}", http.StatusServiceUnavailable)
			return
		}
		vault.ServeHTTP(w, r)
	}))
	defer server.Close()
	source, directory := "transit+http://"+server.Listener.Addr().String()+"/transit/smtp", t.TempDir()
	first, _ := vaultService(t, directory, source)
	id := notifyAll(t, first, shared.Notification{
		To: "you@example.com", Text: "x", Attachments: []shared.Attachment{{Name: "a", Content: []byte("a")}},
	})[0].ID
	s, _ := vaultService(t, directory, source) // It knows no data key yet.
	job := jobNamed(t, s, id)
	outcome := func() error {
		_, err := s.compose(t.Context(), job, Delivery{From: mail.Address{Address: "me@example.com"}})
		if err == nil {
			return nil
		}
		return s.uncomposed(t.Context(), job, err)
	}
	var snooze *rivertype.JobSnoozeError
	var cancel *rivertype.JobCancelError
	away.Store(true)
	if err := outcome(); !errors.As(err, &snooze) {
		t.Errorf("while the key is away: %v", err)
	}
	away.Store(false)
	if err := outcome(); err != nil {
		t.Errorf("when the key is there: %v", err)
	}
	if _, err := s.configuration.Store.DB().Exec("ALTER TABLE notification_attachment RENAME TO elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := outcome(); !errors.As(err, &snooze) {
		t.Errorf("while the database does not give the attachment: %v", err)
	}
	if _, err := s.configuration.Store.DB().Exec("ALTER TABLE elsewhere RENAME TO notification_attachment"); err != nil {
		t.Fatal(err)
	}
	job.Args.To = "them@example.com"
	if err := outcome(); !errors.As(err, &cancel) {
		t.Errorf("one that is bound to another recipient: %v", err)
	}
}

// TestUnreadIsToldOnce has the attachment of a message missing for a while, twice, while another one is read all the
// time: the log is told once each time. An attempt that is ended tells nothing, and leaves the message in its place.
func TestUnreadIsToldOnce(t *testing.T) {
	vault := &countingVault{}
	vault.version.Store(1)
	server := httptest.NewServer(vault)
	defer server.Close()
	s, _ := vaultService(t, t.TempDir(), "transit+http://"+server.Listener.Addr().String()+"/transit/smtp")
	var log bytes.Buffer
	s.configuration.Logger = hclog.New(&hclog.LoggerOptions{Output: &log})
	one := jobNamed(t, s, notifyAll(t, s, shared.Notification{
		To: "you@example.com", Text: "x", Attachments: []shared.Attachment{{Name: "a", Content: []byte("a")}},
	})[0].ID)
	other := jobNamed(t, s, notifyAll(t, s, shared.Notification{To: "you@example.com", Text: "x"})[0].ID)
	attempt := func(ctx context.Context, job *river.Job[outgoing]) error {
		if _, err := s.compose(ctx, job, Delivery{From: mail.Address{Address: "me@example.com"}}); err != nil {
			return s.uncomposed(ctx, job, err)
		}
		s.composed(job)
		return nil
	}
	try := func() {
		for range 3 {
			_, _ = attempt(t.Context(), one), attempt(t.Context(), other)
		}
	}
	for round := range 2 {
		execute(t, s.configuration.Store, "ALTER TABLE notification_attachment RENAME TO elsewhere")
		try()
		execute(t, s.configuration.Store, "ALTER TABLE elsewhere RENAME TO notification_attachment")
		try()
		if said := strings.Count(log.String(), "[WARN]"); said != round+1 {
			t.Errorf("in round %d the log has %q", round, log.String())
		}
	}
	log.Reset()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := attempt(ended, one); !errors.Is(err, errInPlace) || log.Len() > 0 {
		t.Errorf("an attempt that is ended: %v, and the log has %q", err, log.String())
	}
}

// TestTooBig has a server that says it takes less than a message has: no other one is asked for that, and what is
// larger is a dead letter once others pass. Where it says so of all messages they wait, and go on when it says another
// size.
func TestTooBig(t *testing.T) {
	tooBig := brokenAt(smtpconn.StepMessage, smtpconn.KindTooBig, false)
	synctest.Test(t, func(t *testing.T) {
		s := serviceWithoutQueue(t)
		for round := range 3 {
			for id := int64(1); id <= 1000; id++ {
				job := waitingJob(t)
				job.ID = id
				let, ok := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
				if !ok {
					t.Fatal("it may not go")
				}
				if got := becomesOf(t, newUnderway(s, job, let).refused(t.Context(), tooBig)); got == deadMail {
					t.Fatalf("%d is dead in round %d", id, round)
				}
				if s.breaker.current().Cause != nil {
					break
				}
			}
			paused := s.breaker.current()
			if paused.Cause == nil || paused.Cause.Code != "server_refuses_everything" {
				t.Fatalf("in round %d deliveries pause for %+v", round, paused.Cause)
			}
			time.Sleep(10 * time.Minute)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := serviceWithoutQueue(t)
		job, pass := waitingJob(t), waitingJob(t)
		job.ID, pass.ID = 1, 2
		for _, want := range []becomes{waits, deadMail} {
			let, _ := s.breaker.admit(t.Context(), newAttempt(pass.JobRow, pass.Args.To))
			s.obey(t.Context(), s.breaker.delivered(t.Context(), let))
			let, _ = s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
			err := newUnderway(s, job, let).refused(t.Context(), tooBig)
			got := becomesOf(t, err)
			if got != want || got == deadMail && causeIn(err.Error()).Code != "message_too_big" {
				t.Fatalf("it %s: %v", got, err)
			}
			time.Sleep(10 * time.Second)
		}
	})
}

// serviceWithoutQueue decides about attempts.
func serviceWithoutQueue(t *testing.T) *Service {
	return &Service{
		breaker: newNode(t, &memoryPauses{}), waiters: noWaiters{},
		configuration: Configuration{Logger: hclog.NewNullLogger(), Limits: Limits{RetryAfter: retryAfter}},
	}
}

// TestMissingKey has a service with another key than that which the messages were sealed with: none is dead however
// long it takes, one attempt says why, and all are written when the key is back. What is damaged is dead, and counted.
func TestMissingKey(t *testing.T) {
	database := openEmbedded(t)
	s := newService(t, database)
	id := notifyAll(t, s, shared.Notification{
		To: "you@example.com", Text: "x", Attachments: []shared.Attachment{{Name: "a", Content: []byte("a")}},
	})[0].ID
	other := newService(t, database)
	job := jobNamed(t, s, id)
	job.MaxAttempts = 2
	attempt := func(s *Service) error {
		_, err := s.compose(t.Context(), job, Delivery{From: mail.Address{Address: "me@example.com"}})
		if err == nil {
			return nil
		}
		return s.uncomposed(t.Context(), job, err)
	}
	for i, want := range []becomes{counted, waits, waits, waits} {
		job.Attempt = min(i+1, job.MaxAttempts)
		err := attempt(other)
		if got := becomesOf(t, err); got != want {
			t.Fatalf("attempt %d: it %s: %v", i, got, err)
		}
		if want == counted {
			if cause := causeIn(err.Error()); cause.Code != keyMissing || !job.Args.Expires.IsZero() {
				t.Errorf("the cause is %+v", cause)
			}
			job.Errors = append(job.Errors, rivertype.AttemptError{At: time.Now(), Error: err.Error()})
		}
	}
	job.Errors = nil
	if got := becomesOf(t, attempt(other)); got != waits {
		t.Errorf("at the last attempt it %s", got)
	}
	if err := attempt(s); err != nil {
		t.Errorf("with the key: %v", err)
	}
	if dead := other.buckets.take().dead; dead != 0 {
		t.Errorf("%d dead letters are counted", dead)
	}
	job.Args.Sealed = job.Args.Sealed[:len(job.Args.Sealed)-1]
	if got, counted := becomesOf(t, attempt(s)), s.buckets.take(); got != deadMail || counted.dead != 1 ||
		counted.failed != 1 {
		t.Errorf("a damaged one %s, counted as %+v", got, counted)
	}
}
