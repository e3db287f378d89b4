package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// testStream looks at the events of one test: how many there are, in which order, and what is in them.
type testStream struct {
	inspection
	open      map[string]bool // steps that have begun and not ended
	events    int
	completed bool
}

// take looks at the next event, nil for one that this version does not know, which a later one may send.
func (s *testStream) take(event shared.TestEvent) (shared.TestEvent, error) {
	switch s.events++; {
	case s.events > maxEvents:
		s.refuse("the plugin sent more than %d events and was cut off", maxEvents)
	case s.completed:
		s.refuse("the plugin went on after the verdict")
	}
	switch one := event.(type) {
	case shared.StepStarted:
		s.started(one.ID)
		s.line(&one.Label)
		event = one
	case shared.StepProgress:
		s.underWay(one.ID)
		s.line(&one.Label)
		s.line(&one.Detail)
		event = one
	case shared.StepFinished:
		s.finished(one.ID)
		s.step(&one.StepResult)
		event = one
	case shared.Completed:
		s.completed = true
		s.report(&one.Report)
		event = one
	}
	return event, s.err
}

func (s *testStream) started(id string) {
	s.required("name of a step", id)
	if s.open[id] {
		s.refuse("the step %q began twice", id)
	}
	if s.open == nil {
		s.open = map[string]bool{}
	}
	s.open[id] = true
}

func (s *testStream) underWay(id string) {
	if !s.open[id] {
		s.refuse("the step %q goes on without having begun", printable.Shortened(id, maxNameLength))
	}
}

func (s *testStream) finished(id string) {
	if !s.open[id] {
		s.refuse("the step %q ended without having begun", printable.Shortened(id, maxNameLength))
	}
	delete(s.open, id)
}

// end is asked when the plugin has ended the stream.
func (s *testStream) end() error {
	if !s.completed {
		s.refuse("the plugin ended the test without a verdict")
	}
	return s.err
}

func (a *inspection) step(r *shared.StepResult) {
	a.required("name of a step", r.ID)
	a.line(&r.Label, &r.Detail)
	a.elapsed(&r.Duration)
	if r.Status == "" {
		a.refuse("the step %q ended without a result", r.ID)
	}
}

func (a *inspection) report(r *shared.TestReport) {
	a.required("outcome", r.Outcome)
	if a.line(&r.Headline); r.Headline == "" {
		a.refuse("a verdict without a headline")
	}
	if r.Status != shared.StatusPassed && r.Status != shared.StatusWarning && r.Status != shared.StatusFailed {
		a.refuse("a verdict of status %q", r.Status)
	}
	a.elapsed(&r.Duration)
	a.diagnostics(r.Diagnostics)
	r.Steps, r.Cards = firstOf(r.Steps, maxSteps), firstOf(r.Cards, maxCards)
	r.Transcript = firstOf(r.Transcript, maxTranscript)
	for i := range r.Steps {
		a.step(&r.Steps[i])
	}
	for i := range r.Cards {
		card := &r.Cards[i]
		card.Facts = firstOf(card.Facts, maxFacts)
		a.line(&card.Title)
		for j := range card.Facts {
			a.line(&card.Facts[j].Label, &card.Facts[j].Value)
		}
	}
	for i := range r.Transcript {
		a.line(&r.Transcript[i])
	}
}
