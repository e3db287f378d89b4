package acceptance

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// refusals are what servers say that refuse every message, and at which command.
var refusals = map[string]struct {
	atRecipient bool
	reply       smtp.SMTPError
}{
	"client": {true, smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
		Message: "Client host rejected: Access denied"}},
	"relay": {true, smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
		Message: "Relay access denied"}},
	"recipient": {true, smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "User unknown"}},
	"policy": {false, smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 26},
		Message: "Unauthenticated mail is prohibited"}},
	"content": {false, smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
		Message: "Message rejected as spam"}},
}

const refusedCount = 200

// TestServerRefusesEverything has a server refuse every message for a while, whatever it says: none of those that wait
// is dead or has lost an attempt, and all are delivered when it is over.
func TestServerRefusesEverything(t *testing.T) {
	t.Parallel()
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) { refusesEverything(t, c.atRecipient, c.reply) })
	}
	t.Run("postgresql", func(t *testing.T) {
		database := startPostgres(t)
		c := refusals["client"]
		refusesEverything(t, c.atRecipient, c.reply, fmt.Sprintf("database = %q", database.Database("refusals")), keyFile(t))
	})
}

func refusesEverything(t *testing.T, atRecipient bool, reply smtp.SMTPError, config ...string) {
	server := practiceMailServer(t)
	var over atomic.Bool
	seen := make(chan struct{}, 1000)
	var arrived atomic.Int64
	refuse := func() error {
		if over.Load() {
			return nil
		}
		seen <- struct{}{}
		return &reply
	}
	if atRecipient {
		server.RefuseRecipient = func(string) error { return refuse() }
	}
	server.Receive = func(mailserver.Mail) error {
		if err := refuse(); err != nil {
			return err
		}
		arrived.Add(1)
		return nil
	}
	startMailServer(t, server, 0)
	h := notifier(t, server, append(config, `retry_after = "1s"`)...)
	notifyMany(t, h, refusedCount)
	status := awaitService(t, h, shared.ServiceDegraded)
	if status.Reason == nil || status.NextAttempt.IsZero() {
		t.Errorf("the status says %+v", status)
	}
	for range 10 {
		<-seen
	}
	over.Store(true)
	awaitCount(t, h, shared.NotificationDelivered, refusedCount)
	checkOneAttempt(t, h)
	if n := arrived.Load(); n != refusedCount {
		t.Errorf("%d messages arrived", n)
	}
	if n := len(seen); n > 40 {
		t.Errorf("the server was asked %d times more while it refused everything", n)
	}
	awaitService(t, h, shared.ServiceRunning)
}

// notifyMany hands notifications to different recipients over.
func notifyMany(t testing.TB, h *host.Host, count int) {
	t.Helper()
	var all []shared.Notification
	for i := range count {
		all = append(all, shared.Notification{To: fmt.Sprintf("user%d@domain%d.example", i, i%3), Subject: "x", Text: "x"})
	}
	request := shared.NotifyRequest{Actor: "anna", Notifications: all}
	if _, err := h.Notifier().Notify(t.Context(), request); err != nil {
		t.Fatal(err)
	}
}

// awaitCount waits until so many notifications are in the state.
func awaitCount(t testing.TB, h *host.Host, state shared.NotificationState, count int64) {
	t.Helper()
	for late := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if status.Counts[state] == count {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("the service is %+v", status)
		}
	}
}

// checkOneAttempt holds that each notification of the newest that was delivered took one attempt.
func checkOneAttempt(t testing.TB, h *host.Host) {
	t.Helper()
	list, err := h.Notifier().List(t.Context(), shared.ListRequest{State: shared.NotificationDelivered, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list.Entries {
		if entry.Attempts != 1 {
			t.Errorf("an attempt was counted: %+v", entry)
		}
	}
}

// TestPoisonedAmongOthers has one message, or one recipient, that the server always refuses wait among others: they
// leave without a pause, and it is a dead letter with its cause.
func TestPoisonedAmongOthers(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{"content": "content_refused", "recipient": "recipient_unknown"} {
		t.Run(name, func(t *testing.T) {
			c := refusals[name]
			server := practiceMailServer(t)
			if c.atRecipient {
				server.RefuseRecipient = func(to string) error {
					if strings.HasPrefix(to, "poison") {
						return &c.reply
					}
					return nil
				}
			} else {
				server.Receive = func(mail mailserver.Mail) error {
					if strings.HasPrefix(mail.To, "poison") {
						return &c.reply
					}
					return nil
				}
			}
			startMailServer(t, server, 0)
			h := notifier(t, server, `retry_after = "1s"`)
			notifyMany(t, h, 100)
			poison := notify(t, h, shared.Notification{To: "poison@domain1.example", Subject: "x", Text: "x"})
			notifyMany(t, h, 99)
			awaitCount(t, h, shared.NotificationDelivered, 199)
			checkOneAttempt(t, h)
			entry := awaitEntry(t, h, poison.ID, shared.NotificationDead)
			if entry.Failure == nil || entry.Failure.Code != code {
				t.Errorf("it is dead because of %+v", entry.Failure)
			}
			awaitService(t, h, shared.ServiceRunning)
		})
	}
}
