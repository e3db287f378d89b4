package form

import (
	"maps"
	"net/http"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// save makes the form the settings in force.
func (h *handler) save(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	result, err := h.page.Save(r.Context(), shared.SaveRequest{
		Locale: h.locale(r), Actor: actorOf(r), Draft: submission.draft, Revision: submission.revision,
		Confirmed: r.PostForm.Get(confirmedName),
	})
	switch {
	case err != nil && scripted(r):
		h.refuse(w, r, failureStatus(err), h.explain(r, err))
	case scripted(r):
		h.answerScriptedSave(w, r, schema, submission, result)
	case err != nil:
		view := h.submittedView(r, schema, submission)
		view.Failure = h.explain(r, err)
		h.render(w, r, failureStatus(err), view)
	case result.Saved:
		toPage(w, r, savedQuery(r))
	default:
		h.answerUnsaved(w, r, schema, submission, result)
	}
}

// answerScriptedSave answers the script, on whose page the typed secrets stay: with where to go, with what has to be
// agreed to, or with why nothing was saved. The answer says all of it, so the script never posts the form again.
func (h *handler) answerScriptedSave(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, result shared.SaveResult,
) {
	reply := map[string]any{}
	switch {
	case result.Saved:
		reply["location"] = "./" + savedQuery(r)
	case result.Conflict:
		conflict := newConflict(schema, s, result, h.opening(r, schema, s, result.Snapshot))
		conflict.SecretsKept = true
		reply["revision"] = result.Snapshot.Revision.Number // From here on the form is made from that one.
		reply[baseName], _ = baseOf(schema, result.Snapshot).text()
		reply["values"] = conflict.Newer
		reply["said"] = h.fragment(r, "said", &view{Conflict: conflict})
		now := &view{
			Schema: schema, Snapshot: result.Snapshot, InForce: result.Snapshot.Revision, HasHistory: true, Test: &runView{},
		}
		reply["strip"] = map[string]any{
			"in-force": h.fragment(r, "in force", now), "last-test": h.fragment(r, "last test", now),
		}
	case result.Confirm != "":
		reply["confirm"] = h.fragment(r, "agree", runView{Confirm: result.Confirm})
	default:
		general := slices.DeleteFunc(slices.Clone(result.Diagnostics), func(one shared.Diagnostic) bool {
			_, declared := schema.Field(one.Field)
			return declared
		})
		reply["findings"] = h.findingsHTML(r, result.Diagnostics, nil)
		reply["said"] = h.fragment(r, "said",
			&view{Refused: true, General: general, Faults: faultsOf(schema, result.Diagnostics)})
	}
	h.writeJSON(w, r, reply)
}

// answerUnsaved shows the form again and says why nothing was saved.
func (h *handler) answerUnsaved(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, result shared.SaveResult,
) {
	if result.Conflict {
		conflict := newConflict(schema, s, result, h.opening(r, schema, s, result.Snapshot))
		maps.Copy(s.draft.Values, conflict.Newer)
		s.revision, s.base = result.Snapshot.Revision.Number, baseOf(schema, result.Snapshot)
		view := h.answeredView(r, schema, s, result.Snapshot)
		view.Conflict, view.InForce = conflict, result.Snapshot.Revision
		h.render(w, r, http.StatusConflict, view)
		return
	}
	status, view := http.StatusUnprocessableEntity, h.answeredView(r, schema, s, result.Snapshot)
	if result.Confirm != "" {
		view.Confirm = &runView{Confirm: result.Confirm}
		status = http.StatusPreconditionRequired
	} else {
		view.setFindings(result.Diagnostics)
		view.Refused, view.Faults = true, faultsOf(view.Schema, result.Diagnostics)
	}
	h.render(w, r, status, view)
}

// opening is what the fields were when the form was opened: as the form says, and else the audit trail.
func (h *handler) opening(r *http.Request, schema shared.Schema, s submission, now shared.Snapshot) before {
	if s.base != nil {
		return s.base.since(schema, s.draft.Values, now)
	}
	return h.beforeSince(r, schema, s.revision, nil)
}

// savedQuery is how the page is asked for after a save.
func savedQuery(r *http.Request) string {
	if r.PostForm.Get("tested") == string(shared.StatusFailed) {
		return "?saved=" + string(shared.StatusFailed)
	}
	return "?saved"
}
