package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// printJSON writes characters that could steer a terminal, which JSON allows in its texts, as escapes.
func printJSON(out io.Writer, value any) error {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	var safe strings.Builder
	for _, r := range encoded.String() {
		if r != unicode.ReplacementChar && printable.Rune(r) == unicode.ReplacementChar {
			fmt.Fprintf(&safe, `\u%04x`, r)
		} else {
			safe.WriteRune(r)
		}
	}
	_, err := io.WriteString(out, safe.String())
	return err
}

// listed makes an empty list [] in JSON rather than null.
func listed(diagnostics shared.Diagnostics) shared.Diagnostics {
	if diagnostics == nil {
		return shared.Diagnostics{}
	}
	return diagnostics
}

// failedIf is errFailed for a result that is negative but was told in full.
func failedIf(failed bool, err error) error {
	if err == nil && failed {
		return errFailed
	}
	return err
}

// printSaved tells what a save did.
func printSaved(out io.Writer, result shared.SaveResult, asJSON bool) error {
	var err error
	switch {
	case asJSON:
		result.Diagnostics = listed(result.Diagnostics)
		err = printJSON(out, result)
	default:
		printDiagnostics(out, result.Diagnostics)
		if result.Saved {
			fmt.Fprintf(out, "Saved as revision %d.\n", result.Snapshot.Revision.Number)
		} else {
			fmt.Fprintln(out, "Nothing was saved.")
		}
	}
	return failedIf(!result.Saved, err)
}
