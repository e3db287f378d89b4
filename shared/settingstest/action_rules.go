package settingstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

// withActions checks a rule about the actions of a page, each of those that may be tried here: conformance does not
// know what one that changes something would do.
func withActions(
	check func(ctx context.Context, schema shared.Schema, action shared.Action, run runner) error,
) func(context.Context, page, shared.Draft) error {
	return func(ctx context.Context, p page, valid shared.Draft) error {
		schema, err := p.Schema(ctx, shared.SchemaRequest{})
		if err != nil {
			return err
		}
		actions, ok := p.(shared.ActionRunner)
		if !ok {
			return errors.New("the schema has actions, but nothing runs them")
		}
		for _, action := range schema.Actions {
			if action.Changes {
				continue
			}
			draft := valid
			if !action.NeedsSecrets {
				draft.Secrets = nil
			}
			if err := check(ctx, schema, action, runner{p, actions, draft}); err != nil {
				return fmt.Errorf("the action %q: %w", action.Name, err)
			}
		}
		return nil
	}
}

// runner runs actions of a page with a draft.
type runner struct {
	page    page
	actions shared.ActionRunner
	draft   shared.Draft
}

// run returns the events of an action. One that waits for what is to be done elsewhere is cancelled.
func (r runner) run(ctx context.Context, request shared.ActionRequest) ([]shared.TestEvent, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var events []shared.TestEvent
	waits := false
	request.Actor, request.Draft = "conformance", r.draft
	err := r.actions.RunAction(ctx, request, func(event shared.TestEvent) error {
		events = append(events, event)
		if _, waits = event.(shared.Prompt); waits {
			cancel()
		}
		return nil
	})
	if waits {
		err = nil
	}
	return events, err
}

// actionVerdict runs the action with a form that nothing is entered in, and with a valid one.
func actionVerdict(ctx context.Context, schema shared.Schema, action shared.Action, run runner) error {
	err := oneVerdict(ctx, schema, action, runner{run.page, run.actions, shared.Draft{}})
	if err != nil {
		return fmt.Errorf("with nothing entered: %w", err)
	}
	return oneVerdict(ctx, schema, action, run)
}

func oneVerdict(ctx context.Context, schema shared.Schema, action shared.Action, run runner) error {
	events, err := run.run(ctx, shared.ActionRequest{Action: action.Name})
	if err != nil {
		return err
	}
	for i, event := range events {
		prompt, isPrompt := event.(shared.Prompt)
		switch {
		case isPrompt && (prompt.Text == "" || !shared.IsVisitable(prompt.URL)):
			return fmt.Errorf("it asks to visit %q and says %q", prompt.URL, prompt.Text)
		case isPrompt:
			return nil // Nobody is there to do it.
		}
		completed, isLast := event.(shared.Completed)
		if !isLast {
			continue
		}
		if err := wellFormed(schema, events[:i+1]); err != nil {
			return err
		}
		return wellFormedResult(schema, action, completed.Result)
	}
	return errors.New("there was no verdict")
}

func wellFormedResult(schema shared.Schema, action shared.Action, result shared.ActionResult) error {
	for name, value := range result.Values {
		field, declared := schema.Field(name)
		if !declared || field.Sensitive || field.ReadOnly || !field.Fits(value) || !field.Holds(value) {
			return fmt.Errorf("it fills %q in as %q", name, value)
		}
	}
	for name, options := range result.Choices {
		if field, declared := schema.Field(name); !declared || field.OptionsFrom != action.Name {
			return fmt.Errorf("it finds options of %q, which has none from it", name)
		}
		for _, option := range options {
			if option.Value == "" || option.Label == "" {
				return fmt.Errorf("it finds an option of %q without a value or a label", name)
			}
		}
	}
	for name := range result.Tickets {
		if field, declared := schema.Field(name); !declared || field.Kind != shared.KindAuthorization {
			return fmt.Errorf("it has a ticket for %q, which is no authorization", name)
		}
	}
	return nil
}

func actionHarmless(ctx context.Context, _ shared.Schema, action shared.Action, run runner) error {
	return unchanged(ctx, run.page, func() error {
		_, err := run.run(ctx, shared.ActionRequest{Action: action.Name})
		return err
	})
}

func actionUnknown(ctx context.Context, _ shared.Schema, _ shared.Action, run runner) error {
	if _, err := run.run(ctx, shared.ActionRequest{Action: undeclared}); err == nil {
		return errors.New("an action that is not declared was run")
	}
	return nil
}

func actionOptions(ctx context.Context, _ shared.Schema, action shared.Action, run runner) error {
	return refusesOptions(action.Form(), func(options shared.Values) ([]shared.TestEvent, error) {
		return run.run(ctx, shared.ActionRequest{Action: action.Name, Options: options})
	})
}

// testOptions gives the options of the test what their declaration does not allow.
func testOptions(ctx context.Context, p page, valid shared.Draft) error {
	schema, err := p.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return err
	}
	return refusesOptions(schema.Test.Form(), func(options shared.Values) ([]shared.TestEvent, error) {
		var events []shared.TestEvent
		request := shared.TestRequest{Actor: "conformance", Draft: valid, Options: options}
		err := p.Test(ctx, request, func(event shared.TestEvent) error {
			events = append(events, event)
			return nil
		})
		return events, err
	})
}

// refusesOptions runs something with options that are not allowed: it fails and says at which option. An option that is
// hidden or disabled then is not checked.
func refusesOptions(form shared.Schema, run func(shared.Values) ([]shared.TestEvent, error)) error {
	for option := range form.Fields() {
		value := unfitting(option)[0]
		options := shared.Values{option.Name: value}
		if follows := form.Evaluate(options); !follows.Visible(option) || !follows.Enabled(option) {
			continue
		}
		events, err := run(options)
		if err != nil {
			return err
		}
		refused := false
		for _, event := range events {
			if completed, ok := event.(shared.Completed); ok {
				refused = completed.Report.Status == shared.StatusFailed &&
					completed.Report.Diagnostics.ForField(option.Name).HasErrors()
			}
		}
		if !refused {
			return fmt.Errorf("the option %q took %q, which its declaration does not allow", option.Name, value)
		}
	}
	return nil
}
