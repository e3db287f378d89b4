package form

import (
	"context"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

const (
	// confirmedName is the control that says what was agreed to: for a save, or with the name of an action behind it.
	confirmedName = "confirmed"
	// agreedName is that of the button which agrees to an action, and names it. What stands beside it counts only then:
	// the button that asks for the action is another one.
	agreedName = "agreed"
)

// action runs an action of the page. One that asks for agreement is run when there is one.
func (h *handler) action(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	name, agreed := r.PostForm.Get("action"), ""
	if r.PostForm.Has(agreedName) {
		name = r.PostForm.Get(agreedName)
		agreed = r.PostForm.Get(confirmedName + "." + name)
	}
	action, declared := schema.Action(name)
	switch {
	case h.actionRunner() == nil:
		h.refuseNotOffered(w, r)
		return
	case !declared:
		h.invalid(w, r, "action", name)
		return
	}
	if agreed != action.Confirm && action.Confirm != "" {
		h.askFirst(w, r, schema, submission, action)
		return
	}
	h.runAction(w, r, schema, submission, action, "")
}

// runAction runs an action of a page that runs some, and answers with what came of it.
func (h *handler) runAction(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, action shared.Action, returned string,
) {
	runner, name := h.actionRunner(), action.Name
	request := shared.ActionRequest{
		Locale: h.locale(r), Actor: actorOf(r), Action: name, Draft: s.draft, Options: s.options[name], Returned: returned,
	}
	if !action.NeedsSecrets {
		request.Draft.Secrets = nil
	}
	if authorizes(schema, action) {
		request.Browser = h.browser(w, r, returned == "")
		if page := publicPage(r); page != "" {
			request.ReturnURL = page + returnPrefix + name
		}
	}
	asked := errand{
		name: runName(name), changes: action.Changes, limit: &h.actions,
		busy: text.Of("You have asked very often in a short time. Wait a moment, then ask again."),
		call: func(ctx context.Context, send func(shared.TestEvent) error) error {
			return runner.RunAction(ctx, request, send)
		},
	}
	if action.Test {
		asked.limit, asked.busy = &h.tests, text.Text{}
	}
	h.carryOut(w, r, schema, s, asked)
}

// askFirst answers with what has to be agreed to before the action begins.
func (h *handler) askFirst(
	w http.ResponseWriter, r *http.Request, schema shared.Schema, s submission, action shared.Action,
) {
	if accepts(r, streamType) {
		asked := runView{runName: runName(action.Name), Label: action.Label, Confirm: action.Confirm}
		h.writeJSON(w, r, map[string]any{"event": "confirm", "html": h.fragment(r, "agree", asked)})
		return
	}
	view := h.submittedView(r, schema, s)
	if one := view.run(runName(action.Name)); one != nil {
		one.Confirm = action.Confirm
	}
	h.render(w, r, http.StatusPreconditionRequired, view)
}

// actionRunner returns what runs the actions of the page, nil when there is nothing.
func (h *handler) actionRunner() shared.ActionRunner { return offered(h.options.Actions) }
