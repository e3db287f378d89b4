package form

import (
	"errors"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// maxBody bounds a posted form in bytes. The largest field that a page may sensibly have is a bundle of certificates.
const maxBody = 512 << 10

// bodyLimit is how long a posted form may take to arrive.
const bodyLimit = 30 * time.Second

// postedForms reads posted forms before anything is done with them, in the encoding of browsers. The time limit of
// securityHeaders ends then, for the connection has to stand as long as a test takes.
func (h *handler) postedForms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
			w.Header().Set("Connection", "close")
			h.refuse(w, r, http.StatusUnsupportedMediaType, text.Of("A form is posted as application/x-www-form-urlencoded."))
			return
		}
		err = r.ParseForm()
		if err == nil {
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close") // What is still to come of the form is not waited for.
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			h.refuse(w, r, http.StatusRequestEntityTooLarge, text.Of("The form is larger than this page accepts."))
		case errors.Is(err, os.ErrDeadlineExceeded):
			h.refuse(w, r, http.StatusRequestTimeout, text.Of("The form did not arrive in time."))
		default:
			h.refuse(w, r, http.StatusBadRequest, text.Of("The form cannot be read."))
		}
	})
}
