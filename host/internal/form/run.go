package form

import (
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// runName names what can be run: an action, or the page's test, which has no name.
type runName string

// Name is the action's name.
func (n runName) Name() string { return string(n) }

// ID is the id of a part of it on the page.
func (n runName) ID(part string) string {
	if n != "" {
		return "action-" + string(n) + "-" + part
	}
	if part == "run" || part == "cancel" {
		return map[string]string{"run": "test-button", "cancel": "cancel-button"}[part]
	}
	return part
}

// runView is the page's test or an action as it stands on the page.
type runView struct {
	runName
	Label, Help string
	Options     []*fieldView
	Concealed   bool
	Rules       fieldRules
	Report      *reportView
	Prompt      *promptView
	Confirm     string // what has to be agreed to first
	Changed     bool   // it has changed what is in force
	// Apart runs have their button beside the label of a field.
	Apart bool
	// Open tells that the options are unfolded, OptionNames and Differs what is said while they are not.
	Open                 bool
	OptionNames, Differs string
	Preview              string               // what the test would do
	Next                 bool                 // it is the next sensible step
	Planned              []shared.PlannedStep // what the test does, for who has not tested yet
	Viewed               bool                 // the reader may not run it
	Watched              *watchedView         // what the plugin itself has found last; nil when it does not look at it
}

// Shown reports whether something has to be filled in for it, was typed for it or came of it: then it is not folded.
func (v runView) Shown() bool {
	typed := slices.ContainsFunc(v.Options, func(option *fieldView) bool {
		return option.Required || len(option.Findings) > 0 || !option.Value.IsEmpty() && option.Value != option.Default
	})
	return typed || v.Report != nil || v.Prompt != nil || v.Confirm != ""
}

// IsTest reports whether it is the page's test.
func (v runView) IsTest() bool { return v.runName == "" }

// errand is a test or an action that was asked for, and has not begun.
type errand struct {
	name    runName
	changes bool
	limit   *tests
	busy    text.Text // said when it is asked for too often; nothing means what the limit says
	call    func(context.Context, func(shared.TestEvent) error) error
}

// outcome is what came of it.
type outcome struct {
	report *shared.TestReport
	result shared.ActionResult
	prompt *shared.Prompt
	offers shared.Diagnostics // what it found, to be taken over
}

// settled reports whether there is nothing more to do elsewhere. Otherwise the browser comes back from there, or the
// action is asked once more.
func (o outcome) settled() bool {
	if o.prompt != nil && o.prompt.Resume != "" && o.report != nil && o.report.Status == shared.StatusWarning {
		return len(o.result.Tickets) > 0
	}
	return !o.result.IsZero() || o.report != nil && o.report.Status == shared.StatusFailed
}

// test tries the form out as it stands. Closing the connection cancels the test.
func (h *handler) test(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	request := shared.TestRequest{
		Locale: h.locale(r), Actor: actorOf(r), Draft: submission.draft, Options: submission.options[""],
	}
	h.carryOut(w, r, schema, submission, errand{
		limit: &h.tests,
		call: func(ctx context.Context, send func(shared.TestEvent) error) error {
			return h.page.Test(ctx, request, send)
		},
	})
}

// carryOut runs a test or an action and answers with what came of it, as it happens when the script asks.
func (h *handler) carryOut(w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, e errand) {
	actor := actorOf(r)
	if busy := e.limit.begin(actor, time.Now()); !busy.IsZero() {
		if !e.busy.IsZero() {
			busy = e.busy
		}
		h.answerBusy(w, r, schema, s, busy)
		return
	}
	defer e.limit.end(actor)
	if accepts(r, streamType) {
		h.stream(w, r, schema, s, e)
		return
	}
	came := h.run(r, e, promptPatience, func(shared.TestEvent) {})
	s.take(schema, came.result)
	came.offers = h.offers(r, schema, s)
	view := h.submittedView(r, schema, s)
	view.show(e, came)
	h.render(w, r, http.StatusOK, view)
}

// promptPatience is how long a page without scripts waits for an action that has asked the reader to go somewhere else:
// the reader does not see that before the page is there.
const promptPatience = 2 * time.Second

// run returns what came of a test or an action. A patience other than zero ends it that long after a prompt.
func (h *handler) run(
	r *http.Request, e errand, patience time.Duration, each func(shared.TestEvent),
) (came outcome) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	err := e.call(ctx, func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.Completed:
			came.report, came.result = &event.Report, event.Result
		case shared.Prompt:
			came.prompt = &event
			if patience > 0 {
				time.AfterFunc(patience, cancel)
			}
			each(event)
		default:
			each(event)
		}
		return nil
	})
	if left := ctx.Err() != nil && came.prompt != nil; came.report == nil && left {
		return came
	}
	if err != nil || came.report == nil {
		broken := h.brokenReport(r, e, err)
		return outcome{report: &broken}
	}
	return came
}

