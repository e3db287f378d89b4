package plugin

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestRecipients holds who may be named in a test, with and without a message.
func TestRecipients(t *testing.T) {
	page := openPage(t, Configuration{TestRecipients: []Recipient{"ops@allowed.example", "@list.example"}})
	allowed := func(draft shared.Values, recipient string, message bool) bool {
		bound, err := page.bind(t.Context(), shared.Draft{Values: draft, Secrets: password("x")})
		if err != nil {
			t.Fatal(err)
		}
		options := shared.Values{"recipient": shared.Text(recipient), "send_message": shared.Boolean(message)}
		request := shared.TestRequest{Options: options}
		return len(bound.checkRecipient(bound.recipient(request), bound.sendsMessage(request))) == 0
	}
	victim := values("use_other_account", shared.Boolean(true), "email", shared.Text("victim@elsewhere.example"), "name",
		shared.Text("Your bank"))
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

// TestRecipientsInDisguise names recipients that look like permitted ones and are elsewhere, and permitted ones in
// another spelling.
func TestRecipientsInDisguise(t *testing.T) {
	page := openPage(t, Configuration{TestRecipients: []Recipient{
		"ops@allowed.example", "gate%way@list.example", "@list.example", "@stra\u00dfe.example", "@xn--mnchen-3ya.example",
		"kim@kiosk.example",
	}})
	save(t, page, values("use_other_account", shared.Boolean(true), "email",
		shared.Text("me@mai\u00dfe.example")), password("x"))
	bound, err := page.bind(t.Context(), shared.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	for recipient, permitted := range map[string]bool{
		// Servers hand on what they find in such a local part, for whoever has logged in.
		"victim%elsewhere.example@list.example": false, "elsewhere.example!victim@list.example": false,
		"gate%way@list.example":    true,
		"victim%elsewhere.example": false, "ops%elsewhere.example@allowed.example": false,
		// One is xn--strae-oqa.example, the other strasse.example.
		"a@stra\u00dfe.example": true, "a@stra\u1e9ee.example": false, "a@strasse.example": false,
		"a@xn--strae-oqa.example": true,
		"me@mai\u00dfe.example":   true, "me@mai\u1e9ee.example": false, "me@maisse.example": false,
		"a@l\u0130st.example": false, "a@LIST.example": true, "a+b@list.example": true,
		"a@m\u00fcnchen.example": true, "a@M\u00dcnchen.example": true,
		// The Kelvin sign folds to a k; within a local part it is another mailbox.
		"\u212aim@kiosk.example": false, "Kim@Kiosk.example": true,
		"ops+x@allowed.example": false, "ops@allowed.example.": false, "ops@sub.allowed.example": false,
		"list.example": false, "@list.example": false, "": false,
	} {
		for _, message := range []bool{false, true} {
			if got := len(bound.checkRecipient(recipient, message)) == 0; got != permitted {
				t.Errorf("%q, message %t: %t", recipient, message, got)
			}
		}
	}
}
