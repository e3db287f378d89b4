package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// notifyAll hands notifications over and returns the receipts, none of which is a refusal.
func notifyAll(t *testing.T, s *Service, notifications ...shared.Notification) []shared.Receipt {
	t.Helper()
	receipts, err := s.Notify(t.Context(), shared.NotifyRequest{Notifications: notifications})
	if err != nil {
		t.Fatal(err)
	}
	for _, receipt := range receipts {
		if receipt.ID == "" {
			t.Fatalf("refused: %+v", receipt)
		}
	}
	return receipts
}

// testExpiry has notifications expire that a worker has, one of which was refused before, and one a user cancels.
func testExpiry(t *testing.T, database *store.Store) {
	s := newService(t, database)
	ids := map[string]int64{"refused before": insertOne(t, s, "refused before")}
	refused := make(chan struct{})
	first := startWorker(t, s, "first", func(context.Context, *river.Job[outgoing]) error {
		defer close(refused)
		return errors.New(encode(greylisted))
	}, "refused before")
	<-refused
	stopWorker(t, first)
	if _, err := s.queue.operate(t.Context(), shared.OperationRetry, []int64{ids["refused before"]},
		s.newOperated("anna", shared.OperationRetry)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"expired", "cancelled"} {
		ids[key] = insertOne(t, s, key)
	}
	worked := make(chan struct{}, len(ids))
	running := startWorker(t, s, "one", func(ctx context.Context, job *river.Job[outgoing]) error {
		defer func() { worked <- struct{}{} }()
		if job.Args.Key == "cancelled" {
			return isCancelled(func(context.Context, *Service, int64) error { return s.expired(job) })(ctx, s, job.ID)
		}
		return s.expired(job)
	}, "expired", "refused before", "cancelled")
	for range ids {
		<-worked
	}
	stopWorker(t, running)
	for key, want := range map[string]struct {
		state    shared.NotificationState
		attempts int
	}{
		"expired":        {shared.NotificationExpired, 0},
		"refused before": {shared.NotificationExpired, 1}, "cancelled": {shared.NotificationCancelled, 0},
	} {
		entry := newEntry(jobOf(t, s, ids[key]), english)
		wrong := entry.Failure == nil || entry.Failure.Code != expiredCode ||
			(entry.Failure.Detail != "") != (key == "refused before")
		if key == "cancelled" { // It may have been cut off before it could say that it has expired.
			wrong = entry.Failure != nil && wrong
		}
		if wrong || entry.State != want.state || entry.Attempts != want.attempts || entry.Finished.IsZero() {
			t.Errorf("%s is %+v, because of %+v", key, entry, entry.Failure)
		}
	}
	request := shared.NotificationRequest{ID: fmt.Sprint(ids["expired"])}
	for _, act := range []func(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error){
		s.Retry, s.Cancel,
	} {
		if entry, err := act(t.Context(), request); err != nil || entry.State != shared.NotificationExpired {
			t.Errorf("what has expired becomes %+v, %v", entry, err)
		}
	}
	checkCounts(t, s)
}

// TestNothingIsSentAfterExpiry has a worker look at a notification that has expired: the server is not asked, and no
// permit is taken.
func TestNothingIsSentAfterExpiry(t *testing.T) {
	database := engines["sqlite"](t)(t)
	s := newService(t, database)
	s.configuration.Delivery = nil // It would panic if it were asked.
	past := time.Now().Add(-time.Second)
	taken, err := s.take(t.Context(), []outgoing{{Key: "k", To: "you@example.com", Expires: past}})
	if err != nil {
		t.Fatal(err)
	}
	id := taken[0].id
	worked := make(chan struct{})
	running := startWorker(t, s, "one", func(ctx context.Context, job *river.Job[outgoing]) error {
		defer close(worked)
		return (&worker{service: s}).Work(ctx, job)
	}, "k")
	<-worked
	stopWorker(t, running)
	if entry := newEntry(jobOf(t, s, id), english); entry.State != shared.NotificationExpired || entry.Attempts != 0 {
		t.Errorf("it is %+v", entry)
	}
}

