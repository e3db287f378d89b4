package shared

import (
	"context"
	"time"
)

// CapabilityActions names what an [ActionRunner] offers; see [Info.Capabilities].
const CapabilityActions = "actions"

// Action declares something that the page can do beside saving and its test: look something up, sign in, make a
// certificate, another test.
type Action struct {
	// Name identifies the action: lower case letters, digits and underscores, starting with a letter, at most 64
	// characters, unique in the schema.
	Name string `json:"name"`
	// Label is the button's text; never empty.
	Label string `json:"label"`
	// Help is plain text; may be empty.
	Help string `json:"help,omitempty"`
	// Options are asked before it begins, as those of a [TestAction] are.
	Options []Field `json:"options,omitempty"`
	// VisibleWhen hides the action unless the condition about fields of the form holds; none means always visible.
	VisibleWhen Condition `json:"visible_when,omitzero"`
	// Test has the action stand beside the page's test: it tries the form out and changes nothing.
	Test bool `json:"test,omitempty"`
	// NeedsSecrets has the draft carry what was typed into Sensitive fields. Without it none is sent.
	NeedsSecrets bool `json:"needs_secrets,omitempty"`
	// Changes tells that the action changes what is in force, so that it is for those who may save, and the page is loaded
	// again afterwards. Other actions change nothing.
	Changes bool `json:"changes,omitempty"`
	// Confirm is asked before it begins, such as "This signs everybody out."; empty means that nothing is asked.
	Confirm string `json:"confirm,omitempty"`
}

// Form returns the options as a form of their own: all that can be asked of a schema's fields can be asked of them.
func (a Action) Form() Schema { return optionForm(a.Label, a.Options) }

// Action returns the named action, and whether there is one.
func (s Schema) Action(name string) (Action, bool) {
	for _, action := range s.Actions {
		if action.Name == name {
			return action, true
		}
	}
	return Action{}, false
}

// ActionRunner runs the actions that the schema declares. A page offers it by implementing it.
type ActionRunner interface {
	// RunAction runs one action and reports to send as [SettingsPage.Test] does: steps, which are optional, and the
	// verdict exactly once and last; a [Prompt] at any time before it. The result of the action is in [Completed]. An
	// action that is not declared is an error. On its way from a host the draft loses its secrets unless the schema, which
	// the host has asked for before, says that the action needs them.
	// Cancelling ctx cancels the action; RunAction then still sends Completed if it can.
	RunAction(ctx context.Context, request ActionRequest, send func(TestEvent) error) error
}

// ActionRequest asks to run an action.
type ActionRequest struct {
	Locale string
	Actor  string
	// Action is the name of one of the schema's Actions.
	Action string
	// Draft is the form as it stands; without secrets, unless the action needs them.
	Draft Draft
	// Options are the values of the action's options; those that are not named have their defaults.
	Options Values
	// ReturnURL is where a page that a [Prompt] leads to can send the browser back to; the host adds nothing to it. Empty
	// when the host has no public address.
	ReturnURL string
	// Returned is the query with which a browser came back to ReturnURL, such as "code=x&state=y"; empty when none did.
	// The action that sent it there is then asked once more, perhaps in another process. A host that has not waited after
	// a [Prompt] asks so with its Resume.
	Returned string
	// Browser tells one browser from others: at most 64 characters that say nothing else, the same when a browser asks for
	// the action and when it comes back to ReturnURL. An action that goes on with what another browser brings could be led
	// to what a stranger has permitted. Empty when no browser asks, or the host is of an earlier version.
	Browser string
}

// Prompt asks the reader to visit an address elsewhere, in a [TestEvent]. The action goes on by itself when it notices
// that this was done, or ends and goes on when the browser comes back.
type Prompt struct {
	// Text says what to do there; never empty.
	Text string `json:"text"`
	// URL begins with https:// and has no user name or password; http:// is taken for this machine alone.
	URL string `json:"url"`
	// Code is to be entered there; empty when there is none.
	Code string `json:"code,omitempty"`
	// Expires is when it is of no use any more; zero when that is not known.
	Expires time.Time `json:"expires,omitzero"`
	// Resume is a query such as "state=y" with which the action goes on when the host has not waited for its end, as it
	// cannot on a page without scripts: the host asks once more, with it as [ActionRequest.Returned]. At most 500 bytes;
	// empty when the action goes on only while the host waits, or when the browser comes back by itself.
	Resume string `json:"resume,omitempty"`
}

func (Prompt) isTestEvent() {}

// ActionResult is what an action found. It is written into the form, not saved.
type ActionResult struct {
	// Values are written into fields that are neither Sensitive nor ReadOnly; those that are not named stay as they are.
	Values Values `json:"values,omitempty"`
	// Choices are the options that were found, by the name of a field that has them from this action.
	Choices map[string][]Option `json:"choices,omitempty"`
	// Tickets stand for what was given for fields of KindAuthorization, by their name. A ticket is worth nothing but to
	// the page that gave it out, within a time that it decides on: the host sends it back as the field's new secret.
	Tickets map[string]SecretText `json:"tickets,omitempty"`
}

// IsZero reports whether the action found nothing.
func (r ActionResult) IsZero() bool {
	return len(r.Values) == 0 && len(r.Choices) == 0 && len(r.Tickets) == 0
}
