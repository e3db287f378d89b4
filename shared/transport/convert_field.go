package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func fieldToProto(f shared.Field) *settingsv1.Field {
	return &settingsv1.Field{
		Name: validUTF8(f.Name), Label: validUTF8(f.Label), Help: validUTF8(f.Help),
		Kind: kindToProto[f.Kind], Fallback: kindToProto[f.Kind.Fallback()],
		Required: f.Required, RequiredWhen: conditionToProto(f.RequiredWhen), Sensitive: f.Sensitive, ReadOnly: f.ReadOnly,
		Default: valueToProto(f.Default), DefaultWhen: each(f.DefaultWhen, conditionalDefaultToProto),
		VisibleWhen: conditionToProto(f.VisibleWhen), EnabledWhen: conditionToProto(f.EnabledWhen),
		Min: valueToProto(f.Min), Max: valueToProto(f.Max),
		Pattern: validUTF8(f.Pattern), PatternMessage: validUTF8(f.PatternMessage),
		Options: each(f.Options, optionToProto), OptionsFrom: validUTF8(f.OptionsFrom), Action: validUTF8(f.Action),
		Items: kindToProto[f.Items], KeyLabel: validUTF8(f.KeyLabel), ItemLabel: validUTF8(f.ItemLabel),
		Schemes: validUTF8s(f.Schemes), Accept: validUTF8s(f.Accept),
		Display: displayToProto[f.Display], Unit: validUTF8(f.Unit), Link: linkToProto(f.Link),
		Placeholder: validUTF8(f.Placeholder), Group: validUTF8(f.Group), Deprecated: validUTF8(f.Deprecated),
		NeedsRestart: f.NeedsRestart, Formerly: validUTF8s(f.Formerly),
	}
}

func fieldFromProto(f *settingsv1.Field) shared.Field {
	field := shared.Field{
		Name: f.GetName(), Label: f.GetLabel(), Help: f.GetHelp(), Kind: kindFromProto(f.GetKind()),
		Required: f.GetRequired(), RequiredWhen: conditionFromProto(f.GetRequiredWhen()),
		Sensitive: f.GetSensitive(), ReadOnly: f.GetReadOnly(),
		Default: valueFromProto(f.GetDefault()), DefaultWhen: each(f.GetDefaultWhen(), conditionalDefaultFromProto),
		VisibleWhen: conditionFromProto(f.GetVisibleWhen()), EnabledWhen: conditionFromProto(f.GetEnabledWhen()),
		Min: valueFromProto(f.GetMin()), Max: valueFromProto(f.GetMax()),
		Pattern: f.GetPattern(), PatternMessage: f.GetPatternMessage(),
		Options: each(f.GetOptions(), optionFromProto), OptionsFrom: f.GetOptionsFrom(), Action: f.GetAction(),
		KeyLabel: f.GetKeyLabel(), ItemLabel: f.GetItemLabel(), Schemes: f.GetSchemes(), Accept: f.GetAccept(),
		Display: fromProto(displayToProto, f.GetDisplay()), Unit: f.GetUnit(), Link: linkFromProto(f.GetLink()),
		Placeholder: f.GetPlaceholder(), Group: f.GetGroup(), Deprecated: f.GetDeprecated(),
		NeedsRestart: f.GetNeedsRestart(), Formerly: f.GetFormerly(),
	}
	if items := kindFromProto(f.GetItems()); items.Known() {
		field.Items = items // Entries of a kind that this version does not know are texts.
	}
	if fallback := kindFromProto(f.GetFallback()); !field.Kind.Known() && fallback.Known() {
		return fallenBack(field, fallback)
	}
	return field
}

func optionToProto(o shared.Option) *settingsv1.Option {
	return &settingsv1.Option{Value: validUTF8(o.Value), Label: validUTF8(o.Label)}
}

