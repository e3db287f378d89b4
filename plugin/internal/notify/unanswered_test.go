package notify

import (
	"testing"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

// TestSendsAreBounded counts the sends of unknown outcome among other failures; a dead letter that is retried by hand
// has them anew.
func TestSendsAreBounded(t *testing.T) {
	unknown, refused := encode(finding.Finding{Code: outcomeUnknown}), encode(finding.Finding{Code: "greylisted"})
	for _, c := range []struct {
		name   string
		errors []string
		dead   bool
		says   string
	}{
		{"first", nil, false, "The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"second", []string{unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"third", []string{unknown, unknown}, true,
			"The message may have arrived: it was sent 3 times, and the server never said whether it took it."},
		{"refusals between do not count", []string{unknown, refused, refused, refused}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"refusals between do not hide", []string{refused, unknown, refused, unknown}, true,
			"The message may have arrived: it was sent 3 times, and the server never said whether it took it."},
		{"what cannot be read", []string{"", "{", "panic", unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"retried by hand", []string{unknown, unknown, unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"and given up again", []string{unknown, unknown, unknown, unknown, unknown}, true,
			"The message may have arrived: it was sent 6 times, and the server never said whether it took it."},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := &rivertype.JobRow{}
			for _, failure := range c.errors {
				job.Errors = append(job.Errors, rivertype.AttemptError{Error: failure})
			}
			cause, dead := unknownOutcome(job, processEnded)
			if said := cause.Summary.String(); dead != c.dead || said != c.says || cause.Code != outcomeUnknown {
				t.Errorf("given up: %t; %s (%s)", dead, said, cause.Code)
			}
		})
	}
}
