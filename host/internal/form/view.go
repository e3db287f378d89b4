package form

import (
	"encoding/json"
	"net/http"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// view is what the template shows.
type view struct {
	Schema   shared.Schema
	Snapshot shared.Snapshot // its revision is the one that the form was made from
	InForce  shared.Revision
	Plugin   PluginState
	Down     bool              // the plugin could not be asked
	Typed    map[string]string // what was typed when it went down
	Failure  text.Text         // why the last action could not be carried out
	Saved    bool
	// SavedThoughFailed means that the settings were saved after a test of them had failed.
	SavedThoughFailed bool
	Refused           bool
	Faults            []*anchor // the fields for which nothing was saved
	Conflict          *conflict
	Unsaved           bool  // the form holds what is not in force
	Opened            int64 // the revision whose values the form holds; 0 for those in force
	Presets           []presetView
	OtherPreset       bool // the form holds the values of none
	Prerequisites     []prerequisiteView
	Sections          []sectionView
	Test              *runView
	Tests, Actions    []*runView // further ones; those that belong to a field stand beside it
	Confirm           *runView   // what has to be agreed to before the form is saved
	Restoring         *restoring // likewise before an old revision is restored
	Preview           string
	General           shared.Diagnostics // findings that concern no field
	Report            *shared.TestReport
	HasHistory        bool
	HasService        bool                  // there is a notification service
	Service           *shared.ServiceStatus // nil when it was not asked, or could not be
	Unhealthy         *shared.Health        // why the saved settings do not work; nil when nothing is to be said of it
	NotificationsPath string
	May               Permissions
	Health            *healthView    // nil when the plugin does not tell
	Watched           []*watchedView // what it watches, and no action of the page is for

	base       *formBase // what the form was opened with; nil when that is not known
	hasActions bool
	computed   shared.Values // what read-only fields show for the form as it stands
	runs       []*runView    // all of them
}

// Each call of the plugin is a round trip, so a view is made of what the plugin has answered already. Only the page
// that is opened asks how the notification service is; an answer to a form leaves that to the script, which asks every
// few seconds.

// currentView asks the plugin for everything that the page shows. When the plugin is down the view says so.
func (h *handler) currentView(r *http.Request) *view {
	schema, err := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	if err != nil {
		return h.downView(r, err)
	}
	snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err != nil {
		return h.downView(r, err)
	}
	v := h.newView(r, schema, snapshot, nil)
	v.Service, v.NotificationsPath = h.service(r), h.notificationsPath(r)
	v.takeHealth(h.health(r))
	return v
}

// submittedView shows the form as it was submitted. When what is in force cannot be asked for, the view says so and
// still shows the form.
func (h *handler) submittedView(r *http.Request, schema shared.Schema, s submission) *view {
	snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err != nil {
		v := h.downView(r, err)
		v.Schema, v.Down, v.Unsaved = schema, false, true
		v.adopt(s)
		return v
	}
	return h.answeredView(r, schema, s, snapshot)
}

// answeredView shows the form as it was submitted, over what the plugin says is in force.
func (h *handler) answeredView(r *http.Request, schema shared.Schema, s submission, snapshot shared.Snapshot) *view {
	v := h.newView(r, schema, snapshot, s.draft.Values)
	v.adopt(s)
	v.Unsaved = true
	return v
}

// newView shows what is in force. The values are those of the form as it stands, nil for what is in force. A page never
// carries a typed secret back, so its preview has none.
func (h *handler) newView(r *http.Request, schema shared.Schema, snapshot shared.Snapshot, values shared.Values) *view {
	v := h.emptyView(r)
	v.Schema, v.Snapshot, v.InForce, v.base = schema, snapshot, snapshot.Revision, baseOf(schema, snapshot)
	v.Prerequisites = h.checkPrerequisites(r.Context(), schema.Prerequisites)
	request := shared.ValidateRequest{Locale: h.locale(r), Draft: shared.Draft{Values: values}}
	if validation, err := h.page.Validate(r.Context(), request); err == nil {
		v.Preview, v.computed = validation.Preview, validation.Computed
	}
	v.build(snapshot.Values, submission{})
	return v
}

// downView says why the plugin could not be asked.
func (h *handler) downView(r *http.Request, err error) *view {
	v := h.emptyView(r)
	v.Down, v.Failure = true, h.explain(r, err)
	return v
}

// emptyView knows only what the host knows.
func (h *handler) emptyView(r *http.Request) *view {
	return &view{
		May: h.may(r), Plugin: h.options.PluginState(), HasHistory: h.auditTrail() != nil,
		HasService: h.notifier() != nil, hasActions: h.actionRunner() != nil,
	}
}

// Viewed reports whether the reader may look at the page, and not change or test anything.
func (v *view) Viewed() bool { return !v.May.Change }

// Next reports whether testing or saving is the next sensible step. After a test that failed it is what the verdict
// says.
func (v *view) Next(step string) bool {
	switch {
	case v.Conflict != nil:
		return false
	case v.Test.Report == nil:
		return step == "test"
	case v.Test.Report.Status != shared.StatusFailed:
		return step == "save"
	default:
		cause := v.Test.Report.Cause
		mended := cause != nil && (len(cause.Fixes) > 0 || v.Test.Report.Link != "" || v.Test.Report.Lead != nil)
		return step == "test" && !mended
	}
}

// notifier returns the notification service, nil when there is none.
func (h *handler) notifier() shared.Notifier { return offered(h.options.Notifier) }

// service returns how the notification service is, nil when there is none or it cannot be asked.
func (h *handler) service(r *http.Request) *shared.ServiceStatus {
	notifier := h.notifier()
	if notifier == nil {
		return nil
	}
	status, err := notifier.Status(r.Context(), shared.StatusRequest{Locale: h.locale(r)})
	if err != nil {
		h.logFailure(r, hclog.Warn, "the notification service could not be asked", "error", err)
		return nil
	}
	return &status
}

// Base is what the form was opened with, as a control holds it; empty when that is not known.
func (v *view) Base() (string, error) {
	if v.base == nil {
		return "", nil
	}
	return v.base.text()
}

func toJSON(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}
