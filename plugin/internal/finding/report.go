package finding

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Report is the verdict of a test; see shared.TestReport for its fields.
type Report struct {
	Outcome    string
	Headline   text.Text
	Status     shared.Status
	Steps      []Step
	Findings   Findings
	Cards      []Card
	Transcript []string
	Duration   shared.Elapsed
}

// In writes the verdict. The transcript is the server's words and ours, as they went over the wire.
func (r Report) In(reader text.Language) shared.TestReport {
	written := shared.TestReport{
		Outcome: r.Outcome, Headline: reader.Render(r.Headline), Status: r.Status, Diagnostics: r.Findings.In(reader),
		Transcript: r.Transcript, Duration: r.Duration,
	}
	for _, one := range r.Steps {
		written.Steps = append(written.Steps, one.In(reader))
	}
	for _, one := range r.Cards {
		written.Cards = append(written.Cards, one.In(reader))
	}
	return written
}

// Step is the result of a step; see shared.StepResult for its fields.
type Step struct {
	ID            string
	Label, Detail text.Text
	Status        shared.Status
	Duration      shared.Elapsed
}

// In writes the step.
func (s Step) In(reader text.Language) shared.StepResult {
	return shared.StepResult{
		ID: s.ID, Label: reader.Render(s.Label), Status: s.Status, Duration: s.Duration, Detail: reader.Render(s.Detail),
	}
}

// Card is facts about one thing; see shared.Card for its fields.
type Card struct {
	Title  text.Text
	Status shared.Status
	Facts  []Fact
}

// Fact is one of them.
type Fact struct{ Label, Value text.Text }

// In writes the card.
func (c Card) In(reader text.Language) shared.Card {
	written := shared.Card{Title: reader.Render(c.Title), Status: c.Status}
	for _, one := range c.Facts {
		written.Facts = append(written.Facts, shared.Fact{Label: reader.Render(one.Label), Value: reader.Render(one.Value)})
	}
	return written
}
