package form

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

type prerequisiteView struct {
	shared.Prerequisite
	Known, Met bool
	Reason     string
}

// prerequisiteLimit bounds one check of a prerequisite.
const prerequisiteLimit = 2 * time.Second

func (h *handler) checkPrerequisites(ctx context.Context, declared []shared.Prerequisite) []prerequisiteView {
	ctx, cancel := context.WithTimeout(ctx, prerequisiteLimit)
	defer cancel()
	var shown []prerequisiteView
	for _, one := range declared {
		view := prerequisiteView{Prerequisite: one}
		if check, known := h.options.Prerequisites[one.ID]; known {
			view.Known = true
			if err := check(ctx); err != nil {
				view.Reason = err.Error()
			} else {
				view.Met = true
			}
		}
		shown = append(shown, view)
	}
	return shown
}
