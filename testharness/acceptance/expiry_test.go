package acceptance

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestExpiryAndThread has a server that is away for longer than a notification is of use, with more urgent ones before
// it than are tried at once, and when it is back puts off the first of a thread: the one expires meanwhile and is told
// so, the others arrive in order.
func TestExpiryAndThread(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	h := notifier(t, server)
	server.Close()
	first := notify(t, h, shared.Notification{To: "other@email.com", Subject: "First", Text: "x"})
	awaitService(t, h, shared.ServiceDegraded)
	var urgent []shared.Notification
	for range 150 {
		urgent = append(urgent, shared.Notification{To: "other@email.com", Subject: "First", Text: "x",
			Priority: shared.PriorityHigh})
	}
	if _, err := h.Notifier().Notify(t.Context(), shared.NotifyRequest{Notifications: urgent}); err != nil {
		t.Fatal(err)
	}
	code := notify(t, h, shared.Notification{
		To: "you@email.com", Subject: "Your code", Text: "123456", Expires: time.Now().Add(2 * time.Second),
	})
	thread := []string{"Disk full", "Disk fuller", "Disk free", "End"}
	var last shared.Receipt
	for _, subject := range thread {
		last = notify(t, h, shared.Notification{To: "you@email.com", Subject: subject, Text: "x", Thread: "disk-42"})
	}
	awaitEntry(t, h, code.ID, shared.NotificationExpired)
	back := newPuttingOff(t, thread[0])
	startMailServer(t, back.Server, server.Port())
	awaitEntry(t, h, first.ID, shared.NotificationDelivered)
	awaitEntry(t, h, last.ID, shared.NotificationDelivered)
	back.mu.Lock()
	defer back.mu.Unlock()
	if subjects := slices.DeleteFunc(slices.Clone(back.subjects),
		func(one string) bool { return one == "First" }); !slices.
		Equal(subjects, thread) {
		t.Errorf("what arrived is %q", back.subjects)
	}
	if back.putOff != 1 {
		t.Errorf("the first of the thread was put off %d times", back.putOff)
	}
	for _, one := range back.references {
		if one == "" || one != back.references[0] {
			t.Errorf("they refer to %q", back.references)
		}
	}
	status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
	if err != nil || status.Counts[shared.NotificationExpired] != 1 {
		t.Errorf("%d have expired, %v", status.Counts[shared.NotificationExpired], err)
	}
}

// puttingOff is a server that puts off the first message of a subject.
type puttingOff struct {
	*mailserver.Server
	mu                   sync.Mutex
	putOff               int
	subjects, references []string // of what it took; references of what is in a thread
}

func newPuttingOff(t *testing.T, subject string) *puttingOff {
	t.Helper()
	s := &puttingOff{Server: practiceMailServer(t)}
	s.Receive = func(mail mailserver.Mail) error {
		read, err := parseMail(mail.Content)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if read.Header.Get("Subject") == subject && s.putOff == 0 {
			s.putOff++
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, try again later"}
		}
		s.subjects = append(s.subjects, read.Header.Get("Subject"))
		if mail.To == "you@email.com" {
			s.references = append(s.references, read.Header.Get("References"))
		}
		return nil
	}
	return s
}
