package form

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

func (h *handler) render(w http.ResponseWriter, r *http.Request, status int, v *view) {
	v.each(func(one *fieldView) {
		one.Viewed = v.Viewed()
		one.settle()
	})
	for _, run := range v.runs {
		run.Viewed = v.Viewed()
	}
	if v.Test != nil {
		v.Test.Preview, v.Test.Next = v.Preview, v.Next("test")
	}
	title := v.Schema.Title
	if title == "" {
		title = h.language(r).Message("Settings")
	}
	script := editedScript
	if v.Down || v.Viewed() {
		script = viewedScript
	}
	h.send(w, r, status, Content{Title: title, Head: h.fragment(r, "head", script), Body: h.fragment(r, "page", v)})
}

// send puts the content into the Console's frame.
func (h *handler) send(w http.ResponseWriter, r *http.Request, status int, content Content) {
	content.Language = h.locale(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", content.Language)
	w.WriteHeader(status)
	layout := h.options.Layout
	if layout == nil {
		layout = ownDocument
	}
	if err := layout(w, r, content); err != nil {
		h.logFailure(r, hclog.Warn, "the page was not sent to the end", "error", err)
	}
}

func ownDocument(w http.ResponseWriter, _ *http.Request, content Content) error {
	return templatesIn(text.Language{}).ExecuteTemplate(w, "document", content)
}

// fragment renders one template. The templates are fixed, so a failure is a defect, and it is logged as one.
func (h *handler) fragment(r *http.Request, name string, data any) template.HTML {
	var out bytes.Buffer
	if err := templatesIn(h.language(r)).ExecuteTemplate(&out, name, data); err != nil {
		h.options.Logger.Error("a template failed", "template", name, "error", err)
		return "<p>This part of the page could not be shown.</p>"
	}
	return template.HTML(out.String()) //nolint:gosec // html/template has escaped it
}

// findingsHTML renders the findings of each field; those of a field without content are only hints in the way.
func (h *handler) findingsHTML(
	r *http.Request, found shared.Diagnostics, wanted map[string]bool,
) map[string]template.HTML {
	rendered := map[string]template.HTML{}
	for _, one := range found {
		if one.Field != "" && (wanted == nil || wanted[one.Field]) && rendered[one.Field] == "" {
			rendered[one.Field] = h.fragment(r, "findings", found.ForField(one.Field))
		}
	}
	return rendered
}

// marksHTML renders for each field what was wrong with it before the first step of the last test, and that a step was
// about it; what the step found, the verdict tells.
func (h *handler) marksHTML(r *http.Request, found shared.Diagnostics) map[string]template.HTML {
	marks := map[string]template.HTML{}
	for _, one := range found {
		marked := fieldView{Findings: found.ForField(one.Field)}
		if marked.markOnly(); one.Field != "" && marks[one.Field] == "" {
			marks[one.Field] = h.fragment(r, "beside", &marked)
		}
	}
	return marks
}

func (h *handler) writeJSON(w http.ResponseWriter, r *http.Request, value any) {
	w.Header().Set("Content-Type", jsonType)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		h.logFailure(r, hclog.Warn, "an answer was not sent to the end", "error", err)
	}
}
