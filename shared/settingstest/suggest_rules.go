package settingstest

import (
	"context"
	"errors"
	"reflect"

	"github.com/smtp-settings/smtp-settings/shared"
)

func suggestHarmless(ctx context.Context, p page, valid shared.Draft) error {
	suggester, ok := p.(shared.Suggester)
	if !ok {
		return errNotOffered
	}
	before, err1 := p.Load(ctx, shared.LoadRequest{})
	schema, err2 := p.Schema(ctx, shared.SchemaRequest{})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, values := range []shared.Values{{}, valid.Values} {
		found, err := suggester.Suggest(ctx, shared.SuggestRequest{Values: values})
		switch {
		case errors.Is(err, shared.ErrUnsupported):
			return errNotOffered
		case err != nil:
			return err
		case schema.SuggestLabel == "":
			return errors.New("the schema has no label for the button")
		}
		if err := readable(schema, found); err != nil {
			return err
		}
	}
	after, err := p.Load(ctx, shared.LoadRequest{})
	if err == nil && !reflect.DeepEqual(before, after) {
		err = errors.New("a suggestion changed what is in force")
	}
	return err
}
