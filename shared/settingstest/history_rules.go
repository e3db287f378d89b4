package settingstest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// withHistory runs a rule against the audit trail of a page with two revisions at least: the valid draft, and one that
// differs from it where the page allows that.
func withHistory(
	check func(context.Context, twoRevisions) error,
) func(context.Context, page, shared.Draft) error {
	return func(ctx context.Context, p page, valid shared.Draft) error {
		history, err := historyOf(ctx, p)
		if err != nil {
			return err
		}
		first, err := saveValid(ctx, p, valid)
		if err != nil {
			return err
		}
		other, err := another(ctx, p, valid)
		if err != nil {
			return err
		}
		second, err := saveValid(ctx, p, other)
		if errors.Is(err, errNotTried) { // Save may look more closely than Validate.
			second, err = saveValid(ctx, p, valid)
		}
		if err != nil {
			return err
		}
		return check(ctx, twoRevisions{p, history, valid, first.Snapshot, second.Snapshot})
	}
}

// twoRevisions are the newest ones of a page.
type twoRevisions struct {
	page    page
	history shared.SettingsHistory
	valid   shared.Draft // What the first one was made from.

	first, second shared.Snapshot
}

// another is the draft with one value changed to another one that the page accepts; the same draft when there is none.
func another(ctx context.Context, p page, valid shared.Draft) (shared.Draft, error) {
	schema, fields, err := editable(ctx, p)
	if err != nil {
		return valid, err
	}
	follows := schema.Evaluate(valid.Values)
	for _, field := range fields {
		if field.Sensitive || field.ReadOnly || !follows.Visible(field) || !follows.Enabled(field) {
			continue
		}
		for _, value := range others(field, follows.Effective(field.Name)) {
			draft := shared.Draft{Values: shared.Values{}, Secrets: valid.Secrets}
			for name, given := range valid.Values {
				draft.Values[name] = given
			}
			draft.Values[field.Name] = value
			validation, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
			if err != nil {
				return valid, err
			}
			if !validation.Diagnostics.HasErrors() {
				return draft, nil
			}
		}
	}
	return valid, nil
}

// others are values that a field may have beside the one that it has.
func others(field shared.Field, have shared.Value) []shared.Value {
	list := []shared.Value{exampleValue(field), field.Default, field.Min, field.Max}
	if number, ok := have.AsInteger(); ok {
		list = append(list, shared.Integer(number+1), shared.Integer(number-1))
	}
	if field.Kind == shared.KindBoolean {
		on, _ := have.AsBoolean()
		list = append(list, shared.Boolean(!on))
	}
	for _, option := range field.Options {
		value, _ := field.Parse(option.Value)
		list = append(list, value)
	}
	if text, ok := have.AsText(); ok {
		list = append(list, shared.Text(text+"1"))
	}
	return slices.DeleteFunc(list, func(one shared.Value) bool {
		return one == have || one.IsEmpty() || !field.Fits(one) || !field.Holds(one)
	})
}

// historyRevisions looks at the list of what was saved.
func historyRevisions(ctx context.Context, r twoRevisions) error {
	list, err := r.history.Revisions(ctx, shared.RevisionsRequest{})
	if err != nil {
		return err
	}
	entries := list.Entries
	for i, want := range []shared.Snapshot{r.second, r.first} {
		if len(entries) <= i || entries[i].Number != want.Revision.Number || entries[i].Author != "conformance" {
			return fmt.Errorf("revision %d of “conformance” is not the newest but %d: %+v", want.Revision.Number, i, entries)
		}
	}
	for _, change := range entries[0].Changes {
		if !r.second.Values[change.Field].IsEmpty() && change.After != r.second.Values[change.Field] {
			return fmt.Errorf("the change of %q is listed as %+v", change.Field, change)
		}
	}
	for name, value := range r.second.Values {
		listed := slices.ContainsFunc(entries[0].Changes, func(one shared.Change) bool { return one.Field == name })
		if value != r.first.Values[name] && !listed {
			return fmt.Errorf("the change of %q is not listed", name)
		}
	}
	limited, err := r.history.Revisions(ctx, shared.RevisionsRequest{Before: r.second.Revision.Number, Limit: 1})
	if err != nil {
		return err
	}
	if len(limited.Entries) != 1 || limited.Entries[0].Number != r.first.Revision.Number {
		return fmt.Errorf("the newest before revision %d is listed as %+v", r.second.Revision.Number, limited.Entries)
	}
	return nil
}

// restore brings the first revision back, from the revision that it was decided at.
func (r twoRevisions) restore(ctx context.Context, at int64, confirmed string) (shared.SaveResult, error) {
	return r.history.Restore(ctx, shared.RestoreRequest{
		Actor: "conformance", Number: r.first.Revision.Number, Revision: at, Confirmed: confirmed,
	})
}

// historyRestore goes back to the first revision: not from an old state, but from the newest.
func historyRestore(ctx context.Context, r twoRevisions) error {
	newest := r.second.Revision.Number
	err := unchanged(ctx, r.page, func() error {
		result, err := r.restore(ctx, newest-1, "")
		if err == nil && (result.Saved || !result.Conflict) {
			err = fmt.Errorf("restored over a newer revision: saved %t, conflict %t", result.Saved, result.Conflict)
		}
		return err
	})
	if err != nil {
		return err
	}
	result, err := r.restore(ctx, newest, "")
	if err == nil && result.Confirm != "" {
		result, err = r.restore(ctx, newest, result.Confirm)
	}
	if err != nil {
		return err
	}
	after, err := r.page.Load(ctx, shared.LoadRequest{})
	switch {
	case err != nil:
		return err
	case !result.Saved:
		return fmt.Errorf("a revision that was in force was not restored: %s", told(result.Diagnostics))
	case after.Revision.Number <= newest || after.Revision.Author != "conformance":
		return fmt.Errorf("after revision %d was restored over %d, revision %d of %q is in force", r.first.Revision.Number,
			newest, after.Revision.Number, after.Revision.Author)
	}
	for name, value := range r.first.Values {
		if _, locked := after.Locks[name]; !locked && after.Values[name] != value {
			return fmt.Errorf("%q was %q and is restored as %q", name, value, after.Values[name])
		}
	}
	list, err := r.history.Revisions(ctx, shared.RevisionsRequest{Limit: 1})
	if err == nil && (len(list.Entries) != 1 || list.Entries[0].RestoredFrom != r.first.Revision.Number) {
		err = fmt.Errorf("it is not listed as restored from revision %d: %+v", r.first.Revision.Number, list.Entries)
	}
	return err
}

// historyConfirm goes back where a save of the same would have to be agreed to: so has the restore.
func historyConfirm(ctx context.Context, r twoRevisions) error {
	newest := r.second.Revision.Number
	saved, err := r.page.Save(ctx, shared.SaveRequest{Actor: "conformance", Draft: r.valid, Revision: newest})
	if err != nil {
		return err
	}
	if saved.Confirm == "" {
		return errNotAsked
	}
	asked := ""
	err = unchanged(ctx, r.page, func() error {
		for _, confirmed := range []string{"", "something else"} {
			result, err := r.restore(ctx, newest, confirmed)
			switch {
			case err != nil:
				return err
			case result.Confirm == "" || result.Saved:
				return errors.New("it was restored although what it asks for was not agreed to; a save asks first")
			}
			asked = result.Confirm
		}
		return nil
	})
	if err != nil {
		return err
	}
	result, err := r.restore(ctx, newest, asked)
	if err == nil && !result.Saved {
		err = errors.New("it was not restored although what was asked for was confirmed")
	}
	return err
}
