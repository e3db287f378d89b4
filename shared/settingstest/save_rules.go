package settingstest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/smtp-settings/smtp-settings/shared"
)

// saveValid saves the valid draft over what is in force.
func saveValid(ctx context.Context, p page, valid shared.Draft) (shared.SaveResult, error) {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return shared.SaveResult{}, err
	}
	request := shared.SaveRequest{Actor: "conformance", Draft: valid, Revision: before.Revision.Number}
	result, err := p.Save(ctx, request)
	if err == nil && result.Confirm != "" {
		request.Confirmed = result.Confirm
		result, err = p.Save(ctx, request)
	}
	if err != nil {
		return result, err
	}
	switch {
	case result.Saved:
		return result, nil
	case result.Conflict:
		return result, fmt.Errorf("a draft made from revision %d, which Load returns, is told to be a conflict",
			request.Revision)
	case !result.Diagnostics.HasErrors():
		return result, errors.New("the example was not saved, but no reason was given")
	default:
		return result, fmt.Errorf("%w, which was not saved; give valid values, on the command line with --set "+
			"field=value and --secret field=env:NAME: %s", errNotTried, told(result.Diagnostics))
	}
}

// broken makes a fault of a save that was refused, where one like it was not.
func broken(err error) error {
	if errors.Is(err, errNotTried) {
		return errors.New(err.Error())
	}
	return err
}

func saveRoundTrip(ctx context.Context, p page, valid shared.Draft) error {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	result, err := saveValid(ctx, p, valid)
	if err != nil {
		return err
	}
	after, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	switch {
	case after.Revision.Number <= before.Revision.Number:
		return fmt.Errorf("the revision went from %d to %d", before.Revision.Number, after.Revision.Number)
	case after.Revision.Author != "conformance":
		return fmt.Errorf("the author is %q instead of \"conformance\"", after.Revision.Author)
	case result.Snapshot.Revision.Number != after.Revision.Number:
		return fmt.Errorf(
			"the reply to Save has revision %d, that to Load %d", result.Snapshot.Revision.Number,
			after.Revision.Number,
		)
	}
	for name, value := range valid.Values {
		if _, locked := after.Locks[name]; !locked && after.Values[name] != value {
			return fmt.Errorf("%q was saved as %q and loaded as %q", name, value, after.Values[name])
		}
	}
	return nil
}

func saveInvalid(ctx context.Context, p page, valid shared.Draft) error {
	draft := shared.Draft{Values: maps.Clone(valid.Values), Secrets: valid.Secrets}
	draft.Values[undeclared] = shared.Text("x")
	return unchanged(ctx, p, func() error {
		now, err := p.Load(ctx, shared.LoadRequest{})
		if err != nil {
			return err
		}
		result, err := p.Save(ctx, shared.SaveRequest{Draft: draft, Revision: now.Revision.Number})
		switch {
		case err != nil:
			return err
		case result.Saved:
			return errors.New("a field that is not declared was saved")
		case !result.Diagnostics.HasErrors():
			return errors.New("nothing was saved, but no reason was given")
		}
		return nil
	})
}

func saveConflict(ctx context.Context, p page, valid shared.Draft) error {
	first, err := saveValid(ctx, p, valid)
	if err != nil {
		return err
	}
	return unchanged(ctx, p, func() error {
		result, err := p.Save(ctx, shared.SaveRequest{Draft: valid, Revision: first.Snapshot.Revision.Number - 1})
		switch {
		case err != nil:
			return err
		case result.Saved || !result.Conflict:
			return fmt.Errorf("saved over a newer revision: saved %t, conflict %t", result.Saved, result.Conflict)
		case result.Snapshot.Revision.Number != first.Snapshot.Revision.Number:
			return errors.New("the result of a conflict does not hold what is in force")
		}
		return nil
	})
}

// saveInForce holds what a host relies on that shows the form again without another call.
func saveInForce(ctx context.Context, p page, valid shared.Draft) error {
	first, err := saveValid(ctx, p, valid)
	if err != nil {
		return err
	}
	invalid := shared.Draft{Values: maps.Clone(valid.Values), Secrets: valid.Secrets}
	invalid.Values[undeclared] = shared.Text("x")
	number := first.Snapshot.Revision.Number
	refused, err := p.Save(ctx, shared.SaveRequest{Draft: invalid, Revision: number})
	if err != nil {
		return err
	}
	conflicting, err := p.Save(ctx, shared.SaveRequest{Draft: valid, Revision: number - 1})
	if err != nil {
		return err
	}
	loaded, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	for what, replied := range map[string]shared.Snapshot{
		"that saved": first.Snapshot, "that was refused": refused.Snapshot, "that was a conflict": conflicting.Snapshot,
	} {
		if different := difference(replied, loaded); different != "" {
			return fmt.Errorf("the reply to a Save %s and that to Load differ in %s", what, different)
		}
	}
	return nil
}

// difference names what of the form differs; empty when nothing does.
func difference(a, b shared.Snapshot) string {
	sameSecret := func(a, b shared.SecretState) bool { return a.Set == b.Set && a.Since.Equal(b.Since) }
	switch {
	case a.Revision.Number != b.Revision.Number:
		return "the revision"
	case !maps.Equal(a.Values, b.Values):
		return "the values"
	case !maps.EqualFunc(a.Secrets, b.Secrets, sameSecret):
		return "which secrets are set"
	case !maps.Equal(a.Locks, b.Locks):
		return "the locked fields"
	default:
		return ""
	}
}

func savePartial(ctx context.Context, p page, valid shared.Draft) error {
	if _, err := saveValid(ctx, p, valid); err != nil {
		return err
	}
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	if _, err := saveValid(ctx, p, shared.Draft{}); err != nil {
		return fmt.Errorf("an empty draft, which changes nothing: %w", broken(err))
	}
	after, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(before.Values, after.Values) {
		return fmt.Errorf("an empty draft changed the values from %v to %v", before.Values, after.Values)
	}
	return nil
}
