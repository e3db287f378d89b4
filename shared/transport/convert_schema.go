package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func schemaReplyToProto(s shared.Schema) *settingsv1.SchemaResponse {
	return &settingsv1.SchemaResponse{Schema: schemaToProto(s)}
}

func schemaReplyFromProto(r *settingsv1.SchemaResponse) shared.Schema {
	return schemaFromProto(r.GetSchema())
}

func schemaToProto(s shared.Schema) *settingsv1.Schema {
	return &settingsv1.Schema{
		Title:       validUTF8(s.Title),
		Description: validUTF8(s.Description),
		Prerequisites: each(s.Prerequisites, func(p shared.Prerequisite) *settingsv1.Prerequisite {
			return &settingsv1.Prerequisite{Id: validUTF8(p.ID), Text: validUTF8(p.Text)}
		}),
		Sections: each(s.Sections, func(section shared.Section) *settingsv1.Section {
			return &settingsv1.Section{
				Name: validUTF8(section.Name), Title: validUTF8(section.Title), Help: validUTF8(section.Help),
				Advanced: section.Advanced, Fields: each(section.Fields, fieldToProto),
			}
		}),
		Presets: each(s.Presets, func(p shared.Preset) *settingsv1.Preset {
			return &settingsv1.Preset{
				Name: validUTF8(p.Name), Label: validUTF8(p.Label), Values: valuesToProto(p.Values),
				Note: validUTF8(p.Note),
			}
		}),
		Test:     &settingsv1.TestAction{Label: validUTF8(s.Test.Label), Options: each(s.Test.Options, fieldToProto)},
		SaveNote: validUTF8(s.SaveNote), SuggestLabel: validUTF8(s.SuggestLabel),
	}
}

func schemaFromProto(s *settingsv1.Schema) shared.Schema {
	return shared.Schema{
		Title:       s.GetTitle(),
		Description: s.GetDescription(),
		Prerequisites: each(s.GetPrerequisites(), func(p *settingsv1.Prerequisite) shared.Prerequisite {
			return shared.Prerequisite{ID: p.GetId(), Text: p.GetText()}
		}),
		Sections: each(s.GetSections(), func(section *settingsv1.Section) shared.Section {
			return shared.Section{
				Name: section.GetName(), Title: section.GetTitle(), Help: section.GetHelp(),
				Advanced: section.GetAdvanced(), Fields: each(section.GetFields(), fieldFromProto),
			}
		}),
		Presets: each(s.GetPresets(), func(p *settingsv1.Preset) shared.Preset {
			return shared.Preset{
				Name: p.GetName(), Label: p.GetLabel(), Values: valuesFromProto(p.GetValues()), Note: p.GetNote(),
			}
		}),
		Test: shared.TestAction{
			Label: s.GetTest().GetLabel(), Options: each(s.GetTest().GetOptions(), fieldFromProto),
		},
		SaveNote: s.GetSaveNote(), SuggestLabel: s.GetSuggestLabel(),
	}
}

func fieldToProto(f shared.Field) *settingsv1.Field {
	return &settingsv1.Field{
		Name: validUTF8(f.Name), Label: validUTF8(f.Label), Help: validUTF8(f.Help),
		Kind: kindToProto[f.Kind], Required: f.Required, Sensitive: f.Sensitive,
		Default: valueToProto(f.Default),
		DefaultWhen: each(f.DefaultWhen, func(rule shared.ConditionalDefault) *settingsv1.ConditionalDefault {
			return &settingsv1.ConditionalDefault{When: conditionToProto(&rule.When), Value: valueToProto(rule.Value)}
		}),
		VisibleWhen: conditionToProto(f.VisibleWhen),
		Min:         f.Min, Max: f.Max, Pattern: validUTF8(f.Pattern),
		Options: each(f.Options, func(o shared.Option) *settingsv1.Option {
			return &settingsv1.Option{Value: validUTF8(o.Value), Label: validUTF8(o.Label)}
		}),
		Placeholder: validUTF8(f.Placeholder), Group: validUTF8(f.Group),
	}
}

func fieldFromProto(f *settingsv1.Field) shared.Field {
	return shared.Field{
		Name: f.GetName(), Label: f.GetLabel(), Help: f.GetHelp(),
		Kind: kindFromProto(f.GetKind()), Required: f.GetRequired(), Sensitive: f.GetSensitive(),
		Default: valueFromProto(f.GetDefault()),
		DefaultWhen: each(f.GetDefaultWhen(), func(rule *settingsv1.ConditionalDefault) shared.ConditionalDefault {
			condition := shared.ConditionalDefault{Value: valueFromProto(rule.GetValue())}
			if when := conditionFromProto(rule.GetWhen()); when != nil {
				condition.When = *when
			}
			return condition
		}),
		VisibleWhen: conditionFromProto(f.GetVisibleWhen()),
		Min:         f.Min, Max: f.Max, Pattern: f.GetPattern(),
		Options: each(f.GetOptions(), func(o *settingsv1.Option) shared.Option {
			return shared.Option{Value: o.GetValue(), Label: o.GetLabel()}
		}),
		Placeholder: f.GetPlaceholder(), Group: f.GetGroup(),
	}
}

func conditionToProto(c *shared.Condition) *settingsv1.Condition {
	if c == nil {
		return nil
	}
	return &settingsv1.Condition{Field: validUTF8(c.Field), AnyOf: each(c.AnyOf, valueToProto)}
}

func conditionFromProto(c *settingsv1.Condition) *shared.Condition {
	if c == nil {
		return nil
	}
	return &shared.Condition{Field: c.GetField(), AnyOf: each(c.GetAnyOf(), valueFromProto)}
}

var kindToProto = map[shared.Kind]settingsv1.Kind{
	shared.KindText:      settingsv1.Kind_KIND_TEXT,
	shared.KindMultiline: settingsv1.Kind_KIND_MULTILINE,
	shared.KindInteger:   settingsv1.Kind_KIND_INTEGER,
	shared.KindBoolean:   settingsv1.Kind_KIND_BOOLEAN,
	shared.KindChoice:    settingsv1.Kind_KIND_CHOICE,
	shared.KindEmail:     settingsv1.Kind_KIND_EMAIL,
	shared.KindDuration:  settingsv1.Kind_KIND_DURATION,
}

// kindFromProto keeps the name of a kind that this version does not know, so that Schema.Check can refuse it by name.
func kindFromProto(k settingsv1.Kind) shared.Kind {
	for kind, number := range kindToProto {
		if number == k {
			return kind
		}
	}
	return shared.Kind(k.String())
}
