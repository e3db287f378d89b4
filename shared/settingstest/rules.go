package settingstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Rules returns all rules.
func Rules() []Rule {
	return []Rule{
		{"info/complete", "Info names the plugin, its title and its version.", infoComplete},
		{"schema/valid", "Schema declares a form within the bounds of the contract.", schemaValid},
		{"schema/stable", "Schema declares the same form each time it is asked.", schemaStable},
		{"schema/locale", "Schema declares the same fields in every language, known or not.", schemaLocale},
		{"load/declared", "Load returns values of declared fields only, of the right kind, and no secret.", loadDeclared},
		{"validate/harmless", "Validate changes nothing.", validateHarmless},
		{"validate/required", "Validate reports each required field that is empty, at that field.", validateRequired},
		{"validate/unknown", "Validate reports a field that is not declared.", validateUnknown},
		{"validate/readable", "Every diagnostic has a code, a summary, a known severity and, if any, a declared field.", validateReadable},
		{"save/round-trip", "What was saved is what Load returns, in a new revision with its author.", saveRoundTrip},
		{"save/invalid", "Save refuses invalid values with a reason and changes nothing.", saveInvalid},
		{"save/conflict", "Save refuses a draft made from an old revision and changes nothing.", saveConflict},
		{"save/partial", "A field that a draft does not name keeps its value.", savePartial},
		{"secret/hidden", "A secret never comes out again, not in any reply and not in a diagnostic.", secretHidden},
		{"secret/three-ways", "A secret can be replaced, kept and cleared.", secretThreeWays},
		{"test/verdict", "Test sends steps in order and the verdict exactly once and last.", testVerdict},
		{"test/harmless", "Test saves nothing.", testHarmless},
		{"test/cancel", "Test ends soon after it is cancelled.", testCancel},
		{"concurrent", "All calls may run at the same time.", concurrent},
	}
}

type page = shared.SettingsPage

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

