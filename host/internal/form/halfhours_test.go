package form_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// countingBoard keeps hours, and minutes for a time.
type countingBoard struct {
	*board
	keeps time.Duration
	begun []time.Time // from when the minutes were asked for
	late  bool        // what was counted later belongs to an old minute
}

func (b *countingBoard) Statistics(
	_ context.Context, request shared.StatisticsRequest,
) (buckets []shared.StatisticsBucket, err error) {
	now := time.Now().UTC()
	if request.Width == time.Minute {
		b.begun = append(b.begun, request.From)
	}
	for minute := now.Add(-20 * time.Hour).Truncate(time.Hour); !minute.After(now); minute = minute.Add(time.Minute) {
		began := minute.Truncate(request.Width)
		if request.Width == time.Minute && minute.Before(now.Add(-b.keeps)) || began.Before(request.From) {
			continue
		}
		if last := len(buckets) - 1; last < 0 || buckets[last].Began != began {
			buckets = append(buckets, shared.StatisticsBucket{Began: began})
		}
		one := &buckets[len(buckets)-1]
		one.Delivered++
		if b.late && minute.Equal(now.Add(-19*time.Hour).Truncate(time.Minute)) {
			one.Dead = 1000
		}
	}
	return buckets, nil
}

// TestHalfHours draws a day by half hours where the minutes of the day are kept, and by hours where they are not. An
// open page asks for the latest minutes only, and for all of them when something was counted late.
func TestHalfHours(t *testing.T) {
	for keeps, want := range map[time.Duration]string{
		25 * time.Hour: `viewBox="0 0 480 132"`, 6 * time.Hour: `viewBox="0 0 240 132"`,
	} {
		b := &countingBoard{board: newBoard(), keeps: keeps}
		ask := reader(b, form.Options{})
		for range 2 {
			page := ask("GET", "/", "").Body.String()
			if !strings.Contains(page, want) || !strings.Contains(page, "The figures are kept over restarts.") ||
				strings.Contains(page, "A bar is half an hour.") != (keeps > 24*time.Hour) {
				t.Errorf("%s of minutes are kept: the page is not drawn with %s:\n%s", keeps, want, page)
			}
		}
		if keeps < 24*time.Hour {
			continue
		}
		if len(b.begun) != 2 || time.Since(b.begun[0]) < 20*time.Hour || time.Since(b.begun[1]) > 5*time.Minute {
			t.Errorf("the minutes were asked for from %s", b.begun)
		}
		b.late = true
		page := ask("GET", "/", "").Body.String()
		if !strings.Contains(page, want) || !strings.Contains(page, "1000 given up") || len(b.begun) != 4 {
			t.Errorf("what was counted late is not drawn: %s\n%s", b.begun, page)
		}
	}
}
