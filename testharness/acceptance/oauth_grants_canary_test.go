package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// grantCanary is a host on which people sign in at a real provider, with everything recorded that comes out of it, and
// of commands for the same plugin.
type grantCanary struct {
	signedIn

	canary *canaryHost
	spans  *tracetest.InMemoryExporter
	shown  strings.Builder // by pages, metrics and commands
}

func startGrantCanary(t *testing.T) *grantCanary {
	t.Helper()
	g := &grantCanary{spans: tracetest.NewInMemoryExporter()}
	g.chain = startChain(t, "xoauth2 oauthbearer")
	server := g.servers.postfix
	g.line = startLine(t, fmt.Sprintf("127.0.0.1:%d", server.starttls))
	g.open(t, manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`))
	g.client = g.provider.client(t, "c4nary.client", server.login, signsIn(g.address+"return-sign_in"))
	g.fillIn(t, g.line.port())
	return g
}

// open starts the plugin of a manifest.
func (g *grantCanary) open(t *testing.T, path string) {
	t.Helper()
	spans := host.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(g.spans)))
	g.canary = openCanaryHost(t, path, spans)
	g.manifest, g.host, g.address = path, g.canary.host, g.canary.server.URL+"/"
}

// failSignIn comes back from the provider with a code that it did not give.
func (g *grantCanary) failSignIn(t *testing.T) {
	t.Helper()
	back := g.address + "return-sign_in"
	_, prompt := g.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Draft: shared.Draft{Values: g.values,
		Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(g.client.Secret)}}})
	there, err := url.Parse(prompt.URL)
	if err != nil {
		t.Fatal(err)
	}
	returned := url.Values{"code": {canaryCode}, "state": {there.Query().Get("state")}, "iss": {g.provider.Plain}}
	_, page := ask(t, http.MethodGet, back+"?"+returned.Encode(), "", map[string]string{"Actor": "anna"})
	if !strings.Contains(page, "grant request is invalid") {
		t.Errorf("the provider's words are not on the page, so nothing was shown: %.2000s", page)
	}
	g.shown.WriteString(page)
}

// renew delivers with an access token that has to be renewed first.
func (g *grantCanary) renew(t *testing.T) {
	t.Helper()
	before := g.renewals(t)
	g.expire(t)
	awaitEntry(t, g.host, g.send(t, "renewed"), shared.NotificationDelivered)
	if renewed := g.renewals(t) - before; renewed != 1 {
		t.Errorf("there were %d renewals for a delivery", renewed)
	}
}

func (g *grantCanary) renewals(t *testing.T) (count int) {
	t.Helper()
	for _, one := range g.provider.requests(t, g.client.ID) {
		if one.Grant == "refresh_token" {
			count++
		}
	}
	return count
}

// signInByDevice signs in on the command line, and looks at the processes while it waits.
func (g *grantCanary) signInByDevice(t *testing.T) {
	t.Helper()
	waiting := g.signInOnCommandLine(t, "--save", "--yes", "--log-level", "trace")
	hidden, states := g.hidden(t)
	for _, pid := range processesWith(t, g.manifest) {
		for _, file := range []string{"environ", "cmdline"} {
			secrets := append(hidden, states...)
			if pid == waiting.command.Process.Pid && file == "environ" {
				secrets = slices.DeleteFunc(slices.Clone(secrets), func(one string) bool { return one == g.client.Secret })
			}
			content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, leak := range leaks(string(content), secrets...) {
				t.Errorf("a secret is in %s of process %d: %s", file, pid, leak)
			}
		}
	}
	g.provider.enterCode(t, waiting.address, waiting.code, g.servers.postfix.login)
	if err := waiting.command.Wait(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, waiting.stdout.String(), waiting.stderr.String())
	}
	g.shown.WriteString(waiting.stdout.String() + waiting.stderr.String())
}

// command runs a command for the plugin, which has to say something.
func (g *grantCanary) command(t *testing.T, says string, arguments ...string) {
	t.Helper()
	r := harness(t, "", append(arguments, "--manifest", g.manifest, "--log-level", "trace")...)
	if r.status != 0 || !strings.Contains(r.stdout, says) {
		t.Errorf("%q: exit status %d\n%s%s", arguments, r.status, r.stdout, tail(r.stderr, 20))
	}
	g.shown.WriteString(r.stdout + r.stderr)
}

// look asks for what pages, metrics and commands tell.
func (g *grantCanary) look(t *testing.T) {
	t.Helper()
	for _, route := range []string{"/", "/state", "/history", "/notifications"} {
		g.shown.WriteString(g.canary.get(t, route))
	}
	metrics := httptest.NewServer(g.host.MetricsHandler())
	defer metrics.Close()
	_, said := ask(t, http.MethodGet, metrics.URL, "", nil)
	g.shown.WriteString(said)
	for arguments, says := range map[string]string{
		"load --json": g.servers.postfix.login, "history --json": "oauth_grant", "status --json": "running",
		"export --json": "sign_in", "list --json": "renewed", "test --json": `"complete"`, "test": "complete",
	} {
		g.command(t, says, strings.Fields(arguments)...)
	}
}

// hidden are the secrets so far, and the states of sign-ins, which the browser may know.
func (g *grantCanary) hidden(t *testing.T) (secrets, states []string) {
	t.Helper()
	var known struct{ Secrets, States []string }
	g.provider.control(t, "secrets", struct{}{}, &known)
	return append(known.Secrets, g.client.Secret), known.States
}

// check looks for the secrets in everything that came out, and in more: places by name.
func (g *grantCanary) check(t *testing.T, more map[string]string) {
	t.Helper()
	secrets, states := g.hidden(t)
	if len(secrets) < 10 || len(states) == 0 || !slices.Contains(secrets, canaryCode) {
		t.Errorf("the provider knows of %d secrets and %d states, so nothing was shown", len(secrets), len(states))
	}
	for _, leak := range leaks(g.shown.String(), secrets...) {
		t.Errorf("a secret is shown: %s", leak)
	}
	for where, text := range more {
		for _, leak := range leaks(text, append(states, secrets...)...) {
			t.Errorf("a secret is in %s: %s", where, leak)
		}
	}
	for _, leak := range leaks(g.canary.log.String()+g.shown.String(), states...) {
		t.Errorf("the state of a sign-in is told: %s", leak)
	}
	for _, span := range g.spans.GetSpans() {
		for _, leak := range leaks(fmt.Sprintf("%+v", span), append(states, secrets...)...) {
			t.Errorf("a secret is in span %s: %s", span.Name, leak)
		}
	}
	g.canary.check(t, secrets...)
}

// TestCanaryOverGrants signs in at a real provider, on the page and by a code for another device, fails to, renews in
// deliveries, seals anew, moves to PostgreSQL and signs out. What the provider and the client alone may know is in no
// log, span, metric, page, output, process and file, and not in the database but sealed.
func TestCanaryOverGrants(t *testing.T) {
	t.Parallel()
	g := startGrantCanary(t)
	login := g.servers.postfix.login
	g.failSignIn(t)
	g.again(t, login)
	g.renew(t)
	g.signInByDevice(t)
	g.renew(t)
	g.command(t, "sealed anew", "rekey")
	g.renew(t)
	g.look(t)
	g.check(t, nil)
	server := startPostgres(t)
	g.move(t, server)
	g.renew(t)
	g.look(t)
	g.check(t, map[string]string{"the dump": dumpOf(t, server, "grants")})
	g.command(t, "grant_withdrawn", "action", "sign_out", "--yes", "--json")
	g.check(t, map[string]string{"the dump after the sign-out": dumpOf(t, server, "grants")})
}

// move moves everything to PostgreSQL.
func (g *grantCanary) move(t *testing.T, server *postgres.Server) {
	t.Helper()
	g.host.Close()
	address := server.Database("grants")
	r := harness(t, address, "migrate", "--manifest", g.manifest, "--to", "env:SECRET", "--log-level", "trace")
	if r.status != 0 {
		t.Fatalf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	g.shown.WriteString(r.stdout + r.stderr)
	key, err := os.ReadFile(filepath.Join(g.canary.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address), `retry_after = "1s"`)
	directory := filepath.Join(filepath.Dir(path), "data")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(directory, "key"), string(key), 0o600)
	g.open(t, path)
}
