package settingstest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Rules returns all rules.
func Rules() []Rule {
	rules := slices.Concat(formRules(), savingRules(), runningRules(), notifierRules(), lastRules())
	for i, rule := range rules {
		rules[i].Check = whereOffered(rule)
	}
	return rules
}

// whereOffered checks the rule where the page has what it is about.
func whereOffered(rule Rule) func(context.Context, page, shared.Draft) error {
	return func(ctx context.Context, p page, valid shared.Draft) error {
		schema, err := p.Schema(ctx, shared.SchemaRequest{})
		if err != nil {
			return fmt.Errorf("the form was not declared: %w", err)
		}
		offers, err := offered(ctx, rule.Name, subject{p, schema, valid})
		switch {
		case err != nil:
			return err
		case !offers:
			return notOffered(rule.Name)
		}
		return rule.Check(ctx, p, valid)
	}
}

func formRules() []Rule {
	return []Rule{
		{"info/complete", "Info names the plugin, its title and its version.", infoComplete},
		{"schema/valid", "Schema declares a form within the bounds of the contract.", schemaValid},
		{"schema/stable", "Schema declares the same form each time it is asked.", schemaStable},
		{"schema/locale", "Schema declares the same fields in every language, known or not.", schemaLocale},
		{"schema/old-host", "Schema declares a sound form for a host that knows less, too.", schemaOldHost},
		{
			"load/declared", "Load returns values of declared fields only, of the right kind, and no secret.",
			loadDeclared,
		},
		{
			"load/computed", "What read-only fields show, and what waits for a restart, is declared so.", computedDeclared,
		},
		{"validate/read-only", "Validate refuses a value for a field that is read-only.", readOnlyRefused},
		{"validate/form", "Validate refuses, at the field, what the field's declaration does not allow.", formRefused},
		{"validate/harmless", "Validate changes nothing.", validateHarmless},
		{"validate/required", "Validate reports each required field that is empty, at that field.", validateRequired},
		{"validate/unknown", "Validate reports a field that is not declared.", validateUnknown},
		{
			"validate/readable",
			"Every diagnostic has a code, a summary, a known severity and, if any, a declared field.", validateReadable,
		},
	}
}

func savingRules() []Rule {
	return []Rule{
		{"save/round-trip", "What was saved is what Load returns, in a new revision with its author.", saveRoundTrip},
		{"save/invalid", "Save refuses invalid values with a reason and changes nothing.", saveInvalid},
		{"save/conflict", "Save refuses a draft made from an old revision and changes nothing.", saveConflict},
		{"save/in-force", "The reply to Save holds what Load returns, whether it saved or not.", saveInForce},
		{"save/confirm", "A save that asks for a confirmation saves nothing before that very one is given.", saveConfirm},
		{"save/partial", "A field that a draft does not name keeps its value.", savePartial},
		{"secret/hidden", "A secret never comes out again, not in any reply and not in a diagnostic.", secretHidden},
		{"secret/three-ways", "A secret can be replaced, kept and cleared.", secretThreeWays},
		{"secret/compared", "Validate says which secrets are the stored ones, if at all, only when asked.", secretCompared},
		{
			"history/revisions", "The history lists what was saved with its author and its changes, newest first.",
			withHistory(historyRevisions),
		},
		{
			"history/restore", "An old revision is restored as the next one, and not over a newer one.",
			withHistory(historyRestore),
		},
		{
			"history/confirm", "A restore asks for the confirmation that a save of the same would ask for.",
			withHistory(historyConfirm),
		},
	}
}

func runningRules() []Rule {
	return []Rule{
		{"test/verdict", "Test sends steps in order and the verdict exactly once and last.", testVerdict},
		{"test/harmless", "Test saves nothing.", testHarmless},
		{"test/cancel", "Test ends soon after it is cancelled.", testCancel},
		{"test/options", "Test refuses, at the option, what the option's declaration does not allow.", testOptions},
		{
			"action/verdict", "An action sends steps in order and the verdict exactly once and last, with what it found for " +
				"declared fields.",
			withActions(actionVerdict),
		},
		{"action/harmless", "An action that is not declared to change anything changes nothing.",
			withActions(actionHarmless)},
		{"action/unknown", "An action that is not declared is not run.", withActions(actionUnknown)},
		{
			"action/options", "An action refuses, at the option, what the option's declaration does not allow.",
			withActions(actionOptions),
		},
		{"action/cancel", "An action ends soon after it is cancelled.", withActions(actionCancel)},
	}
}

func notifierRules() []Rule {
	return []Rule{
		{
			"notifier/status", "The notification service, if there is one, is in a known state and counts every state.",
			withNotifier(notifierStatus),
		},
		{
			"notifier/refuses", "Notify gives a receipt for each notification, with an id or with a reason.",
			withNotifier(notifierRefuses),
		},
		{
			"notifier/idempotent", "The same key and recipient is one notification, and its text is not shown.",
			withNotifier(notifierIdempotent),
		},
		{
			"notifier/filters", "List finds what meets everything that it is limited by, and nothing else.",
			withNotifier(notifierFilters),
		},
		{
			"notifier/repeated", "The same key in one call is one notification, and a receipt says that other content is not " +
				"sent.",
			withNotifier(notifierRepeated),
		},
		{
			"notifier/entry", "A notification is listed as it was handed over, without its content, a long subject shortened.",
			withNotifier(notifierEntry),
		},
		{
			"operator/show", "Show tells of a notification what List does, with its attempts and without its content.",
			withOperator(operatorShow),
		},
		{
			"operator/bulk", "Operate changes what its filter chooses and nothing else, and reports, counts and notes that.",
			withOperator(operatorBulk),
		},
		{
			"operator/statistics", "Statistics count what was taken, in buckets of the width that is asked for.",
			withOperator(operatorStatistics),
		},
		{
			"held/release", "What is held is told with its number and a reason, and is gone once it is released.",
			withNotifier(heldRelease),
		},
		{
			"health/told", "Whether the settings work is told at once, in a known state, with a cause where they do not.",
			withHealth(healthTold),
		},
		{"notifier/unknown", "Retry and Cancel of an unknown notification say so.", withNotifier(notifierUnknown)},
	}
}

func lastRules() []Rule {
	return []Rule{
		{"concurrent", "All calls may run at the same time.", concurrent},
	}
}

type page = shared.SettingsPage

func concurrent(ctx context.Context, p page, valid shared.Draft) error {
	const callers = 8
	failures := make(chan error, callers*4)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			_, err := p.Load(ctx, shared.LoadRequest{})
			failures <- err
			_, err = p.Schema(ctx, shared.SchemaRequest{})
			failures <- err
			_, err = p.Validate(ctx, shared.ValidateRequest{Draft: valid})
			failures <- err
			_, err = p.Save(ctx, shared.SaveRequest{Draft: valid, Revision: -1})
			failures <- err
		})
	}
	wg.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
