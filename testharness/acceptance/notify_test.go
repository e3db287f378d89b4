package acceptance

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestNotificationChain sends through a real Postfix with SASL and TLS to a mailbox file, and reads what arrived.
func TestNotificationChain(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	ports := freePorts(t, 3)
	dovecot := startDovecot(t, authority, ports[0])
	postfix := startPostfix(t, authority, ports, dovecot.saslSocket)
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	saved, err := h.Page().Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values: shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(postfix.starttls)),
			"use_ssl": shared.Boolean(true),
			"login":   shared.Text(postfix.login), "ca_certificate": shared.Text(string(authority.PEM())),
			"use_other_account": shared.Boolean(true), "name": shared.Text("Überwachung"), "email": shared.Text(postfix.login)},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(postfix.password)},
	}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	for name, text := range map[string]string{
		"ascii":        "Hello,\nthis is a line.\n",
		"cyrillic":     "Привет, диск заполнен.\n",
		"japanese":     "ディスクがいっぱいです。\n",
		"rtl":          "القرص ممتلئ.\n",
		"long-line":    strings.Repeat("x", 5000) + "\n",
		"lone-dot":     "before\n.\n..\nafter\n",
		"bare-cr":      "before\rMAIL FROM:<evil@example>\r.\r\nafter\n",
		"trailing":     "no line break at the end",
		"equals-signs": "a=b =3D = \n",
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(postfix.mailbox)
			receipt := notify(t, h, shared.Notification{To: "inbox@postfix.test", Subject: "Тест " + name, Text: text})
			awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
			checkMail(t, awaitMail(t, postfix.mailbox), "Тест "+name, text)
		})
	}
}

func checkMail(t *testing.T, content, subject, text string) {
	t.Helper()
	_, content, _ = strings.Cut(content, "\n") // The line "From …" of the mailbox.
	read, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || decoded != subject {
		t.Errorf("the subject is %q, %v", decoded, err)
	}
	from, err := read.Header.AddressList("From")
	if err != nil || from[0].Name != "Überwachung" || from[0].Address != "anna@postfix.test" {
		t.Errorf("From is %v, %v", from, err)
	}
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
		"Message-Id": "<", "Date": ""} {
		if got := read.Header.Get(name); !strings.HasPrefix(got, want) || got == "" {
			t.Errorf("%s is %q", name, got)
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if err != nil {
		t.Fatal(err)
	}
	// A mailbox has line feeds, and a bare carriage return is a line break like any other.
	plain := func(s string) string {
		return strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	}
	if plain(string(body)) != plain(text) {
		t.Errorf("the text became %q, was %q", body, text)
	}
	if strings.Contains(content, "\r") {
		t.Error("a bare carriage return arrived")
	}
}

// TestIdempotency hands the same notification over again, in every state.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	h := notifier(t, server)
	first := notify(t, h, shared.Notification{Key: "disk-42", To: "you@email.com", Subject: "Disk", Text: "full"})
	awaitEntry(t, h, first.ID, shared.NotificationDelivered)
	for range 3 {
		again := notify(t, h, shared.Notification{Key: "disk-42", To: "you@email.com", Subject: "Disk", Text: "full"})
		if again.ID != first.ID || !again.Duplicate {
			t.Errorf("the repetition got %+v, the first one %+v", again, first)
		}
	}
	other := notify(t, h, shared.Notification{Key: "disk-42", To: "ops@email.com", Subject: "Disk", Text: "full"})
	if other.Duplicate || other.ID == first.ID {
		t.Errorf("another recipient with the same key got %+v", other)
	}
	awaitEntry(t, h, other.ID, shared.NotificationDelivered)
	if n := len(server.Inbox()); n != 2 {
		t.Errorf("%d messages arrived", n)
	}
	ids := map[string]bool{}
	for _, mail := range server.Inbox() {
		parsed, err := parseMail(mail.Content)
		if err != nil {
			t.Fatal(err)
		}
		ids[parsed.Header.Get("Message-Id")] = true
	}
	if len(ids) != 2 {
		t.Errorf("the messages share an id: %v", ids)
	}
}

func parseMail(content []byte) (*mail.Message, error) {
	return mail.ReadMessage(strings.NewReader(string(content)))
}

// TestRefusedNotifications hands over what cannot be taken.
func TestRefusedNotifications(t *testing.T) {
	t.Parallel()
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	got := notify(t, h, shared.Notification{To: "a@b.example", Text: "x"})
	if got.ID != "" || got.Diagnostics[0].Code != "not_configured" {
		t.Errorf("without settings: %+v", got)
	}
	if status := awaitService(t, h, shared.ServiceNotConfigured); status.Reason == nil {
		t.Error("no reason is given")
	}
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	configure(t, h, server.Port(), "practice")
	for _, n := range []shared.Notification{
		{To: "nobody", Text: "x"}, {To: "a@b> SIZE=1", Text: "x"}, {To: "a@b.example\r\nRCPT TO:<c@d>", Text: "x"},
		{To: "a@b.example"},
		{To: "a@b.example", Text: strings.Repeat("x", 600<<10)},
		{To: "a@b.example", Text: "x", Key: strings.Repeat("k", 300)},
	} {
		if got := notify(t, h, n); got.ID != "" || len(got.Diagnostics) != 1 {
			t.Errorf("%.60q: %+v", n.To, got)
		}
	}
	injected := notify(t, h, shared.Notification{To: "a@b.example", Subject: "x\r\nBcc: evil@example", Text: "x"})
	awaitEntry(t, h, injected.ID, shared.NotificationDelivered)
	if parsed, err := parseMail(server.Inbox()[0].Content); err != nil || parsed.Header.Get("Bcc") != "" ||
		parsed.Header.Get("Subject") != "x Bcc: evil@example" {
		t.Errorf("the header is %v, %v", parsed.Header, err)
	}
}

