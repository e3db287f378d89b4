package form

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// guarded refuses requests of other sites, and does around the page what all of its answers need.
func (h *handler) guarded(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, origin := range h.options.TrustedOrigins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			h.options.Logger.Error("an origin cannot be trusted", "origin", origin, "error", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.refuse(w, r, http.StatusForbidden, text.Of("This was refused because it seems to come from another site. "+
			"Behind a reverse proxy the Console has to be told its public address."))
	}))
	protected := protection.Handler(h.postedForms(next))
	return timely(securityHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protected.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), publicKey{}, h.options.PublicURL)))
	})))
}

type publicKey struct{}

// toPage sends the browser back to the page.
func toPage(w http.ResponseWriter, r *http.Request, query string) {
	w.Header().Set("Location", pageAddress(r)+query)
	w.WriteHeader(http.StatusSeeOther)
}

// pageAddress is the address of the page that a request was posted from. It stays relative, which http.Redirect would
// not leave it: where the handler is mounted is not known here. Only who came from the public address is sent there,
// for the policy of the page forbids to leave an origin with a form.
func pageAddress(r *http.Request) string {
	public, _ := r.Context().Value(publicKey{}).(*url.URL)
	page := publicPage(r)
	if page == "" || r.Header.Get("Origin") != public.Scheme+"://"+public.Host {
		return "./"
	}
	return page
}

// publicPage is the address of the page that a request is for, as browsers reach it; empty when that is not known.
func publicPage(r *http.Request) string {
	public, _ := r.Context().Value(publicKey{}).(*url.URL)
	asked, err := url.ParseRequestURI(r.RequestURI)
	if public == nil || err != nil || !strings.HasPrefix(asked.EscapedPath(), "/") {
		return ""
	}
	directory := strings.TrimSuffix(path.Dir(asked.EscapedPath()), "/") + "/"
	return public.Scheme + "://" + public.Host + strings.TrimSuffix(public.EscapedPath(), "/") + directory
}
