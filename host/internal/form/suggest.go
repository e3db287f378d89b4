package form

import (
	"net/http"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// suggest asks the plugin for values that probably fit the form. What comes back are findings with fixes: pressing
// one fills the form in, and nothing else happens before that. The secrets of the form stay here.
func (h *handler) suggest(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	suggester := h.suggester()
	if suggester == nil {
		http.NotFound(w, r)
		return
	}
	actor := actorOf(r)
	if busy := h.suggestions.begin(actor, time.Now()); !busy.IsZero() {
		h.answerBusy(w, r, schema, submission,
			text.Of("You have asked very often in a short time. Wait a moment, then ask again."))
		return
	}
	defer h.suggestions.end(actor)
	found, err := suggester.Suggest(r.Context(),
		shared.SuggestRequest{Locale: h.locale(r), Values: submission.draft.Values})
	if accepts(r, jsonType) {
		if err != nil {
			h.refuse(w, r, failureStatus(err), h.explain(err))
			return
		}
		h.writeJSON(w, map[string]any{"html": h.fragment(r, "diagnostics", found)})
		return
	}
	view := h.submittedView(r, schema, submission)
	view.Suggestions = found
	status := http.StatusOK
	if err != nil {
		view.Failure, status = h.explain(err), failureStatus(err)
	}
	h.render(w, r, status, view)
}

// suggester returns what proposes values, nil when there is none.
func (h *handler) suggester() shared.Suggester {
	if h.options.Suggester == nil {
		return nil
	}
	return h.options.Suggester()
}
