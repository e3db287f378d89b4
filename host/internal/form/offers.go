package form

import (
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// mostOffered is how many of the values that an action found stand below its verdict; the field proposes all of them.
const mostOffered = 8

// offers are the values that an action found, by the fields that they are for. Each that a field can hold alone is
// taken over by a click: a text with proposals shows them only while it is typed in, and then those alone that fit what
// stands in it. Where several may be chosen, they stand at the field, each with a tick-box.
func (h *handler) offers(r *http.Request, schema shared.Schema, s submission) (list shared.Diagnostics) {
	reader := h.language(r)
	for field := range schema.Fields() {
		found := s.found[field.Name]
		if !s.present[field.Name] || len(found) == 0 {
			continue
		}
		offer := shared.Diagnostic{Severity: shared.SeverityInfo, Code: "found", Summary: reader.Render(text.Of(
			"{count} value for “{field}” was found. || {count} values for “{field}” were found.",
			"count", len(found), "field", field.Label))}
		if field.Kind.Form() == shared.FormList {
			offer.Detail = reader.Message("Tick at the field what you want to use.")
			list = append(list, offer)
			continue
		}
		if len(found) > mostOffered {
			offer.Detail = reader.Message("The field proposes the others while you type.")
		}
		for _, option := range found[:min(len(found), mostOffered)] {
			offer.Fixes = append(offer.Fixes, shared.Fix{
				Label: option.Label, Values: shared.Values{field.Name: shared.Text(option.Value)},
			})
		}
		list = append(list, offer)
	}
	return list
}

// shown is the verdict with what else there is to do.
func (o outcome) shown() *shared.TestReport {
	if len(o.offers) == 0 {
		return o.report
	}
	report := *o.report
	report.Diagnostics = append(report.Diagnostics[:len(report.Diagnostics):len(report.Diagnostics)], o.offers...)
	return &report
}
