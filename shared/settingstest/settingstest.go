// Package settingstest checks that a settings page keeps the contract of package shared. Run is for the tests of a
// plugin, Report for a command line:
//
//	func TestConformance(t *testing.T) {
//		settingstest.Run(t, func(t *testing.T) shared.SettingsPage { return newPage(t) }, valid)
//	}
//
// Every rule is a function that returns what it found wrong. Each has a page in this package's own tests that breaks
// it, so a rule that could not fail would be noticed.
package settingstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Rule is one promise of the contract.
type Rule struct {
	// Name is stable, such as "schema/valid".
	Name string
	// Text says the promise in a sentence.
	Text string
	// Check returns nil when the page keeps the promise. valid is a draft that the page can save.
	Check func(ctx context.Context, page shared.SettingsPage, valid shared.Draft) error
}

// ruleLimit bounds one rule.
const ruleLimit = 90 * time.Second

// Run checks every rule as a subtest, each against a page of its own. valid is laid over values made from the schema
// and may be empty where those can be saved.
func Run(t *testing.T, newPage func(*testing.T) shared.SettingsPage, valid shared.Draft) {
	t.Helper()
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), ruleLimit)
			defer cancel()
			page := newPage(t)
			switch err := check(ctx, rule, page, valid); {
			case errors.Is(err, errNotOffered):
				t.Log("the page does not offer this")
			case err != nil:
				t.Errorf("%s\n%v", rule.Text, err)
			}
		})
	}
}

// Report checks every rule against pages from newPage, prints a line for each and reports whether all were kept.
func Report(ctx context.Context, out io.Writer, newPage func() shared.SettingsPage, valid shared.Draft) bool {
	broken, kept := 0, 0
	for _, rule := range Rules() {
		limited, cancel := context.WithTimeout(ctx, ruleLimit)
		err := check(limited, rule, newPage(), valid)
		cancel()
		switch {
		case err == nil:
			kept++
			fmt.Fprintf(out, "ok    %-24s %s\n", rule.Name, rule.Text)
		case errors.Is(err, errNotOffered):
			fmt.Fprintf(out, "–     %-24s %s\n", rule.Name, rule.Text)
		default:
			broken++
			fmt.Fprintf(out, "FAIL  %-24s %s\n      %v\n", rule.Name, rule.Text, err)
		}
	}
	fmt.Fprintf(
		out, "%d rules kept, %d broken, %d about what the page does not offer\n", kept, broken,
		len(Rules())-kept-broken,
	)
	return broken == 0
}

// errNotOffered is the outcome of a rule about something optional that the page does not have.
var errNotOffered = errors.New("the page does not offer this")

func check(ctx context.Context, rule Rule, page shared.SettingsPage, valid shared.Draft) error {
	schema, err := page.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return fmt.Errorf("the form was not declared: %w", err)
	}
	return rule.Check(ctx, page, example(schema, valid))
}

// example makes a draft from defaults and placeholders and lays the given one over it.
func example(schema shared.Schema, given shared.Draft) shared.Draft {
	draft := shared.Draft{Values: shared.Values{}, Secrets: map[string]shared.SecretChange{}}
	for field := range schema.Fields() {
		follows := schema.Evaluate(draft.Values)
		if field.Sensitive || !follows.Required(field) || !follows.Effective(field.Name).IsEmpty() {
			continue
		}
		draft.Values[field.Name] = exampleValue(field)
	}
	for name, value := range given.Values {
		draft.Values[name] = value
	}
	for name, change := range given.Secrets {
		draft.Secrets[name] = change
	}
	return draft
}
