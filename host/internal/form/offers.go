package form

import (
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// mostOffered is how many of the values that an action found stand below its verdict; the field proposes all of them.
const mostOffered = 8

// offers are the values that an action found for choices, each to be taken over by a click. A text with proposals shows
// them only while it is typed in, and then those alone that fit what stands in it.
func (h *handler) offers(r *http.Request, schema shared.Schema, s submission) (list shared.Diagnostics) {
	reader := h.language(r)
	for field := range schema.Fields() {
		found := s.found[field.Name]
		if field.Kind != shared.KindChoice || !s.present[field.Name] || len(found) == 0 {
			continue
		}
		offer := shared.Diagnostic{Severity: shared.SeverityInfo, Code: "found", Summary: reader.Render(text.Of(
			"{count} value for “{field}” was found. || {count} values for “{field}” were found.",
			"count", len(found), "field", field.Label))}
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
