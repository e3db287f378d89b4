package form

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// view is what the template shows.
type view struct {
	Schema   shared.Schema
	Snapshot shared.Snapshot
	Plugin   PluginState
	Down     bool              // the plugin could not be asked
	Typed    map[string]string // what was typed when it went down
	Failure  text.Text         // why the last action could not be carried out
	Saved    bool
	// SavedThoughFailed means that the settings were saved after a test of them had failed.
	SavedThoughFailed bool
	Refused           bool
	Conflict          *conflict
	Prerequisites     []prerequisiteView
	Sections          []sectionView
	Options           []fieldView
	Preview           string
	General           shared.Diagnostics // findings that concern no field
	Report            *shared.TestReport
	HasHistory        bool
	MakesSuggestions  bool
	Suggestions       shared.Diagnostics
	HasService        bool                  // there is a notification service
	Service           *shared.ServiceStatus // nil when it was not asked, or could not be
}

type sectionView struct {
	shared.Section
	Open   bool
	Groups [][]fieldView // neighbours of one group stand together
}

type fieldView struct {
	shared.Field
	Control   string // name of the control
	Value     shared.Value
	Effective shared.Value
	Default   shared.Value // the default that applies now
	Checked   bool
	Concealed bool
	Lock      *shared.Lock
	Secret    shared.SecretState
	Findings  shared.Diagnostics
	Rules     fieldRules
}

// fieldRules are what the script needs to follow the form while it is typed in.
type fieldRules struct {
	Visible  shared.Condition            `json:"visible,omitzero"`
	Defaults []shared.ConditionalDefault `json:"defaults,omitempty"`
	Default  shared.Value                `json:"default"`
}

type conflict struct {
	Revision shared.Revision
	Fields   []conflictField
}

type conflictField struct {
	Label         string
	Yours, Theirs text.Text
}

// Each call of the plugin is a round trip, so a view is made of what the plugin has answered already. Only the page
// that is opened asks how the notification service is; an answer to a form leaves that to the script, which asks every
// few seconds.

// currentView asks the plugin for everything that the page shows. When the plugin is down the view says so.
func (h *handler) currentView(r *http.Request) *view {
	schema, err := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	if err != nil {
		return h.downView(err)
	}
	snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err != nil {
		return h.downView(err)
	}
	v := h.newView(r, schema, snapshot, nil)
	v.Service = h.service(r)
	return v
}

// submittedView shows the form as it was submitted. When what is in force cannot be asked for, the view says so and
// still shows the form.
func (h *handler) submittedView(r *http.Request, schema shared.Schema, s submission) *view {
	snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err != nil {
		v := h.downView(err)
		v.Schema, v.Down = schema, false
		v.adopt(s)
		return v
	}
	return h.answeredView(r, schema, s, snapshot)
}

// answeredView shows the form as it was submitted, over what the plugin says is in force.
func (h *handler) answeredView(r *http.Request, schema shared.Schema, s submission, snapshot shared.Snapshot) *view {
	v := h.newView(r, schema, snapshot, s.draft.Values)
	v.adopt(s)
	return v
}

// newView shows what is in force. The values are those of the form as it stands, nil for what is in force. A page never
// carries a typed secret back, so its preview has none.
func (h *handler) newView(r *http.Request, schema shared.Schema, snapshot shared.Snapshot, values shared.Values) *view {
	v := h.emptyView()
	v.Schema, v.Snapshot = schema, snapshot
	v.Prerequisites = h.checkPrerequisites(r.Context(), schema.Prerequisites)
	v.build(snapshot.Values)
	request := shared.ValidateRequest{Locale: h.locale(r), Draft: shared.Draft{Values: values}}
	if validation, err := h.page.Validate(r.Context(), request); err == nil {
		v.Preview = validation.Preview
	}
	return v
}

// downView says why the plugin could not be asked.
func (h *handler) downView(err error) *view {
	v := h.emptyView()
	v.Down, v.Failure = true, h.explain(err)
	return v
}

// emptyView knows only what the host knows.
func (h *handler) emptyView() *view {
	return &view{
		Plugin: h.options.PluginState(), HasHistory: h.auditTrail() != nil, MakesSuggestions: h.suggester() != nil,
		HasService: h.notifier() != nil,
	}
}

// build lays the fields out with the given values.
func (v *view) build(values shared.Values) {
	v.Sections = nil
	follows := v.Schema.Evaluate(values)
	for _, section := range v.Schema.Sections {
		shown := sectionView{Section: section, Open: !section.Advanced}
		for i, field := range section.Fields {
			one := v.field(field, values, follows)
			if value := values[field.Name]; section.Advanced && !value.IsEmpty() && value != one.Default {
				shown.Open = true // It holds something that was decided.
			}
			if i > 0 && field.Group != "" && field.Group == section.Fields[i-1].Group {
				last := len(shown.Groups) - 1
				shown.Groups[last] = append(shown.Groups[last], one)
			} else {
				shown.Groups = append(shown.Groups, []fieldView{one})
			}
		}
		v.Sections = append(v.Sections, shown)
	}
	v.Options = nil
	for _, option := range v.Schema.Test.Options {
		v.Options = append(v.Options, fieldView{Field: option, Control: optionPrefix + option.Name})
	}
}

