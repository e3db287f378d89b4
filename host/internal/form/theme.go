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
	themed := append(bytes.Clone(own), h.options.Theme...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := r.PathValue("file"); {
		case err == nil && h.options.Theme != "" && name == styleSheet:
			http.ServeContent(w, r, styleSheet, time.Time{}, bytes.NewReader(themed))
		case serveScript(w, r, name):
		default:
			files.ServeHTTP(w, r)
		}
	})
}
