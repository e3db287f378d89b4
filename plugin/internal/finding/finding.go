// Package finding is what the plugin finds out about settings, a server or a message, before it is written in a
// reader's language: shared.Diagnostic is the same, written.
package finding

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Finding is one finding. It can be kept as JSON; what was kept when texts were strings is read as well. See
// shared.Diagnostic for its fields.
type Finding struct {
	Severity shared.Severity  `json:"severity"`
	Code     string           `json:"code"`
	Scope    shared.Scope     `json:"scope,omitempty"`
	Lasting  shared.Lasting   `json:"lasting,omitempty"`
	Step     string           `json:"step,omitempty"`
	Field    string           `json:"field,omitempty"`
	Summary  text.Text        `json:"summary"`
	Detail   text.Text        `json:"detail,omitzero"`
	Evidence *shared.Evidence `json:"evidence,omitempty"`
	Fixes    []Fix            `json:"fixes,omitempty"`
}

// Fix is a change of the form that one click applies.
type Fix struct {
	Label  text.Text     `json:"label"`
	Values shared.Values `json:"values"`
}

// In writes the finding.
func (f Finding) In(reader text.Language) shared.Diagnostic {
	written := shared.Diagnostic{
		Severity: f.Severity, Code: f.Code, Scope: f.Scope, Lasting: f.Lasting, Step: f.Step, Field: f.Field,
		Evidence: f.Evidence,
		Summary:  reader.Render(f.Summary), Detail: reader.Render(f.Detail),
	}
	for _, one := range f.Fixes {
		written.Fixes = append(written.Fixes, shared.Fix{Label: reader.Render(one.Label), Values: one.Values})
	}
	return written
}

// String is the finding in English, in one line for logs.
func (f Finding) String() string { return f.In(text.Language{}).String() }

// Findings are in the order in which they are to be read.
type Findings []Finding

// In writes the findings.
func (f Findings) In(reader text.Language) shared.Diagnostics {
	var written shared.Diagnostics
	for _, one := range f {
		written = append(written, one.In(reader))
	}
	return written
}

// HasErrors reports whether one stands in the way.
func (f Findings) HasErrors() bool {
	return slices.ContainsFunc(f, func(one Finding) bool { return one.Severity == shared.SeverityError })
}

// ForField returns the findings that concern the named field.
func (f Findings) ForField(name string) Findings {
	var found Findings
	for _, one := range f {
		if one.Field == name {
			found = append(found, one)
		}
	}
	return found
}

// OfViolations makes findings of what the contract does not allow.
func OfViolations(violations []shared.Violation) Findings {
	var found Findings
	for _, one := range violations {
		found = append(found, Finding{
			Severity: shared.SeverityError, Code: one.Code, Field: one.Field, Summary: one.Summary, Detail: one.Detail,
		})
	}
	return found
}
