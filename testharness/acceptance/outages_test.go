package acceptance

import (
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestServerAway takes the relay away: deliveries wait without losing attempts, the page says so, and they go on by
// themselves when it is back.
func TestServerAway(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	h := notifier(t, server)
	port := server.Port()
	server.Close()
	var ids []string
	for range 5 {
		ids = append(ids, notify(t, h, shared.Notification{To: "you@email.com", Text: "x"}).ID)
	}
	status := awaitService(t, h, shared.ServiceDegraded)
	if status.Reason == nil || status.Reason.Code != "connection_refused" || status.NextAttempt.IsZero() {
		t.Errorf("the status is %+v", status)
	}
	back := practiceMailServer(t)
	startMailServer(t, back, port)
	for _, id := range ids {
		if entry := awaitEntry(t, h, id, shared.NotificationDelivered); entry.Attempts != 1 {
			t.Errorf("an attempt was counted while the server was away: %+v", entry)
		}
	}
	awaitService(t, h, shared.ServiceRunning)
}

// TestLoginRefused changes the password at the provider: the queue pauses after one refusal, and goes on after the next
// save.
func TestLoginRefused(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	h := notifier(t, server, `retry_after = "10m"`)
	wrong := &mailserver.Server{Login: notifyLogin, Password: "changed"}
	startMailServer(t, wrong, 0)
	configure(t, h, wrong.Port(), "practice")
	var ids []string
	for range 20 {
		ids = append(ids, notify(t, h, shared.Notification{To: "you@email.com", Text: "x"}).ID)
	}
	status := awaitService(t, h, shared.ServiceDegraded)
	if status.Reason.Code != "wrong_credentials" {
		t.Errorf("the reason is %+v", status.Reason)
	}
	if refused := status.FailedAttemptsTotal; refused > 1 {
		t.Errorf("the wrong password was tried %d times", refused)
	}
	configure(t, h, wrong.Port(), "changed")
	for _, id := range ids {
		awaitEntry(t, h, id, shared.NotificationDelivered)
	}
}

// TestAnotherProcessSaves corrects the password by another process, as the command line does beside a Console: the
// queue goes on long before its pause would have ended.
func TestAnotherProcessSaves(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "10m"`)
	h := supervised(t, path)
	configure(t, h, server.Port(), "wrong")
	receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
	awaitService(t, h, shared.ServiceDegraded)
	other := supervised(t, path, host.WithPassivePlugin())
	configure(t, other, server.Port(), server.Password)
	awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
}

// TestRelayHangs has the relay fall silent when the message is there: the attempt ends, and the message is tried again.
func TestRelayHangs(t *testing.T) {
	t.Parallel()
	hanging := make(chan struct{})
	var mu sync.Mutex
	first := true
	server := practiceMailServer(t)
	server.Receive = func(mailserver.Mail) error {
		mu.Lock()
		hang := first
		first = false
		mu.Unlock()
		if hang {
			<-hanging
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "too late"}
		}
		return nil
	}
	startMailServer(t, server, 0)
	h := notifier(t, server)
	one := notify(t, h, shared.Notification{To: "you@email.com", Subject: "one", Text: "x"})
	awaitEntry(t, h, one.ID, shared.NotificationSending)
	// While one hangs, others are delivered.
	other := notify(t, h, shared.Notification{To: "you@email.com", Subject: "two", Text: "x"})
	awaitEntry(t, h, other.ID, shared.NotificationDelivered)
	close(hanging)
	if entry := awaitEntry(t, h, one.ID, shared.NotificationDelivered); entry.Attempts != 2 {
		t.Errorf("the message that hung is %+v", entry)
	}
}
