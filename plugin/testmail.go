package plugin

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// testMails limits how many test e-mails each actor may send: a test that mails whomever it is told to is a relay.
type testMails struct {
	mu    sync.Mutex
	actor map[string]*rate.Limiter
}

// A burst of five, then one a minute.
const (
	testMailBurst  = 5
	testMailPeriod = time.Minute
	maxActors      = 10_000
)

func newTestMails() *testMails { return &testMails{actor: map[string]*rate.Limiter{}} }

// allow takes one test e-mail from the actor's allowance.
func (m *testMails) allow(actor string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	limiter, known := m.actor[actor]
	if !known {
		if len(m.actor) >= maxActors {
			clear(m.actor) // Names come from the Console; this many mean that they are made up.
		}
		limiter = rate.NewLimiter(rate.Every(testMailPeriod), testMailBurst)
		m.actor[actor] = limiter
	}
	return limiter.AllowN(now, 1)
}

// checkRecipient says why a test may not name the recipient; nothing when it may. The draft's own sender may be named
// as long as no message goes there: a user who tests may write any address into the form.
func (b *boundDraft) checkRecipient(recipient string, message bool) finding.Findings {
	allowed := b.page.configuration.recipients()
	own := b.settings.Sender.Address
	if message {
		own = b.page.settingsOf(b.base.Revision).Sender.Address
	}
	if len(allowed) == 0 || sameMailbox(recipient, own) ||
		slices.ContainsFunc(allowed, func(one string) bool { return permits(one, recipient) }) {
		return nil
	}
	detail := text.Of("Leave “Test recipient” empty to test with the sender's own address. "+
		"Allowed are also: {recipients}.", "recipients", strings.Join(allowed, ", "))
	if message {
		detail = text.Of("A test e-mail goes only to the sender that is saved and to: {recipients}.", "recipients",
			strings.Join(allowed, ", "))
	}
	return finding.Findings{{
		Severity: shared.SeverityError, Code: "recipient_not_permitted", Field: settings.Recipient,
		Summary: text.Of("The operator does not allow tests with the recipient {recipient}.", "recipient",
			recipient), Detail: detail,
	}}
}

// permits reports whether an entry of the operator's list, an address or "@domain", covers the recipient. For a whole
// domain it does not cover a local part that routes on, such as victim%elsewhere.example: servers deliver elsewhere
// what a user who has logged in sends there.
func permits(entry, recipient string) bool {
	domain, whole := strings.CutPrefix(entry, "@")
	if !whole {
		return sameMailbox(entry, recipient)
	}
	local, there, _ := splitAddress(recipient)
	return local != "" && !strings.ContainsAny(local, `%!@:"`) && sameDomain(domain, there)
}

// sameMailbox reports whether two addresses are the same one. Other letters than those of ASCII count as they are in
// the local part: what a server makes of them is not known.
func sameMailbox(one, other string) bool {
	local, domain, valid := splitAddress(one)
	otherLocal, otherDomain, otherValid := splitAddress(other)
	return valid && otherValid && smallLetters(local) == smallLetters(otherLocal) && sameDomain(domain, otherDomain)
}

// sameDomain compares domains as they go on the wire.
func sameDomain(one, other string) bool {
	first, err1 := smtpconn.ASCIIDomain(one)
	second, err2 := smtpconn.ASCIIDomain(other)
	return err1 == nil && err2 == nil && smallLetters(first) == smallLetters(second)
}

func splitAddress(address string) (local, domain string, valid bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", false
	}
	return address[:at], address[at+1:], true
}

// smallLetters makes the letters of ASCII small.
func smallLetters(address string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, address)
}

// checkAllowance says that the actor has sent too many test e-mails.
func (p *Page) checkAllowance(actor string, now time.Time) finding.Findings {
	if p.testMails.allow(actor, now) {
		return nil
	}
	return finding.Findings{{
		Severity: shared.SeverityError, Code: "too_many_test_mails", Field: settings.SendMessage,
		Summary: text.Of("Too many test e-mails were sent in a short time."),
		Detail:  text.Of("Wait a minute, or test without sending an e-mail."),
	}}
}

func testMessage(reader text.Language, s settings.Settings, recipient, actor string) notify.Message {
	sent := text.Of("This e-mail was sent from the page SMTP settings, through {host}, port {port}.", "host",
		s.Server, "port", s.Port)
	if actor != "" {
		sent = text.Of("This e-mail was sent by {actor} from the page SMTP settings, through {host}, port {port}.",
			"actor", actor, "host", s.Server, "port", s.Port)
	}
	return notify.Message{
		From: s.Sender, To: recipient, ReplyTo: s.ReplyTo, Key: rand.Text(), Date: time.Now(),
		Subject: reader.Message("Test e-mail of the notification service"),
		Text:    reader.Render(sent) + "\r\n\r\n" + reader.Message("If you read it, e-mail notifications work.") + "\r\n",
	}
}
