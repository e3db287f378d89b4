package plugin

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// moodyServer takes logins, or refuses them, and counts them.
type moodyServer struct {
	net.Listener

	refuses atomic.Bool
	logins  atomic.Int64
}

func startMoodyServer(t *testing.T) *moodyServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &moodyServer{Listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *moodyServer) serve(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch command, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " "); {
		case command == "EHLO":
			fmt.Fprint(conn, "250-mail.example\r\n250 AUTH PLAIN\r\n")
		case command == "AUTH" && s.logins.Add(1) > 0 && s.refuses.Load():
			fmt.Fprint(conn, "535 5.7.8 Authentication failed\r\n")
		case command == "AUTH":
			fmt.Fprint(conn, "235 2.7.0 Welcome\r\n")
		case command == "QUIT":
			fmt.Fprint(conn, "221 2.0.0 Bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 2.1.0 Ok\r\n")
		}
	}
}

func (s *moodyServer) save(t *testing.T, page *Page, revision int64, password string) {
	t.Helper()
	result, err := page.Save(t.Context(), shared.SaveRequest{Actor: "ada", Revision: revision, Draft: shared.Draft{
		Values: values("server", shared.Text("127.0.0.1"), "port",
			shared.Integer(int64(s.Addr().(*net.TCPAddr).Port)), "login", shared.Text("me@mail.example")),
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(password)},
	}})
	if err != nil || !result.Saved {
		t.Fatalf("%+v, %v", result.Diagnostics, err)
	}
}

// openWatching opens a page as a Console does. close may be called before the test ends.
func openWatching(t *testing.T, configuration Configuration) (page *Page, closePage func()) {
	t.Helper()
	if configuration.DataDir == "" {
		configuration.DataDir = t.TempDir()
	}
	page, err := New(t.Context(), configuration)
	if err != nil {
		t.Fatal(err)
	}
	closePage = sync.OnceFunc(func() { _ = page.Close() })
	t.Cleanup(closePage)
	return page, closePage
}

// awaitHealth waits until the state of the health is the one.
func awaitHealth(t *testing.T, page *Page, want shared.HealthState) health.State {
	t.Helper()
	return awaitKnown(t, page, string(want), func(known health.State) bool { return known.Status == want })
}

// awaitKnown waits until what is known of the health is as is says. It is given up after a minute.
func awaitKnown(t *testing.T, page *Page, what string, is func(health.State) bool) health.State {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); ; {
		known, err := health.Read(t.Context(), page.store)
		switch {
		case err != nil:
			t.Fatalf("waiting for %s: %v", what, err)
		case is(known):
			return known
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waiting for %s: %+v", what, known)
		}
	}
}

// steppedWatcher is a watcher that takes a step when it is told to. The page does not watch meanwhile.
func steppedWatcher(page *Page) *health.Watcher {
	page.stopWatch()
	page.stopWatch = nil
	watcher := page.newWatcher()
	watcher.Delivers = func() (delivers, alone bool) { return true, true }
	return watcher
}

// TestVerify holds that the saved settings are tried without a test and without mail, that a login that is refused is
// noticed at once and not tried again, also after a start, and that other settings are tried.
func TestVerify(t *testing.T) {
	server := startMoodyServer(t)
	configuration := Configuration{DataDir: t.TempDir(), VerifyEvery: VerifyEvery(time.Second)}
	page, closePage := openWatching(t, configuration)
	server.save(t, page, 0, "first")
	if known := awaitHealth(t, page, shared.HealthHealthy); len(known.Events) != 1 || known.Events[0].Alert {
		t.Errorf("the first look: %+v", known.Events)
	}
	server.refuses.Store(true)
	known := awaitHealth(t, page, shared.HealthBroken)
	if known.Refusals != 1 || time.Until(known.Next) < 5*time.Hour || !known.Events[len(known.Events)-1].Alert ||
		known.Cause.Code != "wrong_credentials" {
		t.Errorf("after a refusal: %+v, cause %+v", known, known.Cause)
	}
	closePage()
	logins := server.logins.Load()
	page, _ = openWatching(t, configuration)
	if err := steppedWatcher(page).Step(t.Context()); err != nil { // The first one after a start.
		t.Fatal(err)
	}
	again, err := health.Read(t.Context(), page.store)
	if err != nil || again.Refusals != 1 || !again.Next.Equal(known.Next) || again.Number != known.Number ||
		server.logins.Load() != logins {
		t.Errorf("after a start: %+v, before: %+v, %d logins instead of %d, %v", again, known, server.logins.Load(), logins,
			err)
	}
	page.stopWatch = page.startWatch()
	server.refuses.Store(false)
	server.save(t, page, 1, "second")
	if known := awaitHealth(t, page, shared.HealthHealthy); !known.Events[len(known.Events)-1].Alert {
		t.Errorf("after the save: %+v", known.Events)
	}
}

