package form

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// reportView is a verdict. Its ids are those of what was run.
type reportView struct {
	*shared.TestReport
	Of runName
	// Cause is what it failed for, and Others what else was found. Without a cause all of it is there.
	Cause  *shared.Diagnostic
	Others shared.Diagnostics
	// Lead is where the cause is mended by hand; nil where a fix does that, or no field is named.
	Lead *anchor
	// Link is the page on which the cause is mended; empty when none is named.
	Link string
}

// anchor is a place on the page that a link leads to.
type anchor struct{ Anchor, Label, Summary string }

func newReportView(report *shared.TestReport, of runName, schema shared.Schema) *reportView {
	shown := &reportView{TestReport: report, Of: of, Others: untold(report)}
	if report.Status != shared.StatusFailed {
		return shown
	}
	first := slices.IndexFunc(shown.Others, func(one shared.Diagnostic) bool {
		return one.Severity == shared.SeverityError
	})
	if first < 0 || !shown.IsTest() {
		return shown
	}
	cause := shown.Others[first]
	shown.Cause, shown.Link = &cause, firstLink(cause.Detail)
	shown.Others = slices.Delete(slices.Clone(shown.Others), first, first+1)
	if len(cause.Fixes) == 0 {
		shown.Lead = anchorOf(schema, of, cause)
	}
	return shown
}

// anchorOf is the field that a finding is about; nil when it is about none.
func anchorOf(schema shared.Schema, of runName, found shared.Diagnostic) *anchor {
	if field, declared := schema.Field(found.Field); declared {
		return &anchor{"field-" + found.Field, field.Label, found.Summary}
	}
	options := schema.Test.Form()
	if action, declared := schema.Action(string(of)); declared {
		options = action.Form()
	}
	if option, declared := options.Field(found.Field); declared {
		return &anchor{"field-" + of.optionKey() + found.Field, option.Label, found.Summary}
	}
	return nil
}

// faultsOf are the fields for which nothing was saved.
func faultsOf(schema shared.Schema, found shared.Diagnostics) (faults []*anchor) {
	for _, one := range found {
		if place := anchorOf(schema, "", one); place != nil && one.Severity == shared.SeverityError {
			faults = append(faults, place)
		}
	}
	return faults
}

// IsTest reports whether it is the verdict of the page's test.
func (r *reportView) IsTest() bool { return r.Of == "" }

// Dots are the signs of the steps, one each.
func (r *reportView) Dots() []shared.Status {
	dots := make([]shared.Status, len(r.Steps))
	for i, step := range r.Steps {
		dots[i] = step.Status
	}
	return dots
}

// StepsText says in one line how far it came.
func (r *reportView) StepsText() text.Text {
	passed, stopped := 0, ""
	for _, step := range r.Steps {
		switch step.Status {
		case shared.StatusFailed:
			stopped = step.Label
		case shared.StatusPassed, shared.StatusWarning:
			passed++
		}
	}
	if stopped != "" && r.Status == shared.StatusFailed { // What failed may have been tried again.
		return text.Of("{passed} of {total} · stopped at {step}", "passed", passed, "total", len(r.Steps), "step", stopped)
	}
	return text.Of("{passed} of {total} · {duration}", "passed", passed, "total", len(r.Steps),
		"duration", milliseconds(r.Duration))
}

// link is an address within a text. What ends a sentence is no part of it.
var link = regexp.MustCompile(`https://[^\s<>"“”]*[^\s<>"“”.,;:!?)]`)

func firstLink(written string) string { return link.FindString(written) }

// siteOf is the name of the site that an address leads to.
func siteOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	return parsed.Hostname()
}

// linked writes a text with the addresses in it as links.
func linked(written string) template.HTML {
	var out strings.Builder
	for {
		at := link.FindStringIndex(written)
		if at == nil {
			out.WriteString(template.HTMLEscapeString(written))
			return template.HTML(out.String()) //nolint:gosec // It is escaped.
		}
		out.WriteString(template.HTMLEscapeString(written[:at[0]]))
		address := template.HTMLEscapeString(written[at[0]:at[1]])
		out.WriteString(`<a href="` + address + `" target="_blank" rel="noopener noreferrer">` + address + `</a>`)
		written = written[at[1]:]
	}
}
