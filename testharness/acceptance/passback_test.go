package acceptance

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// passBack is a page with a stored password, and servers that write down what they are sent.
type passBack struct {
	host     *host.Host
	manifest string
	address  string // of the page
	good     map[string]string
	changes  map[string]string
	labels   map[string]string
	servers  []*mailserver.Running
}

// TestPassBack changes each field that a stored password is bound to, alone and in pairs, on Test and on Save, by every
// way there is to the plugin. The stored password must not reach a server, and the message must name what was changed.
func TestPassBack(t *testing.T) {
	t.Parallel()
	p := startPassBack(t)
	for name, try := range p.ways() {
		combinations := p.combinations()
		if name == "command-line" { // Each of its runs starts a process.
			combinations = slices.DeleteFunc(combinations, func(fields []string) bool { return len(fields) > 1 })
		}
		for _, action := range []string{"test", "save"} {
			for _, changed := range combinations {
				t.Run(name+"/"+action+"/"+strings.Join(changed, "+"), func(t *testing.T) { p.check(t, try, action, changed) })
			}
		}
	}
	// The other way round: what was entered for this destination reaches it.
	if answer := p.byRPC(t, p.good, "test"); !strings.Contains(answer, "Test connection complete") {
		t.Errorf("without a change: %s", answer)
	}
	if !p.sent(canaryPassword) {
		t.Error("the password was not sent to where it belongs, so nothing was shown")
	}
}

