package host

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared"
)

// A plugin is untrusted input: what it says is cut to what a page can sensibly show, and a plugin that talks without end is
// cut off. gRPC bounds a single message already.
const (
	maxText        = 4000 // characters
	maxDiagnostics = 100
	maxFixes       = 16
	maxSteps       = 100
	maxCards       = 16
	maxFacts       = 64
	maxTranscript  = 1000 // lines
	maxEvents      = 1000
	maxValues      = 256
)

func boundedText(text string) string {
	if len(text) <= maxText {
		return text
	}
	runes := []rune(text)
	if len(runes) <= maxText {
		return text
	}
	return string(runes[:maxText]) + "…"
}

// first returns at most n entries.
func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

func boundedDiagnostics(found shared.Diagnostics) shared.Diagnostics {
	found = first(found, maxDiagnostics)
	for i := range found {
		one := &found[i]
		one.Code, one.Summary, one.Detail = boundedText(one.Code), boundedText(one.Summary), boundedText(one.Detail)
		one.Field, one.Step = boundedText(one.Field), boundedText(one.Step)
		if one.Evidence != nil {
			one.Evidence.Text, one.Evidence.EnhancedCode = boundedText(one.Evidence.Text), boundedText(one.Evidence.EnhancedCode)
		}
		one.Fixes = first(one.Fixes, maxFixes)
		for j := range one.Fixes {
			one.Fixes[j].Label, one.Fixes[j].Values = boundedText(one.Fixes[j].Label), boundedMap(one.Fixes[j].Values)
		}
	}
	return found
}

// boundedMap drops what is too much of a map. A schema that passes its check declares far fewer fields.
func boundedMap[M ~map[string]V, V any](m M) M {
	if len(m) <= maxValues {
		return m
	}
	return nil
}

func boundedSnapshot(s shared.Snapshot) shared.Snapshot {
	s.Values, s.Secrets, s.Locks = boundedMap(s.Values), boundedMap(s.Secrets), boundedMap(s.Locks)
	s.Revision.Author = boundedText(s.Revision.Author)
	if s.Verified != nil {
		s.Verified.Actor, s.Verified.Changed = boundedText(s.Verified.Actor), first(s.Verified.Changed, maxValues)
	}
	return s
}

func boundedRevision(e shared.RevisionEntry) shared.RevisionEntry {
	e.Author, e.Changes = boundedText(e.Author), first(e.Changes, maxValues)
	for i := range e.Changes {
		e.Changes[i].Field = boundedText(e.Changes[i].Field)
	}
	return e
}

func boundedSaveResult(r shared.SaveResult) shared.SaveResult {
	r.Diagnostics, r.Snapshot = boundedDiagnostics(r.Diagnostics), boundedSnapshot(r.Snapshot)
	return r
}

func boundedStep(r shared.StepResult) shared.StepResult {
	r.ID, r.Label, r.Detail = boundedText(r.ID), boundedText(r.Label), boundedText(r.Detail)
	return r
}

func boundedReport(r shared.TestReport) shared.TestReport {
	r.Outcome, r.Headline = boundedText(r.Outcome), boundedText(r.Headline)
	r.Diagnostics = boundedDiagnostics(r.Diagnostics)
	r.Steps, r.Cards, r.Transcript = first(r.Steps, maxSteps), first(r.Cards, maxCards), first(r.Transcript, maxTranscript)
	for i := range r.Steps {
		r.Steps[i] = boundedStep(r.Steps[i])
	}
	for i := range r.Cards {
		card := &r.Cards[i]
		card.Title, card.Facts = boundedText(card.Title), first(card.Facts, maxFacts)
		for j := range card.Facts {
			card.Facts[j] = shared.Fact{Label: boundedText(card.Facts[j].Label), Value: boundedText(card.Facts[j].Value)}
		}
	}
	for i := range r.Transcript {
		r.Transcript[i] = boundedText(r.Transcript[i])
	}
	return r
}

// boundedEvents passes events on until there are too many.
func boundedEvents(send func(shared.TestEvent) error) func(shared.TestEvent) error {
	count := 0
	return func(event shared.TestEvent) error {
		if count++; count > maxEvents {
			return status.Error(codes.ResourceExhausted, fmt.Sprintf("the plugin sent more than %d events and was cut off", maxEvents))
		}
		switch one := event.(type) {
		case shared.StepStarted:
			event = shared.StepStarted{ID: boundedText(one.ID), Label: boundedText(one.Label)}
		case shared.StepFinished:
			event = shared.StepFinished{StepResult: boundedStep(one.StepResult)}
		case shared.Completed:
			event = shared.Completed{Report: boundedReport(one.Report)}
		}
		return send(event)
	}
}
