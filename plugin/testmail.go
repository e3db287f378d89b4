package plugin

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/plugin/notify"
	"github.com/smtp-settings/smtp-settings/plugin/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
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

// checkRecipient says why a test may not name the recipient; nothing when it may. The draft's own sender may be named as
// long as no message goes there: whoever tests may write any address into the form.
func (b *boundDraft) checkRecipient(recipient string, message bool) shared.Diagnostics {
	allowed := b.page.configuration.TestRecipients
	own := b.settings.Sender.Address
	if message {
		own = b.page.settingsOf(b.base.Revision).Sender.Address
	}
	if len(allowed) == 0 || recipient != "" && strings.EqualFold(recipient, own) {
		return nil
	}
	domain := recipient[strings.LastIndexByte(recipient, '@')+1:]
	for _, one := range allowed {
		if strings.EqualFold(one, recipient) || strings.EqualFold(one, "@"+domain) {
			return nil
		}
	}
	detail := phrase.Of("Leave “Test recipient” empty to test with the sender's own address. Allowed are also: {recipients}.", "recipients", strings.Join(allowed, ", "))
	if message {
		detail = phrase.Of("A test e-mail goes only to the sender that is saved and to: {recipients}.", "recipients", strings.Join(allowed, ", "))
	}
	return shared.Diagnostics{{
		Severity: shared.SeverityError, Code: "recipient_not_permitted", Field: settings.Recipient,
		Summary: phrase.Of("The operator does not allow tests with the recipient {recipient}.", "recipient", recipient), Detail: detail,
	}}
}

// checkAllowance says that the actor has sent too many test e-mails.
func (p *Page) checkAllowance(actor string, now time.Time) shared.Diagnostics {
	if p.testMails.allow(actor, now) {
		return nil
	}
	return shared.Diagnostics{{
		Severity: shared.SeverityError, Code: "too_many_test_mails", Field: settings.SendMessage,
		Summary: "Too many test e-mails were sent in a short time.",
		Detail:  "Wait a minute, or test without sending an e-mail.",
	}}
}

func testMessage(language phrase.Language, s settings.Settings, recipient, actor string) notify.Message {
	text := phrase.Of("This e-mail was sent from the page SMTP settings, through {host}, port {port}.", "host", s.Server, "port", s.Port)
	if actor != "" {
		text = phrase.Of("This e-mail was sent by {actor} from the page SMTP settings, through {host}, port {port}.",
			"actor", actor, "host", s.Server, "port", s.Port)
	}
	return notify.Message{
		From: s.Sender, To: recipient, Key: rand.Text(), Date: time.Now(),
		Subject: language.Text("Test e-mail of the notification service"),
		Text:    language.Text(text) + "\r\n\r\n" + language.Text("If you read it, e-mail notifications work.") + "\r\n",
	}
}