// TestOneRefusedAmongMany has one recipient refused for good and one for a while.
func TestOneRefusedAmongMany(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	greylisted := 0
	server := practiceMailServer(t)
	server.RefuseRecipient = func(to string) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case to == "nobody@email.com":
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "User unknown"}
		case to == "grey@email.com" && greylisted < 2:
			greylisted++
			return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "Greylisted, try again later"}
		}
		return nil
	}
	startMailServer(t, server, 0)
	h := notifier(t, server)
	receipts := map[string]shared.Receipt{}
	send := func(to string) {
		receipts[to] = notify(t, h, shared.Notification{To: to, Subject: "Alarm", Text: "x"})
	}
	send("a@email.com")
	awaitEntry(t, h, receipts["a@email.com"].ID, shared.NotificationDelivered) // While none passes, no refusal is final.
	send("nobody@email.com")
	send("grey@email.com")
	send("b@email.com")
	awaitEntry(t, h, receipts["b@email.com"].ID, shared.NotificationDelivered)
	dead := awaitEntry(t, h, receipts["nobody@email.com"].ID, shared.NotificationDead)
	if dead.Failure == nil || dead.Failure.Code != "recipient_unknown" || dead.Failure.Evidence.Code != 550 ||
		dead.Attempts != 1 {
		t.Errorf("the dead letter is %+v", dead)
	}
	if grey := awaitEntry(t, h, receipts["grey@email.com"].ID, shared.NotificationDelivered); grey.Attempts != 3 {
		t.Errorf("the greylisted one is %+v", grey)
	}
	checkMonitoring(t, h, dead)
	server.RefuseRecipient = nil
	if _, err := h.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: dead.ID, Actor: "anna"}); err != nil {
		t.Fatal(err)
	}
	awaitEntry(t, h, dead.ID, shared.NotificationDelivered)
	if _, err := h.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: "999999"}); !errors.Is(err,
		shared.ErrNoNotification) {
		t.Errorf("an unknown notification: %v", err)
	}
}

// checkMonitoring looks for the dead letter on the page and in the metrics.
func checkMonitoring(t *testing.T, h *host.Host, dead shared.NotificationEntry) {
	t.Helper()
	for search, found := range map[string]bool{"": true, "NOBODY": true, "alarm": true, "elsewhere": false, "%": false} {
		list, err := h.Notifier().List(t.Context(), shared.ListRequest{State: shared.NotificationDead, Search: search})
		if err != nil || (len(list.Entries) == 1) != found {
			t.Errorf("a search for %q found %d, %v", search, len(list.Entries), err)
		}
	}
	metrics := httptest.NewRecorder()
	h.MetricsHandler().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`notifications{plugin="smtp",state="dead"} 1`,
		`notifications_service_state{plugin="smtp",state="running"} 1`, `settings_plugin_up{plugin="smtp"} 1`} {
		if !strings.Contains(metrics.Body.String(), want) {
			t.Errorf("the metrics do not hold %s:\n%s", want, metrics.Body.String())
		}
	}
	_ = dead
}

// TestCancelledNotification takes a waiting notification out of the queue.
func TestCancelledNotification(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	h := notifier(t, server, `retry_after = "10m"`)
	server.Close()
	one := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
	awaitService(t, h, shared.ServiceDegraded)
	entry, err := h.Notifier().Cancel(t.Context(), shared.NotificationRequest{ID: one.ID, Actor: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	awaitEntry(t, h, one.ID, shared.NotificationCancelled)
	if again := notify(t, h, shared.Notification{Key: entry.Key, To: "you@email.com", Text: "x"}); !again.Duplicate {
		t.Errorf("a repetition revived a cancelled notification: %+v", again)
	}
}

// TestBodiesAreSealed looks for the text of a waiting notification in the database.
func TestBodiesAreSealed(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `retry_after = "10m"`)
	h := supervised(t, path)
	configure(t, h, server.Port(), "practice")
	server.Close()
	receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "https://console/reset?token=" + canaryToken})
	awaitService(t, h, shared.ServiceDegraded)
	c := &canaryHost{manifest: path, dir: path[:len(path)-len("plugin.hcl")] + "data"}
	c.check(t)
	// After a new key was made the message can still be read.
	if r := harness(t, "", "rekey", "--manifest", path); r.status != 0 || !strings.Contains(r.stdout, "sealed anew") {
		t.Fatalf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	back := practiceMailServer(t)
	startMailServer(t, back, server.Port())
	if _, err := h.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: receipt.ID}); err != nil {
		t.Fatal(err)
	}
	configure(t, h, server.Port(), "practice")
	awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
	mails := back.Inbox()
	if len(mails) != 1 || !strings.Contains(strings.ReplaceAll(string(mails[0].Content), "=\r\n", ""), "T0ken/51ce77") {
		t.Errorf("%d messages arrived: %s", len(mails), fmt.Sprint(mails))
	}
}
