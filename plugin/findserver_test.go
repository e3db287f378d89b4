package plugin

import (
	"context"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smtp-settings/smtp-settings/plugin/internal/autoconfig"
	"github.com/smtp-settings/smtp-settings/shared"
)

// answers is a resolver that gives the same answers to every domain.
type answers struct {
	srv     []*net.SRV
	failure error
}

func (a answers) LookupSRV(_ context.Context, service, _, _ string) (string, []*net.SRV, error) {
	if service != "submissions" {
		return "", nil, a.failure
	}
	return "", a.srv, a.failure
}

func (a answers) LookupMX(context.Context, string) ([]*net.MX, error) { return nil, a.failure }

// TestServersFound finds servers for logins of different kinds. What is found is only offered: nothing is saved.
func TestServersFound(t *testing.T) {
	const server, port, ssl = "server", "port", "use_ssl"
	values := func(host string, number int64) shared.Values {
		return shared.Values{server: shared.Text(host), port: shared.Integer(number), ssl: shared.Boolean(true)}
	}
	published := answers{
		srv: []*net.SRV{{Target: "mail.example.com.", Port: 465}, {Target: "mail.elsewhere.example.", Port: 465}},
	}
	for name, c := range map[string]struct {
		resolver autoconfig.Resolver
		typed    shared.Values
		codes    []string
		fixes    []shared.Values
	}{
		"no login":   {answers{}, shared.Values{}, []string{"login_missing"}, nil},
		"no address": {answers{}, shared.Values{"login": shared.Text("anna")}, []string{"login_missing"}, nil},
		"a provider": {answers{}, shared.Values{"login": shared.Text("anna@gmail.com")}, []string{"suggestion_provider"},
			[]shared.Values{values("smtp.gmail.com", 465)}},
		"published": {published, shared.Values{"login": shared.Text("anna@example.com")},
			[]string{"suggestion_submissions", "suggestion_submissions"},
			[]shared.Values{values("mail.example.com", 465), values("mail.elsewhere.example", 465)}},
		"the sender": {answers{}, shared.Values{"login": shared.Text("anna"), "use_other_account": shared.Boolean(true),
			"email": shared.Text("anna@web.de")}, []string{"suggestion_provider"}, []shared.Values{values("smtp.web.de", 587)}},
		"a login with decoration": {answers{}, shared.Values{"login": shared.Text("Anna <anna@gmail.com>")},
			[]string{"suggestion_provider"}, []shared.Values{values("smtp.gmail.com", 465)}},
		"an address as server": {answers{}, shared.Values{"server": shared.Text("anna@gmail.com")},
			[]string{"suggestion_provider"}, []shared.Values{values("smtp.gmail.com", 465)}},
		"nothing": {answers{}, shared.Values{"login": shared.Text("anna@example.com")},
			[]string{"nothing_published"}, nil},
		"no name servers": {answers{failure: &net.DNSError{IsTimeout: true}},
			shared.Values{"login": shared.Text("anna@example.com")}, []string{"name_lookup_failed"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), Resolver: c.resolver})
			if err != nil {
				t.Fatal(err)
			}
			defer page.Close()
			verdict := findServer(t, page, c.typed)
			codes, fixes := found(verdict)
			if said := verdict.Outcome == "server_found"; said != (len(c.fixes) > 0) ||
				said != (verdict.Status == shared.StatusPassed) {
				t.Errorf("%s, %s", verdict.Outcome, verdict.Status)
			}
			if diff := cmp.Diff(c.codes, codes); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.fixes, fixes, cmp.AllowUnexported(shared.Value{})); diff != "" {
				t.Error(diff)
			}
			if now, err := page.Load(t.Context(), shared.LoadRequest{}); err != nil || now.Revision.Number != 0 {
				t.Errorf("something was saved: %+v, %v", now, err)
			}
		})
	}
}

// findServer runs the action and returns its verdict.
func findServer(t *testing.T, page *Page, typed shared.Values) (verdict shared.TestReport) {
	t.Helper()
	request := shared.ActionRequest{Action: "find_server", Locale: "de", Draft: shared.Draft{Values: typed}}
	err := page.RunAction(t.Context(), request, func(event shared.TestEvent) error {
		verdict = event.(shared.Completed).Report
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

// found are the codes of a verdict, and what its fixes fill in.
func found(verdict shared.TestReport) (codes []string, fixes []shared.Values) {
	for _, one := range verdict.Diagnostics {
		codes = append(codes, one.Code)
		for _, fix := range one.Fixes {
			fixes = append(fixes, fix.Values)
		}
	}
	return codes, fixes
}
