package form

import (
	"html/template"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Permissions are what a reader may do on the pages.
type Permissions struct{ View, Change, Operate, ReadText bool }

// DefaultPermissions are those where the Console says nothing of them.
var DefaultPermissions = Permissions{View: true, Change: true, Operate: true}

// may returns what the reader may do.
func (h *handler) may(r *http.Request) Permissions {
	if h.options.Permissions == nil {
		return DefaultPermissions
	}
	return h.options.Permissions(r)
}

// What a route needs beside View.
func viewing(Permissions) bool     { return true }
func changing(p Permissions) bool  { return p.Change }
func operating(p Permissions) bool { return p.Operate }

// permitted is authorized for those who may do what the route needs.
func (h *handler) permitted(needs func(Permissions) bool, next http.HandlerFunc) http.HandlerFunc {
	return h.authorized(func(w http.ResponseWriter, r *http.Request) {
		may := h.may(r)
		switch {
		case !may.View:
			h.refuse(w, r, http.StatusForbidden, text.Of("You may not see this page."))
		case !needs(may):
			h.refuse(w, r, http.StatusForbidden, text.Of("You may see this page, and not do this."))
		default:
			next(w, r)
		}
	})
}

// submit returns the attributes by which a button posts the form. Where the reader may only look, it can be reached,
// does nothing and says why.
func submit(reader text.Language, viewed bool) template.HTMLAttr {
	if !viewed {
		return `type="submit"`
	}
	var a attributes
	a.set("type", "button")
	a.set("aria-disabled", "true")
	a.set("aria-describedby", "not-permitted")
	a.set("title", reader.Message("The Console does not permit you to do this."))
	return a.html()
}
