package form

import (
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// expiryNotice is how many days before its end a secret is warned of.
const expiryNotice = 30

// expiryTexts warn of the secrets in force that end soon, or have ended, in the order of the form.
func expiryTexts(schema shared.Schema, snapshot shared.Snapshot) []text.Text {
	now := time.Now().UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	var warned []text.Text
	for field := range schema.Fields() {
		ends := snapshot.Secrets[field.Name].Expires
		days := int(ends.Sub(today) / day)
		if ends.IsZero() || days > expiryNotice {
			continue
		}
		said := text.Of("“{field}” ends in {count} day. || “{field}” ends in {count} days.", "field", field.Label,
			"count", days)
		switch {
		case !ends.After(now):
			said = text.Of("“{field}” has ended on {date}.", "field", field.Label, "date", text.Date(ends))
		case days == 0:
			said = text.Of("“{field}” ends today.", "field", field.Label)
		}
		warned = append(warned, text.Join(said, text.Of("Replace it and save, so that what needs it goes on.")))
	}
	return warned
}
