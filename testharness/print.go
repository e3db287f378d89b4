package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
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

// changedIf is errChanged for a result that changed something, or would.
func changedIf(changed bool) error {
	if changed {
		return errChanged
	}
	return nil
}

// saved tells what a save did.
func saved(outcome shared.SaveResult) result {
	outcome.Diagnostics = listed(outcome.Diagnostics)
	return result{document: outcome, failed: !outcome.Saved, text: func(out io.Writer) {
		printDiagnostics(out, outcome.Diagnostics)
		if outcome.Saved {
			fmt.Fprintf(out, "Saved as revision %d.\n", outcome.Snapshot.Revision.Number)
		} else {
			if outcome.Confirm != "" {
				fmt.Fprintf(out, "%s Agree with --yes.\n", outcome.Confirm)
			}
			fmt.Fprintln(out, "Nothing was saved.")
		}
	}}
}

func printDiagnostics(out io.Writer, diagnostics shared.Diagnostics) {
	for _, one := range diagnostics {
		where := ""
		if one.Field != "" {
			where = " [" + one.Field + "]"
		}
		fmt.Fprintf(out, "\n%s%s: %s\n", one.Severity, where, one.Summary)
		if one.Detail != "" {
			fmt.Fprintf(out, "  %s\n", one.Detail)
		}
		if one.Evidence != nil {
			fmt.Fprintln(out, "  Evidence: "+evidenceText(*one.Evidence))
		}
		for _, fix := range one.Fixes {
			fmt.Fprintf(out, "  Fix: %s", fix.Label)
			for _, name := range fix.Values.Names() {
				fmt.Fprintf(out, " --set %s", quoted(name+"="+fix.Values[name].String()))
			}
			fmt.Fprintln(out)
		}
	}
}

// onOneLine writes a value as --set reads it: a list or a map of more than one entry as JSON.
func onOneLine(field shared.Field, value shared.Value) string {
	written := field.Format(value)
	if field.Kind.Form() != shared.FormText && strings.Contains(written, "\n") {
		return value.String()
	}
	return written
}

// plainArgument are the characters that no shell reads as something else.
var plainArgument = regexp.MustCompile(`^[\p{L}\p{N}_./:=@%+,\-]*$`)

// quoted is an argument as it is typed into a shell.
func quoted(argument string) string {
	if plainArgument.MatchString(argument) {
		return argument
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}

// evidenceText leaves out what the other side did not say.
func evidenceText(evidence shared.Evidence) string {
	var said []string
	if evidence.Code != 0 {
		said = append(said, strconv.Itoa(evidence.Code))
	}
	for _, part := range []string{evidence.EnhancedCode, evidence.Text} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, " ")
}
