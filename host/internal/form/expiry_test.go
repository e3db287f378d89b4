package form

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestSecretsThatEndAreWarnedOf says on the page, before anything is typed, which secrets end within 30 days.
func TestSecretsThatEndAreWarnedOf(t *testing.T) {
	schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "a", Label: "A", Sensitive: true}, {Name: "b", Label: "B", Sensitive: true},
	}}}}
	const detail = " Replace it and save, so that what needs it goes on."
	now := time.Now().UTC()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	for name, one := range map[string]struct {
		ends time.Time
		want string
	}{
		"unknown": {time.Time{}, ""}, "in 31 days": {midnight.AddDate(0, 0, 31), ""},
		"in 30 days": {midnight.AddDate(0, 0, 30), "“B” ends in 30 days." + detail},
		"tomorrow":   {midnight.AddDate(0, 0, 1), "“B” ends in 1 day." + detail},
		"today":      {midnight.AddDate(0, 0, 1).Add(-time.Nanosecond), "“B” ends today." + detail},
		"over": {midnight.AddDate(0, 0, -1),
			"“B” has ended on " + text.Date(midnight.AddDate(0, 0, -1)).String() + "." + detail},
	} {
		var said []string
		for _, warned := range expiryTexts(schema, shared.Snapshot{Secrets: map[string]shared.SecretState{
			"b": {Set: true, Expires: one.ends}}}) {
			said = append(said, text.Language{}.Render(warned))
		}
		if got := strings.Join(said, "\n"); (got == "") != (one.want == "") || !strings.HasPrefix(got, one.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
