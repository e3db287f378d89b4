package plugin

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestRecipients holds who may be named in a test, with and without a message.
func TestRecipients(t *testing.T) {
	page := openPage(t, Configuration{TestRecipients: []string{"ops@allowed.example", "@list.example"}})
	allowed := func(draft shared.Values, recipient string, message bool) bool {
		bound, err := page.bind(t.Context(), shared.Draft{Values: draft, Secrets: password("x")})
		if err != nil {
			t.Fatal(err)
		}
		options := shared.Values{"recipient": shared.Text(recipient), "send_message": shared.Boolean(message)}
		request := shared.TestRequest{Options: options}
		return len(bound.checkRecipient(bound.recipient(request), bound.sendsMessage(request))) == 0
	}
	victim := values("use_other_account", shared.Boolean(true), "email", shared.Text("victim@elsewhere.example"), "name", shared.Text("Your bank"))
	for _, saved := range []string{"", "me@example.com", "other@sender.example"} {
		switch saved {
		case "me@example.com":
			save(t, page, values(), password("x"))
		case "other@sender.example":
			save(t, page, values("use_other_account", shared.Boolean(true), "email", shared.Text(saved)), password("x"))
		}
		for _, c := range []struct {
			draft              shared.Values
			recipient          string
			named, mayBeMailed bool
		}{
			{values("use_other_account", shared.Boolean(false)), "", true, saved == "me@example.com"},
			{victim, "", true, false},
			{victim, "victim@elsewhere.example", true, false},
			{victim, "Victim@Elsewhere.example", true, false},
			{victim, "other@sender.example", false, saved == "other@sender.example"},
			{victim, "ops@allowed.example", true, true},
			{victim, "anybody@LIST.example", true, true},
			{victim, `"x@list.example"@elsewhere.example`, false, false},
			{victim, "anybody@sub.list.example", false, false},
			{victim, "anybody@elsewhere.example", false, false},
		} {
			if got := allowed(c.draft, c.recipient, false); got != c.named {
				t.Errorf("saved %q: %q named: %t", saved, c.recipient, got)
			}
			if got := allowed(c.draft, c.recipient, true); got != c.mayBeMailed {
				t.Errorf("saved %q, draft from %v: a message to %q: %t", saved, c.draft["email"], c.recipient, got)
			}
		}
	}
}
