package settingstest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
)

func validateHarmless(ctx context.Context, p page, valid shared.Draft) error {
	return unchanged(ctx, p, func() error {
		_, err := p.Validate(ctx, shared.ValidateRequest{Draft: valid})
		return err
	})
}

// unchanged checks that an action leaves the settings in force as they are. The last verification may change.
func unchanged(ctx context.Context, p page, action func() error) error {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	if err := action(); err != nil {
		return err
	}
	after, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	before.Verified, after.Verified = nil, nil
	if !reflect.DeepEqual(before, after) {
		return fmt.Errorf("the settings in force changed from %+v to %+v", before, after)
	}
	return nil
}

// editable returns the fields that are not locked.
func editable(ctx context.Context, p page) (shared.Schema, []shared.Field, error) {
	schema, err1 := p.Schema(ctx, shared.SchemaRequest{})
	snapshot, err2 := p.Load(ctx, shared.LoadRequest{})
	var fields []shared.Field
	for field := range schema.Fields() {
		if _, locked := snapshot.Locks[field.Name]; !locked {
			fields = append(fields, field)
		}
	}
	return schema, fields, errors.Join(err1, err2)
}

// emptied is the draft with one field emptied.
func emptied(valid shared.Draft, field shared.Field) shared.Draft {
	draft := shared.Draft{Values: maps.Clone(valid.Values), Secrets: maps.Clone(valid.Secrets)}
	if field.Sensitive {
		draft.Secrets[field.Name] = shared.ClearSecret()
	} else {
		draft.Values[field.Name] = shared.Value{}
	}
	return draft
}

// mandatory returns the fields that must be reported when they are empty.
func mandatory(ctx context.Context, p page, valid shared.Draft) ([]shared.Field, error) {
	schema, fields, err := editable(ctx, p)
	var found []shared.Field
	for _, field := range fields {
		draft := emptied(valid, field)
		if field.Required && schema.Visible(field, draft.Values) &&
			schema.Effective(field.Name, draft.Values).IsEmpty() {
			found = append(found, field)
		}
	}
	return found, err
}

func validateRequired(ctx context.Context, p page, valid shared.Draft) error {
	fields, err := mandatory(ctx, p, valid)
	if err != nil {
		return err
	}
	for _, field := range fields {
		validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: emptied(valid, field)})
		if err != nil {
			return err
		}
		if !validation.Diagnostics.ForField(field.Name).HasErrors() {
			return fmt.Errorf("%q is required and empty, but the findings are %+v", field.Name, validation.Diagnostics)
		}
	}
	return nil
}

const undeclared = "no_field_has_this_name"

func validateUnknown(ctx context.Context, p page, valid shared.Draft) error {
	draft := shared.Draft{Values: maps.Clone(valid.Values), Secrets: valid.Secrets}
	draft.Values[undeclared] = shared.Text("x")
	validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
	if err != nil {
		return err
	}
	if !validation.Diagnostics.HasErrors() {
		return errors.New("a field that is not declared was accepted")
	}
	return nil
}

func validateReadable(ctx context.Context, p page, valid shared.Draft) error {
	schema, fields, err := editable(ctx, p)
	if err != nil {
		return err
	}
	drafts := []shared.Draft{valid, {}}
	for _, field := range fields {
		drafts = append(drafts, emptied(valid, field))
		if !field.Sensitive {
			odd := emptied(valid, field)
			odd.Values[field.Name] = shared.Text("\x01 https://odd<value>\n")
			drafts = append(drafts, odd)
		}
	}
	for _, draft := range drafts {
		validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
		if err != nil {
			return err
		}
		if err := readable(schema, validation.Diagnostics); err != nil {
			return err
		}
	}
	return nil
}

func readable(schema shared.Schema, found shared.Diagnostics) error {
	for _, one := range found {
		_, declared := schema.Field(one.Field)
		switch {
		case one.Code == "" || one.Summary == "":
			return fmt.Errorf("a diagnostic without code or summary: %+v", one)
		case one.Severity != shared.SeverityError && one.Severity != shared.SeverityWarning &&
			one.Severity != shared.SeverityInfo:
			return fmt.Errorf("a diagnostic of unknown severity: %+v", one)
		case !one.Scope.Known() || !one.Lasting.Known():
			return fmt.Errorf("a diagnostic of unknown scope or lasting: %+v", one)
		case one.Field != "" && !declared && !isOption(schema, one.Field):
			return fmt.Errorf("a diagnostic for a field that is not declared: %+v", one)
		case !utf8.ValidString(one.Summary + one.Detail):
			return fmt.Errorf("a diagnostic that is not UTF-8: %q", one.Summary)
		}
		for _, fix := range one.Fixes {
			for name, value := range fix.Values {
				if field, declared := schema.Field(name); !declared || !field.Fits(value) || field.Sensitive {
					return fmt.Errorf("a fix that sets %q to %q: %+v", name, value, one)
				}
			}
		}
	}
	return nil
}

// isOption reports whether the test or an action has an option of the name.
func isOption(schema shared.Schema, name string) bool {
	options := slices.Clone(schema.Test.Options)
	for _, action := range schema.Actions {
		options = append(options, action.Options...)
	}
	return slices.ContainsFunc(options, func(option shared.Field) bool { return option.Name == name })
}
