package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared/version"
)

// global holds the options that every command has.
type global struct {
	manifest string
	plugin   string
	dataDir  string
	logLevel string
	actor    string
	locale   string
	options  []host.Option
}

// newRootCommand returns the program. The options are for the host of every command that has one.
func newRootCommand(options ...host.Option) *cobra.Command {
	g := &global{options: options}
	root := &cobra.Command{
		Use:   "testharness",
		Short: "Play the Console of a settings plugin",
		Long: `testharness starts the settings plugin that plugin.hcl declares and does with it what a Console does:
shows its form, validates, saves and tests settings.

` + exitStatuses + " apply ends with 10 when it has changed something.",
		Example: `  testharness console
  testharness test --set server=smtp.email.com --set use_ssl=true --set login=me@email.com \
    --secret password=env:MAIL_PASSWORD
  testharness save --set server=smtp.email.com --set login=me@email.com --secret password=-  < password.txt
  testharness load --json`,
		Version:       version.Current().String(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&g.manifest, "manifest", "plugin.hcl", "the `file` that declares the plugin")
	flags.StringVar(&g.plugin, "plugin", "", "the `name` of the plugin, to make sure that the manifest declares this one")
	flags.StringVar(&g.dataDir, "data-dir", "", "overrides config.data_dir of the manifest with `DIR`")
	flags.StringVar(&g.logLevel, "log-level", "warn",
		"trace, debug, info, warn, error or off; the log goes to standard error")
	flags.StringVar(&g.actor, "actor", currentUser(),
		"the `name` of who tests and saves; without it that of the operating system's user")
	flags.StringVar(&g.locale, "locale", "en",
		"the `language` of what the plugin says; what testharness itself says is English")
	filled(flags, "manifest", "plugin", "data-dir")
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error { return checkFilled(command.Flags()) }
	root.AddCommand(
		newSchemaCommand(g), newLoadCommand(g), newValidateCommand(g), newSaveCommand(g), newTestCommand(g),
		newActionCommand(g), newApplyCommand(g), newExportCommand(g), newImportCommand(g),
		newNotifyCommand(g), newStatusCommand(g), newHealthCommand(g), newDomainCommand(g),
		newStatisticsCommand(g), newListCommand(g), newShowCommand(g),
		newHistoryCommand(g), newRollbackCommand(g), newRekeyCommand(g), newMigrateCommand(g),
		newHeldCommand(g),
		newLookCommand(g),
		newConsoleCommand(g), newDebugCommand(g), newAttachCommand(g), newConformanceCommand(g), newMailserverCommand(),
		newNewCommand(), newManCommand(root),
	)
	for _, kind := range operateCommands {
		root.AddCommand(newOperateCommand(g, kind))
	}
	for _, command := range root.Commands() {
		command.Args = withUsage(command.Args)
		command.Long = withExitStatus(command)
	}
	root.Args = withUsage(root.Args)
	root.RunE = func(*cobra.Command, []string) error {
		return usagef("say what to do: testharness --help lists the commands")
	}
	return root
}

// exitStatuses are those of main.go.
const exitStatuses = `Exit status: 0 passed or done; 1 the test failed, the values are invalid, or the
plugin does not offer this; 2 usage or manifest error; 3 the plugin is unavailable.`

// withExitStatus is what the command says of itself, with the exit statuses unless it has told its own.
func withExitStatus(command *cobra.Command) string {
	if strings.Contains(command.Long, "xit status") || strings.Contains(command.Long, "exit\nstatus") {
		return command.Long
	}
	return cmp.Or(command.Long, command.Short+".") + "\n\n" + exitStatuses
}

// withUsage makes wrong arguments usage errors.
func withUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		check = cobra.NoArgs
	}
	return func(command *cobra.Command, args []string) error {
		if err := check(command, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// exactly is an argument that must be there; what says what it is and where to find it.
func exactly(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("say %s", what)
		}
		return nil
	}
}

// openFunc starts the plugin.
type openFunc func(context.Context, ...host.Option) (*host.Host, error)

// open starts the plugin for a command that looks something up or changes it and ends: it delivers no notifications.
func (g *global) open(ctx context.Context, more ...host.Option) (*host.Host, error) {
	return g.openActive(ctx, append(more, host.WithPassivePlugin())...)
}

// openActive starts the plugin with all that it does in a Console.
func (g *global) openActive(ctx context.Context, more ...host.Option) (*host.Host, error) {
	level := hclog.LevelFromString(g.logLevel)
	if level == hclog.NoLevel && !strings.EqualFold(g.logLevel, "off") {
		return nil, usagef("--log-level %s is none of trace, debug, info, warn, error and off", g.logLevel)
	}
	options := []host.Option{
		host.WithLogger(hclog.New(&hclog.LoggerOptions{Name: "testharness", Level: level, Output: os.Stderr})),
	}
	if g.dataDir != "" {
		options = append(options, host.WithDataDir(g.dataDir))
	}
	if g.plugin != "" {
		options = append(options, host.WithPluginName(g.plugin))
	}
	return host.Open(ctx, g.manifest, slices.Concat(options, g.options, more)...)
}

// currentUser is the name of the user that runs the command; empty when the system does not tell.
func currentUser() string {
	if known, err := user.Current(); err == nil {
		return known.Username
	}
	return cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"))
}
