package shared_test

import (
	"context"
	"fmt"
	"net"

	"github.com/smtp-settings/smtp-settings/shared"
)

// lampPage is a settings page with one field. It forgets what was saved when it ends; package filestore keeps it in
// files.
type lampPage struct {
	values   shared.Values
	revision shared.Revision
}

var lampSchema = shared.Schema{
	Title: "Alarm lamp",
	Sections: []shared.Section{{Name: "lamp", Fields: []shared.Field{
		{Name: "address", Label: "Address", Kind: shared.KindText, Required: true, Placeholder: "localhost:4000"},
	}}},
	Test: shared.TestAction{Label: "Flash"},
}

func (p *lampPage) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "lamp", Title: "Alarm lamp", Version: "1.0.0"}, nil
}

func (p *lampPage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return lampSchema, nil
}

func (p *lampPage) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	return shared.Snapshot{Values: p.values, Revision: p.revision}, nil
}

// check is what a draft leads to, and what is wrong with it: first what the schema knows, then what only the page does.
func (p *lampPage) check(draft shared.Draft) (shared.Values, shared.Diagnostics) {
	values := draft.Apply(p.values)
	found := lampSchema.Validate(values, func(string) bool { return false })
	address, _ := values["address"].AsText()
	if _, _, err := net.SplitHostPort(address); err != nil && !found.HasErrors() {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "not_an_address",
			Field:   "address",
			Summary: "“Address” must be a host and a port.", Detail: "Write it as localhost:4000."})
	}
	return values, found
}

func (p *lampPage) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	_, found := p.check(request.Draft)
	return shared.Validation{Diagnostics: found}, nil
}

func (p *lampPage) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	values, found := p.check(request.Draft)
	conflict := request.Revision != p.revision.Number
	saved := !conflict && !found.HasErrors()
	if saved {
		p.values, p.revision = values, shared.Revision{Number: p.revision.Number + 1, Author: request.Actor}
	}
	now := shared.Snapshot{Values: p.values, Revision: p.revision}
	return shared.SaveResult{Saved: saved, Conflict: conflict, Diagnostics: found, Snapshot: now}, nil
}

func (p *lampPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	values, found := p.check(request.Draft)
	report := shared.TestReport{
		Outcome: "failed", Headline: "The lamp stays dark", Status: shared.StatusFailed, Diagnostics: found,
	}
	if !found.HasErrors() {
		if err := send(shared.StepStarted{ID: "connect", Label: "Connect"}); err != nil {
			return err
		}
		step := shared.StepResult{ID: "connect", Label: "Connect", Status: shared.StatusFailed}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", values["address"].String())
		if err == nil {
			_ = conn.Close()
			step.Status = shared.StatusPassed
			report.Outcome, report.Headline, report.Status = "complete", "The lamp flashes", shared.StatusPassed
		}
		if err := send(shared.StepFinished{StepResult: step}); err != nil {
			return err
		}
		report.Steps = []shared.StepResult{step}
	}
	return send(shared.Completed{Report: report})
}

// A page is written as any other type, and its plugin's main function hands it to transport.Main. A host makes the
// calls that this example makes.
func Example() {
	ctx := context.Background()
	var page shared.SettingsPage = &lampPage{}
	draft := shared.Draft{Values: shared.Values{"address": shared.Text("lamp.example")}}
	validation, _ := page.Validate(ctx, shared.ValidateRequest{Draft: draft})
	for _, finding := range validation.Diagnostics {
		fmt.Println(finding)
	}
	draft.Values["address"] = shared.Text("lamp.example:4000")
	result, _ := page.Save(ctx, shared.SaveRequest{Draft: draft, Actor: "anna"})
	fmt.Println("saved:", result.Saved, "revision:", result.Snapshot.Revision.Number)
	// Output:
	// error at "address" (not_an_address): “Address” must be a host and a port.
	// saved: true revision: 1
}

// Apply gives the values that a draft leads to. A field with an empty value goes back to its default.
func ExampleDraft_Apply() {
	stored := shared.Values{"server": shared.Text("a.example"), "port": shared.Integer(465)}
	draft := shared.Draft{Values: shared.Values{"server": shared.Text("b.example"), "port": {}}}
	values := draft.Apply(stored)
	for _, name := range values.Names() {
		fmt.Println(name, values[name])
	}
	// Output: server b.example
}

// A schema says what follows from values: which default applies, and which fields are shown.
func ExampleSchema_Evaluate() {
	safe := shared.Condition{Field: "safe", AnyOf: []shared.Value{shared.Boolean(true)}}
	port := shared.Field{Name: "port", Label: "Port", Kind: shared.KindInteger, Default: shared.Integer(25),
		DefaultWhen: []shared.ConditionalDefault{{When: safe, Value: shared.Integer(465)}}}
	authority := shared.Field{Name: "authority", Label: "Authority", Kind: shared.KindMultiline, VisibleWhen: safe}
	schema := shared.Schema{Sections: []shared.Section{{Name: "server", Fields: []shared.Field{
		{Name: "safe", Label: "Safe", Kind: shared.KindBoolean}, port, authority,
	}}}}
	for _, ticked := range []bool{false, true} {
		follows := schema.Evaluate(shared.Values{"safe": shared.Boolean(ticked)})
		fmt.Println("port", follows.Effective("port"), "authority shown:", follows.Visible(authority))
	}
	// Output:
	// port 25 authority shown: false
	// port 465 authority shown: true
}
