package settingstest_test

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// asking has the page ask for a confirmation of each save, and then break the contract.
func asking(breakIt breaker) breaker {
	return func(page *wrongPage, good *memoryPage) {
		good.ask = "This signs everybody out."
		breakIt(page, good)
	}
}

// wrongAction changes the events of an action.
func wrongAction(change func(good *memoryPage, completed *shared.Completed) []shared.TestEvent) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.act = func(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
			return good.RunAction(ctx, request, func(event shared.TestEvent) error {
				completed := event.(shared.Completed)
				for _, one := range change(good, &completed) {
					if err := send(one); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
}

// wrongResult changes what an action finds.
func wrongResult(change func(*shared.ActionResult)) breaker {
	return wrongAction(func(_ *memoryPage, completed *shared.Completed) []shared.TestEvent {
		if !completed.Result.IsZero() {
			change(&completed.Result)
		}
		return []shared.TestEvent{*completed}
	})
}

// wrongOptions has something be run whatever its options are.
func wrongOptions(page *wrongPage, good *memoryPage) {
	page.act = func(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
		request.Options = nil
		return good.RunAction(ctx, request, send)
	}
	page.test = func(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
		request.Options = nil
		return good.Test(ctx, request, send)
	}
}

// wrongActions break the rules about actions, computed values and confirmations.
var wrongActions = map[string][]breaker{
	"schema/old-host": {wrongSchema(func(s *shared.Schema, request shared.SchemaRequest) {
		if !request.Host.Shows(shared.KindURL) {
			s.Sections[0].Fields[3].OptionsFrom = ""
		}
	})},
	"load/computed": {
		wrongLoad(func(s *shared.Snapshot) { s.Computed["count"] = shared.Integer(1) }),
		wrongLoad(func(s *shared.Snapshot) { s.Computed["link"] = shared.Text("no address") }),
		wrongLoad(func(s *shared.Snapshot) { s.Pending = []string{"address"} }),
		func(page *wrongPage, good *memoryPage) {
			page.validate = func(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
				validation, err := good.Validate(ctx, request)
				validation.Computed = shared.Values{"surprise": shared.Text("x")}
				return validation, err
			}
		},
	},
	"validate/read-only": {wrongFindings(withoutCode("read_only"))},
	"validate/form": {
		wrongFindings(withoutCode("out_of_range")), wrongFindings(withoutCode("not_a_number")),
		wrongFindings(withoutCode("control_character")),
	},
	"secret/hidden": {
		wrongLoad(func(s *shared.Snapshot) {
			s.Secrets["token"] = shared.SecretState{Set: s.Secrets["token"].Set, Hint: "begins with canary"}
		}),
	},
	"save/confirm": {
		asking(wrongSave(func(_ *memoryPage, r *shared.SaveRequest) {
			if r.Confirmed != "" {
				r.Confirmed = "This signs everybody out."
			}
		}, nil)),
		asking(wrongSave(func(_ *memoryPage, r *shared.SaveRequest) { r.Confirmed = "" }, nil)),
		asking(func(page *wrongPage, good *memoryPage) {
			page.save = func(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
				result, err := good.Save(ctx, request)
				if result.Confirm != "" {
					saveSomething(good)
				}
				return result, err
			}
		}),
	},
	"test/options":   {wrongOptions},
	"action/options": {wrongOptions},
	"action/verdict": {
		wrongAction(func(*memoryPage, *shared.Completed) []shared.TestEvent { return nil }),
		wrongAction(func(_ *memoryPage, completed *shared.Completed) []shared.TestEvent {
			completed.Report.Headline = ""
			return []shared.TestEvent{*completed}
		}),
		wrongAction(func(_ *memoryPage, completed *shared.Completed) []shared.TestEvent {
			return []shared.TestEvent{shared.StepFinished{}, *completed}
		}),
		wrongAction(func(*memoryPage, *shared.Completed) []shared.TestEvent {
			return []shared.TestEvent{shared.Prompt{Text: "Sign in", URL: "http://elsewhere.example"}}
		}),
		wrongResult(func(r *shared.ActionResult) { r.Values["surprise"] = shared.Text("x") }),
		wrongResult(func(r *shared.ActionResult) { r.Values["count"] = shared.Text("many") }),
		wrongResult(func(r *shared.ActionResult) { r.Choices["count"] = nil }),
		wrongResult(func(r *shared.ActionResult) { r.Choices["mode"][0].Label = "" }),
		wrongResult(func(r *shared.ActionResult) {
			r.Tickets = map[string]shared.SecretText{"token": shared.NewSecretText("x")}
		}),
		wrongAction(func(_ *memoryPage, completed *shared.Completed) []shared.TestEvent {
			completed.Report.Diagnostics = append(completed.Report.Diagnostics, shared.Diagnostic{
				Severity: shared.SeverityInfo, Code: "x", Summary: "x",
				Fixes: []shared.Fix{{Label: "x", Values: shared.Values{"surprise": shared.Text("x")}}},
			})
			return []shared.TestEvent{*completed}
		}),
		func(page *wrongPage, good *memoryPage) {
			page.act = func(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
				if len(request.Draft.Values) == 0 {
					return nil // It says nothing, where nothing is entered.
				}
				return good.RunAction(ctx, request, send)
			}
		},
	},
	"action/harmless": {wrongAction(func(good *memoryPage, completed *shared.Completed) []shared.TestEvent {
		saveSomething(good)
		return []shared.TestEvent{*completed}
	})},
	"action/unknown": {func(page *wrongPage, good *memoryPage) {
		page.act = func(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
			request.Action = "look"
			return good.RunAction(ctx, request, send)
		}
	}},
	"action/cancel": {deafAfter(0), deafAfter(1), deafAfter(2), deafAfter(3)},
}

// deafAfter has the test and the actions wait without looking at their context, once they have sent so many events;
// they look before each. An action has two steps.
func deafAfter(events int) breaker {
	return func(page *wrongPage, good *memoryPage) {
		deaf := func(ctx context.Context, send func(shared.TestEvent) error) func(shared.TestEvent) error {
			sent := 0
			return func(event shared.TestEvent) error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				err := send(event)
				if sent++; sent == events {
					time.Sleep(time.Hour)
				}
				return err
			}
		}
		page.test = func(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
			if events == 0 {
				time.Sleep(time.Hour)
			}
			return good.Test(ctx, request, deaf(ctx, send))
		}
		page.act = func(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
			if events == 0 {
				time.Sleep(time.Hour)
			}
			send = deaf(ctx, send)
			for _, step := range []string{"ask", "look"} {
				if err := send(shared.StepStarted{ID: step, Label: step}); err != nil {
					return err
				}
				result := shared.StepResult{ID: step, Label: step, Status: shared.StatusPassed}
				if err := send(shared.StepFinished{StepResult: result}); err != nil {
					return err
				}
			}
			return good.RunAction(ctx, request, send)
		}
	}
}

// withoutCode leaves findings out.
func withoutCode(code string) func(shared.Diagnostics) shared.Diagnostics {
	return func(found shared.Diagnostics) shared.Diagnostics {
		var left shared.Diagnostics
		for _, one := range found {
			if one.Code != code {
				left = append(left, one)
			}
		}
		return left
	}
}
