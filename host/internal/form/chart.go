package form

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Spans of the chart, as addresses name them.
const (
	spanDay     = "24h"
	spanWeek    = "7d"
	spanQuarter = "90d"
)

// quarter is how far the longest span goes back.
const quarter = 90 * day

// spans are all of them, in the order of the page. The service keeps hours for two weeks, and days for 90 days.
var spans = []string{spanDay, spanWeek, spanQuarter}

// halfHour is how long a bar of a day is where the service keeps minutes for as long; otherwise it is an hour.
const halfHour = 30 * time.Minute

// barsOf are how long a bar of the span is, how many there are, and what they are made of.
func barsOf(s situation, span string) (width time.Duration, count int, buckets []shared.StatisticsBucket) {
	switch {
	case span == spanQuarter:
		return day, 90, s.Days
	case span == spanWeek:
		return 2 * time.Hour, 84, s.Hours
	case s.byMinutes():
		return halfHour, 48, s.Minutes
	default:
		return time.Hour, 24, s.Hours
	}
}

// chartView is what was delivered, tried again and given up over a time.
type chartView struct {
	Span  string
	Long  time.Duration // a bar
	Spans []spanView
	Bars  []barView
	Flags []flagView
	Top   int64       // the value at the upper edge, even
	Ticks []time.Time // of the axis of time, at equal distances
}

type spanView struct {
	Name   string
	Chosen bool
	Query  string
}

// barView is a bar, and what it says.
type barView struct {
	Began                     time.Time
	Delivered, Retrying, Dead int64
	Paused                    bool
}

// flagView is a moment at which the settings were saved.
type flagView struct {
	shared.RevisionEntry
	x float64 // from 0 to 1
}

// newChart is nil where there are no statistics.
func newChart(s situation, span string, of wanted) *chartView {
	if !s.Counted {
		return nil
	}
	width, count, buckets := barsOf(s, span)
	last := s.At.UTC().Truncate(width)
	first := last.Add(-time.Duration(count-1) * width)
	chart := &chartView{Span: span, Long: width, Bars: make([]barView, count)}
	for i := range chart.Bars {
		chart.Bars[i].Began = first.Add(time.Duration(i) * width)
	}
	for _, one := range buckets {
		at := int(one.Began.Sub(first) / width)
		if one.Began.Before(first) || at >= count {
			continue
		}
		bar := &chart.Bars[at]
		bar.Delivered += one.Delivered
		bar.Dead += one.Dead
		bar.Retrying += max(0, one.FailedAttempts-one.Dead)
	}
	end := last.Add(width)
	chart.markPause(s)
	chart.flags(s.Revisions, first, end)
	chart.Top = 2
	for _, bar := range chart.Bars {
		chart.Top = max(chart.Top, bar.sum())
	}
	chart.Top = roundUp(chart.Top)
	const ticks = 4
	for i := range ticks + 1 {
		chart.Ticks = append(chart.Ticks, first.Add(end.Sub(first)/ticks*time.Duration(i)))
	}
	for _, name := range spans {
		chart.Spans = append(chart.Spans, spanView{Name: name, Chosen: name == span, Query: withSpan(of, name)})
	}
	return chart
}

// withSpan is the query of the page with another span.
func withSpan(of wanted, span string) string {
	query := of.Query()
	if span == spanDay {
		return query
	}
	return strings.TrimPrefix(query+"&chart="+span, "&")
}

func (b barView) sum() int64 { return b.Delivered + b.Retrying + b.Dead }

// Empty reports whether nothing happened.
func (b barView) Empty() bool { return b.sum() == 0 }

// markPause marks the bars since delivery is paused.
func (c *chartView) markPause(s situation) {
	if s.Status.State != shared.ServiceDegraded || s.Status.Since.IsZero() {
		return
	}
	for i := range c.Bars {
		c.Bars[i].Paused = c.Bars[i].Began.Add(c.Long).After(s.Status.Since)
	}
}

// shownFlags is how many revisions are looked at for flags.
const shownFlags = 50

func (c *chartView) flags(revisions []shared.RevisionEntry, first, end time.Time) {
	for _, one := range slices.Backward(revisions) { // They come newest first.
		if !one.At.IsZero() && !one.At.Before(first) && one.At.Before(end) {
			c.Flags = append(c.Flags, flagView{one, float64(one.At.Sub(first)) / float64(end.Sub(first))})
		}
	}
}

// roundUp is the next number that is easily read and has a half.
func roundUp(value int64) int64 {
	for scale := int64(1); ; scale *= 10 {
		for _, step := range []int64{2, 4, 6, 8, 10, 12, 16} {
			if value <= step*scale {
				return step * scale
			}
		}
	}
}