// TestPutBackUntilExpiry holds that what waits is looked at again when it expires.
func TestPutBackUntilExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := outgoing{Expires: time.Now().Add(time.Minute)}
		for _, c := range []struct{ given, want error }{
			{river.JobSnooze(time.Hour), river.JobSnooze(time.Minute)},
			{river.JobSnooze(time.Second), river.JobSnooze(time.Second)},
			{errClosed, errClosed}, {nil, nil},
		} {
			if got := untilExpiry(one, time.Now(), c.given); !errors.Is(got, c.want) && fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v becomes %v, not %v", c.given, got, c.want)
			}
		}
		hour := time.Now().Add(time.Hour)
		if at := notAfterExpiry(one, hour); !at.Equal(one.Expires) {
			t.Errorf("it is tried again at %v", at)
		}
		if at := notAfterExpiry(outgoing{}, hour); !at.Equal(hour) {
			t.Errorf("one that never expires is tried again at %v", at)
		}
		time.Sleep(time.Hour)
		if got := untilExpiry(one, time.Now(), river.JobSnooze(time.Hour)); !errors.Is(got, river.JobSnooze(0)) ||
			!one.expired(time.Now()) {
			t.Errorf("after its time it is put back %v", got)
		}
	})
}

// testPriority holds in which order River's workers take what waits: high ones first, and each kind in the order in
// which it was accepted.
func testPriority(t *testing.T, database *store.Store) {
	s := newService(t, database)
	keys := []string{"low", "a", "b", "high c", "d", "high e", "f"}
	for _, key := range keys {
		priority := shared.PriorityNormal
		switch key[0] {
		case 'h':
			priority = shared.PriorityHigh
		case 'l':
			priority = shared.PriorityLow
		}
		notifyAll(t, s, shared.Notification{Key: key, To: "you@example.com", Text: "x", Priority: priority})
	}
	order := make(chan string, len(keys))
	config := riverConfig(s)
	config.ID, config.Workers = "one", river.NewWorkers()
	config.Queues = map[string]river.QueueConfig{acceptedQueue: {MaxWorkers: 1}}
	river.AddWorker(config.Workers, river.WorkFunc(func(_ context.Context, job *river.Job[outgoing]) error {
		order <- job.Args.Key
		return nil
	}))
	running, err := openClient(t.Context(), database, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range keys {
		got = append(got, <-order)
	}
	stopWorker(t, running)
	if want := []string{"high c", "high e", "a", "b", "d", "f", "low"}; !slices.Equal(got, want) {
		t.Errorf("they are taken in the order %v", got)
	}
	list, err := s.List(t.Context(), shared.ListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list.Entries {
		if (entry.Priority == shared.PriorityHigh) != (entry.Key[0] == 'h') ||
			(entry.Priority == shared.PriorityLow) != (entry.Key[0] == 'l') {
			t.Errorf("%s is listed with the priority %q", entry.Key, entry.Priority)
		}
	}
}

// testDiffering hands the same key over again, in one call and in another, with the same and with other content.
func testDiffering(t *testing.T, database *store.Store) {
	s := newService(t, database)
	first := shared.Notification{
		Key: "k", To: "you@example.com", Subject: "s", Text: "x", Thread: "t", Expires: time.Now().Add(time.Hour),
		Attachments: []shared.Attachment{{Name: "a", Content: []byte("a")}},
	}
	changes := map[string]func(*shared.Notification){
		"subject":  func(n *shared.Notification) { n.Subject = "other" },
		"text":     func(n *shared.Notification) { n.Text = "other" },
		"HTML":     func(n *shared.Notification) { n.HTML = "other" },
		"thread":   func(n *shared.Notification) { n.Thread = "" },
		"answers":  func(n *shared.Notification) { n.ReplyTo = "me@example.com" },
		"expires":  func(n *shared.Notification) { n.Expires = time.Time{} },
		"priority": func(n *shared.Notification) { n.Priority = shared.PriorityHigh },
		"category": func(n *shared.Notification) { n.Category = "c" },
		"attachment": func(n *shared.Notification) {
			n.Attachments = []shared.Attachment{{Name: "a", Content: []byte("b")}}
		},
		"no attachment": func(n *shared.Notification) { n.Attachments = nil },
	}
	receipts := notifyAll(t, s, first, first)
	for call := range 2 {
		if one := receipts[1]; !one.Duplicate || one.Differs || one.ID != receipts[0].ID {
			t.Errorf("call %d: the same again: %+v", call, one)
		}
		if receipts[0].Duplicate != (call > 0) || receipts[0].Differs {
			t.Errorf("call %d: the first: %+v", call, receipts[0])
		}
		receipts = notifyAll(t, s, first, first)
	}
	for name, change := range changes {
		other := first
		change(&other)
		if one := notifyAll(t, s, other)[0]; !one.Duplicate || !one.Differs {
			t.Errorf("another %s: %+v", name, one)
		}
	}
	var parcels int
	if err := database.DB().QueryRow("SELECT COUNT(*) FROM notification_attachment").Scan(&parcels); err != nil {
		t.Fatal(err)
	}
	if parcels != 1 {
		t.Errorf("%d attachments are kept of one", parcels)
	}
}

// attachmentsOf reads the attachments of a composed message.
func attachmentsOf(t *testing.T, composed []byte) (contents [][]byte) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(composed))
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(parsed.Body, parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return contents
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.Header.Get("Content-Disposition") == "" {
			continue
		}
		content, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, content)
	}
}

