package settingstest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// operated is a notification service that an operator can work with.
type operated struct {
	shared.Notifier
	shared.NotificationOperator
}

// withOperator runs a rule against what an operator has of the notification service, if there is one.
func withOperator(check func(context.Context, operated) error) func(context.Context, page, shared.Draft) error {
	return withNotifier(func(ctx context.Context, n shared.Notifier) error {
		operator := n.(shared.NotificationOperator) // Else the rule is not about the page.
		if _, err := operator.Show(ctx, shared.ShowRequest{ID: "there-is-none"}); !errors.Is(err, shared.ErrNoNotification) {
			return fmt.Errorf("an unknown notification: %w", err)
		}
		return check(ctx, operated{n, operator})
	})
}

// domainsOf hands a notification over to each of several domains that nothing else goes to, and returns the ids.
func domainsOf(ctx context.Context, n operated, names ...string) (ids map[string]string, domain func(string) string,
	err error) {
	stamp := strings.ToLower(rand.Text())
	domain = func(name string) string { return name + stamp + ".example" }
	request := shared.NotifyRequest{Actor: "conformance"}
	for _, name := range names {
		request.Notifications = append(request.Notifications, shared.Notification{
			Key: uniqueKey() + name, To: "ops@" + domain(name), Subject: "Subject", Text: canary, Category: "conformance",
		})
	}
	receipts, err := n.Notify(ctx, request)
	if err != nil || len(receipts) != len(names) {
		return nil, nil, fmt.Errorf("%d receipts for %d notifications, %w", len(receipts), len(names), err)
	}
	ids = map[string]string{}
	for i, one := range receipts {
		ids[names[i]] = one.ID
	}
	return ids, domain, nil
}

// operatorShow holds that a notification is shown as it is listed, with attempts that can have been made.
func operatorShow(ctx context.Context, n operated) error {
	ids, domain, err := domainsOf(ctx, n, "shown", "other")
	if err != nil {
		return err
	}
	detail, err := n.Show(ctx, shared.ShowRequest{ID: ids["shown"]})
	if err != nil {
		return err
	}
	if detail.ID != ids["shown"] || detail.To != "ops@"+domain("shown") || detail.Subject != "Subject" ||
		detail.Category != "conformance" || detail.Actor != "conformance" ||
		!slices.Contains(shared.NotificationStates, detail.State) {
		return fmt.Errorf("the notification is shown as %+v", detail)
	}
	if text, err := json.Marshal(detail); err != nil || strings.Contains(string(text), canary) {
		return fmt.Errorf("the text of the message is shown, %w", err)
	}
	if len(detail.Operations) != 0 || detail.Operator != "" {
		return fmt.Errorf("something was done with it by nobody: %+v", detail)
	}
	var last time.Time
	for _, one := range detail.Attempts {
		if one.Number < 1 || one.Ended.Before(last) || one.Duration < 0 {
			return fmt.Errorf("an attempt is %+v, after %s", one, last)
		}
		last = one.Ended
	}
	return nil
}

// operatorBulk cancels, retries and purges by a filter: what the filter chooses is changed, as reported, with who has
// done it, and nothing else.
func operatorBulk(ctx context.Context, n operated) error {
	ids, domain, err := domainsOf(ctx, n, "chosen", "spared")
	if err != nil {
		return err
	}
	filter := shared.NotificationFilter{Recipient: domain("chosen"), Category: "conformance"}
	do := func(what shared.Operation) (report shared.OperateReport, err error) {
		return n.Operate(ctx, shared.OperateRequest{Actor: "operator", Operation: what, NotificationFilter: filter})
	}
	before, err := n.Status(ctx, shared.StatusRequest{})
	if err != nil {
		return err
	}
	report, err := do(shared.OperationCancel)
	if err != nil {
		return err
	}
	if report.Matched != 1 || report.Changed > 1 {
		return fmt.Errorf("one was chosen, and the report of the cancellation is %+v", report)
	}
	if err := changedOnly(ctx, n, ids, report); err != nil {
		return err
	}
	after, err := n.Status(ctx, shared.StatusRequest{})
	if err != nil {
		return err
	}
	chosen, err := n.Show(ctx, shared.ShowRequest{ID: ids["chosen"]})
	if err != nil {
		return err
	}
	const cancelled = shared.NotificationCancelled
	most := before.Counts[cancelled] + report.Changed
	if now := after.Counts[cancelled]; now > most || now < most && chosen.State == cancelled {
		return fmt.Errorf("%d are counted as cancelled, and not %d", now, most)
	}
	return operatorPurge(ctx, n, chosen, ids["spared"], do)
}

