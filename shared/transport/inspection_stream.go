package transport

import (
	"net/url"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// testStream looks at the events of one test: how many there are, in which order, and what is in them.
type testStream struct {
	inspection
	action    string          // its name, empty for the page's test
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
		s.result(&one.Result)
		event = one
	case shared.Prompt:
		s.prompt(&one)
		event = one
	}
	return event, s.err
}

// prompt looks at where the reader is asked to go.
func (s *testStream) prompt(p *shared.Prompt) {
	if s.action == "" {
		s.refuse("a test asks to visit an address")
	}
	if s.line(&p.Text, &p.Code); p.Text == "" {
		s.refuse("it is not said what to do elsewhere")
	}
	if !shared.IsVisitable(p.URL) {
		s.refuse("the address to visit is %q", printable.Shortened(p.URL, maxNameLength))
	}
	s.time("the end of an address", p.Expires)
	if query, err := url.ParseQuery(p.Resume); err != nil || len(p.Resume) > maxResumeLength {
		s.refuse("the query to go on with cannot be read")
	} else {
		p.Resume = query.Encode()
	}
}

// maxResumeLength bounds what an action goes on with, in bytes.
const maxResumeLength = 500

// result looks at what an action found.
func (s *testStream) result(r *shared.ActionResult) {
	if s.action == "" && !r.IsZero() {
		s.refuse("a test finds something")
	}
	s.fill("an action", r.Values)
	for name, options := range r.Choices {
		if field, declared := s.field(name); !declared || s.form != nil && field.OptionsFrom != s.action {
			s.refuse("options of %q, which has none from this action", name)
		}
		s.options(options)
	}
	for name := range r.Tickets {
		if field, declared := s.field(name); !declared || s.form != nil && field.Kind != shared.KindAuthorization {
			s.refuse("a ticket for %q, which is no authorization", name)
		}
	}
}

func (s *testStream) options(options []shared.Option) {
	if len(options) > maxFound {
		s.refuse("%d options, at most %d", len(options), maxFound)
	}
	seen := map[string]bool{}
	for i := range options {
		option := &options[i]
		if option.Value == "" || seen[option.Value] || printable.Line(option.Value) != option.Value ||
			len(option.Value) > maxTextLength {
			s.refuse("an option that is empty, too long, there twice or has control characters")
		}
		seen[option.Value] = true
		s.line(&option.Label)
	}
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
		a.card(&r.Cards[i])
	}
	for i := range r.Transcript {
		a.line(&r.Transcript[i])
	}
}

func (a *inspection) card(c *shared.Card) {
	c.Facts = firstOf(c.Facts, maxFacts)
	a.line(&c.Title, &c.Glance)
	for i := range c.Facts {
		fact := &c.Facts[i]
		fact.Records = firstOf(fact.Records, maxRecords)
		a.line(&fact.Label, &fact.Value, &fact.Detail)
		for j := range fact.Records {
			a.line(&fact.Records[j].Label, &fact.Records[j].Text)
		}
	}
}
