package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManCommand writes the manual pages, made from the same texts as --help. It is for packagers, so it is not
// listed.
func newManCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man DIRECTORY", Short: "Write the manual pages", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // manual pages are for everybody
				return err
			}
			root.DisableAutoGenTag = true
			root.PersistentFlags().Lookup("actor").DefValue = "" // The user that makes the pages is no default of theirs.
			seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
			return writeManualPages(root, args[0], time.Unix(seconds, 0).UTC())
		},
	}
}

// writeManualPages writes the page of the command and those of the commands below it.
func writeManualPages(command *cobra.Command, directory string, date time.Time) error {
	for _, below := range command.Commands() {
		if !below.IsAvailableCommand() || below.IsAdditionalHelpTopicCommand() {
			continue
		}
		if err := writeManualPages(below, directory, date); err != nil {
			return err
		}
	}
	page, err := manualPage(command, date)
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(command.CommandPath(), " ", "-") + ".1"
	return os.WriteFile(filepath.Join(directory, name), page, 0o644) //nolint:gosec // manual pages are for everybody
}

// What the generator writes and man(7) has other means for.
var (
	manualDate   = regexp.MustCompile(`(?m)^(\.TH "[^"]*" "[^"]*") "[^"]*"`)
	manualOption = regexp.MustCompile(`(?m)(?:^\.PP\n)?^(\\fB-.*)\n\t`)
	blankLines   = regexp.MustCompile(`\n{2,}\.`)
)

// manualPage returns the page of one command, its date in full, options as tagged paragraphs and without blank
// lines, which man(7) leaves undefined.
func manualPage(command *cobra.Command, date time.Time) ([]byte, error) {
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "SMTP settings", Manual: "SMTP settings"}
	if err := doc.GenMan(command, header, &page); err != nil {
		return nil, err
	}
	text := manualDate.ReplaceAll(page.Bytes(), []byte("$1 \""+date.Format(time.DateOnly)+`"`))
	text = manualOption.ReplaceAll(text, []byte(".TP\n$1\n"))
	return blankLines.ReplaceAll(text, []byte("\n.")), nil
}
