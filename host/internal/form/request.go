package form

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Types of answers that the script asks for instead of a page.
const (
	streamType = "application/x-ndjson" // one JSON document a line, as things happen
	jsonType   = "application/json"
)

// accepts reports whether the request asks for an answer of the type.
func accepts(r *http.Request, answer string) bool {
	return strings.Contains(r.Header.Get("Accept"), answer)
}

// scripted reports whether the script asks, whose page stands as it is while it waits for the answer.
func scripted(r *http.Request) bool { return accepts(r, streamType) || accepts(r, jsonType) }

// query reads what stands behind the question mark of the address. When that cannot be read it has answered already.
func (h *handler) query(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		h.refuse(w, r, http.StatusBadRequest, text.Of("The address of this page cannot be read."))
	}
	return query, err == nil
}

// number reads a whole number that is not negative; one that is not given is 0. When it is none, it has answered
// already.
func (h *handler) number(w http.ResponseWriter, r *http.Request, from url.Values, name string) (int64, bool) {
	given := from.Get(name)
	if given == "" {
		return 0, true
	}
	number, err := strconv.ParseInt(given, 10, 64)
	if err != nil || number < 0 {
		h.invalid(w, r, name, given)
		return 0, false
	}
	return number, true
}

// longestParameter bounds a parameter, in bytes.
const longestParameter = 500

// text reads a text of one line. When it is none, it has answered already.
func (h *handler) text(w http.ResponseWriter, r *http.Request, from url.Values, name string) (string, bool) {
	given := from.Get(name)
	if len(given) > longestParameter || strings.ContainsFunc(given, unicode.IsControl) || !utf8.ValidString(given) {
		h.invalid(w, r, name, given)
		return "", false
	}
	return given, true
}

// invalid says which parameter is not one.
func (h *handler) invalid(w http.ResponseWriter, r *http.Request, name, value string) {
	const shown = 50
	short := strings.ToValidUTF8(value[:min(len(value), shown)], "\uFFFD")
	h.refuse(w, r, http.StatusBadRequest,
		text.Of("“{value}” is not possible for “{name}”.", "value", short, "name", name))
}
