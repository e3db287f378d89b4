package settingstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

// heldRelease discards what is held, if anything is: it is told with its number and a reason before, and is gone after.
func heldRelease(ctx context.Context, n shared.Notifier) error {
	releaser := n.(shared.HeldReleaser) // Else the rule is not about the page.
	status, err := n.Status(ctx, shared.StatusRequest{})
	if err != nil {
		return err
	}
	told := int64(0)
	if held := status.Held; held != nil {
		told = held.Count
		if told < 1 || held.Reason.Code == "" || held.Reason.Summary == "" {
			return fmt.Errorf("what is held is %+v", *held)
		}
	}
	for _, want := range []int64{told, 0} {
		released, err := releaser.ReleaseHeld(ctx, shared.ReleaseHeldRequest{Actor: "conformance"})
		if errors.Is(err, shared.ErrUnsupported) {
			return errNotOffered
		}
		if err != nil || released.Count != want {
			return fmt.Errorf("%d are held, and %d were released, %w", want, released.Count, err)
		}
	}
	if status, err = n.Status(ctx, shared.StatusRequest{}); err != nil || status.Held != nil {
		return fmt.Errorf("something is held after all was released: %+v, %w", status.Held, err)
	}
	return nil
}
