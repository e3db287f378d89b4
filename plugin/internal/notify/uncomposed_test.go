package notify

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"sync/atomic"
	"testing"

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

// TestTooBig holds that a message that is larger than the server accepts is a dead letter at once, and that this is no
// word of the server about others.
func TestTooBig(t *testing.T) {
	s := newService(t, openEmbedded(t))
	job := &river.Job[outgoing]{JobRow: &rivertype.JobRow{MaxAttempts: maxAttempts}, Args: outgoing{To: "you@example.com"}}
	for range 5 {
		permit, _ := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
		u := newUnderway(s, job, permit)
		err := u.refused(t.Context(), brokenAt(smtpconn.StepMessage, smtpconn.KindTooBig, false))
		if becomesOf(t, err) != deadMail || causeIn(err.Error()).Code != "message_too_big" {
			t.Fatalf("it becomes %v", err)
		}
	}
	if paused := s.breaker.current(); paused.Cause != nil {
		t.Errorf("deliveries pause for %+v", paused.Cause)
	}
}
