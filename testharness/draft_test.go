package main

import (
	"strings"
	"testing"
)

// TestDisabledFieldIsRefused sets a field that is disabled as the others are: nothing is saved without saying so. What
// enables it can be set at once.
func TestDisabledFieldIsRefused(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	for line, status := range map[string]int{
		"save --set server= --set port=26":           exitUsage,
		"validate --set server= --set port=26":       exitUsage,
		"action look --yes --set server= --set port": exitUsage,
		"save --set port=26":                         exitDone, // The server in force enables it.
		"save --set server=b.example --set port=26":  exitDone,
	} {
		got, out := run(t, plugin, manifest, line)
		if got != status || strings.Contains(line, "port=26") && status == exitUsage &&
			!strings.Contains(out, "port cannot be changed: it is disabled") {
			t.Errorf("%s: exit status %d\n%s", line, got, out)
		}
	}
}
