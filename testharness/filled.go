package main

import (
	"strings"

	"github.com/spf13/pflag"
)

// mustBeFilled annotates the flags that [filled] names.
const mustBeFilled = "testharness_must_be_filled"

// filled has flags refused that are given and blank. A script that leaves one empty by mistake, such as
// --to "$ADDRESS", would act on all notifications, or on those of another data directory.
func filled(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		if err := flags.SetAnnotation(name, mustBeFilled, nil); err != nil {
			panic(err) // There is no such flag.
		}
	}
}

// checkFilled names the first flag that is blank and must not be.
func checkFilled(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		_, must := flag.Annotations[mustBeFilled]
		if must && err == nil && strings.TrimSpace(flag.Value.String()) == "" {
			err = usagef("--%s is empty: say what, or leave it out", flag.Name)
		}
	})
	return err
}
