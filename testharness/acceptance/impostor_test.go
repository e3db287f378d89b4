package acceptance

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestImpostor has another server answer at the address of the one that a password was entered for, with a certificate
// of its own. A user who tells the page to trust it does not get the password: not by a test, not by a save and not by
// a delivery, and not that of the environment either.
func TestImpostor(t *testing.T) {
	for name, fixed := range map[string]bool{"stored": false, "environment": true} {
		t.Run(name, func(t *testing.T) {
			p := startImpostor(t, fixed)
			asks := "must be entered again, because"
			if fixed {
				asks = "is fixed by the environment variable SMTP_"
			}
			for trust, changes := range map[string]map[string]string{
				"authority": {"ca_certificate": p.changes["ca_certificate"]},
				"pin":       {"pinned_certificate": p.changes["pinned_certificate"]},
				"both":      {"ca_certificate": p.changes["ca_certificate"], "pinned_certificate": p.changes["pinned_certificate"]},
			} {
				for way, try := range map[string]func(*testing.T, map[string]string, string) string{"page": p.byPage,
					"command-line": p.byCommandLine, "rpc": p.byRPC} {
					for _, action := range []string{"test", "save"} {
						values := map[string]string{}
						if !fixed {
							maps.Copy(values, p.good)
						}
						maps.Copy(values, changes)
						if answer := try(t, values, action); !strings.Contains(answer, asks) {
							t.Errorf("%s, %s, %s: %.500s", trust, way, action, answer)
						}
					}
				}
			}
			receipt := notify(t, p.host, shared.Notification{Key: "one", To: "you@practice.example", Text: "x"})
			awaitService(t, p.host, shared.ServiceDegraded)
			if p.sent(canaryPassword) {
				t.Error("the impostor was sent the password")
			}
			port := p.servers[0].Port()
			p.servers[0].Close()
			p.start(t, p.authorities[0], port)
			p.save(t, shared.Draft{Values: shared.Values{"time_limit": shared.Text("20s")}}) // It wakes the deliveries.
			awaitEntry(t, p.host, receipt.ID, shared.NotificationDelivered)
			if !p.sent(canaryPassword) {
				t.Error("the right server was not sent the password, so nothing was shown")
			}
		})
	}
}

// impostor is a page whose server has been replaced.
type impostor struct {
	passBack
	authorities [2]*mailserver.Authority
}

func startImpostor(t *testing.T, fixed bool) *impostor {
	t.Helper()
	p := &impostor{}
	for i := range p.authorities {
		var err error
		if p.authorities[i], err = mailserver.NewAuthority(); err != nil {
			t.Fatal(err)
		}
	}
	real := p.start(t, p.authorities[0], 0)
	port := real.Port()
	p.good = map[string]string{
		"server": "127.0.0.1", "port": fmt.Sprint(port), "use_ssl": "true", "login": "me@practice.example",
		"ca_certificate": string(p.authorities[0].PEM()),
	}
	if fixed {
		for name, value := range p.good {
			t.Setenv("SMTP_"+strings.ToUpper(name), value)
		}
		t.Setenv("SMTP_PASSWORD", canaryPassword)
	}
	p.open(t, `retry_after = "1s"`)
	draft := shared.Draft{Values: shared.Values{"time_limit": shared.Text("10s")}}
	if !fixed {
		draft = p.draft(p.good)
		draft.Secrets = map[string]shared.SecretChange{"password": shared.ReplaceSecret(canaryPassword)}
	}
	p.save(t, draft)
	real.Close()
	p.servers = nil
	fake := p.start(t, p.authorities[1], port)
	p.changes = map[string]string{
		"ca_certificate":     string(p.authorities[1].PEM()),
		"pinned_certificate": fmt.Sprintf("%x", sha256.Sum256(fake.Certificate())),
	}
	return p
}

// start starts a server with a certificate of the authority.
func (p *passBack) start(t *testing.T, authority *mailserver.Authority, port int) *mailserver.Running {
	t.Helper()
	fault, _ := mailserver.FaultNamed("all-is-well-ssl")
	server, err := fault.Start(authority, port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	p.servers = append(p.servers, server)
	return server
}

// open starts the plugin and its page.
func (p *passBack) open(t *testing.T, config ...string) {
	t.Helper()
	p.manifest = manifest(t, "smtp", "smtp-plugin", config...)
	p.host = supervised(t, p.manifest, host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }),
		host.WithTestLimit(noTestLimit))
	server := httptest.NewServer(p.host.Handler())
	t.Cleanup(server.Close)
	p.address = server.URL
}

// save makes the draft the newest revision.
func (p *passBack) save(t *testing.T, draft shared.Draft) {
	t.Helper()
	now, err := p.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := p.host.Page().Save(t.Context(), shared.SaveRequest{Draft: draft, Revision: now.Revision.Number})
	if err != nil || !result.Saved {
		t.Fatalf("%v, %+v", err, result.Diagnostics)
	}
}