// changedOnly holds that the chosen one was cancelled, if the report says so, and the other one was not.
func changedOnly(ctx context.Context, n operated, ids map[string]string, report shared.OperateReport) error {
	spared, err := n.Show(ctx, shared.ShowRequest{ID: ids["spared"]})
	if err != nil {
		return err
	}
	if spared.State == shared.NotificationCancelled || len(spared.Operations) != 0 {
		return fmt.Errorf("what was not chosen is changed: %+v", spared)
	}
	chosen, err := n.Show(ctx, shared.ShowRequest{ID: ids["chosen"]})
	if err != nil || report.Changed == 0 { // It may have been delivered or given up before.
		return err
	}
	if chosen.Operator != "operator" || chosen.Operated.IsZero() || len(chosen.Operations) != 1 ||
		chosen.Operations[0].Operation != shared.OperationCancel || chosen.Operations[0].Operator != "operator" {
		return fmt.Errorf("who has cancelled it is not told: %+v", chosen)
	}
	waits := []shared.NotificationState{shared.NotificationQueued, shared.NotificationRetrying}
	if slices.Contains(waits, chosen.State) {
		return fmt.Errorf("what was cancelled is %s", chosen.State)
	}
	return nil
}

// operatorPurge purges what was cancelled.
func operatorPurge(ctx context.Context, n operated, chosen shared.NotificationDetail, spared string,
	do func(shared.Operation) (shared.OperateReport, error)) error {
	if chosen.State == shared.NotificationSending { // Whether it arrives is not known yet.
		return nil
	}
	report, err := do(shared.OperationPurge)
	if err != nil || report.Matched != 1 || report.Changed != 1 {
		return fmt.Errorf("the report of the purge of what is %s: %+v, %w", chosen.State, report, err)
	}
	if err := purgeTold(ctx, n, chosen.To); err != nil {
		return err
	}
	if _, err := n.Show(ctx, shared.ShowRequest{ID: chosen.ID}); !errors.Is(err, shared.ErrNoNotification) {
		return fmt.Errorf("what was purged: %v", err) //nolint:errorlint // shown, not wrapped
	}
	if _, err := n.Show(ctx, shared.ShowRequest{ID: spared}); err != nil {
		return fmt.Errorf("what was not chosen is purged: %w", err)
	}
	if report, err := do(shared.OperationRetry); err != nil || report != (shared.OperateReport{}) {
		return fmt.Errorf("nothing was chosen, and the report is %+v, %w", report, err)
	}
	for _, bad := range []shared.OperateRequest{
		{Actor: "operator", Operation: "delete"}, {Actor: "operator", Operation: shared.OperationRetry, State: "lost"},
	} {
		if report, err := n.Operate(ctx, bad); !errors.Is(err, shared.ErrInvalidRequest) {
			return fmt.Errorf("%q of what is %q: %+v, %v", bad.Operation, bad.State, report, err) //nolint:errorlint // shown
		}
	}
	return nil
}

// purgeTold holds that the purge is among those that the status tells of, if it tells of any: earlier versions do not.
func purgeTold(ctx context.Context, n operated, recipient string) error {
	status, err := n.Status(ctx, shared.StatusRequest{})
	if err != nil || len(status.Purges) == 0 {
		return err
	}
	_, domain, _ := strings.Cut(recipient, "@")
	if !slices.ContainsFunc(status.Purges, func(one shared.NotificationPurge) bool {
		return one.Operator == "operator" && !one.At.IsZero() && one.Matched == 1 && one.Changed == 1 &&
			strings.Contains(one.Filter, domain)
	}) {
		return fmt.Errorf("who has purged one at %s is not told: %+v", domain, status.Purges)
	}
	return nil
}

// operatorStatistics holds that what was taken is counted, in buckets of the width that was asked for, oldest first.
func operatorStatistics(ctx context.Context, n operated) error {
	accepted := func(width time.Duration) (sum int64, err error) {
		buckets, err := n.Statistics(ctx, shared.StatisticsRequest{Width: width})
		var last time.Time
		for _, one := range buckets {
			if !one.Began.After(last) || !one.Began.Equal(one.Began.Truncate(max(width, time.Minute))) {
				return 0, fmt.Errorf("a bucket of %s begins at %s, after %s", width, one.Began, last)
			}
			if min(one.Accepted, one.Delivered, one.FailedAttempts, one.Dead) < 0 {
				return 0, fmt.Errorf("a count is negative: %+v", one)
			}
			last, sum = one.Began, sum+one.Accepted
		}
		return sum, err
	}
	const day = 24 * time.Hour
	before, err := accepted(day)
	if err != nil {
		return err
	}
	if _, _, err := domainsOf(ctx, n, "first", "second"); err != nil {
		return err
	}
	for _, width := range []time.Duration{0, time.Hour, day} {
		if now, err := accepted(width); err != nil || width == day && now < before+2 {
			return fmt.Errorf("%d were taken and then two more, and %d are counted, %w", before, now, err)
		}
	}
	if _, err := accepted(time.Second); !errors.Is(err, shared.ErrInvalidRequest) {
		return fmt.Errorf("by the second: %v", err) //nolint:errorlint // shown, not wrapped
	}
	return nil
}