func (v *view) field(field shared.Field, values shared.Values, follows *shared.Evaluation) fieldView {
	one := fieldView{
		Field: field, Control: valuePrefix + field.Name, Value: values[field.Name],
		Effective: follows.Effective(field.Name),
		Default:   follows.Default(field.Name),
		Concealed: !follows.Visible(field),
		Secret:    v.Snapshot.Secrets[field.Name],
		Rules:     fieldRules{Visible: field.VisibleWhen, Defaults: field.DefaultWhen, Default: field.Default},
	}
	one.Checked, _ = one.Effective.AsBoolean()
	if lock, locked := v.Snapshot.Locks[field.Name]; locked {
		one.Lock = &lock
	}
	if field.Sensitive {
		one.Control = secretPrefix + field.Name
	}
	return one
}

// adopt shows what was submitted instead of what is in force.
func (v *view) adopt(s submission) {
	v.build(s.draft.Apply(v.Snapshot.Values))
	for i, option := range v.Options {
		v.Options[i].Value = s.options[option.Name]
		v.Options[i].Checked, _ = s.options[option.Name].AsBoolean()
	}
	// The form stays bound to the revision that it was made from; only a conflict moves it on.
	v.Snapshot.Revision.Number = s.revision
}

func (v *view) setFindings(found shared.Diagnostics) {
	known := map[string]bool{}
	for _, section := range v.Sections {
		for _, group := range section.Groups {
			for i := range group {
				group[i].Findings = found.ForField(group[i].Name)
				known[group[i].Name] = true
			}
		}
	}
	v.General = nil
	for _, one := range found {
		if !known[one.Field] {
			v.General = append(v.General, one)
		}
	}
	v.openWhereNeeded()
}

func (v *view) openWhereNeeded() {
	for i, section := range v.Sections {
		for _, group := range section.Groups {
			for _, field := range group {
				v.Sections[i].Open = v.Sections[i].Open || len(field.Findings) > 0
			}
		}
	}
}

// showConflict shows both versions side by side; saving again is then a decision.
func (v *view) showConflict(s submission, result shared.SaveResult) {
	v.Conflict = &conflict{Revision: result.Snapshot.Revision}
	withYours, withTheirs := v.Schema.Evaluate(s.draft.Values), v.Schema.Evaluate(result.Snapshot.Values)
	for field := range v.Schema.Fields() {
		yours, given := s.draft.Values[field.Name]
		theirs := result.Snapshot.Values[field.Name]
		switch {
		case field.Sensitive && s.draft.Secrets[field.Name].Action != shared.SecretKeep:
			v.Conflict.Fields = append(v.Conflict.Fields, conflictField{field.Label, text.Of("changed"), text.Of("not shown")})
		case given && yours != theirs && withYours.Effective(field.Name) != withTheirs.Effective(field.Name):
			v.Conflict.Fields = append(v.Conflict.Fields,
				conflictField{field.Label, valueText(field, yours), valueText(field, theirs)})
		}
	}
	v.Snapshot.Revision = result.Snapshot.Revision
}

// valueText is a value as people read it.
func valueText(field shared.Field, value shared.Value) text.Text {
	if value.IsEmpty() {
		return text.Of("(default)")
	}
	if truth, ok := value.AsBoolean(); ok {
		if truth {
			return text.Of("yes")
		}
		return text.Of("no")
	}
	for _, option := range field.Options {
		if value == shared.Text(option.Value) {
			return text.Plain(option.Label) // The plugin has translated it.
		}
	}
	return text.Plain(printable.Line(value.String()))
}

// notifier returns the notification service, nil when there is none.
func (h *handler) notifier() shared.Notifier {
	if h.options.Notifier == nil {
		return nil
	}
	return h.options.Notifier()
}

// service returns how the notification service is, nil when there is none or it cannot be asked.
func (h *handler) service(r *http.Request) *shared.ServiceStatus {
	notifier := h.notifier()
	if notifier == nil {
		return nil
	}
	status, err := notifier.Status(r.Context(), shared.StatusRequest{Locale: h.locale(r)})
	if err != nil {
		h.options.Logger.Warn("the notification service could not be asked", "error", err)
		return nil
	}
	return &status
}

// state answers with what changes while the page is open.
func (h *handler) state(w http.ResponseWriter, r *http.Request) {
	v := &view{Plugin: h.options.PluginState()}
	reply := map[string]any{"running": v.Plugin.Running}
	if schema, err := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)}); err == nil {
		v.Prerequisites = h.checkPrerequisites(r.Context(), schema.Prerequisites)
		reply["prerequisites"] = h.fragment(r, "prerequisites", v)
		if status := h.service(r); status != nil {
			reply["service"] = h.fragment(r, "service", status)
			reply["held"] = h.fragment(r, "held elsewhere", status.Held)
		}
	} else {
		v.Plugin = h.options.PluginState()
		reply["running"], reply["down"] = false, h.fragment(r, "down", v)
	}
	h.writeJSON(w, reply)
}

func toJSON(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

// icon is the sign that stands beside a status, so that nothing depends on colour alone.
func icon(status any) string {
	switch fmt.Sprint(status) {
	case "passed":
		return "✔"
	case "warning":
		return "▲"
	case "failed", "error":
		return "✖"
	case "skipped":
		return "–"
	default:
		return "ℹ"
	}
}
