package notify

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestAdviceForAllIsNotThatForOne: where the server refuses every message, what to do about the last recipient or the
// last message is no advice; what is wrong with the login, the sender or this machine is.
func TestAdviceForAllIsNotThatForOne(t *testing.T) {
	for scope, quoted := range map[shared.Scope]bool{
		shared.ScopeRecipient: false, shared.ScopeMessage: false, shared.ScopeSender: true, shared.ScopeClient: true,
		shared.ScopeLogin: true, shared.ScopeServer: true,
	} {
		told := refusesEverything(finding.Finding{
			Scope: scope, Summary: text.Of("The server does not know the mailbox {recipient}.", "recipient", "a@b.example"),
			Detail: text.Of("Check the spelling of the address, or remove this recipient."),
		})
		said := text.Language{}.Render(text.Join(told.Summary, told.Detail))
		if strings.Contains(said, "a@b.example") != quoted || strings.Contains(said, "remove this recipient") != quoted {
			t.Errorf("%s: %s", scope, said)
		}
		if !strings.HasPrefix(said, "The server refuses every message. ") || len(said) < 60 {
			t.Errorf("%s: there is no advice: %s", scope, said)
		}
	}
}
