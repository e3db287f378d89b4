package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
)

// actionFlags are the flags of the command action.
type actionFlags struct {
	draft     draftFlags
	options   []string
	yes, save bool
}

func newActionCommand(g *global) *cobra.Command {
	var flags actionFlags
	command := g.passiveCommand(&cobra.Command{
		Use:   "action [NAME]",
		Short: "Run an action of the page, or list them",
		Long: `action runs what the page can do beside saving and its test, such as finding a server or signing in. Without a
name it lists the actions and their options. An action works on the values in force, with those given by --set and
--secret laid over them. An address to visit, and the code to enter there, is printed to standard error. What the action
fills in or proposes is printed as --set options; what it fills in is saved only with --save. Ctrl-C cancels the
action.`,
		Example: `  testharness action
  testharness action find_server --set login=anna@example.com
  testharness action sign_in --set user=anna --save --yes
  testharness action search --option limit=10 --json | jq .result.choices`,
		Args: cobra.MaximumNArgs(1),
		PreRunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && flags.given() {
				return usagef("say which action; testharness action lists them")
			}
			return checkOptions(flags.options)
		},
	}, func(ctx context.Context, plugin invocation) (result, error) {
		if len(plugin.args) == 0 {
			return g.listActions(ctx, plugin)
		}
		return g.runAction(ctx, plugin, flags)
	})
	flags.draft.register(command)
	command.Flags().StringArrayVar(&flags.options, "option", nil,
		"set an option of the action: `option=value`; may be repeated")
	command.Flags().BoolVar(&flags.save, "save", false, "save the settings with what the action fills in, if it succeeds")
	registerYes(command, &flags.yes)
	return command
}

func (f *actionFlags) given() bool {
	return len(f.draft.set)+len(f.draft.secrets)+len(f.options) > 0 || f.save || f.yes
}

func (g *global) listActions(ctx context.Context, plugin invocation) (result, error) {
	schema, err := plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: g.locale})
	if schema.Actions == nil {
		schema.Actions = []shared.Action{}
	}
	return result{
		document: struct {
			Actions []shared.Action `json:"actions"`
		}{schema.Actions},
		text: func(out io.Writer) { printActions(out, schema) },
	}, err
}

