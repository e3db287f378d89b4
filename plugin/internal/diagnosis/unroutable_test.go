package diagnosis

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestUnroutable: Exim says “Unrouteable address” of a domain without a mail server and of a mailbox that a domain
// of its own does not have. The cause is the one that is likely, the words are true of both.
func TestUnroutable(t *testing.T) {
	const neither = "the domain or the mailbox is unknown to it"
	for _, one := range []struct {
		reply, sender, recipient string
		login                    bool
		want, says               string
	}{
		{"550 Unrouteable address", "alice@example.com", "bob@example.net", false, "recipient_unknown", neither},
		{"550 Unrouteable address", "alice@example.com", "bob@example.net", true, "recipient_domain_not_found", neither},
		{"550 Unrouteable address", "alice@example.com", "bob@EXAMPLE.com", true, "recipient_unknown", neither},
		{"550 5.1.2 unroutable address", "alice@example.com", "bob@example.net", true, "recipient_domain_not_found", neither},
		{"550 Unroutable domain", "alice@example.com", "bob@example.net", false, "recipient_domain_not_found",
			"finds no mail domain"},
		{"550-Verification failed for <alice@example.com>\n550-Unrouteable address\n550 Sender verify failed",
			"alice@example.com", "bob@example.net", false, "sender_mailbox_unknown", neither},
	} {
		failure, c := line{Step: "recipient", Reply: one.reply, Login: one.login, TLS: "starttls"}.failure()
		c.Envelope = smtpconn.Envelope{Sender: one.sender, Recipient: one.recipient}
		_, got := Explain(failure, c)
		if got.Code != one.want || !strings.Contains(got.Summary.String(), one.says) {
			t.Errorf("%q to %s, login %v: %s, %s", one.reply, one.recipient, one.login, got.Code, got.Summary)
		}
	}
}
