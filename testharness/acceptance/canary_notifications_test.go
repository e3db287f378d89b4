package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// canaryReply stands in the server's final reply, which is kept in clear: mail administrators ask for it. No piece of
// the password is in it, or that would be hidden.
const canaryReply = "Qx7Rep1y/4711-zk"

// TestCanaryInNotifications hands over texts, attachments and an address for answers that only the recipients may know,
// has one notification delivered, one refused and one held by a pause, and operates them. The server has all of it; no
// page, answer, log, file or process has any. The final reply is where it is said to be, and nowhere else.
func TestCanaryInNotifications(t *testing.T) {
	t.Parallel()
	var received atomic.Int64
	server := practiceMailServer(t)
	server.Password = canaryPassword
	server.Receive = func(mail mailserver.Mail) error {
		attached := attachmentsOf(t, mail.Content)
		if len(attached) == 1 && len(leaks(string(attached[0])+string(mail.Content), canaryContent)) > 0 {
			received.Add(1)
		}
		return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "queued as " + canaryReply}
	}
	server.RefuseRecipient = func(to string) error {
		if strings.HasPrefix(to, "nobody") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
		}
		return nil
	}
	startMailServer(t, server, 0)
	c := startCanaryHost(t, `retry_after = "1s"`)
	configure(t, c.host, server.Port(), canaryPassword)
	hand := func(to string) string {
		t.Helper()
		return notify(t, c.host, shared.Notification{
			To: to, Subject: "Report", Text: canaryContent, HTML: "<p>" + canaryContent + "</p>",
			ReplyTo:     canaryContent + "@email.com",
			Attachments: []shared.Attachment{{Name: canaryContent + ".txt", Content: []byte(canaryContent)}},
		}).ID
	}
	delivered, dead := hand("you@email.com"), hand("nobody@email.com")
	awaitEntry(t, c.host, delivered, shared.NotificationDelivered)
	awaitEntry(t, c.host, dead, shared.NotificationDead)
	server.Close()
	waiting := hand("later@email.com")
	awaitService(t, c.host, shared.ServiceDegraded)
	if received.Load() != 1 {
		t.Fatalf("the server has received %d messages with what only the recipient may know", received.Load())
	}
	answers := c.operate(t, delivered, dead, waiting)
	for where, said := range answers {
		for _, leak := range leaks(said, canaryContent, canaryPassword) {
			t.Errorf("the content of a message is in %s: %s", where, leak)
		}
		told := strings.Contains(said, canaryReply)
		if may := strings.HasPrefix(where, "reply: "); told != may {
			t.Errorf("%s has the final reply: %t\n%s", where, told, said)
		}
	}
	if said := answers["the dead letter in JSON"]; !strings.Contains(said, `"transcript":["-- connected to`) &&
		!strings.Contains(said, `"C: RCPT TO`) {
		t.Errorf("what was said with the server is not kept: %s", said)
	}
	c.purgeSearched(t)
	for _, leak := range leaks(c.log.String(), canaryReply) {
		t.Errorf("the final reply is in the log: %s", leak)
	}
	c.check(t, canaryContent)
}

// purgeSearched purges what a search finds. What was searched for is told by the status, and by no log.
func (c *canaryHost) purgeSearched(t *testing.T) {
	t.Helper()
	const searched = "OU@eMail.cO" // of the recipient whose notification was delivered
	purge := harness(t, "", "purge", "--search", searched, "--manifest", c.manifest, "--log-level", "trace")
	status := harness(t, "", "status", "--json", "--manifest", c.manifest)
	if purge.status != 0 || !strings.Contains(status.stdout, searched) {
		t.Errorf("%d: %s%s\nand the status is %s", purge.status, purge.stdout, purge.stderr, status.stdout)
	}
	for where, log := range map[string]string{"the command's": purge.stderr, "the Console's": c.log.String()} {
		if strings.Contains(log, searched) {
			t.Errorf("what was searched for is in %s log", where)
		}
	}
}

// operate asks for everything that pages and the command line tell of notifications, and does what they offer. What may
// have the final reply has a name that begins with it.
func (c *canaryHost) operate(t *testing.T, delivered, dead, waiting string) map[string]string {
	t.Helper()
	pages := httptest.NewServer(c.host.NotificationsHandler())
	defer pages.Close()
	metrics := httptest.NewServer(c.host.MetricsHandler())
	defer metrics.Close()
	answers := map[string]string{}
	get := func(name, method, address, body, accept string) {
		answer, said := ask(t, method, address, body, map[string]string{"Actor": "anna", "Accept": accept})
		if answer.StatusCode >= http.StatusBadRequest {
			t.Errorf("%s: %s %s", name, answer.Status, said)
		}
		answers[name] = said
	}
	get("the list", "GET", pages.URL+"/", "", "")
	get("the state", "GET", pages.URL+"/state", "", "")
	get("the metrics", "GET", metrics.URL, "", "")
	for name, id := range map[string]string{"reply: the delivered one": delivered, "the dead letter": dead,
		"the waiting one": waiting} {
		get(name, "GET", pages.URL+"/notification?id="+id, "", "")
		get(name+" in JSON", "GET", pages.URL+"/notification?id="+id, "", "application/json")
		show := harness(t, "", "show", id, "--manifest", c.manifest)
		answers[name+" on the command line"], answers["the log of "+name] = show.stdout, show.stderr
	}
	get("a retry", "POST", pages.URL+"/retry", "id="+dead, "")
	get("a cancellation", "POST", pages.URL+"/cancel", "id="+waiting, "")
	get("a release", "POST", pages.URL+"/held", "what=discard", "")
	for name, arguments := range map[string][]string{
		"reply: list": {"list", "--json"}, "status": {"status"}, "status in JSON": {"status", "--json"},
		"statistics": {"statistics", "--json"}, "aside": {"aside", "--all", "--json"}, "purge": {"purge", dead},
	} {
		r := harness(t, "", append(arguments, "--manifest", c.manifest, "--log-level", "trace")...)
		answers[name], answers["the log of "+name] = r.stdout, r.stderr
	}
	return answers
}
