package finding

import (
	"encoding/json"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// The functions below read what packages say that still make strings of phrases. They go with the last of these.

// Old reads a finding whose texts are phrases.
func Old(old shared.Diagnostic) (one Finding) {
	read(old, &one)
	return one
}

// OldAll reads findings whose texts are phrases.
func OldAll(old shared.Diagnostics) (all Findings) {
	read(old, &all)
	return all
}

// OldText reads a phrase.
func OldText(phrase string) (one text.Text) {
	read(phrase, &one)
	return one
}

func read(old, into any) {
	content, err := json.Marshal(old)
	if err == nil {
		_ = json.Unmarshal(content, into) // Whatever is a string is a text.
	}
}
