package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/smtp-settings/smtp-settings/shared"
)

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
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
