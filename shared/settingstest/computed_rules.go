package settingstest

import (
	"context"
	"fmt"
	"maps"

	"github.com/smtp-settings/smtp-settings/shared"
)

// computedDeclared looks at what read-only fields show, and which changes wait for a restart.
func computedDeclared(ctx context.Context, p page, valid shared.Draft) error {
	if _, err := saveValid(ctx, p, valid); err != nil {
		return err
	}
	schema, err := p.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return err
	}
	snapshot, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: valid})
	if err != nil {
		return err
	}
	for _, shown := range []shared.Values{snapshot.Computed, validation.Computed} {
		for name, value := range shown {
			field, declared := schema.Field(name)
			switch {
			case !declared || !field.ReadOnly:
				return fmt.Errorf("%q shows %q, but is not declared as read-only", name, value)
			case !field.Fits(value) || !field.Holds(value):
				return fmt.Errorf("%q shows %q, which is not of kind %s", name, value, field.Kind)
			}
		}
	}
	for _, name := range snapshot.Pending {
		if field, declared := schema.Field(name); !declared || !field.NeedsRestart {
			return fmt.Errorf("%q waits for a restart, but is not declared to need one", name)
		}
	}
	return nil
}

// readOnlyRefused gives a value to each read-only field.
func readOnlyRefused(ctx context.Context, p page, valid shared.Draft) error {
	schema, err := p.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return err
	}
	for field := range schema.Fields() {
		if !field.ReadOnly {
			continue
		}
		draft := shared.Draft{Values: maps.Clone(valid.Values), Secrets: valid.Secrets}
		draft.Values[field.Name] = exampleValue(field)
		validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
		switch {
		case err != nil:
			return err
		case !validation.Diagnostics.ForField(field.Name).HasErrors():
			return fmt.Errorf("%q is read-only, but could be given a value", field.Name)
		}
	}
	return nil
}

// formRefused gives each field what its declaration does not allow: a value of another form, and one beyond its bounds.
func formRefused(ctx context.Context, p page, valid shared.Draft) error {
	schema, fields, err := editable(ctx, p)
	if err != nil {
		return err
	}
	for _, field := range fields {
		for _, value := range unfitting(field) {
			draft := shared.Draft{Values: maps.Clone(valid.Values), Secrets: valid.Secrets}
			draft.Values[field.Name] = value
			follows := schema.Evaluate(draft.Values)
			if field.Sensitive || field.ReadOnly || !follows.Visible(field) || !follows.Enabled(field) {
				continue
			}
			validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
			if err != nil {
				return err
			}
			if !validation.Diagnostics.ForField(field.Name).HasErrors() {
				return fmt.Errorf("%q took %q, which its declaration does not allow", field.Name, value)
			}
		}
	}
	return nil
}

// unfitting are values that the declaration of a field does not allow.
func unfitting(field shared.Field) []shared.Value {
	list := []shared.Value{shared.Text("\x00"), shared.Boolean(true), shared.Map(map[string]string{"": ""})}
	if field.Kind == shared.KindBoolean {
		list = []shared.Value{shared.Text("maybe"), shared.Integer(2), shared.List("true")}
	}
	if least, ok := field.Min.AsInteger(); ok && field.Kind.Form() == shared.FormInteger {
		list = append(list, shared.Integer(least-1))
	}
	if most, ok := field.Max.AsInteger(); ok && field.Kind.Form() == shared.FormInteger {
		list = append(list, shared.Integer(most+1))
	}
	return list
}
