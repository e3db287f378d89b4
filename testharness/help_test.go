package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpIsWhole looks at what each command says of itself: what it does, an example, its exit statuses and each of
// its flags. What is about one page alone is said to be.
func TestHelpIsWhole(t *testing.T) {
	var look func(*cobra.Command)
	look = func(command *cobra.Command) {
		for _, below := range command.Commands() {
			look(below)
		}
		if command.Hidden {
			return
		}
		name := command.CommandPath()
		if !strings.Contains(command.Example, name) {
			t.Errorf("%s has no example", name)
		}
		if command.Parent() == nil || command.Parent().Parent() == nil {
			if said := strings.Join(strings.Fields(command.Long), " "); !strings.Contains(said, "xit status") {
				t.Errorf("%s does not tell its exit statuses:\n%s", name, command.Long)
			}
		}
		command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Usage == "" {
				t.Errorf("%s: --%s has no words", name, flag.Name)
			}
		})
	}
	root := newRootCommand()
	look(root)
	test, _, err := root.Find([]string{"test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"recipient", "send-message"} {
		if usage := test.Flags().Lookup(flag).Usage; !strings.HasPrefix(usage, "the SMTP page: ") {
			t.Errorf("--%s is said to be of every page: %s", flag, usage)
		}
	}
}

// TestNameOfPlugin says what is wrong with a name that other things may have.
func TestNameOfPlugin(t *testing.T) {
	for _, name := range []string{"s3-settings", "S3", "3s", "s", "s3_settings"} {
		command := newNewCommand()
		command.SetArgs([]string{name})
		if err := command.Execute(); err == nil || !strings.Contains(err.Error(), "no hyphen") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
