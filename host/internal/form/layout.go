package form

import (
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

type sectionView struct {
	shared.Section
	Open bool
	// Untitled sections have a heading that is not seen: the page's own stands above it, or their first field says it.
	Untitled bool
	Groups   []groupView
	Differs  text.Text // which fields hold something else than their default
}

// groupView are neighbours of one group, which stand together, and the actions that belong to them.
type groupView struct {
	Fields []*fieldView
	Runs   []*runView
	// Indented groups depend on the tick-box that the section begins with.
	Indented bool
}

// build lays the form out with the given values, and with what else was submitted.
func (v *view) build(values shared.Values, s submission) {
	v.Sections, v.Test, v.Tests, v.Actions, v.runs = nil, nil, nil, nil, nil
	scope := newScope(v.Schema, values, "", valuePrefix)
	beside := map[string]bool{} // actions that stand beside a field already
	for number, section := range v.Schema.Sections {
		shown := sectionView{Section: section, Open: !section.Advanced}
		switched := len(section.Fields) > 0 && section.Fields[0].Kind == shared.KindBoolean
		shown.Untitled = number == 0 || switched
		var fields []*fieldView
		for i, field := range section.Fields {
			one := v.field(scope, field, s)
			if i == 0 || field.Group == "" || field.Group != section.Fields[i-1].Group {
				shown.Groups = append(shown.Groups, groupView{
					Indented: switched && field.VisibleWhen.Field == section.Fields[0].Name,
				})
			}
			group := &shown.Groups[len(shown.Groups)-1]
			v.besideField(group, one, scope, s, beside)
			group.Fields = append(group.Fields, one)
			fields = append(fields, one)
		}
		shown.Differs = differing(fields)
		v.Sections = append(v.Sections, shown)
	}
	v.buildPresets(scope)
	v.buildRuns(scope, s, beside)
}

// field lays out a field of the form with what is known of it beside its value.
func (v *view) field(scope fieldScope, field shared.Field, s submission) *fieldView {
	one := scope.field(field)
	one.Secret = v.Snapshot.Secrets[field.Name]
	one.Pending = slices.Contains(v.Snapshot.Pending, field.Name)
	if lock, locked := v.Snapshot.Locks[field.Name]; locked {
		one.Lock = &lock
	}
	if field.ReadOnly {
		for _, computed := range []shared.Values{v.Snapshot.Computed, v.computed} {
			if value, given := computed[field.Name]; given {
				one.Effective = value
			}
		}
	}
	one.Obsolete = field.Deprecated != "" && one.Value.IsEmpty() && !one.Secret.Set && !field.ReadOnly
	if found, given := s.found[field.Name]; given {
		one.Options = slices.Concat(field.Options, found)
	}
	one.Ticket = s.tickets[field.Name]
	change := s.draft.Secrets[field.Name].Action
	one.Clearing = change == shared.SecretClear
	one.Retype = change == shared.SecretReplace && field.Kind != shared.KindAuthorization
	return one
}

// besideField puts the actions that a field names beside it; beside the first one of those that name the same.
func (v *view) besideField(
	group *groupView, one *fieldView, scope fieldScope, s submission, beside map[string]bool,
) {
	for _, name := range []string{one.Action, one.OptionsFrom} {
		action, declared := v.Schema.Action(name)
		switch {
		case !declared || !v.hasActions || one.Obsolete || action.Test:
		case beside[name]:
			one.Again = &action
		default:
			beside[name] = true
			run := v.actionRun(action, scope, s, one.VisibleWhen)
			if len(action.Options) == 0 && action.Help == "" && action.VisibleWhen.IsZero() && one.Kind != shared.KindBoolean {
				run.Apart, one.Beside = true, run
			}
			group.Runs = append(group.Runs, run)
		}
	}
}

// buildRuns lays out the test, and the actions that stand beside no field.
func (v *view) buildRuns(scope fieldScope, s submission, beside map[string]bool) {
	v.Test = &runView{
		Label: v.Schema.Test.Label, Planned: v.Schema.Test.Plan,
		Options: optionViews("", v.Schema.Test.Form(), s.options[""]),
	}
	v.Test.foldOptions()
	v.runs = append(v.runs, v.Test)
	if !v.hasActions {
		return
	}
	for _, action := range v.Schema.Actions {
		switch {
		case beside[action.Name]:
		case action.Test:
			run := v.actionRun(action, scope, s, shared.Condition{})
			v.Tests = append(v.Tests, run)
		default:
			v.Actions = append(v.Actions, v.actionRun(action, scope, s, shared.Condition{}))
		}
	}
}

// actionRun lays out an action, which is hidden with the field that it stands beside.
func (v *view) actionRun(action shared.Action, scope fieldScope, s submission, field shared.Condition) *runView {
	visible := action.VisibleWhen
	switch {
	case visible.IsZero():
		visible = field
	case !field.IsZero():
		visible = shared.All(visible, field)
	}
	run := &runView{
		runName: runName(action.Name), Label: action.Label, Help: action.Help,
		Options:   optionViews(runName(action.Name), action.Form(), s.options[action.Name]),
		Concealed: !scope.follows.Holds(visible), Rules: fieldRules{Visible: visible},
	}
	v.runs = append(v.runs, run)
	return run
}

// optionViews lays out the options of a test or an action.
func optionViews(of runName, form shared.Schema, values shared.Values) []*fieldView {
	var shown []*fieldView
	scope := newScope(form, values, of.optionKey(), of.optionControl())
	for field := range form.Fields() {
		shown = append(shown, scope.field(field))
	}
	return shown
}

// optionKey is what the keys of the options begin with. No field has such a name.
func (n runName) optionKey() string {
	if n == "" {
		return "option-"
	}
	return "action-" + string(n) + "-"
}

// optionControl is what the names of the controls of the options begin with.
func (n runName) optionControl() string {
	if n == "" {
		return optionPrefix
	}
	return actionPrefix + string(n) + "."
}

// run returns what can be run, nil when it is not on the page.
func (v *view) run(name runName) *runView {
	i := slices.IndexFunc(v.runs, func(run *runView) bool { return run.runName == name })
	if i < 0 {
		return nil
	}
	return v.runs[i]
}

// adopt shows what was submitted instead of what is in force.
func (v *view) adopt(s submission) {
	v.build(s.draft.Apply(v.Snapshot.Values), s)
	// The form stays bound to the revision that it was made from; only a conflict moves it on.
	v.Snapshot.Revision.Number, v.base = s.revision, s.base
}

// show tells what came of a test or an action.
func (v *view) show(e errand, came outcome) {
	run := v.run(e.name)
	if run == nil { // The schema has changed meanwhile.
		return
	}
	run.Prompt, run.Changed = newPromptView(e.name, came.prompt), e.changed(came)
	if came.report != nil {
		v.setFindings(keyed(v.Schema, e.name, came.report.Diagnostics))
		if v.General = nil; run.IsTest() { // The verdict tells what the steps have found.
			v.each((*fieldView).markOnly)
		}
		run.Report = newReportView(came.shown(), e.name, v.Schema)
		if run.Concealed { // A browser is back, and what is in force does not offer what it has left for.
			v.General = came.report.Diagnostics
		}
		if came.settled() {
			run.Prompt = nil
		}
	}
}

// markOnly has the field say of what a step of the last test has found no more than that. What was wrong before the
// first step is wrong with what stands in the field, and is told beside it.
func (f *fieldView) markOnly() {
	var untried shared.Diagnostics
	for _, one := range f.Findings {
		switch {
		case one.Step == "":
			untried = append(untried, one)
		case one.Severity == shared.SeverityError || f.Mark == "" && one.Severity == shared.SeverityWarning:
			f.Mark = one.Severity
		}
	}
	f.Findings = untried
}

// each goes through all fields and options.
func (v *view) each(visit func(*fieldView)) {
	for _, section := range v.Sections {
		for _, group := range section.Groups {
			for _, field := range group.Fields {
				visit(field)
			}
		}
	}
	for _, run := range v.runs {
		for _, option := range run.Options {
			visit(option)
		}
	}
}

// setFindings puts each finding beside its field, and those that have none above the form.
func (v *view) setFindings(found shared.Diagnostics) {
	known := map[string]bool{}
	v.each(func(one *fieldView) {
		one.Findings = found.ForField(one.Key)
		known[one.Key] = true
		if len(one.Findings) > 0 && one.Obsolete {
			one.Obsolete = false
		}
	})
	v.General = nil
	for _, one := range found {
		if !known[one.Field] {
			v.General = append(v.General, one)
		}
	}
	v.openWhereNeeded()
}

// foldOptions folds the options while none is chosen, and names them.
func (r *runView) foldOptions() {
	var names []string
	for _, option := range r.Options {
		names = append(names, option.Label)
		r.Open = r.Open || !option.Value.IsEmpty() && option.Value != option.Default
	}
	r.OptionNames, r.Differs = strings.Join(names, ", "), strings.Join(names, ", ")
}

func (v *view) openWhereNeeded() {
	for i, section := range v.Sections {
		for _, group := range section.Groups {
			for _, field := range group.Fields {
				v.Sections[i].Open = v.Sections[i].Open || len(field.Findings) > 0
			}
		}
	}
	for _, option := range v.Test.Options {
		v.Test.Open = v.Test.Open || len(option.Findings) > 0
	}
}

// keyed has findings about options of what was run name them as the page does. A field of the form has precedence.
func keyed(schema shared.Schema, of runName, found shared.Diagnostics) shared.Diagnostics {
	options := schema.Test.Form()
	if action, declared := schema.Action(string(of)); declared {
		options = action.Form()
	}
	shown := slices.Clone(found)
	for i, one := range shown {
		_, isField := schema.Field(one.Field)
		if _, isOption := options.Field(one.Field); isOption && !isField {
			shown[i].Field = of.optionKey() + one.Field
		}
	}
	return shown
}

// computedTexts are what read-only fields show, by the field's key.
func computedTexts(schema shared.Schema, computed shared.Values) map[string]string {
	shown := map[string]string{}
	for name, value := range computed {
		if field, declared := schema.Field(name); declared && field.ReadOnly {
			shown[name] = field.Format(value)
		}
	}
	return shown
}
