package notify

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestLastWords holds that a dead letter does not say that it is tried again.
func TestLastWords(t *testing.T) {
	for _, lasting := range []shared.Lasting{shared.LastingTemporary, shared.LastingLimit, shared.LastingPermanent} {
		cause := finding.Finding{Code: "greylisted", Lasting: lasting, Detail: text.Of("It is tried again by itself.")}
		said := lastWords(cause, 7).In(english).Detail
		if permanent := lasting == shared.LastingPermanent; permanent != (said == "It is tried again by itself.") ||
			permanent == strings.Contains(said, "tried 7 times") {
			t.Errorf("%s: %s", lasting, said)
		}
	}
}
