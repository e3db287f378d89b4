package shared

import (
	"encoding/json"
	"time"
)

// TestEvent is something that happens during a test or an action: [StepStarted], [StepProgress], [StepFinished],
// [Completed] or, in an action, [Prompt]. Completed is sent exactly once and last.
type TestEvent interface{ isTestEvent() }

// StepStarted says that the test has begun a step.
type StepStarted struct {
	// ID is the step's stable name, such as "connect".
	ID string `json:"id"`
	// Label names the step for people.
	Label string `json:"label"`
}

// StepProgress says what a step that was started before and takes long is doing. A host that does not know it leaves it
// out.
type StepProgress struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Detail is one line for people, such as what is waited for.
	Detail string `json:"detail"`
}

// StepFinished carries the result of a step that was started before.
type StepFinished struct{ StepResult }

// Completed carries the verdict.
type Completed struct {
	Report TestReport
	// Result is what an action found; a test finds nothing.
	Result ActionResult
}

func (StepStarted) isTestEvent()  {}
func (StepProgress) isTestEvent() {}
func (StepFinished) isTestEvent() {}
func (Completed) isTestEvent()    {}

// Status is the result of a step or of a whole test.
type Status string

// The statuses. A whole test is never skipped.
const (
	StatusPassed  Status = "passed"
	StatusWarning Status = "warning"
	StatusFailed  Status = "failed"
	StatusSkipped Status = "skipped"
)

// Elapsed is a length of time, in nanoseconds as a time.Duration is, that is written to JSON as milliseconds with a
// fraction.
type Elapsed time.Duration

// Milliseconds returns the duration in milliseconds.
func (e Elapsed) Milliseconds() float64 { return float64(e) / float64(time.Millisecond) }

// MarshalJSON writes milliseconds, rounded to a tenth.
func (e Elapsed) MarshalJSON() ([]byte, error) {
	tenths := (time.Duration(e) + 50*time.Microsecond) / (100 * time.Microsecond)
	return json.Marshal(float64(tenths) / 10)
}

// UnmarshalJSON reads milliseconds.
func (e *Elapsed) UnmarshalJSON(data []byte) error {
	var milliseconds float64
	if err := json.Unmarshal(data, &milliseconds); err != nil {
		return err
	}
	*e = Elapsed(milliseconds * float64(time.Millisecond))
	return nil
}

// StepResult is how one step ended.
type StepResult struct {
	// ID is the step's stable name, that of its [StepStarted].
	ID string `json:"id"`
	// Label names the step for people.
	Label  string `json:"label,omitempty"`
	Status Status `json:"status"`
	// Duration is how long the step took.
	Duration Elapsed `json:"duration_ms"`
	// Detail is one line for people: what was found, or why it failed.
	Detail string `json:"detail,omitempty"`
}

// TestReport is the verdict of a test and everything that supports it.
type TestReport struct {
	// Outcome is the stable code of the verdict; the page's author chooses the codes.
	Outcome string `json:"outcome"`
	// Headline is the verdict in words.
	Headline string `json:"headline"`
	// Status says how to read Outcome without knowing the page: passed, warning (passed, with something to look at) or
	// failed.
	Status Status `json:"status"`
	// Duration is how long the whole test took.
	Duration Elapsed `json:"duration_ms"`
	// Steps are those that ended, in this order.
	Steps       []StepResult `json:"steps"`
	Diagnostics Diagnostics  `json:"diagnostics"`
	// Cards are tables of facts worth showing beside the verdict, such as a certificate.
	Cards []Card `json:"cards,omitempty"`
	// Transcript is the conversation with the remote server, line by line, with credentials hidden.
	Transcript []string `json:"transcript"`
}

// Card is a small table of facts.
type Card struct {
	Title string `json:"title"`
	// Status colours the card; empty means neutral.
	Status Status `json:"status,omitempty"`
	// Glance says in a few words what a folded card holds, such as "1 fault"; empty means the first fact's Value.
	Glance string `json:"glance,omitempty"`
	Facts  []Fact `json:"facts"`
}

// Fact is one line of a Card, or more of them where it has a Detail or Records. A host that does not know these shows
// Label and Value, and the findings of the report.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	// Status marks the value; empty means that it is neither good nor bad.
	Status Status `json:"status,omitempty"`
	// Detail says what it means and what to do; may be empty. A finding of the report whose Summary it begins with is told
	// by it, and not shown once more.
	Detail string `json:"detail,omitempty"`
	// Records are texts that count letter by letter, such as what was found and what to put in its place.
	Records []Record `json:"records,omitempty"`
}

// Record is a text that counts letter by letter.
type Record struct {
	Label string `json:"label"`
	Text  string `json:"text"`
	// Copy tells that it is of use elsewhere, so that it is offered for copying.
	Copy bool `json:"copy,omitempty"`
}
