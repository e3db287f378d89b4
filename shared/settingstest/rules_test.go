package settingstest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
)

// TestGoodNotifier runs the suite for a page with a notification service.
func TestGoodNotifier(t *testing.T) {
	settingstest.Run(t, func(*testing.T) shared.SettingsPage {
		good := newMemoryPage()
		return &notifyingPage{&wrongPage{SettingsPage: good}, good.notifier}
	}, shared.Draft{})
}

// TestGoodPageThatAsks runs the suite for a page that has each save confirmed.
func TestGoodPageThatAsks(t *testing.T) {
	settingstest.Run(t, func(*testing.T) shared.SettingsPage {
		good := newMemoryPage()
		good.ask = "This signs everybody out."
		return good
	}, shared.Draft{})
}

// TestGoodPage runs the suite as the author of a plugin does.
func TestGoodPage(t *testing.T) {
	settingstest.Run(t, func(*testing.T) shared.SettingsPage { return newMemoryPage() }, shared.Draft{})
}

// TestEveryRuleCanFail makes sure that no rule is a rule in name only: each has pages that break it, and is the rule
// that says so.
func TestEveryRuleCanFail(t *testing.T) {
	wrong := maps.Clone(wrongPages)
	for name, breakers := range wrongNotifiers() {
		for _, breakIt := range breakers {
			wrong[name] = append(wrong[name], func(_ *wrongPage, good *memoryPage) { breakIt(good.notifier) })
		}
	}
	for _, more := range []map[string][]breaker{wrongActions, wrongHistories, wrongHealths} {
		for name, breakers := range more {
			wrong[name] = append(wrong[name], breakers...)
		}
	}
	for _, rule := range settingstest.Rules() {
		if len(wrong[rule.Name]) == 0 {
			t.Errorf("no wrong page breaks the rule %s", rule.Name)
		}
		for i, breakIt := range wrong[rule.Name] {
			t.Run(fmt.Sprintf("%s/%d", rule.Name, i), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					good := newMemoryPage()
					page := &notifyingPage{&wrongPage{SettingsPage: good}, good.notifier}
					breakIt(page.wrongPage, good)
					var out strings.Builder
					newPage := func() shared.SettingsPage { return page }
					if settingstest.Report(t.Context(), &out, newPage, shared.Draft{}) {
						t.Fatal("all rules were kept")
					}
					if !strings.Contains(out.String(), "FAIL  "+rule.Name) {
						t.Errorf("another rule failed:\n%s", out.String())
					}
					time.Sleep(24 * time.Hour) // Of the bubble's time: calls that the suite has given up on end in it.
				})
			})
		}
		delete(wrong, rule.Name)
	}
	for name := range wrong {
		t.Errorf("there is no rule %s", name)
	}
}

func TestReportOfGoodPage(t *testing.T) {
	for name, c := range map[string]struct {
		page func(*memoryPage) shared.SettingsPage
		says string
	}{
		"nothing else": {func(good *memoryPage) shared.SettingsPage { return good },
			" rules kept, 0 broken, 13 about what the page does not offer"},
		"notifications": {func(good *memoryPage) shared.SettingsPage {
			return &notifyingPage{&wrongPage{SettingsPage: good}, good.notifier}
		}, " rules kept, 0 broken, 2 about what the page does not offer"},
		"held notifications": {func(good *memoryPage) shared.SettingsPage {
			good.notifier.held = 3
			return &notifyingPage{&wrongPage{SettingsPage: good}, good.notifier}
		}, " rules kept, 0 broken, 2 about what the page does not offer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				page := c.page(newMemoryPage())
				if !settingstest.Report(t.Context(), &out, func() shared.SettingsPage { return page }, shared.Draft{}) {
					t.Errorf("a good page broke a rule:\n%s", out.String())
				}
				if !strings.Contains(out.String(), c.says) {
					t.Errorf("the report does not say %q:\n%s", c.says, out.String())
				}
			})
		})
	}
}

