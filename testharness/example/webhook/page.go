// Package webhook is a second settings plugin, small and quite different from the first: notifications go to a web
// address. It exists to be read by authors of plugins, and to prove that a host needs no change for another page.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// Page keeps its settings in files, which is enough for an example; its token is not sealed. It may be used
// concurrently.
type Page struct {
	store  *filestore.Store[state]
	client *http.Client
}

// state is what is stored.
type state struct {
	Values shared.Values `json:"values"`
	Token  string        `json:"token,omitempty"`
	// Destination is the address that the token was entered for; it goes to no other.
	Destination string    `json:"destination,omitempty"`
	Since       time.Time `json:"since,omitzero"`
}

// WithoutSecrets is what filestore keeps of it when a newer revision supersedes it.
func (s state) WithoutSecrets() state {
	return state{Values: s.Values}
}

// address is where the pings go.
func (s state) address() string {
	address, _ := s.Values["url"].AsText()
	return address
}

// authenticates tells whether the token goes with the pings.
func (s state) authenticates() bool {
	on, _ := s.Values["authenticate"].AsBoolean()
	return on && s.Token != ""
}

var _ shared.SettingsPage = (*Page)(nil)

// New keeps the settings in the directory, which is made when it does not exist.
func New(directory string) (*Page, error) {
	store, err := filestore.Open[state](directory)
	return &Page{store: store, client: &http.Client{
		Timeout: 10 * time.Second,
		// A redirect would take the token elsewhere, so it is an answer like any other that is no success.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, err
}

// Info describes the plugin.
func (p *Page) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "webhook", Title: "Webhook settings", Version: "0.1.0"}, nil
}

// Schema declares the form.
func (p *Page) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return shared.Schema{
		Title:       "Webhook settings",
		Description: "The web address that notifications are posted to.",
		Sections: []shared.Section{{Name: "target", Fields: []shared.Field{
			{Name: "url", Label: "Address", Kind: shared.KindText, Required: true,
				Placeholder: "https://hooks.example.com/notify"},
			{Name: "method", Label: "Method", Kind: shared.KindChoice, Default: shared.Text("POST"),
				Options: []shared.Option{{Value: "POST", Label: "POST"}, {Value: "PUT", Label: "PUT"}}},
			{Name: "retries", Label: "Retries", Kind: shared.KindInteger, Min: shared.Integer(0), Max: shared.Integer(10),
				Default: shared.Integer(3)},
			{Name: "authenticate", Label: "Authenticate", Kind: shared.KindBoolean},
			{Name: "token", Label: "Bearer token", Kind: shared.KindText, Sensitive: true,
				VisibleWhen: shared.Equals("authenticate", shared.Boolean(true))},
		}}},
		Test: shared.TestAction{Label: "Send a ping"},
	}, nil
}

// Load returns the values in force.
func (p *Page) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	current, revision, err := p.store.Current()
	return snapshot(current, revision), err
}

func snapshot(current state, revision shared.Revision) shared.Snapshot {
	return shared.Snapshot{
		Values: current.Values, Revision: revision,
		Secrets: map[string]shared.SecretState{"token": {Set: current.Token != "", Since: current.Since}},
	}
}

// next is the state that the draft would lead to, and what is wrong with it.
func (p *Page) next(current state, draft shared.Draft) (state, shared.Diagnostics) {
	after := current
	after.Values = draft.Apply(current.Values)
	if after.Token != "" && after.Destination == "" {
		// Earlier versions stored none: the token was entered for the stored address.
		after.Destination = current.address()
	}
	switch change := draft.Secrets["token"]; change.Action {
	case shared.SecretReplace:
		after.Token, after.Destination, after.Since = change.Text.Reveal(), after.address(), time.Now().UTC()
	case shared.SecretClear:
		after.Token, after.Destination, after.Since = "", "", time.Time{}
	}
	schema, _ := p.Schema(context.Background(), shared.SchemaRequest{})
	found := schema.Validate(after.Values, func(string) bool { return after.Token != "" })
	if parsed, err := url.Parse(after.address()); len(found.ForField("url")) == 0 &&
		(err != nil || parsed.Host == "" || !strings.HasPrefix(parsed.Scheme, "http")) {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "not_a_web_address", Field: "url",
			Summary: "“Address” must be a web address.", Detail: "It begins with https:// or http://."})
	}
	if after.authenticates() && after.Destination != after.address() {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "secret_needed_again", Field: "token",
			Summary: "Enter “Bearer token” again.",
			Detail:  "It was saved for another address, and goes nowhere else without you."})
	}
	return after, found
}

