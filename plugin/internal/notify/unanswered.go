package notify

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// A message whose last byte has gone out, and to which no reply came, may have been accepted. It is sent again, because
// it may have been lost just as well, but no more often than maxSends in all.
const maxSends = 3

// markAfter is how long a reply may take before it is written down that the last byte has gone out. What is answered
// sooner costs no commit; who is killed sooner leaves no trace of what was sent.
const markAfter = 100 * time.Millisecond

// unknownOutcome is the cause of an attempt without a reply, and whether the message is given up for it; what says what
// happened. After a dead letter was retried by hand the sends are counted anew.
func unknownOutcome(job *rivertype.JobRow, what text.Text) (cause finding.Finding, dead bool) {
	sends := 1
	for _, failed := range job.Errors {
		if causeIn(failed.Error).Code == outcomeUnknown {
			sends++
		}
	}
	cause = finding.Finding{Severity: shared.SeverityError, Code: outcomeUnknown, Step: "message"}
	if sends%maxSends == 0 {
		cause.Summary = text.Of("The message may have arrived: it was sent {count} time, "+
			"and the server never said whether it took it. || The message may have arrived: "+
			"it was sent {count} times, and the server never said whether it took it.", "count", sends)
		cause.Detail = text.Join(what, text.Of("Ask the recipient before you send it again."))
		return cause, true
	}
	cause.Summary = text.Of("The message may have arrived: it was sent, but the server did not say whether it took it.")
	cause.Detail = text.Join(what,
		text.Of("It is sent again, {count} time in all. || It is sent again, {count} times in all.", "count", maxSends))
	return cause, false
}

// processEnded is what happened to a message whose process was killed.
var processEnded = text.Of("The process that sent it ended before the server had answered.")

// abandoned is the failure of an attempt whose process has died after the last byte.
func (s *Service) abandoned(job *rivertype.JobRow) attemptFailure {
	cause, dead := unknownOutcome(job, processEnded)
	s.configuration.Logger.Warn("a process ended before the server had answered a message", "id", job.ID, "given_up", dead)
	encoded, err := json.Marshal(rivertype.AttemptError{At: s.clock.Now().UTC(), Attempt: job.Attempt,
		Error: encode(cause)})
	if err != nil {
		encoded = []byte(fmt.Sprintf("{%q: %q}", "error", outcomeUnknown))
	}
	return attemptFailure{text: string(encoded), dead: dead, wait: s.breaker.policy.Retry.After(len(job.Errors))}
}
