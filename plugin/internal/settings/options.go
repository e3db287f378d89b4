package settings

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// ReadOptions returns the options of a test without blanks at either end, and of the recipient only the address where
// one stands in it, letter for letter: options are not stored, and no fix can fill one in.
func ReadOptions(options shared.Values) shared.Values {
	read := WithoutBlanks(options)
	given, _ := read[Recipient].AsText()
	boxes := typed.Mailboxes(given)
	if !shared.IsEmailAddress(given) && len(boxes) == 1 && strings.Contains(given, boxes[0].Address) {
		read[Recipient] = shared.Text(boxes[0].Address)
	}
	return read
}

// OptionViolations is what the schema does not allow about the options of a test, and a recipient that is not what it
// looks like.
func OptionViolations(values shared.Values) finding.Findings {
	found := finding.OfViolations(Schema().Test.Violations(values, labelOf))
	given, _ := values[Recipient].AsText()
	boxes := mailboxes(given)
	if len(boxes) == 0 || boxes[0].Address == given {
		return found
	}
	if len(found.ForField(Recipient)) == 0 {
		code, summary := oddness(Recipient, given)
		found = append(found, finding.Finding{Severity: shared.SeverityError, Field: Recipient, Code: code, Summary: summary})
	}
	for i, one := range found {
		if one.Field == Recipient {
			found[i].Detail = text.Join(one.Detail, text.Of("Enter one address, such as {value}.", "value", boxes[0].Address))
		}
	}
	return found
}
