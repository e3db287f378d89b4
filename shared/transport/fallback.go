package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// How a host shows the page of a plugin that has kinds of a later version.

// fallenBack is a field of a kind that this version does not know as one of a simpler kind. What its facets mean is not
// known; the plugin knows, and refuses what they do not allow.
func fallenBack(f shared.Field, kind shared.Kind) shared.Field {
	fallen := shared.Field{
		Name: f.Name, Label: f.Label, Help: f.Help, Kind: kind,
		Required: f.Required, RequiredWhen: f.RequiredWhen, Sensitive: f.Sensitive, ReadOnly: f.ReadOnly,
		Default: f.Default, DefaultWhen: f.DefaultWhen, VisibleWhen: f.VisibleWhen, EnabledWhen: f.EnabledWhen,
		Action: f.Action, Link: f.Link, Placeholder: f.Placeholder, Group: f.Group, Deprecated: f.Deprecated,
		NeedsRestart: f.NeedsRestart, Formerly: f.Formerly,
	}
	switch kind {
	case shared.KindChoice, shared.KindChoices: // They are nothing without options.
		fallen.Options, fallen.OptionsFrom = f.Options, f.OptionsFrom
	case shared.KindText, shared.KindList: // What its action finds is still proposed.
		fallen.OptionsFrom = f.OptionsFrom
	}
	return fallen
}

// withoutOrder mends conditions that compare a field of a kind that this version does not know: what comes before what
// is not known, so they hold when the field is set.
func withoutOrder(s *shared.Schema, wire *settingsv1.Schema) {
	unknown := map[string]bool{}
	for _, section := range wire.GetSections() {
		noteUnknown(unknown, section.GetFields())
	}
	if len(unknown) > 0 {
		for i := range s.Sections {
			mendFields(unknown, s.Sections[i].Fields)
		}
		for i := range s.Actions {
			s.Actions[i].VisibleWhen = unordered(unknown, s.Actions[i].VisibleWhen)
		}
	}
	mendOptions(wire.GetTest().GetOptions(), s.Test.Options)
	for i, action := range wire.GetActions() {
		mendOptions(action.GetOptions(), s.Actions[i].Options)
	}
}

func mendOptions(wire []*settingsv1.Field, options []shared.Field) {
	unknown := map[string]bool{}
	if noteUnknown(unknown, wire); len(unknown) > 0 {
		mendFields(unknown, options)
	}
}

func noteUnknown(unknown map[string]bool, fields []*settingsv1.Field) {
	for _, field := range fields {
		if !kindFromProto(field.GetKind()).Known() {
			unknown[field.GetName()] = true
		}
	}
}

func mendFields(unknown map[string]bool, fields []shared.Field) {
	for i := range fields {
		f := &fields[i]
		f.VisibleWhen, f.RequiredWhen = unordered(unknown, f.VisibleWhen), unordered(unknown, f.RequiredWhen)
		f.EnabledWhen = unordered(unknown, f.EnabledWhen)
		for j := range f.DefaultWhen {
			f.DefaultWhen[j].When = unordered(unknown, f.DefaultWhen[j].When)
		}
	}
}

func unordered(unknown map[string]bool, c shared.Condition) shared.Condition {
	mend := func(one shared.Condition) shared.Condition { return unordered(unknown, one) }
	if unknown[c.Field] && (!c.Least.IsEmpty() || !c.Most.IsEmpty()) {
		return shared.IsSet(c.Field)
	}
	c.All, c.Any = each(c.All, mend), each(c.Any, mend)
	if c.Not != nil {
		not := mend(*c.Not)
		c.Not = &not
	}
	return c
}