// TestRekeyTriesNoLogin holds that a login that was refused is not tried again because of a new key.
func TestRekeyTriesNoLogin(t *testing.T) {
	server := startMoodyServer(t)
	server.refuses.Store(true)
	configuration := Configuration{DataDir: t.TempDir(), VerifyEvery: VerifyEvery(time.Second)}
	page, closePage := openWatching(t, configuration)
	server.save(t, page, 0, "first")
	known, logins := awaitHealth(t, page, shared.HealthBroken), server.logins.Load()
	if _, err := page.Rekey(t.Context(), shared.RekeyRequest{}); err != nil {
		t.Fatal(err)
	}
	closePage()
	page, _ = openWatching(t, configuration)
	if err := steppedWatcher(page).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := health.Read(t.Context(), page.store)
	if err != nil || again.Refusals != known.Refusals || !again.Saved.Equal(known.Saved) ||
		again.Next.Before(known.Next) || server.logins.Load() != logins {
		t.Errorf("%+v, before %+v, %d logins, %v", again, known, server.logins.Load()-logins, err)
	}
}

// TestNothingIsVerified holds that nothing is tried where the operator does not want it, in two days, and while a
// command looks something up.
func TestNothingIsVerified(t *testing.T) {
	server := startMoodyServer(t)
	page, _ := openWatching(t, Configuration{VerifyEvery: -1})
	server.save(t, page, 0, "first")
	watcher, began := steppedWatcher(page), time.Now()
	for hours := time.Duration(0); hours <= 48; hours += 6 {
		watcher.Clock = func(context.Context) (time.Time, error) { return began.Add(hours * time.Hour), nil }
		if err := watcher.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := health.Read(t.Context(), page.store); err != nil || server.logins.Load() > 0 ||
		known.Saved.IsZero() || known.Status == shared.HealthHealthy {
		t.Errorf("%+v, %d logins, %v", known, server.logins.Load(), err)
	}
	if passive := openPage(t, Configuration{Passive: true}); passive.stopWatch != nil {
		t.Error("a passive plugin watches")
	}
}

// TestUnusableSettings holds that settings whose secret cannot be had are broken, without a login.
func TestUnusableSettings(t *testing.T) {
	server := startMoodyServer(t)
	page, _ := openWatching(t, Configuration{VerifyEvery: VerifyEvery(time.Second)})
	server.save(t, page, 0, "first")
	awaitHealth(t, page, shared.HealthHealthy)
	watcher, logins := steppedWatcher(page), server.logins.Load()
	observe := watcher.Observe
	watcher.Observe = func(ctx context.Context) (health.Observation, error) {
		seen, err := observe(ctx)
		seen.Version = health.Unusable
		return seen, err
	}
	watcher.Look = func(context.Context) (health.Look, *health.Ending, error) {
		unusable := unreadable(settings.Password)
		return health.Look{Cause: &unusable}, nil, nil
	}
	if err := watcher.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	known, err := health.Read(t.Context(), page.store)
	if err != nil || known.Status != shared.HealthSuspect || known.Cause.Code != "secret_unreadable" ||
		server.logins.Load() != logins {
		t.Errorf("%+v, %v", known, err)
	}
}

// TestVerifyEvery holds what plugin.hcl may say.
func TestVerifyEvery(t *testing.T) {
	for text, want := range map[string]VerifyEvery{
		"0": -1, "1s": VerifyEvery(time.Second), "6h": VerifyEvery(6 * time.Hour), "999ms": 0, "-1h": 0, "often": 0, "": 0,
	} {
		var got VerifyEvery
		if err := got.UnmarshalText([]byte(text)); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

// TestWhatEnds holds what is known to end, and what is said of it.
func TestWhatEnds(t *testing.T) {
	now := time.Now()
	at := func(days int) time.Time { return now.Add(time.Duration(days) * 24 * time.Hour) }
	leaf := &x509.Certificate{NotBefore: at(-60), NotAfter: at(30)}
	pinned := smtpconn.Target{PinnedCertificate: sha256.Sum256([]byte("x"))}
	for _, c := range []struct {
		got                       *health.Ending
		what, field, code, before string
	}{
		{serverEnding(smtpconn.Target{Host: "mail.example"}, leaf), endsServer, "", "certificate_expires_soon", ""},
		{serverEnding(pinned, leaf), endsPinned, settings.PinnedCertificate, "pinned_certificate_ends_soon", ""},
	} {
		if c.got.What != c.what || c.got.Field != c.field || c.got.Cause.Code != c.code || !c.got.At.Equal(at(30)) {
			t.Errorf("%+v", c.got)
		}
	}
	if serverEnding(pinned, nil) != nil {
		t.Error("a server without a certificate has one that ends")
	}
	authorities := []*x509.Certificate{{NotAfter: at(-1)}, {NotAfter: at(3)}, {NotAfter: at(1)}}
	found := endings(settings.Settings{}, authorities, shared.Snapshot{Secrets: map[string]shared.SecretState{
		settings.OAuthGrant: {Set: true, Since: at(-6), Expires: at(1)}, settings.Password: {Set: true},
	}}, now)
	if len(found) != 2 || found[0].What != endsCA || !found[0].At.Equal(at(3)) || found[1].What != endsSignIn ||
		found[1].Cause.Code != "grant_ends_soon" || !found[1].Soon(now) {
		t.Errorf("%+v", found)
	}
}
