package main

import (
	"slices"
	"strings"
	"testing"
)

// ofEveryPlugin are the commands that need nothing but a settings page, or no plugin at all.
var ofEveryPlugin = []string{
	"schema", "load", "validate", "save", "test", "apply", "export", "import", "console", "debug", "attach",
	"conformance", "mailserver", "new", "man",
}

// TestEachCommandSaysWhatItNeeds holds that no command is forgotten: one that a plugin may have no use for says so.
func TestEachCommandSaysWhatItNeeds(t *testing.T) {
	for _, command := range newRootCommand().Commands() {
		name, _, _ := strings.Cut(command.Use, " ")
		if (needs[name] == "") != slices.Contains(ofEveryPlugin, name) {
			t.Errorf("%s is in none or both of the lists", name)
		}
	}
}
