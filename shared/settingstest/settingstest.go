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

// Run checks every rule about what the page offers as a subtest, each against a page of its own; the log names the
// others. valid is laid over values and secrets made from the schema, and may be empty where those can be saved. A rule
// that could not be tried, because the page does not save such a draft, fails: give valid values.
func Run(t *testing.T, newPage func(*testing.T) shared.SettingsPage, valid shared.Draft) {
	t.Helper()
	asked := newPage(t)
	for _, rule := range Rules() {
		s, err := subjectOf(t.Context(), asked, valid)
		if err == nil {
			offers, err := offered(t.Context(), rule.Name, s)
			if err == nil && !offers {
				t.Logf("%s: %v", rule.Name, notOffered(rule.Name))
				continue
			}
		}
		t.Run(rule.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), ruleLimit)
			defer cancel()
			switch err := check(ctx, rule, newPage(t), valid); {
			case errors.Is(err, errNotOffered):
				t.Log(err)
			case err != nil:
				t.Errorf("%s\n%v", rule.Text, err)
			}
		})
	}
}

// Report checks every rule against pages from newPage, prints a line for each and reports whether all were kept. Rules
// that could not be tried, because the page does not save the example, are counted apart; then not all were kept.
func Report(ctx context.Context, out io.Writer, newPage func() shared.SettingsPage, valid shared.Draft) bool {
	var kept, broken, without, untried int
	for _, rule := range Rules() {
		limited, cancel := context.WithTimeout(ctx, ruleLimit)
		err := check(limited, rule, newPage(), valid)
		cancel()
		switch {
		case err == nil:
			kept++
			fmt.Fprintf(out, "ok    %-24s %s\n", rule.Name, rule.Text)
		case errors.Is(err, errNotOffered):
			without++
			fmt.Fprintf(out, "–     %-24s %s\n", rule.Name, rule.Text)
			if errors.Is(err, errNotAsked) {
				fmt.Fprintf(out, "      %v\n", err)
			}
		case errors.Is(err, errNotTried):
			untried++
			fmt.Fprintf(out, "?     %-24s %s\n      %v\n", rule.Name, rule.Text, err)
		default:
			broken++
			fmt.Fprintf(out, "FAIL  %-24s %s\n      %v\n", rule.Name, rule.Text, err)
		}
	}
	fmt.Fprintf(out, "%d rules kept, %d broken, %d about what the page does not offer", kept, broken, without)
	if untried > 0 {
		fmt.Fprintf(out, ", %d not tried", untried)
	}
	fmt.Fprintln(out)
	return broken+untried == 0
}

// Outcomes of a rule that was neither kept nor broken.
var (
	// errNotOffered means that it is about something optional that the page does not have.
	errNotOffered = errors.New("the page does not offer this")
	// errNotAsked means that the page may ask for agreement, but not to the example.
	errNotAsked = fmt.Errorf(
		"%w with the example; if it asks for agreement to a save, give values with which it does", errNotOffered)
	// errNotTried means that it takes other settings than the example.
	errNotTried = errors.New("not tried with the example")
)

func check(ctx context.Context, rule Rule, page shared.SettingsPage, valid shared.Draft) error {
	s, err := subjectOf(ctx, page, valid)
	if err != nil {
		return err
	}
	return rule.Check(ctx, page, s.valid)
}

// subject is a page, its form, and a draft that it can save.
type subject struct {
	page   page
	schema shared.Schema
	valid  shared.Draft
}

func subjectOf(ctx context.Context, page shared.SettingsPage, valid shared.Draft) (subject, error) {
	schema, err := page.Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return subject{}, fmt.Errorf("the form was not declared: %w", err)
	}
	inForce, err := page.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return subject{}, fmt.Errorf("what is in force was not loaded: %w", err)
	}
	return subject{page, schema, example(schema, inForce, valid)}, nil
}
