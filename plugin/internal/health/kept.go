package health

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

// kept is what of a State is kept: no recipient, and nothing that a server has said, which may repeat one. A purge does
// not look for them here.
func (s State) kept() State {
	s.Cause = keptCause(s.Cause)
	s.Events = slices.Clone(s.Events)
	for i := range s.Events {
		s.Events[i].Cause = keptCause(s.Events[i].Cause)
	}
	if s.Failure != nil {
		failure := *s.Failure
		failure.Cause, s.Failure = *keptCause(&failure.Cause), &failure
	}
	return s
}

func keptCause(cause *finding.Finding) *finding.Finding {
	if cause == nil {
		return nil
	}
	names := []string{"recipient"}
	if cause.Evidence != nil { // Then the reason may be the server's words.
		names = append(names, "reason")
	}
	next := *cause
	next.Evidence = nil
	next.Summary, next.Detail = cause.Summary.Without(names...), cause.Detail.Without(names...)
	next.Fixes = slices.Clone(cause.Fixes)
	for i := range next.Fixes {
		next.Fixes[i].Label = next.Fixes[i].Label.Without(names...)
	}
	return &next
}
