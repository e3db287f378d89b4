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
		Test: &settingsv1.TestAction{
			Label: validUTF8(s.Test.Label), Options: each(s.Test.Options, fieldToProto),
			Plan: each(s.Test.Plan, func(p shared.PlannedStep) *settingsv1.PlannedStep {
				return &settingsv1.PlannedStep{Id: validUTF8(p.ID), Label: validUTF8(p.Label), Detail: validUTF8(p.Detail)}
			}),
		},
		Actions:  each(s.Actions, actionToProto),
		SaveNote: validUTF8(s.SaveNote),
	}
}

func schemaFromProto(s *settingsv1.Schema) shared.Schema {
	schema := shared.Schema{
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
			Plan: each(s.GetTest().GetPlan(), func(p *settingsv1.PlannedStep) shared.PlannedStep {
				return shared.PlannedStep{ID: p.GetId(), Label: p.GetLabel(), Detail: p.GetDetail()}
			}),
		},
		Actions:  each(s.GetActions(), actionFromProto),
		SaveNote: s.GetSaveNote(),
	}
	withoutOrder(&schema, s)
	return schema
}

func actionToProto(a shared.Action) *settingsv1.Action {
	return &settingsv1.Action{
		Name: validUTF8(a.Name), Label: validUTF8(a.Label), Help: validUTF8(a.Help), Options: each(a.Options, fieldToProto),
		VisibleWhen: conditionToProto(a.VisibleWhen), Test: a.Test, NeedsSecrets: a.NeedsSecrets, Changes: a.Changes,
		Confirm: validUTF8(a.Confirm),
	}
}

func actionFromProto(a *settingsv1.Action) shared.Action {
	return shared.Action{
		Name: a.GetName(), Label: a.GetLabel(), Help: a.GetHelp(), Options: each(a.GetOptions(), fieldFromProto),
		VisibleWhen: conditionFromProto(a.GetVisibleWhen()), Test: a.GetTest(), NeedsSecrets: a.GetNeedsSecrets(),
		Changes: a.GetChanges(), Confirm: a.GetConfirm(),
	}
}
