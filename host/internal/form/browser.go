package form

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
)

// browserCookie tells browsers apart, and nothing else. Only a page that asks for an authorization sets it: whom the
// Console names is not enough where all administrators have one name, or one of them has two browsers.
const browserCookie = "settings_browser"

// browser tells the browser of a request from others; empty when it is not known. With mark, a browser that is not
// known is from then on. The cookie's path is that of the page, as browsers have it for one without a path. It comes
// along when the browser is led back from another site, and with nothing else that another site asks for.
func (h *handler) browser(w http.ResponseWriter, r *http.Request, mark bool) string {
	cookie, err := r.Cookie(browserCookie)
	if err != nil || len(cookie.Value) != len(rand.Text()) {
		if !mark {
			return ""
		}
		cookie = &http.Cookie{ //nolint:gosec // A Console without TLS has no Secure cookie.
			Name: browserCookie, Value: rand.Text(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
			Secure: r.TLS != nil || h.options.PublicURL != nil && h.options.PublicURL.Scheme == "https",
		}
		http.SetCookie(w, cookie)
	}
	sum := sha256.Sum256([]byte("browser " + cookie.Value))
	return hex.EncodeToString(sum[:])
}

// promptView is where the reader is asked to go, as it stands on the page.
type promptView struct {
	shared.Prompt
	// GoOn is the address at which the action goes on; empty when it does by itself.
	GoOn string
}

// newPromptView shows what an action asks for that the page does not wait for.
func newPromptView(name runName, prompt *shared.Prompt) *promptView {
	if prompt == nil {
		return nil
	}
	shown := &promptView{Prompt: *prompt}
	if prompt.Resume != "" {
		shown.GoOn = returnPrefix + string(name) + "?" + prompt.Resume
	}
	return shown
}