// brokenReport is the verdict when the plugin gave none.
func (h *handler) brokenReport(r *http.Request, e errand, err error) shared.TestReport {
	reader := h.language(r)
	headline, summary := text.Message("The test failed"), text.Message("The plugin stopped before the test had ended.")
	if e.name != "" {
		headline, summary = "This could not be done", "The plugin stopped before this had ended."
	}
	return shared.TestReport{
		Outcome: "failed", Headline: reader.Message(headline), Status: shared.StatusFailed,
		Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "plugin_stopped",
			Summary: reader.Message(summary), Detail: reader.Render(h.explain(r, err)),
		}},
	}
}

// stream sends each step as a line as it happens, and the verdict last. The HTML in the lines is ready to be shown.
func (h *handler) stream(w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, e errand) {
	w.Header().Set("Content-Type", streamType)
	control := http.NewResponseController(w)
	_ = control.Flush() // From now on nobody takes the stream for dead, however long the first event takes.
	send := func(line map[string]any) {
		_ = json.NewEncoder(w).Encode(line) // The browser being gone cancels the request's context.
		_ = control.Flush()
	}
	came := h.run(r, e, 0, func(event shared.TestEvent) {
		switch event := event.(type) {
		case shared.StepStarted:
			send(map[string]any{"event": "started", "id": event.ID,
				"html": h.fragment(r, "step", shared.StepResult{ID: event.ID, Label: event.Label})})
		case shared.StepProgress:
			send(map[string]any{"event": "progress", "id": event.ID,
				"html": h.fragment(r, "step", shared.StepResult{ID: event.ID, Label: event.Label, Detail: event.Detail})})
		case shared.StepFinished:
			send(map[string]any{"event": "finished", "id": event.ID, "html": h.fragment(r, "step", event.StepResult)})
		case shared.Prompt:
			send(map[string]any{"event": "prompt", "html": h.fragment(r, "prompt", promptView{Prompt: event})})
		}
	})
	if came.report == nil { // The browser is gone.
		return
	}
	send(h.completedLine(r, schema, s, e, came))
}

// completedLine is the last line of a stream.
func (h *handler) completedLine(
	r *http.Request, schema shared.Schema, s submission, e errand, came outcome,
) map[string]any {
	report := came.report
	tickets := s.take(schema, came.result)
	came.offers = h.offers(r, schema, s)
	shown := runView{runName: e.name, Report: newReportView(came.shown(), e.name, schema), Changed: e.changed(came)}
	line := map[string]any{
		"event": "completed", "settled": came.settled(), "status": report.Status, "headline": report.Headline,
		"html":     h.fragment(r, "outcome", shown),
		"findings": h.findingsHTML(r, keyed(schema, e.name, report.Diagnostics), nil),
	}
	if shown.IsTest() {
		line["findings"] = h.marksHTML(r, keyed(schema, e.name, report.Diagnostics))
		line["last"] = h.fragment(r, "last test cell", shown.Report)
	}
	if came.result.IsZero() {
		return line
	}
	filled := shared.Values{}
	for name := range came.result.Values {
		if value, given := s.draft.Values[name]; given {
			filled[name] = value
		}
	}
	line["values"], line["tickets"] = filled, tickets
	choices := map[string]template.HTML{}
	scope := newScope(schema, s.draft.Values, "", valuePrefix)
	for field := range schema.Fields() {
		found, given := s.found[field.Name]
		if !given {
			continue
		}
		one := scope.field(field)
		one.Options = found
		one.settle()
		name := map[string]string{"ticks": "tick-list", "rows": "found"}[one.Shape]
		choices[one.Key] = h.fragment(r, cmp.Or(name, "proposals"), one)
	}
	line["choices"] = choices
	return line
}

// changed reports whether what is in force is another one now.
func (e errand) changed(came outcome) bool {
	return e.changes && came.report != nil && came.report.Status != shared.StatusFailed
}

func (h *handler) answerBusy(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, busy text.Text,
) {
	if scripted(r) {
		h.refuse(w, r, http.StatusTooManyRequests, busy)
		return
	}
	view := h.submittedView(r, schema, s)
	view.Failure = busy
	h.render(w, r, http.StatusTooManyRequests, view)
}
