package diagnosis

import (
	"regexp"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// aboutTests is advice for a person who has just pressed a button: a notification is sent, and tried again, by itself.
var aboutTests = regexp.MustCompile(`(?i)\b(?:tests?|testing|tested|time limit)\b` +
	`|\b(?:try|run|press|click|repeat|start)(?: it| this)?(?: once)?(?: more| again)\b` +
	`|\bagain when you\b|\bin the form\b|\btranscript below\b`)

// notAboutTests are words of others that have a test in their names.
var notAboutTests = regexp.MustCompile(`test mode|test server(?:'s settings)?`)

// TestDeliveryAdvice goes through all words of all causes as a delivery that meets them says them: none speaks to a
// person who tests, and what makes a dead letter is not said to be tried again.
func TestDeliveryAdvice(t *testing.T) {
	failure, circumstances := example{step: smtpconn.StepMessage, reply: "550 No"}.failure()
	circumstances.Delivery = true
	r := newReading(failure, circumstances)
	for _, one := range causeList() {
		for _, said := range one.words {
			if said.when == nil && one.hidesFromDeliveries() {
				continue // Words for deliveries stand before these.
			}
			whole := string(said.summary + " " + said.advice(r))
			if found := aboutTests.FindString(notAboutTests.ReplaceAllString(whole, "")); found != "" {
				t.Errorf("%s says %q about a delivery: %s", one.code, found, whole)
			}
			dies := one.lasting == shared.LastingPermanent &&
				(one.scope == shared.ScopeMessage || one.scope == shared.ScopeRecipient)
			if dies && strings.Contains(whole, "tried again") {
				t.Errorf("%s makes dead letters and says: %s", one.code, whole)
			}
		}
	}
}

// hidesFromDeliveries reports whether the cause has words for deliveries that fit whatever is known.
func (c cause) hidesFromDeliveries() bool {
	for _, said := range c.words {
		if said.summary == attemptFailed {
			return true
		}
	}
	return false
}
