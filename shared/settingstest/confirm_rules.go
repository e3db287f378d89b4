package settingstest

import (
	"context"
	"errors"

	"github.com/smtp-settings/smtp-settings/shared"
)

// saveConfirm saves the valid draft of a page that asks for a confirmation first.
func saveConfirm(ctx context.Context, p page, valid shared.Draft) error {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return err
	}
	request := shared.SaveRequest{Actor: "conformance", Draft: valid, Revision: before.Revision.Number}
	asked := ""
	err = unchanged(ctx, p, func() error {
		for _, confirmed := range []string{"", "something else"} {
			request.Confirmed = confirmed
			result, err := p.Save(ctx, request)
			switch {
			case err != nil:
				return err
			case result.Confirm == "" && asked == "":
				return errNotAsked
			case result.Confirm == "" || result.Saved:
				return errors.New("it was saved although another sentence was agreed to")
			}
			asked = result.Confirm
		}
		return nil
	})
	if err != nil {
		return err
	}
	request.Confirmed = asked
	result, err := p.Save(ctx, request)
	if err == nil && !result.Saved {
		err = errors.New("it was not saved although what was asked for was confirmed")
	}
	return err
}