func optionFromProto(o *settingsv1.Option) shared.Option {
	return shared.Option{Value: o.GetValue(), Label: o.GetLabel()}
}

func linkToProto(l shared.Link) *settingsv1.Link {
	if l == (shared.Link{}) {
		return nil
	}
	return &settingsv1.Link{Text: validUTF8(l.Text), Url: validUTF8(l.URL)}
}

func linkFromProto(l *settingsv1.Link) shared.Link {
	return shared.Link{Text: l.GetText(), URL: l.GetUrl()}
}

func conditionalDefaultToProto(rule shared.ConditionalDefault) *settingsv1.ConditionalDefault {
	return &settingsv1.ConditionalDefault{When: conditionToProto(rule.When), Value: valueToProto(rule.Value)}
}

func conditionalDefaultFromProto(rule *settingsv1.ConditionalDefault) shared.ConditionalDefault {
	return shared.ConditionalDefault{
		When: conditionFromProto(rule.GetWhen()), Value: valueFromProto(rule.GetValue()),
	}
}

func conditionToProto(c shared.Condition) *settingsv1.Condition {
	if c.IsZero() {
		return nil
	}
	wire := &settingsv1.Condition{
		Field: validUTF8(c.Field), AnyOf: each(c.AnyOf, valueToProto), Set: c.Set, Least: valueToProto(c.Least),
		Most: valueToProto(c.Most), All: each(c.All, conditionToProto), Any: each(c.Any, conditionToProto),
	}
	if c.Not != nil {
		wire.Not = conditionToProto(*c.Not)
	}
	return wire
}

// conditionFromProto returns the zero condition for one that is absent.
func conditionFromProto(c *settingsv1.Condition) shared.Condition {
	if c == nil {
		return shared.Condition{}
	}
	condition := shared.Condition{
		Field: c.GetField(), AnyOf: each(c.GetAnyOf(), valueFromProto), Set: c.GetSet(),
		Least: valueFromProto(c.GetLeast()), Most: valueFromProto(c.GetMost()),
		All: each(c.GetAll(), conditionFromProto), Any: each(c.GetAny(), conditionFromProto),
	}
	if c.GetNot() != nil {
		not := conditionFromProto(c.GetNot())
		condition.Not = &not
	}
	return condition
}

var kindToProto = map[shared.Kind]settingsv1.Kind{
	shared.KindText:          settingsv1.Kind_KIND_TEXT,
	shared.KindMultiline:     settingsv1.Kind_KIND_MULTILINE,
	shared.KindInteger:       settingsv1.Kind_KIND_INTEGER,
	shared.KindDecimal:       settingsv1.Kind_KIND_DECIMAL,
	shared.KindBoolean:       settingsv1.Kind_KIND_BOOLEAN,
	shared.KindChoice:        settingsv1.Kind_KIND_CHOICE,
	shared.KindChoices:       settingsv1.Kind_KIND_CHOICES,
	shared.KindList:          settingsv1.Kind_KIND_LIST,
	shared.KindMap:           settingsv1.Kind_KIND_MAP,
	shared.KindEmail:         settingsv1.Kind_KIND_EMAIL,
	shared.KindURL:           settingsv1.Kind_KIND_URL,
	shared.KindHostPort:      settingsv1.Kind_KIND_HOST_PORT,
	shared.KindDuration:      settingsv1.Kind_KIND_DURATION,
	shared.KindByteSize:      settingsv1.Kind_KIND_BYTE_SIZE,
	shared.KindDate:          settingsv1.Kind_KIND_DATE,
	shared.KindFile:          settingsv1.Kind_KIND_FILE,
	shared.KindAuthorization: settingsv1.Kind_KIND_AUTHORIZATION,
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

var displayToProto = map[shared.Display]settingsv1.Display{
	shared.DisplayRadio: settingsv1.Display_DISPLAY_RADIO,
	shared.DisplayCode:  settingsv1.Display_DISPLAY_CODE,
}
