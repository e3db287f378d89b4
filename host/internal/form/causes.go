package form

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// causeGroup are notifications that wait, are retried or were given up for the same reason.
type causeGroup struct {
	State   shared.NotificationState
	Code    string
	Summary string // of the newest
	// Count is how many they are; More means that there may be more, which were not looked at.
	Count int64
	More  bool
	// Recipients is how many different ones they have.
	Recipients int
	// Newest is when the newest was taken or given up, Next when the first of them is tried again.
	Newest, Next time.Time
	// Paused means that a pause holds them: they go by themselves when it ends.
	Paused bool

	newest shared.NotificationEntry
}

// Wanted chooses the group's notifications.
func (g causeGroup) Wanted() wanted { return wanted{State: g.State, Cause: g.Code} }

// Limits of what is looked at to make groups: pages of the list of each state.
const (
	groupedPage  = 200
	groupedPages = 5
)

// groups sorts what has failed by its cause: what holds everything up first, then what there is most of.
func (n *notifications) groups(ctx context.Context, locale string, status shared.ServiceStatus) ([]causeGroup, error) {
	var groups []causeGroup
	if status.State == shared.ServiceDegraded && status.Reason != nil && status.Counts[shared.NotificationQueued] > 0 {
		groups = append(groups, causeGroup{
			State: shared.NotificationQueued, Summary: status.Reason.Summary, Newest: status.Since,
			Count: status.Counts[shared.NotificationQueued], Next: status.NextAttempt, Paused: true,
		})
	}
	var failed []causeGroup
	for _, state := range []shared.NotificationState{shared.NotificationDead, shared.NotificationRetrying} {
		if status.Counts[state] == 0 {
			continue
		}
		entries, more, err := n.first(ctx, wanted{State: state}.list(locale, "", groupedPage), groupedPages)
		if err != nil {
			return nil, err
		}
		failed = append(failed, groupedBy(state, entries, more)...)
	}
	slices.SortStableFunc(failed, func(a, b causeGroup) int { return cmp.Compare(b.Count, a.Count) })
	return append(groups, failed...), nil
}

// first returns the newest of a list, at most so many pages of it, and whether older ones follow.
func (n *notifications) first(
	ctx context.Context, request shared.ListRequest, pages int,
) (entries []shared.NotificationEntry, more bool, err error) {
	for range pages {
		list, err := n.notifier.List(ctx, request)
		if err != nil {
			return nil, false, err
		}
		for _, one := range list.Entries { // A service of an earlier version lists those that were set aside, too.
			if !request.Unseen || one.SetAsideAt.IsZero() {
				entries = append(entries, one)
			}
		}
		if !list.More || len(list.Entries) == 0 {
			return entries, false, nil
		}
		request.Before = list.Entries[len(list.Entries)-1].ID
	}
	return entries, true, nil
}

// groupedBy sorts notifications of one state by the cause of their last failure.
func groupedBy(state shared.NotificationState, entries []shared.NotificationEntry, more bool) []causeGroup {
	places := map[string]int{}
	recipients := map[string]map[string]bool{}
	var groups []causeGroup
	for _, one := range entries {
		code := ""
		if one.Failure != nil {
			code = one.Failure.Code
		}
		at, known := places[code]
		if !known {
			at, places[code] = len(groups), len(groups)
			groups = append(groups, causeGroup{State: state, Code: code, More: more, newest: one})
			recipients[code] = map[string]bool{}
		}
		group := &groups[at]
		group.Count++
		recipients[code][one.To] = true
		group.Recipients = len(recipients[code])
		if last := later(one.Created, one.Finished); last.After(group.Newest) {
			group.Newest = last
		}
		if next := one.NextAttempt; !next.IsZero() && (group.Next.IsZero() || next.Before(group.Next)) {
			group.Next = next
		}
	}
	for i := range groups {
		if newest := groups[i].newest; newest.Failure != nil {
			groups[i].Summary = general(*newest.Failure, newest, groups[i].Recipients)
		}
	}
	return groups
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// general is the summary of a failure for all of the group: beside the recipient whom it names stands how many others
// there are.
func general(failure shared.Diagnostic, of shared.NotificationEntry, recipients int) string {
	if of.To == "" || recipients < 2 {
		return failure.Summary
	}
	return strings.ReplaceAll(failure.Summary, of.To, fmt.Sprintf("%s (+%d)", of.To, recipients-1))
}

// About says what is to know of a group on one line.
func (g causeGroup) About() text.Text {
	recipients := text.Of("{count} recipient || {count} recipients", "count", g.Recipients)
	switch {
	case g.Paused:
		return text.Of("Delivery is paused. They go by themselves when the server accepts them again.")
	case g.State == shared.NotificationDead:
		return text.Of("given up · {recipients} · the last one {ago}", "recipients", recipients, "ago", ago(g.Newest))
	case g.Next.IsZero():
		return text.Of("retrying · {recipients}", "recipients", recipients)
	default:
		return text.Of("retrying · {recipients} · next attempt {when}", "recipients", recipients, "when", soon(g.Next))
	}
}

// Operations are what can be done with the group.
func (g causeGroup) Operations() []shared.Operation {
	if g.Code == "" && !g.Paused {
		return nil // No filter chooses those without a cause.
	}
	return operationsFor(g.State)
}