func printActions(out io.Writer, schema shared.Schema) {
	if len(schema.Actions) == 0 {
		fmt.Fprintln(out, "This page has no actions.")
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, action := range schema.Actions {
		fmt.Fprintf(table, "%s\t%s\t%s\n", action.Name, action.Label, actionNote(schema, action))
		printFields(table, action.Form(), action.Options)
	}
	_ = table.Flush()
}

// actionDone is the document of an action: the report of a test, and what was found.
type actionDone struct {
	shared.TestReport
	Result shared.ActionResult `json:"result"`
	Save   *shared.SaveResult  `json:"save,omitempty"`
}

func (g *global) runAction(ctx context.Context, plugin invocation, flags actionFlags) (result, error) {
	schema, draft, err := flags.draft.draft(ctx, plugin.Page(), g.locale)
	if err != nil {
		return result{}, err
	}
	action, declared := schema.Action(plugin.args[0])
	if !declared {
		return result{}, usagef("this page has no action %q; testharness action lists them", plugin.args[0])
	}
	request := shared.ActionRequest{Locale: g.locale, Actor: g.actor, Action: action.Name, Draft: draft}
	request.Options, err = assigned(action.Form(), flags.options,
		"the action has no option %q; testharness action lists them")
	if err != nil {
		return result{}, err
	}
	if err := g.offered(ctx, plugin, schema, action, draft); err != nil {
		return result{}, err
	}
	g.noteHidden(ctx, plugin, schema, draft)
	if !plugin.agreed(action.Confirm, flags.yes) {
		return result{}, fmt.Errorf("%w; the action asks %q: agree with --yes", errNotAgreed, action.Confirm)
	}
	var completed shared.Completed
	err = plugin.ActionRunner().RunAction(ctx, request, plugin.follow(&completed))
	if err != nil {
		return result{}, err
	}
	done := actionDone{TestReport: complete(completed.Report), Result: completed.Result}
	failed := done.Status == shared.StatusFailed
	text := func(out io.Writer) { printActionDone(out, schema, done) }
	if !flags.save || failed {
		return result{document: done, text: text, failed: failed}, nil
	}
	filled, err := changeable(ctx, plugin.Page(), g.locale, schema, filledIn(draft, done.Result))
	var outcome shared.SaveResult
	if err == nil {
		outcome, err = g.save(ctx, plugin, filled, nil, flags.yes)
	}
	if err != nil {
		return result{document: done, text: text, err: err}, nil
	}
	end := saved(outcome)
	done.Save = &outcome
	return result{document: done, failed: end.failed, text: func(out io.Writer) {
		text(out)
		end.text(out)
	}}, nil
}

// offered fails for an action that the page hides while the form is as it is.
func (g *global) offered(
	ctx context.Context, plugin invocation, schema shared.Schema, action shared.Action, draft shared.Draft,
) error {
	if action.VisibleWhen.IsZero() {
		return nil
	}
	snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
	if err == nil && !schema.Evaluate(draft.Apply(snapshot.Values)).Holds(action.VisibleWhen) {
		err = usagef("the page does not offer the action %q with these values", action.Name)
	}
	return err
}

// errNotAgreed is that nothing was done, as it was to be agreed to before.
var errNotAgreed = errors.New("nothing was done")

// filledIn lays what an action found over a draft.
func filledIn(draft shared.Draft, found shared.ActionResult) shared.Draft {
	maps.Copy(draft.Values, found.Values)
	for name, ticket := range found.Tickets {
		draft.Secrets[name] = shared.ReplaceSecret(ticket.Reveal())
	}
	return draft
}

// printChoices prints what a field may have by what was found, as it is to be typed. A label that says no more than the
// value is left out.
func printChoices(out io.Writer, schema shared.Schema, name string, options []shared.Option) {
	field, _ := schema.Field(name)
	fmt.Fprintf(out, "\nChoices of %s (%s):\n", name, field.Label)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, option := range options {
		assignment := "--set " + quoted(name+"="+option.Value)
		if option.Label == option.Value || option.Label == "" {
			fmt.Fprintf(table, "  %s\n", assignment)
		} else {
			fmt.Fprintf(table, "  %s\t%s\n", assignment, option.Label)
		}
	}
	_ = table.Flush()
}

// printCard prints facts. What each means is told by the findings.
func printCard(out io.Writer, card shared.Card) {
	fmt.Fprintln(out, card.Title)
	for _, fact := range card.Facts {
		fmt.Fprintf(out, "  %s: %s\n", fact.Label, fact.Value)
		for _, record := range fact.Records {
			fmt.Fprintf(out, "    %s: %s\n", record.Label, record.Text)
		}
	}
}

// printActionDone prints the verdict and what was found. Tickets are secrets: only the names of their fields are told.
func printActionDone(out io.Writer, schema shared.Schema, done actionDone) {
	printReport(out, done.TestReport)
	for _, card := range done.Cards {
		fmt.Fprintln(out)
		printCard(out, card)
	}
	if len(done.Result.Values) > 0 {
		fmt.Fprint(out, "\nFill in:")
		for _, name := range done.Result.Values.Names() {
			field, _ := schema.Field(name)
			fmt.Fprintf(out, " --set %s", quoted(name+"="+onOneLine(field, done.Result.Values[name])))
		}
		fmt.Fprintln(out)
	}
	for _, name := range slices.Sorted(maps.Keys(done.Result.Choices)) {
		printChoices(out, schema, name, done.Result.Choices[name])
	}
	for _, name := range slices.Sorted(maps.Keys(done.Result.Tickets)) {
		fmt.Fprintf(out, "\nAn authorization for %s was given; --save takes it over.\n", name)
	}
}
