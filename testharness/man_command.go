package main

import (
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManCommand writes the manual pages, made from the same texts as --help. It is for packagers, so it is not listed.
func newManCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man DIRECTORY", Short: "Write the manual pages", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // manual pages are for everybody
				return err
			}
			root.DisableAutoGenTag = true
			seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
			date := time.Unix(seconds, 0).UTC()
			return doc.GenManTree(root, &doc.GenManHeader{Title: "TESTHARNESS", Section: "1", Date: &date, Source: "SMTP settings", Manual: "SMTP settings"}, args[0])
		},
	}
}
