package settingstest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// offered reports whether the page has what the rule is about, for rules about something optional. It asks the page,
// and does not try the promise.
func offered(ctx context.Context, rule string, s subject) (bool, error) {
	group, _, _ := strings.Cut(rule, "/")
	switch {
	case rule == "action/options":
		return slices.ContainsFunc(s.schema.Actions, func(one shared.Action) bool {
			return !one.Changes && len(one.Options) > 0
		}), nil
	case group == "action":
		return slices.ContainsFunc(s.schema.Actions, func(one shared.Action) bool { return !one.Changes }), nil
	case rule == "test/options":
		return len(s.schema.Test.Options) > 0, nil
	case rule == "validate/read-only":
		return hasField(s.schema, func(field shared.Field) bool { return field.ReadOnly }), nil
	case group == "secret":
		return hasField(s.schema, func(field shared.Field) bool { return field.Sensitive }), nil
	case rule == "save/confirm":
		return asksBeforeSave(ctx, s.page, s.valid)
	case group == "history":
		history, err := historyOf(ctx, s.page)
		return history != nil, err
	case group == "notifier", group == "held":
		notifier, err := notifierOf(ctx, s.page)
		_, releases := notifier.(shared.HeldReleaser)
		return notifier != nil && (releases || group == "notifier"), err
	case group == "health":
		return tellsHealth(ctx, s.page), nil
	case group == "operator":
		return operates(ctx, s.page)
	default:
		return true, nil
	}
}

// notOffered is why a rule about something optional was not checked.
func notOffered(rule string) error {
	if rule == "save/confirm" {
		return errNotAsked
	}
	return errNotOffered
}

func hasField(schema shared.Schema, like func(shared.Field) bool) bool {
	for field := range schema.Fields() {
		if like(field) {
			return true
		}
	}
	return false
}

// asksBeforeSave reports whether a save of the draft has to be agreed to. It may save it.
func asksBeforeSave(ctx context.Context, p page, valid shared.Draft) (bool, error) {
	before, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return false, err
	}
	result, err := p.Save(ctx, shared.SaveRequest{Actor: "conformance", Draft: valid, Revision: before.Revision.Number})
	return result.Confirm != "", err
}

// operates reports whether the page has a notification service that shows single notifications.
func operates(ctx context.Context, p page) (bool, error) {
	notifier, err := notifierOf(ctx, p)
	operator, ok := notifier.(shared.NotificationOperator)
	if err != nil || !ok {
		return false, err
	}
	_, err = operator.Show(ctx, shared.ShowRequest{ID: "there-is-none"})
	return !errors.Is(err, shared.ErrUnsupported), nil
}

// historyOf returns the audit trail of the page, nil when it has none: it is optional.
func historyOf(ctx context.Context, p page) (shared.SettingsHistory, error) {
	history, ok := p.(shared.SettingsHistory)
	if !ok {
		return nil, nil
	}
	_, err := history.Revisions(ctx, shared.RevisionsRequest{})
	if errors.Is(err, shared.ErrUnsupported) {
		return nil, nil
	}
	return history, err
}
