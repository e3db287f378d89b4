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
	Title, Glance text.Text
	Status        shared.Status
	Facts         []Fact
}

// Fact is one of them; see shared.Fact for its fields.
type Fact struct {
	Label, Value, Detail text.Text
	Status               shared.Status
	Records              []Record
}

// Record is a text that counts letter by letter.
type Record struct {
	Label text.Text
	Text  string
	Copy  bool
}

// In writes the card.
func (c Card) In(reader text.Language) shared.Card {
	written := shared.Card{Title: reader.Render(c.Title), Status: c.Status, Glance: reader.Render(c.Glance)}
	for _, one := range c.Facts {
		fact := shared.Fact{
			Label: reader.Render(one.Label), Value: reader.Render(one.Value), Status: one.Status,
			Detail: reader.Render(one.Detail),
		}
		for _, record := range one.Records {
			fact.Records = append(fact.Records, shared.Record{
				Label: reader.Render(record.Label), Text: record.Text, Copy: record.Copy,
			})
		}
		written.Facts = append(written.Facts, fact)
	}
	return written
}
