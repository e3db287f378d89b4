package manifest

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// position is a place in the file, from 1 on.
type position struct{ line, column int }

// start is where a range begins.
func start(r hcl.Range) position { return position{r.Start.Line, r.Start.Column} }

func (p position) refuse(format string, args ...any) error {
	return &Error{Line: p.line, Column: p.column, Reason: fmt.Sprintf(format, args...)}
}