// Validate checks a draft.
func (p *Page) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	current, _, err := p.store.Current()
	if err != nil {
		return shared.Validation{}, err
	}
	after, found := p.next(current, request.Draft)
	preview := ""
	if !found.HasErrors() {
		preview = "Will send a ping to " + after.Values["url"].String() + "."
	}
	validation := shared.Validation{Diagnostics: found, Preview: preview}
	given := request.Draft.Secrets["token"]
	if request.CompareSecrets && given.Action == shared.SecretReplace && given.Text.Reveal() == current.Token &&
		current.Destination == after.address() {
		validation.SameSecrets = []string{"token"}
	}
	return validation, nil
}

// Save makes the draft the settings in force.
func (p *Page) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	current, revision, err := p.store.Current()
	if err != nil {
		return shared.SaveResult{}, err
	}
	after, found := p.next(current, request.Draft)
	if request.Revision == revision.Number && found.HasErrors() {
		return shared.SaveResult{Snapshot: snapshot(current, revision), Diagnostics: found}, nil
	}
	saved, err := p.store.Append(request.Revision, request.Actor, after)
	switch {
	case errors.Is(err, filestore.ErrConflict):
		current, revision, err = p.store.Current()
		return shared.SaveResult{Conflict: true, Snapshot: snapshot(current, revision), Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "revision_conflict",
			Summary: "The settings were changed in the meantime."}}}, err
	case err != nil:
		return shared.SaveResult{}, err
	}
	return shared.SaveResult{Saved: true, Diagnostics: found, Snapshot: snapshot(after, saved)}, nil
}

// Test sends a ping.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	current, _, err := p.store.Current()
	if err != nil {
		return err
	}
	after, found := p.next(current, request.Draft)
	began := time.Now()
	report := shared.TestReport{
		Outcome: "failed", Headline: "The ping failed", Status: shared.StatusFailed, Diagnostics: found,
	}
	if !found.HasErrors() {
		if err := send(shared.StepStarted{ID: "ping", Label: "Ping"}); err != nil {
			return err
		}
		result, problem := p.ping(ctx, after)
		result.Duration = shared.Elapsed(time.Since(began))
		if err := send(shared.StepFinished{StepResult: result}); err != nil {
			return err
		}
		report.Steps = []shared.StepResult{result}
		if problem == nil {
			report.Outcome, report.Headline, report.Status = "complete", "The ping arrived", shared.StatusPassed
		} else {
			report.Diagnostics = append(report.Diagnostics, *problem)
		}
	}
	report.Duration = shared.Elapsed(time.Since(began))
	return send(shared.Completed{Report: report})
}

func (p *Page) ping(ctx context.Context, s state) (shared.StepResult, *shared.Diagnostic) {
	result := shared.StepResult{ID: "ping", Label: "Ping", Status: shared.StatusFailed}
	method, _ := s.Values["method"].AsText()
	if method == "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, s.Values["url"].String(), strings.NewReader(`{"ping":true}`))
	if err == nil {
		if s.authenticates() {
			request.Header.Set("Authorization", "Bearer "+s.Token)
		}
		var reply *http.Response
		if reply, err = p.client.Do(request); err == nil {
			_ = reply.Body.Close()
			result.Detail = reply.Status
			if reply.StatusCode < 300 {
				result.Status = shared.StatusPassed
				return result, nil
			}
			return result, &shared.Diagnostic{Severity: shared.SeverityError, Code: "refused", Field: "url", Step: "ping",
				Summary: "The server refused the ping.", Evidence: &shared.Evidence{Code: reply.StatusCode, Text: reply.Status}}
		}
	}
	result.Detail = "no answer"
	return result, &shared.Diagnostic{Severity: shared.SeverityError, Code: "unreachable", Field: "url", Step: "ping",
		Summary: "The address cannot be reached.", Detail: "Check it, and whether this machine may connect to it."}
}
