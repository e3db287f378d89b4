package typed

import (
	"runtime"
	"strings"
	"testing"
)

// TestWorkGrowsWithTheText counts the bytes that are set aside for a long text: some for each character, not the whole
// text for each.
func TestWorkGrowsWithTheText(t *testing.T) {
	const many, each = 1 << 13, 100
	for name, read := range map[string]func(){
		"one word":   func() { Latin(strings.Repeat("a", many)) },
		"brackets":   func() { Undecorated(strings.Repeat("(", many/2) + strings.Repeat(")", many/2)) },
		"quotations": func() { Undecorated(strings.Repeat(`"`, many)) },
		"odd":        func() { Odd(strings.Repeat("a\u0430", many/2)) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) / many; got > each {
			t.Errorf("%s: %d bytes for each character", name, got)
		}
	}
}
