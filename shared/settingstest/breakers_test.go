package settingstest_test

import (
	"context"
	"errors"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// breaker makes a page wrong; good is the page that keeps the contract behind it.
type breaker func(page *wrongPage, good *memoryPage)

// wrongSchema changes the form.
func wrongSchema(change func(*shared.Schema, shared.SchemaRequest)) breaker {
	return func(page *wrongPage, _ *memoryPage) {
		page.schema = func(_ context.Context, request shared.SchemaRequest) (shared.Schema, error) {
			schema := memorySchema
			schema.Sections = []shared.Section{{Name: "only", Fields: slices.Clone(memorySchema.Sections[0].Fields)}}
			change(&schema, request)
			return schema, nil
		}
	}
}

// wrongLoad changes what Load returns.
func wrongLoad(change func(*shared.Snapshot)) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.load = func(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
			snapshot, err := good.Load(ctx, request)
			change(&snapshot)
			return snapshot, err
		}
	}
}

// wrongFindings changes what Validate finds.
func wrongFindings(change func(shared.Diagnostics) shared.Diagnostics) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
			validation, err := good.Validate(ctx, request)
			validation.Diagnostics = change(validation.Diagnostics)
			return validation, err
		}
	}
}

// wrongSave changes the request or the result of a save.
func wrongSave(
	before func(*memoryPage, *shared.SaveRequest), after func(*shared.SaveResult, shared.SaveRequest),
) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.save = func(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
			if before != nil {
				before(good, &request)
			}
			result, err := good.Save(ctx, request)
			if after != nil {
				after(&result, request)
			}
			return result, err
		}
	}
}

// wrongTest changes the events of a test.
func wrongTest(change func([]shared.TestEvent) []shared.TestEvent) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.test = func(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
			var events []shared.TestEvent
			err := good.Test(ctx, request, func(event shared.TestEvent) error {
				events = append(events, event)
				return nil
			})
			for _, event := range change(events) {
				err = errors.Join(err, send(event))
			}
			return err
		}
	}
}

// wrongVerdict changes the verdict of a test.
func wrongVerdict(change func(*shared.TestReport)) breaker {
	return wrongTest(func(events []shared.TestEvent) []shared.TestEvent {
		if len(events) == 0 {
			return nil
		}
		completed, ok := events[len(events)-1].(shared.Completed)
		if !ok {
			return events
		}
		change(&completed.Report)
		return append(events[:len(events)-1], completed)
	})
}

// saveSomething is a side effect that no call but Save may have.
func saveSomething(good *memoryPage) {
	good.mu.Lock()
	defer good.mu.Unlock()
	good.snapshot.Revision.Number++
}

// wrongCompare says that a secret is the stored one whenever the request is so.
func wrongCompare(says func(shared.ValidateRequest) bool) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
			validation, err := good.Validate(ctx, request)
			if request.Draft.Secrets["token"].Action == shared.SecretReplace && says(request) {
				validation.SameSecrets = []string{"token"}
			}
			return validation, err
		}
	}
}
