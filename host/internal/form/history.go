package form

import (
	"errors"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// historyView is what the audit trail shows.
type historyView struct {
	Schema  shared.Schema
	Newest  int64
	Entries []historyEntry
	Older   int64 // the number to go on from; 0 when that was all
}

type historyEntry struct {
	shared.RevisionEntry
	Current bool
	Changes []changeView
}

type changeView struct {
	Label         string
	Before, After text.Text
	Secret        bool
}

// history shows what was saved, by whom and when.
func (h *handler) history(w http.ResponseWriter, r *http.Request) {
	trail := h.auditTrail()
	if trail == nil {
		http.NotFound(w, r)
		return
	}
	query, ok := h.query(w, r)
	if !ok {
		return
	}
	before, ok := h.number(w, r, query, "before")
	if !ok {
		return
	}
	schema, err1 := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	snapshot, err2 := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	list, err3 := trail.Revisions(r.Context(), shared.RevisionsRequest{Locale: h.locale(r), Before: before})
	if err := errors.Join(err1, err2, err3); err != nil {
		view := h.currentView(r)
		view.Failure = h.explain(r, err)
		h.render(w, r, failureStatus(err), view)
		return
	}
	view := historyView{Schema: schema, Newest: snapshot.Revision.Number}
	for _, entry := range list.Entries {
		view.Entries = append(view.Entries, newHistoryEntry(schema, entry, snapshot.Revision.Number))
		if list.More {
			view.Older = entry.Number
		}
	}
	h.send(w, r, http.StatusOK, Content{
		Title: schema.Title, Head: h.fragment(r, "head", view), Body: h.fragment(r, "history", view),
	})
}

func newHistoryEntry(schema shared.Schema, entry shared.RevisionEntry, newest int64) historyEntry {
	shown := historyEntry{RevisionEntry: entry, Current: entry.Number == newest}
	for _, change := range entry.Changes {
		field, declared := schema.Field(change.Field)
		if !declared {
			continue
		}
		shown.Changes = append(shown.Changes, changeView{
			Label: field.Label, Secret: field.Sensitive,
			Before: valueText(field, change.Before), After: valueText(field, change.After),
		})
	}
	return shown
}

// restoring is what has to be agreed to before an old revision becomes the next one.
type restoring struct {
	Number, Revision int64
	Confirm          string
}

// restore makes an old revision the next one.
func (h *handler) restore(w http.ResponseWriter, r *http.Request) {
	trail := h.auditTrail()
	if trail == nil {
		http.NotFound(w, r)
		return
	}
	number, ok := h.number(w, r, r.PostForm, "number")
	if !ok {
		return
	}
	if number == 0 {
		h.invalid(w, r, "number", "")
		return
	}
	revision, ok := h.number(w, r, r.PostForm, "revision")
	if !ok {
		return
	}
	result, err := trail.Restore(r.Context(), shared.RestoreRequest{
		Locale: h.locale(r), Actor: actorOf(r), Number: number, Revision: revision,
		Confirmed: r.PostForm.Get(confirmedName),
	})
	if err == nil && result.Saved && len(result.Diagnostics) == 0 {
		toPage(w, r, "?saved")
		return
	}
	if err != nil {
		view := h.currentView(r)
		view.Failure = h.explain(r, err)
		h.render(w, r, failureStatus(err), view)
		return
	}
	schema, err := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	if err != nil {
		h.render(w, r, failureStatus(err), h.downView(r, err))
		return
	}
	view := h.newView(r, schema, result.Snapshot, nil)
	view.Saved = result.Saved
	status := http.StatusConflict
	switch {
	case result.Saved: // Not all of it came back, and the page says what did not.
		status = http.StatusOK
	case result.Confirm != "" && !result.Conflict:
		view.Restoring = &restoring{Number: number, Revision: revision, Confirm: result.Confirm}
		status = http.StatusPreconditionRequired
	}
	view.setFindings(result.Diagnostics)
	h.render(w, r, status, view)
}
