package settingstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

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
		case shared.StepProgress:
			if event.ID != open || event.Label == "" || event.Detail == "" {
				return fmt.Errorf("step %q goes on with %q while %q was open", event.ID, event.Detail, open)
			}
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