func names(schema shared.Schema) []string {
	var list []string
	for _, field := range schema.Fields() {
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
	for _, field := range schema.Fields() {
		if _, told := snapshot.Secrets[field.Name]; told != field.Sensitive {
			return fmt.Errorf("%q: sensitive is %t, but an entry among the secrets is %t", field.Name, field.Sensitive, told)
		}
	}
	for name := range snapshot.Locks {
		if _, declared := schema.Field(name); !declared {
			return fmt.Errorf("a lock on %q, which is not declared", name)
		}
	}
	return nil
}

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
	for _, field := range schema.Fields() {
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
		if field.Required && schema.Visible(field, draft.Values) && schema.Effective(field.Name, draft.Values).IsEmpty() {
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
		case one.Severity != shared.SeverityError && one.Severity != shared.SeverityWarning && one.Severity != shared.SeverityInfo:
			return fmt.Errorf("a diagnostic of unknown severity: %+v", one)
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

func isOption(schema shared.Schema, name string) bool {
	for _, option := range schema.Test.Options {
		if option.Name == name {
			return true
		}
	}
	return false
}

// saveValid saves the valid draft over what is in force.
func saveValid(ctx context.Context, p page, valid shared.Draft) (shared.SaveResult, error) {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return shared.SaveResult{}, err
	}
	result, err := p.Save(ctx, shared.SaveRequest{Actor: "conformance", Draft: valid, Revision: before.Revision.Number})
	if err != nil {
		return result, err
	}
	if !result.Saved {
		return result, fmt.Errorf("the example was not saved; give valid values. The findings are %+v", result.Diagnostics)
	}
	return result, nil
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
		return fmt.Errorf("the reply to Save has revision %d, that to Load %d", result.Snapshot.Revision.Number, after.Revision.Number)
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

func savePartial(ctx context.Context, p page, valid shared.Draft) error {
	if _, err := saveValid(ctx, p, valid); err != nil {
		return err
	}
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	if _, err := saveValid(ctx, p, shared.Draft{}); err != nil {
		return err
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

// canary is a secret that is looked for in every reply.
const canary = "canary-6f1f0a52"

// withSecrets is the draft with the canary in every editable, visible secret.
func withSecrets(ctx context.Context, p page, valid shared.Draft) (shared.Draft, []string, error) {
	schema, fields, err := editable(ctx, p)
	draft := shared.Draft{Values: valid.Values, Secrets: map[string]shared.SecretChange{}}
	maps.Copy(draft.Secrets, valid.Secrets)
	var secrets []string
	for _, field := range fields {
		if field.Sensitive && schema.Visible(field, valid.Values) {
			draft.Secrets[field.Name] = shared.ReplaceSecret(canary)
			secrets = append(secrets, field.Name)
		}
	}
	return draft, secrets, err
}

func secretHidden(ctx context.Context, p page, valid shared.Draft) error {
	draft, secrets, err := withSecrets(ctx, p, valid)
	if err != nil || len(secrets) == 0 {
		return err
	}
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	// Whether it saves or not: a secret does not come out either way.
	validation, err1 := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
	result, err2 := p.Save(ctx, shared.SaveRequest{Draft: draft, Revision: before.Revision.Number})
	snapshot, err3 := p.Load(ctx, shared.LoadRequest{})
	events, err4 := runTest(ctx, p, draft)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	for what, reply := range map[string]any{"Validate": validation, "Save": result, "Load": snapshot, "Test": events} {
		text, err := json.Marshal(reply)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), canary) {
			return fmt.Errorf("%s returned the secret: %s", what, text)
		}
	}
	return nil
}

func secretThreeWays(ctx context.Context, p page, valid shared.Draft) error {
	draft, secrets, err := withSecrets(ctx, p, valid)
	if err != nil || len(secrets) == 0 {
		return err
	}
	name := secrets[0]
	for _, way := range []struct {
		change shared.SecretChange
		set    bool
	}{{shared.ReplaceSecret(canary), true}, {shared.KeepSecret(), true}, {shared.ClearSecret(), false}, {shared.KeepSecret(), false}} {
		draft.Secrets = map[string]shared.SecretChange{name: way.change}
		now, err := p.Load(ctx, shared.LoadRequest{})
		if err != nil {
			return err
		}
		result, err := p.Save(ctx, shared.SaveRequest{Draft: draft, Revision: now.Revision.Number})
		if err != nil {
			return err
		}
		if !result.Saved {
			return nil // Whether a secret may be set or missing here is the page's to say.
		}
		after, err := p.Load(ctx, shared.LoadRequest{})
		if err != nil {
			return err
		}
		if after.Secrets[name].Set != way.set {
			return fmt.Errorf("after %q the secret is set: %t", way.change.Action, after.Secrets[name].Set)
		}
	}
	return nil
}

// runTest returns the events of a test.
func runTest(ctx context.Context, p page, draft shared.Draft) ([]shared.TestEvent, error) {
	var events []shared.TestEvent
	err := p.Test(ctx, shared.TestRequest{Actor: "conformance", Draft: draft}, func(event shared.TestEvent) error {
		events = append(events, event)
		return nil
	})
	return events, err
}

func testVerdict(ctx context.Context, p page, valid shared.Draft) error {
	for _, draft := range []shared.Draft{valid, {Values: shared.Values{undeclared: shared.Text("x")}}} {
		events, err := runTest(ctx, p, draft)
		if err != nil {
			return err
		}
		schema, err := p.Schema(ctx, shared.SchemaRequest{})
		if err != nil {
			return err
		}
		if err := wellFormed(schema, events); err != nil {
			return err
		}
	}
	return nil
}

func wellFormed(schema shared.Schema, events []shared.TestEvent) error {
	open := ""
	for i, event := range events {
		switch event := event.(type) {
		case shared.StepStarted:
			if open != "" || event.ID == "" || event.Label == "" {
				return fmt.Errorf("step %q started while %q was open", event.ID, open)
			}
			open = event.ID
		case shared.StepFinished:
			if event.ID != open || event.Status == "" {
				return fmt.Errorf("step %q finished with status %q while %q was open", event.ID, event.Status, open)
			}
			open = ""
		case shared.Completed:
			if i != len(events)-1 {
				return errors.New("the verdict was not the last event")
			}
			return wellFormedReport(schema, event.Report)
		}
	}
	return errors.New("there was no verdict")
}

func wellFormedReport(schema shared.Schema, report shared.TestReport) error {
	failed := report.Status == shared.StatusFailed
	switch {
	case report.Outcome == "" || report.Headline == "":
		return fmt.Errorf("a verdict without outcome or headline: %+v", report)
	case !failed && report.Status != shared.StatusPassed && report.Status != shared.StatusWarning:
		return fmt.Errorf("a verdict of status %q", report.Status)
	case failed && len(report.Diagnostics) == 0:
		return errors.New("a failed test without a diagnostic")
	}
	return readable(schema, report.Diagnostics)
}

func testHarmless(ctx context.Context, p page, valid shared.Draft) error {
	return unchanged(ctx, p, func() error {
		_, err := runTest(ctx, p, valid)
		return err
	})
}

// cancelPatience is how long a cancelled test may take to end. Pages end much sooner; the bound only has to be one.
const cancelPatience = 10 * time.Second

func testCancel(ctx context.Context, p page, valid shared.Draft) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := runTest(ctx, p, valid)
		done <- err
	}()
	cancel()
	select {
	case <-done: //nolint:errcheck // its end is all that matters
		return nil // With or without a verdict: nobody is there to read it.
	case <-time.After(cancelPatience):
		return fmt.Errorf("the test went on for %s after it was cancelled", cancelPatience)
	}
}

func concurrent(ctx context.Context, p page, valid shared.Draft) error {
	const callers = 8
	failures := make(chan error, callers*4)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			_, err := p.Load(ctx, shared.LoadRequest{})
			failures <- err
			_, err = p.Schema(ctx, shared.SchemaRequest{})
			failures <- err
			_, err = p.Validate(ctx, shared.ValidateRequest{Draft: valid})
			failures <- err
			_, err = p.Save(ctx, shared.SaveRequest{Draft: valid, Revision: -1})
			failures <- err
		})
	}
	wg.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