// wrongPages break each rule in the ways that there are.
var wrongPages = map[string][]breaker{
	"info/complete": {func(page *wrongPage, _ *memoryPage) {
		page.info = func(context.Context) (shared.Info, error) { return shared.Info{Name: "nameless"}, nil }
	}},
	"schema/valid": {
		wrongSchema(func(s *shared.Schema, _ shared.SchemaRequest) { s.Sections[0].Fields[0].Kind = "hologram" }),
		wrongSchema(func(s *shared.Schema, _ shared.SchemaRequest) { s.Sections[0].Fields[1].Name = "address" }),
	},
	"schema/stable": {func(page *wrongPage, _ *memoryPage) {
		var calls atomic.Int64
		page.schema = func(context.Context, shared.SchemaRequest) (shared.Schema, error) {
			schema := memorySchema
			schema.Description = fmt.Sprint("call ", calls.Add(1))
			return schema, nil
		}
	}},
	"schema/locale": {wrongSchema(func(s *shared.Schema, request shared.SchemaRequest) {
		if request.Locale == "de" {
			s.Sections[0].Fields[0].Name = "adresse"
		}
	})},
	"load/declared": {
		wrongLoad(func(s *shared.Snapshot) { s.Values["surprise"] = shared.Text("x") }),
		wrongLoad(func(s *shared.Snapshot) { s.Values["count"] = shared.Text("three") }),
		wrongLoad(func(s *shared.Snapshot) { s.Values["token"] = shared.Text("x") }),
		wrongLoad(func(s *shared.Snapshot) { delete(s.Secrets, "token") }),
		wrongLoad(func(s *shared.Snapshot) { s.Locks = map[string]shared.Lock{"surprise": {}} }),
	},
	"validate/harmless": {func(page *wrongPage, good *memoryPage) {
		page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
			saveSomething(good)
			return good.Validate(ctx, request)
		}
	}},
	"validate/required": {wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
		return slices.DeleteFunc(d, func(one shared.Diagnostic) bool { return one.Code == "required" })
	})},
	"validate/unknown": {wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
		return slices.DeleteFunc(d, func(one shared.Diagnostic) bool { return one.Code == "unknown_field" })
	})},
	"validate/readable": {
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "wordless"})
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: "dire", Code: "x", Summary: "x"})
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "x", Summary: "x", Scope: "world"})
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "x", Summary: "x", Lasting: "ever"})
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(
				d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "x", Summary: "x", Field: "surprise"},
			)
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "x", Summary: "caf\xe9"})
		}),
		wrongFindings(func(d shared.Diagnostics) shared.Diagnostics {
			return append(d, shared.Diagnostic{Severity: shared.SeverityInfo, Code: "x", Summary: "x",
				Fixes: []shared.Fix{{Label: "x", Values: shared.Values{"count": shared.Text("many")}}}})
		}),
	},
	"save/round-trip": {
		wrongSave(func(_ *memoryPage, r *shared.SaveRequest) { r.Actor = "" }, nil),
		wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
			r.Draft.Values = shared.Values{"address": shared.Text("another")}
		}, nil),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) { r.Snapshot.Revision.Number += 7 }),
		wrongLoad(func(s *shared.Snapshot) { s.Revision.Number = 0 }),
	},
	"save/invalid": {
		wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
			r.Draft.Values = shared.Values{"address": shared.Text("x")}
		}, nil),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) { r.Diagnostics = nil }),
		wrongSave(func(good *memoryPage, r *shared.SaveRequest) {
			if _, _, found := good.next(r.Draft); found.HasErrors() {
				saveSomething(good)
			}
		}, nil),
	},
	"save/conflict": {
		wrongSave(
			func(good *memoryPage, r *shared.SaveRequest) { r.Revision = good.revision() }, nil,
		),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) { r.Conflict = false }),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) {
			if r.Conflict {
				r.Snapshot = shared.Snapshot{}
			}
		}),
	},
	"save/in-force": {
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) {
			if !r.Saved {
				r.Snapshot = shared.Snapshot{Revision: r.Snapshot.Revision}
			}
		}),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) { r.Snapshot.Values = nil }),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) { r.Snapshot.Secrets = nil }),
		wrongSave(nil, func(r *shared.SaveResult, _ shared.SaveRequest) {
			if r.Conflict {
				r.Snapshot.Locks = map[string]shared.Lock{"count": {Source: "COUNT"}}
			}
		}),
	},
	"save/partial": {wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
		if _, given := r.Draft.Values["count"]; !given {
			r.Draft.Values = map[string]shared.Value{"address": r.Draft.Values["address"], "count": {}}
		}
		if r.Draft.Values["address"].IsEmpty() {
			r.Draft.Values["address"] = shared.Text("reset")
		}
	}, nil)},
	"secret/compared": {
		wrongCompare(func(shared.ValidateRequest) bool { return true }),
		wrongCompare(func(request shared.ValidateRequest) bool { return request.CompareSecrets }),
	},
	"secret/hidden": {
		func(page *wrongPage, good *memoryPage) {
			page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
				validation, err := good.Validate(ctx, request)
				validation.Preview = "Will use " + request.Draft.Secrets["token"].Text.Reveal()
				return validation, err
			}
		},
		func(page *wrongPage, good *memoryPage) {
			page.test = func(
				ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error,
			) error {
				return good.Test(ctx, request, func(event shared.TestEvent) error {
					if completed, ok := event.(shared.Completed); ok {
						completed.Report.Transcript = []string{"C: " + request.Draft.Secrets["token"].Text.Reveal()}
						event = completed
					}
					return send(event)
				})
			}
		},
	},
	"secret/three-ways": {
		wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
			if r.Draft.Secrets["token"].Action == shared.SecretClear {
				r.Draft.Secrets = nil
			}
		}, nil),
		wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
			if r.Draft.Secrets["token"].Action == shared.SecretKeep {
				r.Draft.Secrets = map[string]shared.SecretChange{"token": shared.ClearSecret()}
			}
		}, nil),
	},
	"test/verdict": {
		wrongTest(func([]shared.TestEvent) []shared.TestEvent { return nil }),
		wrongTest(
			func(events []shared.TestEvent) []shared.TestEvent { return append(events, events[len(events)-1]) },
		),
		wrongTest(func(events []shared.TestEvent) []shared.TestEvent {
			return append(events, shared.StepStarted{ID: "late"})
		}),
		wrongTest(func(events []shared.TestEvent) []shared.TestEvent {
			if len(events) == 3 {
				events[0], events[1] = events[1], events[0]
			}
			return events
		}),
		wrongVerdict(func(r *shared.TestReport) { r.Headline = "" }),
		wrongVerdict(func(r *shared.TestReport) { r.Status = shared.StatusSkipped }),
		wrongVerdict(func(r *shared.TestReport) { r.Status, r.Diagnostics = shared.StatusFailed, nil }),
	},
	"test/harmless": {func(page *wrongPage, good *memoryPage) {
		page.test = func(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
			saveSomething(good)
			return good.Test(ctx, request, send)
		}
	}},
	"test/cancel": {deafAfter(0), deafAfter(1), deafAfter(2)},
	"concurrent": {func(page *wrongPage, good *memoryPage) {
		busy := make(chan bool, 1)
		page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
			select {
			case busy <- true:
			default:
				return shared.Validation{}, errors.New("busy")
			}
			defer func() { <-busy }()
			time.Sleep(time.Second)
			return good.Validate(ctx, request)
		}
	}},
}
