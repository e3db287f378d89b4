package notify

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestAnswersGoToOneAddress composes notifications with and without an address for answers, with settings that have one
// or none: that of the notification replaces that of the settings.
func TestAnswersGoToOneAddress(t *testing.T) {
	s := newService(t, engines["sqlite"](t)(t))
	for name, c := range map[string]struct{ settings, own, want string }{
		"nobody says where":    {"", "", ""},
		"the settings do":      {"help@email.com", "", "help@email.com"},
		"the notification":     {"", "ops@email.com", "ops@email.com"},
		"both, and one counts": {"help@email.com", "ops@email.com", "ops@email.com"},
	} {
		receipts := notifyAll(t, s, shared.Notification{Key: name, To: "you@example.com", Text: "x", ReplyTo: c.own})
		composed, err := s.compose(t.Context(), jobNamed(t, s, receipts[0].ID),
			Delivery{From: mail.Address{Address: "me@example.com"}, ReplyTo: c.settings})
		if err != nil {
			t.Fatal(err)
		}
		read, err := mail.ReadMessage(strings.NewReader(string(composed)))
		if err != nil {
			t.Fatal(err)
		}
		got := read.Header["Reply-To"]
		if c.want == "" && len(got) == 0 {
			continue
		}
		if list, err := mail.ParseAddressList(strings.Join(got, ", ")); err != nil || len(list) != 1 ||
			list[0].Address != c.want {
			t.Errorf("%s: answers go to %q, not to %q, %v", name, got, c.want, err)
		}
	}
}
