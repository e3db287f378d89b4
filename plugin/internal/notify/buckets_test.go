package notify

import (
	"slices"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["pending in buckets"] = testPendingInBuckets }

// testPendingInBuckets holds that what is not written down yet is in the same buckets as when it is, wherever a range
// begins and ends in a bucket.
func testPendingInBuckets(t *testing.T, database *store.Store) {
	s := newService(t, database)
	now := time.Date(2026, 11, 26, 10, 45, 20, 0, time.UTC)
	pending := tally{accepted: 3, delivered: 2, failed: 1, dead: 1}
	one := s.buckets.add(pending)
	one.arguments[0] = now.Truncate(time.Minute).Unix()
	execute(t, database, "DELETE FROM delivery_statistic")
	if _, err := database.DB().Exec(one.text, one.arguments...); err != nil {
		t.Fatal(err)
	}
	s.buckets.take()
	s.buckets.count(pending)
	there := 0
	steps := []time.Duration{-25 * time.Hour, -11 * time.Hour, -time.Hour, -45 * time.Minute, -15 * time.Minute,
		-time.Minute,
		-20 * time.Second, -time.Nanosecond, 0, time.Second, 5 * time.Minute, 15 * time.Minute, time.Hour, 14 * time.Hour}
	for _, width := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour} {
		for i, from := range steps {
			for _, until := range steps[i+1:] {
				request := shared.StatisticsRequest{Width: width, From: now.Add(from), Until: now.Add(until)}
				want, err := s.buckets.read(t.Context(), database.Reader(), request)
				if err != nil {
					t.Fatal(err)
				}
				if got := s.buckets.withPending(nil, request, now); !slices.Equal(got, want) {
					t.Errorf("%s, from %s to %s: %v, want %v", width, from, until, got, want)
				}
				there += len(want)
			}
		}
	}
	if there == 0 {
		t.Error("nothing is in any bucket")
	}
}

// testWholeBuckets asks for statistics from and until times within a bucket: each bucket that begins in between is
// there, with all that happened in it, and no other.
func testWholeBuckets(t *testing.T, database *store.Store) {
	s := newService(t, database)
	first := time.Now().UTC().Truncate(24 * time.Hour).Add(-72 * time.Hour)
	one := s.queue.buckets.add(tally{accepted: 1})
	for at := first; at.Before(first.Add(48 * time.Hour)); at = at.Add(10 * time.Minute) {
		one.arguments[0] = at.Unix()
		if _, err := database.DB().Exec(one.text, one.arguments...); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		width       time.Duration
		from, until time.Duration // after the first
		buckets     int
		each        int64
	}{
		{time.Hour, 0, 2 * time.Hour, 2, 6},
		{time.Hour, 30 * time.Minute, 2 * time.Hour, 1, 6},
		{time.Hour, time.Nanosecond, 2 * time.Hour, 1, 6},
		{time.Hour, 0, 90 * time.Minute, 2, 6},
		{time.Hour, 30 * time.Minute, time.Hour, 0, 0},
		{time.Hour, 0, time.Nanosecond, 1, 6},
		{24 * time.Hour, time.Hour, 48 * time.Hour, 1, 144},
		{24 * time.Hour, 0, 25 * time.Hour, 2, 144},
		{time.Minute, 5 * time.Minute, 30*time.Minute + time.Second, 3, 1},
	} {
		list, err := s.Statistics(t.Context(), shared.StatisticsRequest{
			Width: c.width, From: first.Add(c.from), Until: first.Add(c.until),
		})
		if err != nil || len(list) != c.buckets {
			t.Errorf("%+v: %+v, %v", c, list, err)
		}
		for _, bucket := range list {
			if bucket.Accepted != c.each || bucket.Began.Before(first.Add(c.from)) {
				t.Errorf("%+v: %+v", c, bucket)
			}
		}
	}
}
