package form

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// presetView is a preset, and whether the form holds its values.
type presetView struct {
	shared.Preset
	Chosen bool
}

// buildPresets tells which preset the form is filled in with.
func (v *view) buildPresets(scope fieldScope) {
	v.Presets, v.OtherPreset = nil, false
	found := false
	for _, preset := range v.Schema.Presets {
		shown := presetView{Preset: preset, Chosen: !found && len(preset.Values) > 0}
		for name, value := range preset.Values {
			shown.Chosen = shown.Chosen && scope.follows.Effective(name) == value
			v.OtherPreset = v.OtherPreset || !scope.values[name].IsEmpty()
		}
		found = found || shown.Chosen
		v.Presets = append(v.Presets, shown)
	}
	v.OtherPreset = v.OtherPreset && !found
}

// presetFields are the labels of what the presets fill in.
func presetFields(schema shared.Schema) string {
	var named []string
	for field := range schema.Fields() {
		for _, preset := range schema.Presets {
			if _, given := preset.Values[field.Name]; given {
				named = append(named, field.Label)
				break
			}
		}
	}
	return strings.Join(named, ", ")
}

// differing says which fields hold something else than their default.
func differing(fields []*fieldView) text.Text {
	var named []string
	for _, one := range fields {
		own := !one.Value.IsEmpty() && one.Value != one.Default || one.Secret.Set
		if own && !one.ReadOnly && !one.Obsolete {
			named = append(named, one.Label)
		}
	}
	if len(named) == 0 {
		return text.Of("all at their defaults")
	}
	return text.Of("{number} changed: {fields}", "number", len(named), "fields", strings.Join(named, ", "))
}
