package form

import (
	"context"
	"maps"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// situation is how the service is at one time, in one language: what the page shows beside the list.
type situation struct {
	At        time.Time
	Status    shared.ServiceStatus
	Groups    []causeGroup
	Counted   bool                      // the service keeps statistics, and has told them
	Minutes   []shared.StatisticsBucket // of the last 24 hours, where they were asked for
	Hours     []shared.StatisticsBucket // of the last 7 days
	Days      []shared.StatisticsBucket // of the last 90 days, where they were asked for
	Revisions []shared.RevisionEntry    // the newest
	Unhealthy *shared.Health            // why the saved settings do not work; nil when the status says it, or they do

	grouped time.Time // when Groups was made
}

// situationOf is what a situation depends on beside the time. There are few: the languages, and the spans of the chart.
type situationOf struct{ locale, span string }

// keptSituation is what was found out last, so that many readers ask the service no more often than one.
type keptSituation struct {
	turn
	situation
}

// Ages of what readers share. Groups are made anew when a count has changed, and at least that often.
const (
	situationAge = time.Second
	groupsAge    = 10 * time.Second
)

// situation returns how the service is; what is younger than the age is taken as it is.
func (n *notifications) situation(ctx context.Context, key situationOf, age time.Duration) (situation, error) {
	kept := n.situations.of(key)
	if err := kept.take(ctx); err != nil {
		return situation{}, err
	}
	defer kept.end()
	now := time.Now()
	if !kept.At.IsZero() && now.Sub(kept.At) < age {
		return kept.situation, nil
	}
	fresh := situation{At: now, Groups: kept.Groups, grouped: kept.grouped}
	var err error
	if fresh.Status, err = n.notifier.Status(ctx, shared.StatusRequest{Locale: key.locale}); err != nil {
		return situation{}, err
	}
	if now, err := n.options.healthNow(ctx, key.locale); err == nil { // The list is worth showing without it.
		fresh.Unhealthy = unhealthy(now, &fresh.Status)
	}
	changed := !maps.Equal(fresh.Status.Counts, kept.Status.Counts) || fresh.Status.State != kept.Status.State
	if age == 0 || changed || now.Sub(kept.grouped) >= groupsAge {
		if groups, err := n.groups(ctx, key.locale, fresh.Status); err == nil {
			fresh.Groups, fresh.grouped = groups, now
		} else { // The list is worth showing without them.
			n.options.Logger.Warn("what has failed could not be sorted by its cause", "error", err)
		}
	}
	if err := n.statistics(ctx, key, kept.situation, &fresh); err != nil { // The list is worth showing without them.
		n.options.Logger.Warn("the statistics could not be read", "error", err)
		fresh.Counted, fresh.Minutes, fresh.Hours, fresh.Days = kept.Counted, kept.Minutes, kept.Hours, kept.Days
	}
	if trail := n.auditTrail(); trail != nil {
		// The chart is worth showing without what was saved.
		if list, err := trail.Revisions(ctx, shared.RevisionsRequest{Locale: key.locale, Limit: shownFlags}); err == nil {
			fresh.Revisions = list.Entries
		}
	}
	kept.situation = fresh
	return fresh, nil
}

// statistics asks for what the service has counted since what is known, if it keeps statistics.
func (n *notifications) statistics(
	ctx context.Context, key situationOf, known situation, into *situation,
) (err error) {
	operator := offered(n.options.Operator)
	if operator == nil {
		return nil
	}
	into.Hours, err = operator.Statistics(ctx, shared.StatisticsRequest{
		From: into.At.Add(-7 * day).Truncate(time.Hour), Width: time.Hour,
	})
	into.Counted = err == nil
	switch {
	case err != nil:
	case key.span == spanQuarter:
		into.Days, err = operator.Statistics(ctx, shared.StatisticsRequest{
			From: into.At.Add(-quarter).Truncate(day), Width: day,
		})
	case key.span == spanDay: // After the hours, so that no minute is missing that is in one of them.
		err = n.minutes(ctx, operator, known, into)
	}
	return err
}

// counting is how long after its end a minute may still be counted.
const counting = 2 * time.Minute

// minutes asks for the minutes that may have changed since they were known, and for all where these are not all then.
func (n *notifications) minutes(
	ctx context.Context, operator shared.NotificationOperator, known situation, into *situation,
) error {
	since := known.At.Add(-counting).Truncate(time.Minute)
	for _, from := range []time.Time{since, into.dayBegan()} {
		into.Minutes = nil
		for _, one := range known.Minutes {
			if one.Began.Before(from) && !one.Began.Before(into.dayBegan()) {
				into.Minutes = append(into.Minutes, one)
			}
		}
		if len(known.Minutes) == 0 || from.Before(into.dayBegan()) {
			from = into.dayBegan()
		}
		fresh, err := operator.Statistics(ctx, shared.StatisticsRequest{From: from, Width: time.Minute})
		if err != nil {
			return err
		}
		if into.Minutes = append(into.Minutes, fresh...); into.byMinutes() {
			return nil
		}
	}
	return nil
}

// dayBegan is the beginning of the first of the 24 hours of which the present one is the last.
func (s situation) dayBegan() time.Time { return s.At.Add(-23 * time.Hour).Truncate(time.Hour) }

// byMinutes reports whether the minutes tell all that the hours do: a service may keep them for 6 hours only.
func (s situation) byMinutes() bool {
	var minutes int64
	for _, one := range s.Minutes {
		minutes += one.Delivered + one.FailedAttempts + one.Dead
	}
	sum := s.lastDay()
	return minutes >= sum.Delivered+sum.FailedAttempts+sum.Dead
}

// lastDay sums what happened in the present hour and the 23 before it.
func (s situation) lastDay() (sum shared.StatisticsBucket) {
	begin := s.dayBegan()
	for _, one := range s.Hours {
		if !one.Began.Before(begin) {
			sum.Delivered += one.Delivered
			sum.FailedAttempts += one.FailedAttempts
			sum.Dead += one.Dead
		}
	}
	return sum
}

// comparedView are the revision in force and the one before it.
type comparedView struct{ Old, New int64 }

// Compared is what may have brought a fault that lasts; nothing where there is nothing to go back to.
func (s situation) Compared() *comparedView {
	if len(s.Revisions) < 2 || troubleTone(s.Status) != "bad" {
		return nil
	}
	return &comparedView{Old: s.Revisions[1].Number, New: s.Revisions[0].Number}
}
