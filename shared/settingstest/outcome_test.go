package settingstest_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
)

// report runs the suite for the page.
func report(t *testing.T, page shared.SettingsPage, valid shared.Draft) (kept bool, out string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var written strings.Builder
		kept = settingstest.Report(t.Context(), &written, func() shared.SettingsPage { return page }, valid)
		out = written.String()
	})
	return kept, out
}

// newSecretPage returns a page whose token must be filled in, as its schema says.
func newSecretPage(change func(token *shared.Field)) *memoryPage {
	page := newMemoryPage()
	page.schema.Sections = []shared.Section{{Name: "only", Fields: slices.Clone(memorySchema.Sections[0].Fields)}}
	change(&page.schema.Sections[0].Fields[2])
	return page
}

// TestRequiredSecretIsMadeUp tries a page out that saves nothing without a secret, though none is given.
func TestRequiredSecretIsMadeUp(t *testing.T) {
	for name, change := range map[string]func(*shared.Field){
		"always":         func(token *shared.Field) { token.Required = true },
		"with an answer": func(token *shared.Field) { token.RequiredWhen = shared.IsSet("address") },
		"as one is given": func(token *shared.Field) {
			token.RequiredWhen = shared.Equals("count", shared.Integer(7))
		},
	} {
		valid := shared.Draft{Values: shared.Values{"count": shared.Integer(7)}}
		if kept, out := report(t, newSecretPage(change), valid); !kept {
			t.Errorf("%s:\n%s", name, out)
		}
	}
}

// TestNotTried tells a page that does not save the example from one that breaks a rule: what was not tried is named,
// with the reason and what to do.
func TestNotTried(t *testing.T) {
	good := newSecretPage(func(token *shared.Field) { token.Required = true })
	refused := shared.Diagnostics{{
		Severity: shared.SeverityError, Code: "unknown_token", Summary: "Nobody has this token.", Field: "token",
	}}
	page := &wrongPage{SettingsPage: good}
	page.save = func(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
		if change := request.Draft.Secrets["token"]; change.Text.Reveal() == "example" {
			snapshot, err := good.Load(ctx, shared.LoadRequest{})
			return shared.SaveResult{Diagnostics: refused, Snapshot: snapshot}, err
		}
		return good.Save(ctx, request)
	}
	kept, out := report(t, page, shared.Draft{})
	for _, want := range []string{
		"?     save/round-trip", "?     save/partial", "?     load/declared", "ok    info/complete", " 0 broken, ",
		" not tried\n",
		"Nobody has this token. [token]", "--secret field=env:NAME",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if kept || strings.Contains(out, "FAIL") {
		t.Errorf("kept %t, or something is broken:\n%s", kept, out)
	}
	given := shared.Draft{Secrets: map[string]shared.SecretChange{"token": shared.ReplaceSecret("t0ken")}}
	if kept, out := report(t, page, given); !kept || strings.Contains(out, "not tried") {
		t.Errorf("with a token that the page knows:\n%s", out)
	}
}

// TestUnaskedIsNotCalledAbsent tells the author of a page that does not ask for agreement to the example that this is
// all that is known.
func TestUnaskedIsNotCalledAbsent(t *testing.T) {
	kept, out := report(t, newMemoryPage(), shared.Draft{})
	_, after, found := strings.Cut(out, "–     save/confirm")
	lines := strings.SplitN(after, "\n", 3)
	if !kept || !found || !strings.Contains(lines[1], "give values with which it does") {
		t.Errorf("nothing is said of other values:\n%s", out)
	}
	if strings.Count(out, "give values") != 2 { // and history/confirm
		t.Errorf("values are asked for what the page does not have:\n%s", out)
	}
}

// TestHiddenSecretIsNotTried holds that nothing is said to be kept of a secret that the example hides.
func TestHiddenSecretIsNotTried(t *testing.T) {
	page := newSecretPage(func(token *shared.Field) {
		token.VisibleWhen = shared.Equals("count", shared.Integer(7))
	})
	rules := []string{"secret/hidden", "secret/three-ways", "secret/compared"}
	kept, out := report(t, page, shared.Draft{})
	for _, rule := range rules {
		if kept || !strings.Contains(out, "?     "+rule) || !strings.Contains(out, `which hides ["token"]`) {
			t.Errorf("%s is not said to be untried:\n%s", rule, out)
		}
	}
	kept, out = report(t, page, shared.Draft{Values: shared.Values{"count": shared.Integer(7)}})
	for _, rule := range rules {
		if !kept || !strings.Contains(out, "ok    "+rule) {
			t.Errorf("%s is not tried with what shows the secret:\n%s", rule, out)
		}
	}
}

// TestSlowPageKeepsTheRules has nothing against a test that takes long to begin, and ends when it is cancelled.
func TestSlowPageKeepsTheRules(t *testing.T) {
	good := newMemoryPage()
	page := &wrongPage{SettingsPage: good}
	page.test = func(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Second):
		}
		return good.Test(ctx, request, send)
	}
	if kept, out := report(t, page, shared.Draft{}); !kept {
		t.Errorf("a page with a slow test:\n%s", out)
	}
}

// TestOnlyWhatIsOfferedIsASubtest runs tests of this package as their author does: no line says PASS of a rule that is
// not about the page.
func TestOnlyWhatIsOfferedIsASubtest(t *testing.T) {
	for name, c := range map[string]struct{ has, lacks []string }{
		"TestGoodPage": {[]string{"save/round-trip", "action/verdict"},
			[]string{"save/confirm", "notifier/", "held/"}},
		"TestGoodPageThatAsks": {[]string{"save/confirm", "history/confirm"}, []string{"notifier/", "operator/"}},
		"TestGoodNotifier":     {[]string{"notifier/status", "operator/bulk"}, []string{"save/confirm"}},
	} {
		run := exec.CommandContext(
			t.Context(), os.Args[0], "-test.run=^"+name+"$", "-test.v")
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		for _, rule := range c.has {
			if !strings.Contains(string(out), "PASS: "+name+"/"+rule) {
				t.Errorf("%s: %s was not tried:\n%s", name, rule, out)
			}
		}
		for _, rule := range c.lacks {
			if strings.Contains(string(out), name+"/"+rule) || !strings.Contains(string(out), ": "+rule) {
				t.Errorf("%s: %s is told as if it were tried, or is not told of:\n%s", name, rule, out)
			}
		}
	}
}
