package form

import (
	"bytes"
	"net/http"
	"time"
)

// styleSheet is the name of the style sheet of all pages, which the theme is a part of: inline styles are forbidden.
const styleSheet = "base.css"

// assets serves the files of the page, the theme behind the style sheet.
func (h *handler) assets() http.Handler {
	files := http.FileServerFS(assetFiles)
	own, err := assetFiles.ReadFile("assets/" + styleSheet)
	if h.options.Theme == "" || err != nil {
		return files
	}
	themed := append(bytes.Clone(own), h.options.Theme...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("file") == styleSheet {
			http.ServeContent(w, r, styleSheet, time.Time{}, bytes.NewReader(themed))
			return
		}
		files.ServeHTTP(w, r)
	})
}
