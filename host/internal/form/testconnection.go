package form

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// streamType is what the script asks for: one JSON document a line, as things happen.
const streamType = "application/x-ndjson"

// test tries the form out as it stands. Closing the connection cancels the test.
func (h *handler) test(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	actor := actorOf(r)
	if busy := h.tests.begin(actor, time.Now()); !busy.IsZero() {
		h.answerBusy(w, r, schema, submission, busy)
		return
	}
	defer h.tests.end(actor)
	request := shared.TestRequest{Locale: h.locale(r), Actor: actor, Draft: submission.draft, Options: submission.options}
	if strings.Contains(r.Header.Get("Accept"), streamType) {
		h.streamTest(w, r, request)
		return
	}
	view := h.submittedView(r, schema, submission)
	report, err := h.runTest(r, request, func(shared.TestEvent) {})
	if err != nil {
		report = h.brokenReport(r, err)
	}
	view.setFindings(report.Diagnostics)
	view.Report = &report
	h.render(w, r, http.StatusOK, view)
}

// runTest returns the verdict.
func (h *handler) runTest(
	r *http.Request, request shared.TestRequest, each func(shared.TestEvent),
) (shared.TestReport, error) {
	var report shared.TestReport
	err := h.page.Test(r.Context(), request, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			report = completed.Report
		} else {
			each(event)
		}
		return nil
	})
	return report, err
}

// brokenReport is the verdict when the plugin gave none.
func (h *handler) brokenReport(r *http.Request, err error) shared.TestReport {
	reader := h.language(r)
	return shared.TestReport{
		Outcome: "failed", Headline: reader.Message("The test failed"), Status: shared.StatusFailed,
		Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "plugin_stopped",
			Summary: reader.Message("The plugin stopped before the test had ended."), Detail: reader.Render(h.explain(err)),
		}},
	}
}

// streamTest sends each step as a line as it happens, and the verdict last. The HTML in the lines is ready to be shown.
func (h *handler) streamTest(w http.ResponseWriter, r *http.Request, request shared.TestRequest) {
	w.Header().Set("Content-Type", streamType)
	control := http.NewResponseController(w)
	send := func(line map[string]any) {
		_ = json.NewEncoder(w).Encode(line) // The browser being gone cancels the request's context.
		_ = control.Flush()
	}
	report, err := h.runTest(r, request, func(event shared.TestEvent) {
		switch event := event.(type) {
		case shared.StepStarted:
			send(map[string]any{"event": "started", "id": event.ID,
				"html": h.fragment(r, "step", shared.StepResult{ID: event.ID, Label: event.Label})})
		case shared.StepProgress:
			send(map[string]any{"event": "progress", "id": event.ID,
				"html": h.fragment(r, "step", shared.StepResult{ID: event.ID, Label: event.Label, Detail: event.Detail})})
		case shared.StepFinished:
			send(map[string]any{"event": "finished", "id": event.ID, "html": h.fragment(r, "step", event.StepResult)})
		}
	})
	if err != nil {
		report = h.brokenReport(r, err)
	}
	send(map[string]any{
		"event": "completed", "status": report.Status, "headline": report.Headline, "html": h.fragment(r, "report", &report),
		"findings": h.findingsHTML(r, report.Diagnostics, nil),
	})
}

func (h *handler) answerBusy(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, busy text.Text,
) {
	accept := r.Header.Get("Accept")
	if strings.Contains(accept, streamType) || strings.Contains(accept, "application/json") {
		h.refuse(w, r, http.StatusTooManyRequests, busy)
		return
	}
	view := h.submittedView(r, schema, s)
	view.Failure = busy
	h.render(w, r, http.StatusTooManyRequests, view)
}
