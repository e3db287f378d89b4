package form

import (
	"net/http"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// returnPrefix stands before the name of an action in the address that a browser comes back to. The address has no
// query of its own: Microsoft takes none for personal accounts, and what the browser brings could say the same name.
const returnPrefix = "return-"

// longestReturned bounds what a browser comes back with, in bytes: a code may be a signed document.
const longestReturned = 16 << 10

// returned goes on with an authorization when the browser is back from the page that the action has sent it to. What
// the action gives stands in the form then, and is saved with it. Whether the browser was sent there by this reader is
// for the action to know, by a state that it gave out. An image or a frame on the page of another site is nobody who
// comes back (Fetch Metadata, Sec-Fetch-Dest): it would use up how often the reader may ask.
func (h *handler) returned(w http.ResponseWriter, r *http.Request) {
	name, isReturn := strings.CutPrefix(r.PathValue("returned"), returnPrefix)
	if !isReturn {
		http.NotFound(w, r)
		return
	}
	if shown := r.Header.Get("Sec-Fetch-Dest"); shown != "" && shown != "document" { // Not every browser says it.
		h.refuse(w, r, http.StatusForbidden, text.Of("This address is for a page that a browser shows by itself."))
		return
	}
	// Nothing that the page loads is to be told what stands in its address.
	w.Header().Set("Referrer-Policy", "strict-origin")
	if len(r.URL.RawQuery) > longestReturned {
		h.refuse(w, r, http.StatusRequestURITooLong, text.Of("The address of this page cannot be read."))
		return
	}
	query, ok := h.query(w, r)
	if !ok {
		return
	}
	if h.actionRunner() == nil {
		h.refuseNotOffered(w, r)
		return
	}
	schema, err1 := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	snapshot, err2 := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	for _, err := range []error{err1, err2} {
		if err != nil {
			h.render(w, r, failureStatus(err), h.downView(r, err))
			return
		}
	}
	action, declared := schema.Action(name)
	if !declared || !authorizes(schema, action) {
		h.invalid(w, r, "action", name)
		return
	}
	submission := readSubmission(schema, nil)
	submission.revision = snapshot.Revision.Number
	h.runAction(w, r, schema, submission, action, query.Encode())
}

// authorizes reports whether an action is one that a browser can come back to: it asks for an authorization, and
// changes nothing by itself. Any site can lead a browser here.
func authorizes(schema shared.Schema, action shared.Action) bool {
	for field := range schema.Fields() {
		if field.Kind == shared.KindAuthorization && field.Action == action.Name {
			return !action.Changes && action.Confirm == ""
		}
	}
	return false
}
