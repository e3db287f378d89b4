package kinds

import (
	"context"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// RunAction runs one of the actions.
func (p *Page) RunAction(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	action, _ := Schema().Action(request.Action)
	if found := action.Form().Validate(request.Options, nil); found.HasErrors() {
		return send(shared.Completed{Report: shared.TestReport{
			Outcome: "failed", Headline: "The options have faults", Status: shared.StatusFailed, Diagnostics: found,
		}})
	}
	switch request.Action {
	case "find_buckets":
		return p.findBuckets(ctx, request, send)
	case "sign_in":
		return p.signIn(ctx, send)
	case "test_login":
		return p.testLogin(ctx, request, send)
	case "rotate":
		p.mu.Lock()
		p.callback = fmt.Sprintf("https://console.example/callback/%d", time.Now().UnixNano())
		p.mu.Unlock()
		return p.finish(ctx, "There is a new callback", shared.ActionResult{}, send)
	default:
		return fmt.Errorf("no action %q", request.Action)
	}
}

func (p *Page) findBuckets(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	region := "eu"
	if chosen, given := request.Options["region"].AsText(); given {
		region = chosen
	}
	found := []shared.Option{
		{Value: region + "-photos", Label: "Photos"}, {Value: region + "-backups", Label: "Backups"},
	}
	return p.finish(ctx, "Found two buckets", shared.ActionResult{
		Values:  shared.Values{"bucket": shared.Text(region + "-photos")},
		Choices: map[string][]shared.Option{"bucket": found, "mirrors": found, "replicas": found, "archive": found},
	}, send)
}

// signIn sends the reader to a page that nobody visits, and waits until it is left or has waited long enough.
func (p *Page) signIn(ctx context.Context, send func(shared.TestEvent) error) error {
	prompt := shared.Prompt{Text: "Allow access to the account.", URL: "https://login.example/device", Code: "ABCD-1234"}
	if err := send(prompt); err != nil {
		return err
	}
	select {
	case <-time.After(signInTakes):
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.finish(ctx, "Access was allowed", shared.ActionResult{
		Tickets: map[string]shared.SecretText{"account": shared.NewSecretText("ticket-1")},
	}, send)
}

// signInTakes is how long the reader of the other page takes.
const signInTakes = 300 * time.Millisecond

func (p *Page) testLogin(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	return p.finish(ctx, request.Options["person"].String()+" can log in", shared.ActionResult{}, send)
}

// finish reports one step that went well, and the verdict.
func (p *Page) finish(
	_ context.Context, headline string, result shared.ActionResult, send func(shared.TestEvent) error,
) error {
	step := shared.StepResult{ID: "look", Label: "Look", Status: shared.StatusPassed}
	if err := send(shared.StepStarted{ID: step.ID, Label: step.Label}); err != nil {
		return err
	}
	if err := send(shared.StepFinished{StepResult: step}); err != nil {
		return err
	}
	return send(shared.Completed{Result: result, Report: shared.TestReport{
		Outcome: "complete", Headline: headline, Status: shared.StatusPassed, Steps: []shared.StepResult{step},
	}})
}
