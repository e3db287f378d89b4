package transport

import (
	"fmt"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// contractError is a breach that speaks for itself.
type contractError struct{ error }

func (contractError) Is(target error) bool { return target == shared.ErrContractBroken }
func (e contractError) Unwrap() error      { return e.error }

// Bounds of what a plugin says. gRPC bounds a single message already.
const (
	maxNameLength  = 300 // bytes of what programs compare: identifiers, codes
	maxDiagnostics = 300
	maxFixes       = 16
	maxSteps       = 100
	maxCards       = 16
	maxFacts       = 64
	maxRecords     = 8
	maxTranscript  = 1000 // lines
	maxEvents      = 1000
	maxDeliverers  = 32
	maxChanges     = 256
	maxTextLength  = 4000 // characters
	maxFound       = 5000 // options
	maxElapsed     = shared.Elapsed(1000 * time.Hour)
)

// inspection looks at one answer of a plugin, which is untrusted input. What is harmless is mended: texts are cut and
// made printable, and lists of what is only shown are cut. Everything else that cannot be true makes the answer
// useless; err says what came first. Whatever uses the answer then need not look again: counts are not negative, times
// have a year, lists are not longer than was asked for, and names are declared.
type inspection struct {
	form *declaredForm // nil before the form is known; then names are not looked up
	err  error
}

// declaredForm is what the names in answers are compared with.
type declaredForm struct {
	fields  map[string]shared.Field
	options map[string]bool // of the test and the actions
	// needSecrets are the actions that are given secrets.
	needSecrets map[string]bool
}

func newDeclaredForm(s shared.Schema) *declaredForm {
	form := &declaredForm{
		fields: map[string]shared.Field{}, options: map[string]bool{}, needSecrets: map[string]bool{},
	}
	for field := range s.Fields() {
		form.fields[field.Name] = field
	}
	for _, option := range s.Test.Options {
		form.options[option.Name] = true
	}
	for _, action := range s.Actions {
		form.needSecrets[action.Name] = action.NeedsSecrets
		for _, option := range action.Options {
			form.options[option.Name] = true
		}
	}
	return form
}

func (a *inspection) refuse(format string, args ...any) {
	if a.err == nil {
		text := printable.Line(fmt.Sprintf(format, args...))
		a.err = fmt.Errorf("%w: %s", shared.ErrContractBroken, printable.Shortened(text, maxTextLength))
	}
}

// checked returns the answer, or nothing of it.
func checked[T any](a *inspection, value T) (T, error) {
	if a.err != nil {
		var none T
		return none, a.err
	}
	return value, nil
}

// firstOf returns at most n entries.
func firstOf[T any](list []T, n int) []T { return list[:min(len(list), n)] }

// line mends texts of one line for people.
func (a *inspection) line(texts ...*string) {
	for _, text := range texts {
		*text = printable.Line(printable.Shortened(*text, maxTextLength))
	}
}

// paragraph mends a text for people that may have several lines.
func (a *inspection) paragraph(text *string) {
	*text = strings.Map(printable.Rune, printable.Shortened(*text, maxTextLength))
}

// name looks at what programs compare. It is never mended: it would be another name.
func (a *inspection) name(what, name string) {
	if len(name) > maxNameLength || printable.Line(name) != name {
		a.refuse("%s %q is too long or has control characters", what, printable.Shortened(name, maxNameLength))
	}
}

func (a *inspection) required(what, name string) {
	if a.name(what, name); name == "" {
		a.refuse("no %s", what)
	}
}

func (a *inspection) time(what string, at time.Time) {
	if year := at.Year(); year < 1 || year > 9999 { // RFC 3339 has no others.
		a.refuse("%s is in the year %d", what, year)
	}
}

func (a *inspection) count(what string, n int64) {
	if n < 0 {
		a.refuse("%s is %d", what, n)
	}
}

// elapsed mends a length of time: a clock may have been set in between.
func (a *inspection) elapsed(length *shared.Elapsed) { *length = max(0, min(*length, maxElapsed)) }

// field returns the declared field of the name. Before the form is known every name may be declared.
func (a *inspection) field(name string) (field shared.Field, declared bool) {
	if a.form == nil {
		return shared.Field{Kind: shared.KindText}, true
	}
	field, declared = a.form.fields[name]
	return field, declared
}

// diagnostics looks at findings about the form.
func (a *inspection) diagnostics(found shared.Diagnostics) {
	if len(found) > maxDiagnostics {
		a.refuse("%d findings, at most %d", len(found), maxDiagnostics)
		return
	}
	for i := range found {
		a.diagnostic(&found[i])
		if name := found[i].Field; name != "" && a.form != nil && !a.form.options[name] {
			if _, declared := a.field(name); !declared {
				a.refuse("a finding about %q, which is not declared", name)
			}
		}
	}
}

// diagnostic looks at a finding, whatever it is about.
func (a *inspection) diagnostic(d *shared.Diagnostic) {
	a.required("code of a finding", d.Code)
	a.name("field of a finding", d.Field)
	a.name("step of a finding", d.Step)
	if a.line(&d.Summary); d.Summary == "" {
		a.refuse("the finding %q says nothing", d.Code)
	}
	a.paragraph(&d.Detail)
	if d.Evidence != nil {
		a.line(&d.Evidence.EnhancedCode, &d.Evidence.Text)
		a.count("a reply code", int64(d.Evidence.Code))
	}
	d.Fixes = firstOf(d.Fixes, maxFixes)
	for i := range d.Fixes {
		a.fix(&d.Fixes[i])
	}
}

// fix looks at values that one click writes into the form.
func (a *inspection) fix(f *shared.Fix) {
	a.line(&f.Label)
	a.fill("a fix", f.Values)
}

// fill looks at values that are written into the form: never a secret, and nothing that the form does not have.
func (a *inspection) fill(what string, values shared.Values) {
	for _, name := range values.Names() {
		field, declared := a.field(name)
		switch {
		case !declared:
			a.refuse("%s sets %q, which is not declared", what, name)
		case field.Sensitive:
			a.refuse("%s sets %q, which is a secret", what, name)
		case field.ReadOnly:
			a.refuse("%s sets %q, which is read-only", what, name)
		case !a.bounded(name, values[name]):
		case a.form != nil && (!field.Fits(values[name]) || !field.Holds(values[name])):
			a.refuse("%s sets %q to a value that is not of kind %q", what, name, field.Kind)
		}
	}
}

// bounded looks at the size of a value: what is done with it takes as long as it is large.
func (a *inspection) bounded(name string, value shared.Value) bool {
	fits := value.Bounded()
	if !fits {
		a.refuse("a value of %q is larger than any may be", name)
	}
	return fits
}

// oneDiagnostic looks at a finding that may be absent and need not be about the form as it is now.
func (a *inspection) oneDiagnostic(d *shared.Diagnostic) {
	if d != nil {
		a.diagnostic(d)
	}
}

// list looks at the length of a list that was asked for, and whether it leads on.
func (a *inspection) list(what string, have, most int, more bool) {
	switch {
	case have > most:
		a.refuse("%d %s, although at most %d were asked for", have, what, most)
	case more && have == 0:
		a.refuse("no %s, although more follow", what)
	}
}
