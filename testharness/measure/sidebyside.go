// Package measure is what benchmarks share: contestants that take turns, a slow line to a server, a sink for messages.
package measure

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Contestant is one of several that do the same and are measured in turns.
type Contestant struct {
	Name string
	// Once does it and returns how long it took.
	Once func() time.Duration
}

// Took measures one call.
func Took(b *testing.B, work func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := work(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// SideBySide lets the contestants take turns, so that a busy moment of the machine hits all of them, and returns their
// medians. A first round is not counted.
func SideBySide(b *testing.B, rounds int, contestants ...Contestant) []time.Duration {
	b.Helper()
	times := make([][]time.Duration, len(contestants))
	for round := range rounds + 1 {
		for i, one := range contestants {
			if t := one.Once(); round > 0 {
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

// Table prints figures beside each other; go test shows it with the benchmark's line.
func Table(b *testing.B, title string, rows ...[]string) {
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