// TickAs is how the times of the axis are written.
func (c *chartView) TickAs() string {
	if c.Span == spanDay {
		return asClock
	}
	return asDay
}

// Half is the value in the middle of the axis.
func (c *chartView) Half() int64 { return c.Top / 2 }

// Sizes of the drawing, in units of its view box; it is stretched to the width that there is.
const (
	barUnits   = 10
	chartUnits = 132
	leastUnits = 3
)

// SVG draws the bars. What is in it are numbers, and titles that are escaped.
func (c *chartView) SVG(title func(barView) string, label string) template.HTML {
	var out strings.Builder
	wide := barUnits * len(c.Bars)
	fmt.Fprintf(&out, `<svg class="bars" role="img" aria-label="%s" viewBox="0 0 %d %d" preserveAspectRatio="none">`,
		template.HTMLEscapeString(label), wide, chartUnits)
	for _, at := range []int{0, chartUnits / 2} {
		fmt.Fprintf(&out, `<path class="grid" d="M0 %dH%d"/>`, at, wide)
	}
	for i, bar := range c.Bars {
		c.draw(&out, i, bar, title(bar))
	}
	for _, flag := range c.Flags {
		fmt.Fprintf(&out, `<path class="flag" d="M%.1f 0V%d"/>`, flag.x*float64(wide), chartUnits)
	}
	out.WriteString("</svg>")
	return template.HTML(out.String()) //nolint:gosec // See above.
}

// draw stacks delivered, retrying and given up, with a gap of one unit between them.
func (c *chartView) draw(out *strings.Builder, i int, bar barView, title string) {
	x, y := i*barUnits, chartUnits
	if bar.Paused {
		fmt.Fprintf(out, `<rect class="band" x="%d" y="0" width="%d" height="%d"/>`, x, barUnits, chartUnits)
	}
	if bar.Empty() {
		return
	}
	fmt.Fprintf(out, `<g><title>%s</title>`, template.HTMLEscapeString(title))
	for _, part := range []struct {
		class string
		value int64
	}{{"ok", bar.Delivered}, {"retry", bar.Retrying}, {"bad", bar.Dead}} {
		if part.value == 0 {
			continue
		}
		height := min(max(leastUnits, int(part.value*(chartUnits-2*leastUnits)/c.Top)), y)
		y -= height
		fmt.Fprintf(out, `<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, part.class, x+1, y, barUnits-2,
			max(1, height-1))
	}
	out.WriteString("</g>")
}

// spanName names a span.
func spanName(span string) text.Text {
	switch span {
	case spanWeek:
		return text.Of("7 d")
	case spanQuarter:
		return text.Of("90 d")
	default:
		return text.Of("24 h")
	}
}

// Width says how long a bar is.
func (c *chartView) Width() text.Text {
	switch c.Long {
	case halfHour:
		return text.Of("A bar is half an hour. The figures are kept over restarts.")
	case 2 * time.Hour:
		return text.Of("A bar is two hours. The figures are kept over restarts.")
	case day:
		return text.Of("A bar is a day (UTC). The figures are kept over restarts.")
	default:
		return text.Of("A bar is an hour. The figures are kept over restarts.")
	}
}

// Label says what the drawing shows, for those who do not see it.
func (c *chartView) Label() text.Text {
	var sum barView
	for _, bar := range c.Bars {
		sum.Delivered += bar.Delivered
		sum.Retrying += bar.Retrying
		sum.Dead += bar.Dead
	}
	return text.Of("In {span}: {delivered} delivered, {retrying} failed attempts that are made again, {dead} given up.",
		"span", spanName(c.Span), "delivered", sum.Delivered, "retrying", sum.Retrying, "dead", sum.Dead)
}

// barTitle says what a bar stands for.
func barTitle(bar barView) text.Text {
	return text.Of("{time}: {delivered} delivered, {retrying} retrying, {dead} given up",
		"time", text.Moment(bar.Began), "delivered", bar.Delivered, "retrying", bar.Retrying,
		"dead", bar.Dead)
}

// Newest are the flags that are told of beside the drawing.
func (c *chartView) Newest() []flagView {
	const told = 3
	return c.Flags[max(0, len(c.Flags)-told):]
}

// flagText says what was saved.
func flagText(flag flagView) text.Text {
	if flag.Author == "" {
		return text.Of("Revision {number} saved", "number", flag.Number)
	}
	return text.Of("Revision {number} saved by {author}", "number", flag.Number, "author", flag.Author)
}
