package form

import (
	"fmt"
	"html/template"
)

// icons are the symbols that a status, a severity or a state of a notification is shown by. The other symbols of the
// template "icons" go by their own names.
var icons = map[string]string{
	"passed": "passed", "warning": "warning", "failed": "failed", "skipped": "expired", "": "running",
	"error": "failed", "info": "info",
	"queued": "waiting", "retrying": "retrying", "sending": "sending", "delivered": "passed", "dead": "failed",
	"cancelled": "none", "expired": "expired",
	"paused": "paused", "running": "running", "waiting": "waiting", "none": "none", "todo": "todo", "tick": "tick",
	"out": "out", "copy": "copy", "eye": "eye", "download": "download",
}

// icon is the sign that stands beside a word, so that nothing depends on colour alone. A name that is none of those of
// icons shows the sign of information.
func icon(of any) template.HTML {
	name, known := icons[fmt.Sprint(of)]
	if !known {
		name = "info"
	}
	return template.HTML(`<svg class="icon ` + name + //nolint:gosec // The names are those above.
		`" aria-hidden="true" focusable="false"><use href="#icon-` + name + `"/></svg>`)
}
