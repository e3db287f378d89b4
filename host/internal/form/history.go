package form

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// historyView is what the audit trail shows: the revisions, and one of them beside what is in force.
type historyView struct {
	Schema         shared.Schema
	Newest, Before int64
	Tested         bool // what is in force has passed a test as it is
	Entries        []historyEntry
	Viewed         bool  // the reader may not go back
	Older          int64 // the number to go on from; 0 when that was all
	Shown          *shownRevision
}

type historyEntry struct {
	shared.RevisionEntry
	Current, Shown bool
	Changed        string // the labels of what it changed
}

// shownRevision is one revision: what going back to it would change, and of the one in force what it has changed.
type shownRevision struct {
	Number         int64
	Current, Known bool
	Changes        []changeView
	Same           []sameView // the fields that it leaves as they are
}

// sameView is a field that stays as it is.
type sameView struct {
	Label string
	Value text.Text
}

type changeView struct {
	field, Label  string
	Before, After text.Text
	Secret        bool
}

// history shows what was saved, by whom and when.
func (h *handler) history(w http.ResponseWriter, r *http.Request) {
	trail := h.auditTrail()
	if trail == nil {
		h.refuseNotOffered(w, r)
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
	shown, ok := h.number(w, r, query, "show")
	if !ok {
		return
	}
	schema, err1 := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	snapshot, err2 := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	list, err3 := trail.Revisions(r.Context(), shared.RevisionsRequest{Locale: h.locale(r), Before: before})
	if err := cmp.Or(err1, err2, err3); err != nil {
		view := h.currentView(r)
		view.Failure = h.explain(r, err)
		h.render(w, r, failureStatus(err), view)
		return
	}
	view := historyView{
		Schema: schema, Newest: snapshot.Revision.Number, Before: before, Viewed: !h.may(r).Change,
	}
	view.Tested = snapshot.Verified != nil && len(snapshot.Verified.Changed) == 0
	view.list(list, shown)
	if chosen := view.chosen(shown); chosen != nil {
		newest := &list
		if before != 0 {
			newest = nil
		}
		view.Shown = h.shownRevision(r, schema, snapshot, chosen.RevisionEntry, newest)
	}
	h.send(w, r, http.StatusOK, Content{
		Title: schema.Title, Head: h.fragment(r, "head", viewedScript), Body: h.fragment(r, "history", view),
	})
}

// list lays out the revisions. Without another wish the newest that can be gone back to is shown beside them.
func (v *historyView) list(list shared.RevisionList, shown int64) {
	for _, entry := range list.Entries {
		var named []string
		for _, change := range entry.Changes {
			if field, declared := v.Schema.Field(change.Field); declared {
				named = append(named, field.Label)
			}
		}
		v.Entries = append(v.Entries, historyEntry{
			RevisionEntry: entry, Current: entry.Number == v.Newest, Changed: strings.Join(named, ", "),
		})
		if list.More {
			v.Older = entry.Number
		}
	}
	if chosen := v.chosen(shown); chosen != nil {
		chosen.Shown = true
	}
}

// chosen is the revision that is shown; nil when there is none.
func (v *historyView) chosen(shown int64) *historyEntry {
	for i := range v.Entries {
		if one := &v.Entries[i]; one.Number == shown || shown == 0 && (!one.Current || len(v.Entries) == 1) {
			return one
		}
	}
	return nil
}

// shownRevision compares a revision with what is in force.
func (h *handler) shownRevision(
	r *http.Request, schema shared.Schema, snapshot shared.Snapshot, entry shared.RevisionEntry,
	newest *shared.RevisionList,
) *shownRevision {
	shown := &shownRevision{Number: entry.Number, Current: entry.Number == snapshot.Revision.Number, Known: true}
	if shown.Current {
		for _, change := range entry.Changes {
			if field, declared := schema.Field(change.Field); declared {
				shown.add(field, change.Before, change.After)
			}
		}
		shown.addSame(schema, snapshot)
		return shown
	}
	was := h.beforeSince(r, schema, entry.Number, newest)
	shown.Known = was.known
	for field := range schema.Fields() {
		then, changed := was.values[field.Name]
		now := snapshot.Values[field.Name]
		if was.secrets[field.Name] || changed && then != now {
			shown.add(field, now, then)
		}
	}
	if shown.Known {
		shown.addSame(schema, snapshot)
	}
	return shown
}

func (s *shownRevision) add(field shared.Field, before, after shared.Value) {
	s.Changes = append(s.Changes, changeView{
		field: field.Name, Label: field.Label, Secret: field.Sensitive,
		Before: valueText(field, before), After: valueText(field, after),
	})
}

// addSame adds the fields of the form that are not among the changes, as they are now.
func (s *shownRevision) addSame(schema shared.Schema, now shared.Snapshot) {
	for field := range schema.Fields() {
		changed := slices.ContainsFunc(s.Changes, func(one changeView) bool { return one.field == field.Name })
		switch {
		case changed || field.ReadOnly:
		case field.Sensitive && now.Secrets[field.Name].Set:
			s.Same = append(s.Same, sameView{field.Label, text.Of("stored; not shown")})
		default:
			s.Same = append(s.Same, sameView{field.Label, valueText(field, now.Values[field.Name])})
		}
	}
}

// opened shows the form with the values of an old revision, to be tested before it is saved. The secrets are those that
// are stored now. When there is no such revision any more it has answered already.
func (h *handler) opened(w http.ResponseWriter, r *http.Request, number int64) {
	schema, err1 := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	snapshot, err2 := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err := cmp.Or(err1, err2); err != nil {
		h.render(w, r, failureStatus(err), h.downView(r, err))
		return
	}
	was := h.beforeSince(r, schema, number, nil)
	if !was.known || number > snapshot.Revision.Number {
		h.invalid(w, r, "revision", strconv.FormatInt(number, 10))
		return
	}
	values := maps.Clone(was.values)
	for name := range snapshot.Locks {
		delete(values, name)
	}
	view := h.answeredView(r, schema,
		submission{
			draft: shared.Draft{Values: values}, revision: snapshot.Revision.Number, base: baseOf(schema, snapshot),
		}, snapshot)
	view.Opened, view.Service = number, h.service(r)
	h.render(w, r, http.StatusOK, view)
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
		h.refuseNotOffered(w, r)
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
