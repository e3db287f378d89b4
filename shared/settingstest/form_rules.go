package settingstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/smtp-settings/smtp-settings/shared"
)

func infoComplete(ctx context.Context, p page, _ shared.Draft) error {
	info, err := p.Info(ctx)
	if err != nil {
		return err
	}
	if info.Name == "" || info.Title == "" || info.Version == "" {
		return fmt.Errorf("something is missing: %+v", info)
	}
	return nil
}

func schemaValid(ctx context.Context, p page, _ shared.Draft) error {
	schema, err := p.Schema(ctx, shared.SchemaRequest{})
	return errors.Join(err, schema.Check())
}

func schemaStable(ctx context.Context, p page, _ shared.Draft) error {
	first, err1 := p.Schema(ctx, shared.SchemaRequest{})
	second, err2 := p.Schema(ctx, shared.SchemaRequest{})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if !reflect.DeepEqual(first, second) {
		return errors.New("two calls returned different forms")
	}
	return nil
}

func schemaLocale(ctx context.Context, p page, _ shared.Draft) error {
	english, err := p.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return err
	}
	for _, locale := range []string{"de", "ja-JP", "tlh", "not a language"} {
		other, err := p.Schema(ctx, shared.SchemaRequest{Locale: locale})
		if err != nil {
			return fmt.Errorf("locale %q: %w", locale, err)
		}
		if !reflect.DeepEqual(names(english), names(other)) {
			return fmt.Errorf("locale %q: the fields are %v instead of %v", locale, names(other), names(english))
		}
	}
	return nil
}

// schemaOldHost asks as a host does that has the first kinds alone.
func schemaOldHost(ctx context.Context, p page, _ shared.Draft) error {
	old := shared.HostKnowledge{Kinds: []shared.Kind{
		shared.KindText, shared.KindMultiline, shared.KindInteger, shared.KindBoolean, shared.KindChoice,
	}}
	schema, err := p.Schema(ctx, shared.SchemaRequest{Host: old})
	return errors.Join(err, schema.Check())
}

func names(schema shared.Schema) []string {
	var list []string
	for field := range schema.Fields() {
		list = append(list, field.Name)
	}
	return list
}

func loadDeclared(ctx context.Context, p page, valid shared.Draft) error {
	if _, err := saveValid(ctx, p, valid); err != nil {
		return err
	}
	schema, err1 := p.Schema(ctx, shared.SchemaRequest{})
	snapshot, err2 := p.Load(ctx, shared.LoadRequest{})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for name, value := range snapshot.Values {
		field, declared := schema.Field(name)
		switch {
		case !declared:
			return fmt.Errorf("the value of %q, which is not declared", name)
		case field.Sensitive:
			return fmt.Errorf("the value of %q, which is a secret", name)
		case !field.Fits(value):
			return fmt.Errorf("%q is %q, which is not of kind %s", name, value, field.Kind)
		}
	}
	for field := range schema.Fields() {
		if _, told := snapshot.Secrets[field.Name]; told != field.Sensitive {
			return fmt.Errorf(
				"%q: sensitive is %t, but an entry among the secrets is %t", field.Name, field.Sensitive, told,
			)
		}
	}
	for name := range snapshot.Locks {
		if _, declared := schema.Field(name); !declared {
			return fmt.Errorf("a lock on %q, which is not declared", name)
		}
	}
	return nil
}