// testAttachments keeps ten attachments, sealed, until their notification is delivered or gone.
func testAttachments(t *testing.T, database *store.Store) {
	s := newService(t, database)
	given := make([]shared.Attachment, shared.MaxAttachments)
	for i := range given {
		given[i] = shared.Attachment{Name: fmt.Sprint(i), Content: make([]byte, shared.MaxAttachmentBytes/len(given))}
		_, _ = rand.Read(given[i].Content)
	}
	marker := []byte("a text that nobody may read in the database")
	given[3].Content = bytes.Repeat(marker, 100)
	receipts := notifyAll(t, s, shared.Notification{To: "you@example.com", Text: "x", Attachments: given})
	job := jobNamed(t, s, receipts[0].ID)
	composed, err := s.compose(t.Context(), job, Delivery{From: mail.Address{Address: "me@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	contents := attachmentsOf(t, composed)
	for i, one := range given {
		if i >= len(contents) || !bytes.Equal(contents[i], one.Content) {
			t.Fatalf("attachment %d of %d is not what was given", i, len(contents))
		}
	}
	if len(job.EncodedArgs) > 20_000 {
		t.Errorf("the job has %d bytes", len(job.EncodedArgs))
	}
	sealed, err := s.queue.attachment(t.Context(), job.Args.Parcel, 3)
	if err != nil || bytes.Contains(sealed, marker) {
		t.Errorf("it is stored readably, %v", err)
	}
	count := func() (rows int) {
		t.Helper()
		if err := database.DB().QueryRow("SELECT COUNT(*) FROM notification_attachment").Scan(&rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	sweep := func(before time.Time, want int, when string) {
		t.Helper()
		if err := s.queue.sweepAttachments(t.Context(), before); err != nil || count() != want {
			t.Errorf("%s %d attachments are left, %v", when, count(), err)
		}
	}
	later := time.Now().Add(time.Minute)
	sweep(later, len(given), "while the notification waits")
	if _, err := database.DB().Exec("UPDATE notification_attachment SET job = NULL"); err != nil {
		t.Fatal(err)
	}
	sweep(later, len(given), "where the process ended after it was accepted")
	if err := s.queue.storeParcel(t.Context(), time.Now(),
		[]sealedAttachment{{"never accepted", 0, []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	sweep(time.Now().Add(-acceptLimit), len(given)+1, "just after one was stored")
	sweep(later, len(given), "long after one was stored that was never accepted")
	if _, err := database.DB().Exec("UPDATE river_job SET state = 'completed', finalized_at = created_at WHERE id = $1",
		job.ID); err != nil {
		t.Fatal(err)
	}
	sweep(later, 0, "after the delivery")
}

// jobNamed is a notification as a worker gets it.
func jobNamed(t *testing.T, s *Service, id string) *river.Job[outgoing] {
	t.Helper()
	var found *river.Job[outgoing]
	err := s.unfinished(t.Context(), func(row *rivertype.JobRow, args outgoing) error {
		if fmt.Sprint(row.ID) == id {
			found = &river.Job[outgoing]{JobRow: row, Args: args}
		}
		return nil
	})
	if err != nil || found == nil {
		t.Fatalf("there is no notification %s, %v", id, err)
	}
	return found
}
