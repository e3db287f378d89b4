package notify

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

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
