package main

import (
	"io"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// terminal keeps texts of a plugin or a server from steering the terminal that they are printed to: what is not UTF-8,
// and control characters except line feed and tab, become U+FFFD.
func terminal(out io.Writer) io.Writer {
	return transform.NewWriter(out, runes.Map(printable.Rune))
}
