package acceptance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// contestant is one of several that do the same and are measured in turns.
type contestant struct {
	name string
	once func() time.Duration
}

// took measures one call.
func took(b *testing.B, work func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := work(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// sideBySide lets the contestants take turns, so that a busy moment of the machine hits all of them, and returns their
// medians. A first round is not counted.
func sideBySide(b *testing.B, rounds int, contestants ...contestant) []time.Duration {
	b.Helper()
	times := make([][]time.Duration, len(contestants))
	for round := range rounds + 1 {
		for i, one := range contestants {
			if t := one.once(); round > 0 {
				times[i] = append(times[i], t)
			}
		}
	}
	medians := make([]time.Duration, len(contestants))
	for i := range times {
		slices.Sort(times[i])
		medians[i] = times[i][len(times[i])/2]
	}
	return medians
}

// table prints figures beside each other; go test shows it with the benchmark's line.
func table(b *testing.B, title string, rows ...[]string) {
	b.Helper()
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", title)
	for _, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&text, "  %-*s", widths[i], cell)
		}
		text.WriteString("\n")
	}
	b.Log(text.String())
}
