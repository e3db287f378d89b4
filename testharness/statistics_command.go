package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// widths are what statistics can be asked by.
var widths = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// statistics is what the command tells in JSON.
type statistics struct {
	Buckets []shared.StatisticsBucket `json:"buckets"`
}

func newStatisticsCommand(g *global) *cobra.Command {
	var after, before, by string
	var request shared.StatisticsRequest
	command := g.passiveCommand(&cobra.Command{
		Use:   "statistics",
		Short: "Show how many notifications were accepted, delivered and given up in the course of time",
		Long: `statistics shows what happened to notifications in each minute, hour or day, oldest first, in UTC, for all
processes that use the database and over their restarts. What nothing happened in is left out. Minutes are kept for
6 hours, hours for 14 days and days for 90 days.

Exit status: 0 done; 1 failed; 2 usage or manifest error; 3 the plugin is unavailable.`,
		Example: "  testharness statistics --by minute --after 1h\n" +
			"  testharness statistics --by day --json | jq '.buckets[].delivered'",
		PreRunE: func(*cobra.Command, []string) error {
			var known bool
			if request.Width, known = widths[by]; !known {
				return usagef("--by %s: it is minute, hour or day", by)
			}
			var err1, err2 error
			request.From, err1 = moment("--after", after)
			request.Until, err2 = moment("--before", before)
			return errors.Join(err1, err2)
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		buckets, err := plugin.NotificationOperator().Statistics(ctx, request)
		if buckets == nil {
			buckets = []shared.StatisticsBucket{}
		}
		return result{document: statistics{buckets}, text: func(out io.Writer) { printStatistics(out, buckets) }}, err
	})
	flags := command.Flags()
	flags.StringVar(&by, "by", "hour", "by `minute`, hour or day")
	flags.StringVar(&after, "after", "", "only since the `time`: 2026-01-31T15:04:05Z, or 24h for a day ago; without it "+
		"90 days ago")
	flags.StringVar(&before, "before", "", "only before the `time`; without it now")
	return command
}

func printStatistics(out io.Writer, buckets []shared.StatisticsBucket) {
	if len(buckets) == 0 {
		fmt.Fprintln(out, "Nothing happened in that time.")
		return
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "from (UTC)\taccepted\tdelivered\tfailed attempts\tgiven up")
	for _, one := range buckets {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\n", one.Began.UTC().Format(time.DateTime), one.Accepted, one.Delivered,
			one.FailedAttempts, one.Dead)
	}
	_ = table.Flush()
}
