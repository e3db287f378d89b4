package form

import (
	"embed"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Scripts are modules, one concept a file. A page loads one bundle of them: a script that a page names, after all that
// it imports.
//
//go:embed scripts/*.js
var scriptFiles embed.FS

// The scripts that pages name: of the settings where they can be changed, where they cannot, and of the notifications.
const (
	editedScript        = "form.js"
	viewedScript        = "viewed.js"
	notificationsScript = "notifications.js"
)

var pageScripts = []string{editedScript, viewedScript, notificationsScript}

var (
	importLine  = regexp.MustCompile(`(?m)^import (?:\{[^}]*\} from )?"\./([a-z]+\.js)";\n`)
	commentLine = regexp.MustCompile(`(?m)^ *// .*\n`)
	exported    = regexp.MustCompile(`(?m)^export `)
)

// bundles are the scripts that pages name, ready to be served.
var bundles = sync.OnceValue(func() map[string]string {
	made := map[string]string{}
	for _, name := range pageScripts {
		var out strings.Builder
		if err := bundle(&out, name, map[string]bool{}); err != nil {
			panic(err) // The scripts are part of the program.
		}
		made[name] = out.String()
	}
	return made
})

// bundle writes a script after what it imports, each once, so that all of them share one scope. Comments stay behind.
func bundle(out *strings.Builder, name string, written map[string]bool) error {
	if written[name] {
		return nil
	}
	written[name] = true
	content, err := scriptFiles.ReadFile(path.Join("scripts", name))
	if err != nil {
		return fmt.Errorf("a script that is imported: %w", err)
	}
	for _, line := range importLine.FindAllSubmatch(content, -1) {
		if err := bundle(out, string(line[1]), written); err != nil {
			return err
		}
	}
	own := commentLine.ReplaceAllString(importLine.ReplaceAllString(string(content), ""), "")
	out.WriteString(strings.TrimSpace(exported.ReplaceAllString(own, "")) + "\n")
	return nil
}

// serveScript answers with a bundle, and reports whether the name is that of one.
func serveScript(w http.ResponseWriter, r *http.Request, name string) bool {
	content, known := bundles()[name]
	if known {
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(content))
	}
	return known
}
