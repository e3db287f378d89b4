package main

import (
	"strings"
	"testing"
)

// TestBlankFilterChoosesNothing gives the commands that act on what a filter chooses filters that are empty, at first
// or once they are read: none means all notifications, and nothing is done.
func TestBlankFilterChoosesNothing(t *testing.T) {
	plugin := truthful(t)
	manifest := manifestOf(t)
	blanks := [][]string{
		{"--to", "@"}, {"--to", " @ "}, {"--to", ""}, {"--to", " "}, {"--state", ""}, {"--search", ""}, {"--search", " \t"},
		{"--cause", ""}, {"--category", ""}, {"--accepted-after", ""}, {"--accepted-before", ""},
		{"--accepted-before", "0001-01-01T00:00:00Z"}, {"--accepted-after", "0001-01-01T02:00:00+02:00"},
		{"--data-dir", ""}, {"--plugin", " "}, {"--manifest", ""},
	}
	for _, command := range []string{"list", "retry", "cancel", "aside", "purge"} {
		for _, blank := range blanks {
			for _, more := range [][]string{nil, {"--state", "dead"}, {"--all"}} {
				if command == "list" && more != nil && more[0] == "--all" || more != nil && more[0] == blank[0] {
					continue
				}
				line := append(append([]string{command}, more...), blank...)
				if status, out := runArguments(t, plugin, manifest, line); status != exitUsage {
					t.Errorf("%q: exit status %d\n%s", line, status, out)
				}
			}
		}
	}
	for _, line := range [][]string{
		{"purge", "--to", "@host.example"}, {"purge", "--to", " you@host.example"}, {"list", "--to", "host.example"},
		{"purge", "--all"}, {"purge", "--accepted-before", "1970-01-01T00:00:00Z"},
	} {
		if status, out := runArguments(t, plugin, manifest, line); status != exitDone {
			t.Errorf("%q: exit status %d\n%s", line, status, out)
		}
	}
	for _, line := range []string{"purge --all --state dead", "purge 7 --state dead", "purge 7 --all", "purge"} {
		if status, out := run(t, plugin, manifest, line); status != exitUsage || !strings.Contains(out, "say ") {
			t.Errorf("%s: exit status %d\n%s", line, status, out)
		}
	}
}
