package settingstest

import (
	"context"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// cancelPatience is how long a cancelled test may take to end. Pages end much sooner; the bound only has to be one.
const cancelPatience = 10 * time.Second

// maxCancelled is after how many events of a test or an action it is cancelled at most: more than it has steps, fewer
// than one that tells of its progress again and again may send.
const maxCancelled = 64

// sender runs a test or an action.
type sender func(ctx context.Context, send func(shared.TestEvent) error) error

// endsWhenCancelled runs something over and over, and cancels it before it begins, after its first event, after its
// second, and so on: what waits between two steps has to notice as well as what waits in one.
func endsWhenCancelled(ctx context.Context, run sender) error {
	for after := range maxCancelled {
		cancelled, err := cancelAfter(ctx, after, run)
		if err != nil || !cancelled || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// cancelAfter runs something and cancels it after so many events. cancelled is false when it ended before.
func cancelAfter(ctx context.Context, events int, run sender) (cancelled bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if events == 0 {
		cancel()
	}
	at := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		seen := 0
		done <- run(ctx, func(event shared.TestEvent) error {
			if _, last := event.(shared.Completed); last {
				return nil
			}
			if seen++; seen == events {
				at <- described(event)
				cancel()
			}
			return ctx.Err() // As a host's stream does.
		})
	}()
	select {
	case <-done: //nolint:errcheck // its end is all that matters
		return ctx.Err() != nil, nil
	case <-ctx.Done():
	}
	select {
	case <-done: //nolint:errcheck // With or without a verdict: nobody is there to read it.
		return true, nil
	case <-time.After(cancelPatience):
	}
	when := "before it began"
	select {
	case when = <-at:
	default:
	}
	return true, fmt.Errorf("it went on for %s after it was cancelled %s", cancelPatience, when)
}

// described says when an event was sent.
func described(event shared.TestEvent) string {
	switch event := event.(type) {
	case shared.StepStarted:
		return fmt.Sprintf("when its step %q began", event.ID)
	case shared.StepProgress:
		return fmt.Sprintf("when its step %q went on", event.ID)
	case shared.StepFinished:
		return fmt.Sprintf("when its step %q had ended", event.ID)
	default:
		return "when it asked to visit a page"
	}
}

func testCancel(ctx context.Context, p page, valid shared.Draft) error {
	return endsWhenCancelled(ctx, func(ctx context.Context, send func(shared.TestEvent) error) error {
		return p.Test(ctx, shared.TestRequest{Actor: "conformance", Draft: valid}, send)
	})
}

func actionCancel(ctx context.Context, _ shared.Schema, action shared.Action, run runner) error {
	return endsWhenCancelled(ctx, func(ctx context.Context, send func(shared.TestEvent) error) error {
		return run.actions.RunAction(ctx,
			shared.ActionRequest{Actor: "conformance", Action: action.Name, Draft: run.draft}, send)
	})
}