// preparePassBack starts two servers, and says what is changed from one to the other; there is no page yet.
func preparePassBack(t *testing.T) *passBack {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	p := &passBack{labels: map[string]string{
		"server": "“SMTP server”", "port": "“SMTP port”", "use_ssl": "“Use SSL”", "login": "“SMTP login”",
		"proxy":          "“Proxy”",
		"ca_certificate": "“Additional CA certificate”", "pinned_certificate": "“Pinned certificate”",
		"starttls": "“STARTTLS”",
	}}
	for range 2 {
		fault, _ := mailserver.FaultNamed("all-is-well")
		server, err := fault.Start(authority, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		p.servers = append(p.servers, server)
	}
	port := p.servers[1].Port()
	p.good = map[string]string{
		"server": "127.0.0.1", "port": fmt.Sprint(p.servers[0].Port()), "use_ssl": "",
		"login": "me@practice.example", "proxy": "",
		"ca_certificate": "", "pinned_certificate": "", "starttls": "",
	}
	p.changes = map[string]string{
		"server": "localhost", "port": fmt.Sprint(port), "use_ssl": "true", "login": "you@practice.example",
		"proxy":          fmt.Sprintf("http://127.0.0.1:%d", port),
		"ca_certificate": string(authority.PEM()), "pinned_certificate": strings.Repeat("ab", 32),
		"starttls": "never",
	}
	return p
}

func startPassBack(t *testing.T) *passBack {
	t.Helper()
	p := preparePassBack(t)
	p.open(t)
	draft := p.draft(p.good)
	draft.Secrets = map[string]shared.SecretChange{"password": shared.ReplaceSecret(canaryPassword)}
	p.save(t, draft)
	return p
}

// combinations are all bound fields, alone and in pairs.
func (p *passBack) combinations() [][]string {
	fields := slices.Sorted(maps.Keys(p.changes))
	var all [][]string
	for i, one := range fields {
		all = append(all, []string{one})
		for _, other := range fields[i+1:] {
			if one == "starttls" && other == "use_ssl" {
				continue // With Use SSL the other has no meaning.
			}
			all = append(all, []string{one, other})
		}
	}
	return all
}

func (p *passBack) check(
	t *testing.T, try func(*testing.T, map[string]string, string) string, action string, changed []string,
) {
	t.Helper()
	values := maps.Clone(p.good)
	for _, field := range changed {
		values[field] = p.changes[field]
	}
	answer := try(t, values, action)
	if !strings.Contains(answer, "must be entered again, because") {
		t.Errorf("the password was not asked for again: %s", answer)
	}
	for field, label := range p.labels {
		named := strings.Contains(answer, "because "+label) || strings.Contains(answer, "and "+label)
		if named != slices.Contains(changed, field) {
			t.Errorf("the message names %s: %t", label, named)
		}
	}
	if p.sent(canaryPassword) {
		t.Error("the stored password was sent")
	}
	now, err := p.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil || now.Revision.Number != 1 {
		t.Errorf("revision %d is in force, %v", now.Revision.Number, err)
	}
}

// sent reports whether any of the servers was sent the secret.
func (p *passBack) sent(secret string) bool {
	for _, server := range p.servers {
		if len(leaks(strings.Join(server.Received(), "\n"), secret)) > 0 {
			return true
		}
	}
	return false
}

func (p *passBack) draft(values map[string]string) shared.Draft {
	draft := shared.Draft{Values: shared.Values{}}
	for name, text := range values {
		switch name {
		case "port":
			var port int64
			_, _ = fmt.Sscan(text, &port)
			draft.Values[name] = shared.Integer(port)
		case "use_ssl", "use_other_account":
			draft.Values[name] = shared.Boolean(text != "")
		default:
			draft.Values[name] = shared.Text(text)
		}
	}
	return draft
}

func (p *passBack) byPage(t *testing.T, values map[string]string, action string) string {
	t.Helper()
	form := settingsForm(values, map[string]string{"password": ""})
	form.Set("revision", "1")
	answer, err := http.PostForm(p.address+"/"+action, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return readAll(t, answer.Body)
}

func (p *passBack) byCommandLine(t *testing.T, values map[string]string, action string) string {
	t.Helper()
	args := []string{action, "--json", "--manifest", p.manifest}
	for name, text := range values {
		if name == "use_ssl" {
			text = fmt.Sprint(text != "")
		}
		args = append(args, "--set", name+"="+text)
	}
	r := harness(t, "", args...)
	if r.status != 1 {
		t.Errorf("exit status %d, want 1", r.status)
	}
	return r.stdout
}

func (p *passBack) byRPC(t *testing.T, values map[string]string, action string) string {
	t.Helper()
	if action == "save" {
		result, err := p.host.Page().Save(t.Context(), shared.SaveRequest{Draft: p.draft(values), Revision: 1})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(result.Diagnostics)
	}
	var report shared.TestReport
	err := p.host.Page().Test(t.Context(), shared.TestRequest{Draft: p.draft(values)}, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			report = completed.Report
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return report.Headline + fmt.Sprint(report.Diagnostics)
}

// TestPassBackInTwoSteps hides the change of the server behind a save that does not use the password.
func TestPassBackInTwoSteps(t *testing.T) {
	t.Parallel()
	p := startPassBack(t)
	values := maps.Clone(p.good)
	values["port"] = p.changes["port"]
	draft := p.draft(values)
	draft.Values["authentication"] = shared.Text("none")
	draft.Values["use_other_account"], draft.Values["email"] = shared.Boolean(true), shared.Text("a@b.example")
	if result, err := p.host.Page().Save(t.Context(),
		shared.SaveRequest{Draft: draft, Revision: 1}); err != nil || !result.Saved {
		t.Fatalf("%v, %+v", err, result.Diagnostics)
	}
	draft.Values["authentication"] = shared.Text("automatic")
	result, err := p.host.Page().Save(t.Context(), shared.SaveRequest{Draft: draft, Revision: 2})
	if err != nil || result.Saved || !strings.Contains(fmt.Sprint(result.Diagnostics),
		"must be entered again, because “SMTP port” was changed") {
		t.Errorf("saved %t, %v, %+v", result.Saved, err, result.Diagnostics)
	}
	if answer := p.byRPC(t, values, "test"); strings.Contains(answer, "complete") && p.sent(canaryPassword) {
		t.Errorf("the stored password was sent: %s", answer)
	}
	// Going back to the old revision brings server and password back together.
	restored, err := p.host.History().Restore(t.Context(), shared.RestoreRequest{Number: 1, Revision: 2})
	if err != nil || !restored.Saved {
		t.Fatalf("%v, %+v", err, restored.Diagnostics)
	}
	if answer := p.byRPC(t, p.good, "test"); !strings.Contains(answer, "Test connection complete") {
		t.Errorf("after going back: %s", answer)
	}
	if received := p.servers[1].Received(); len(leaks(strings.Join(received, "\n"), canaryPassword)) > 0 {
		t.Error("the other server was sent the password")
	}
}
