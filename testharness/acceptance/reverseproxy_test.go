package acceptance

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

var nginxBlock = regexp.MustCompile("(?ms)^```nginx\\n(.*?)^```")

// proxied is a Console behind a reverse proxy.
type proxied struct {
	public  string // the address of the Console in the browser, without a slash at its end
	backend string // that behind the proxy
	port    int    // of the proxy
	client  *http.Client

	notifier shared.Notifier
}

// consoleTheme has accents that can be read, and so stay as they are.
var consoleTheme = host.Theme{
	Light: map[string]string{"accent": "#5b3a8e"}, Dark: map[string]string{"accent": "#c9b3ec"},
}

// twoPages serves the pages of two plugins, and the notifications of one, in one Console whose answers have a time
// limit, as Consoles have it.
func twoPages(t *testing.T, options ...host.Option) (*httptest.Server, shared.Notifier) {
	t.Helper()
	mux := http.NewServeMux()
	var notifier shared.Notifier
	options = append(options, host.WithTestLimit(noTestLimit), host.WithTheme(consoleTheme),
		host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	for _, plugin := range []string{"smtp", "webhook"} {
		h := supervised(t, manifest(t, plugin, plugin+"-plugin"), options...)
		mux.Handle("/settings/"+plugin+"/", http.StripPrefix("/settings/"+plugin, h.Handler()))
		if plugin == "smtp" {
			notifier = h.Notifier()
			mux.Handle(notificationsPage, http.StripPrefix(strings.TrimSuffix(notificationsPage, "/"), h.NotificationsHandler()))
		}
	}
	server := httptest.NewUnstartedServer(mux)
	server.Config.WriteTimeout = 10 * time.Second
	server.Start()
	t.Cleanup(server.Close)
	return server, notifier
}

// notificationsPage is where the notifications are shown.
const notificationsPage = "/monitoring/notifications/"

// startNginx runs Debian's nginx with its own configuration and a site, and returns the Console behind it.
func startNginx(t *testing.T, n int) proxied {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil || os.Getuid() != 0 {
		missing(t, "nginx is not installed, or this is not root")
	}
	configuration, err := os.ReadFile("/etc/nginx/nginx.conf")
	if err != nil {
		missing(t, "there is no nginx.conf of Debian's")
	}
	named := regexp.MustCompile(`WithPublicURL\("([^"]+)"\)`).FindStringSubmatch(
		documented(t, "reverse-proxy.md", goBlock, n))
	port := freePorts(t, 1)[0]
	const name = "console.example"
	public := strings.Replace(named[1], name, fmt.Sprintf("%s:%d", name, port), 1)
	backend, notifier := twoPages(t, host.WithPublicURL(public))
	directory := publicDir(t)
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, _ := certificateFiles(t, directory, authority)
	site := replaced(t, documented(t, "reverse-proxy.md", nginxBlock, n), "127.0.0.1:8080",
		backend.Listener.Addr().String())
	site = regexp.MustCompile(`listen (80|443)`).ReplaceAllString(site, fmt.Sprintf("listen 127.0.0.1:%d", port))
	site = strings.NewReplacer("/etc/ssl/console.pem", certificate, "/etc/ssl/console.key", key).Replace(site)
	write(t, filepath.Join(directory, "site"), site, 0o644)
	all := string(configuration)
	for from, to := range map[string]string{"/etc/nginx/sites-enabled/*": filepath.Join(directory, "site"),
		"/run/nginx.pid": filepath.Join(directory, "pid"), "/var/log/nginx/error.log": filepath.Join(directory, "errors"),
		"/var/log/nginx/access.log": filepath.Join(directory, "access")} {
		all = replaced(t, all, from, to)
	}
	write(t, filepath.Join(directory, "nginx.conf"), all, 0o644)
	startProxy(t, port, exec.CommandContext(t.Context(), "nginx", "-g", "daemon off;", "-e",
		filepath.Join(directory, "errors"), "-c", filepath.Join(directory, "nginx.conf")))
	return proxied{public: public, backend: backend.URL, port: port, notifier: notifier,
		client: throughNginx(t, authority, name, port)}
}

// replaced fails the test when there is nothing to replace.
func replaced(t *testing.T, in, from, to string) string {
	t.Helper()
	if !strings.Contains(in, from) {
		t.Fatalf("there is no %q in\n%s", from, in)
	}
	return strings.ReplaceAll(in, from, to)
}

// throughNginx finds the public name at nginx, and takes its certificate, which is one for localhost.
func throughNginx(t *testing.T, authority *mailserver.Authority, name string, port int) *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.PEM())
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, _, _ := net.SplitHostPort(address); host != name {
				return nil, fmt.Errorf("%s is not the public address", address)
			}
			return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", port))
		},
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// request asks below the public address, as a page of the origin does; without one it is a page of the Console's own.
func (p proxied) request(t *testing.T, ctx context.Context, method, path, body, accept, origin string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, p.public+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if origin == "" {
		origin = request.URL.Scheme + "://" + request.URL.Host
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", origin)
	}
	request.Header.Set("Accept", accept)
	answer, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// ask returns the status and the whole answer.
func (p proxied) ask(t *testing.T, method, path, body, origin string) (*http.Response, string) {
	t.Helper()
	answer := p.request(t, t.Context(), method, path, body, "text/html", origin)
	return answer, readAll(t, answer.Body)
}

// TestReverseProxies follows docs/reverse-proxy.md: each of its configurations, as it stands there, in Debian's nginx.
func TestReverseProxies(t *testing.T) {
	t.Parallel()
	for n, name := range []string{"defaults", "TLS", "path", "buffering"} {
		t.Run(name, func(t *testing.T) {
			p := startNginx(t, n)
			p.checkFiles(t)
			p.checkSaves(t)
			p.checkNotifications(t)
			p.checkStream(t)
			p.checkForeignOrigins(t)
		})
	}
}

// checkFiles opens each page and follows what it links to.
func (p proxied) checkFiles(t *testing.T) {
	t.Helper()
	for page, title := range map[string]string{"/settings/smtp/": "SMTP server",
		"/settings/webhook/": "Webhook settings", notificationsPage: "Notifications"} {
		answer, text := p.ask(t, "GET", page, "", "")
		links := regexp.MustCompile(`(?:href|src)="(assets/[^"]+)"`).FindAllStringSubmatch(text, -1)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, title) || len(links) < 2 {
			t.Fatalf("%s: %s\n%.500s", page, answer.Status, text)
		}
		if len(answer.Cookies()) != 0 {
			t.Errorf("%s sets cookies: %v", page, answer.Cookies())
		}
		for _, link := range links {
			behind, err := http.Get(p.backend + page + link[1])
			if err != nil {
				t.Fatal(err)
			}
			whole := readAll(t, behind.Body)
			_ = behind.Body.Close()
			answer, text := p.ask(t, "GET", page+link[1], "", "")
			if answer.StatusCode != http.StatusOK || len(whole) < 100 || text != whole {
				t.Errorf("%s%s: %s, %d bytes of %d", page, link[1], answer.Status, len(text), len(whole))
			}
		}
	}
	if answer, _ := p.ask(t, "GET", "/settings/smtp", "", ""); !p.leadsTo(answer, "/settings/smtp/") {
		t.Errorf("without a slash: %s, to %s", answer.Status, answer.Header.Get("Location"))
	}
}

// leadsTo reports whether a redirect leads a browser to the page below the public address.
func (p proxied) leadsTo(answer *http.Response, page string) bool {
	location, err := answer.Location()
	return err == nil && location.String() == p.public+page
}

// checkSaves saves both pages, which do not get in each other's way, and then again from an outdated page.
func (p proxied) checkSaves(t *testing.T) {
	t.Helper()
	forms := map[string]url.Values{
		"/settings/smtp/": settingsForm(map[string]string{"server": "smtp.saved.example", "login": "me@saved.example"},
			map[string]string{"password": "x"}),
		"/settings/webhook/": settingsForm(map[string]string{"url": "https://hook.saved.example/"}, nil),
	}
	for page, form := range forms {
		answer, text := p.ask(t, "POST", page+"save", form.Encode(), "")
		if answer.StatusCode != http.StatusSeeOther || !p.leadsTo(answer, page+"?saved") {
			t.Errorf("the save of %s: %s, to %s\n%.500s", page, answer.Status, answer.Header.Get("Location"), text)
		}
	}
	for page, want := range map[string]string{"/settings/smtp/": "smtp.saved.example",
		"/settings/webhook/": "hook.saved"} {
		if _, text := p.ask(t, "GET", page+"?saved", "", ""); !strings.Contains(text, want) ||
			!strings.Contains(text, "The settings were saved.") {
			t.Errorf("%s after the save:\n%.500s", page, text)
		}
		answer, text := p.ask(t, "POST", page+"save", forms[page].Encode(), "")
		if answer.StatusCode != http.StatusConflict || !strings.Contains(text, "Yours were not saved.") {
			t.Errorf("%s saved from an outdated page: %s\n%.500s", page, answer.Status, text)
		}
	}
}

// checkNotifications finds one that was handed over, and cancels it: the browser comes back to the list that it had.
func (p proxied) checkNotifications(t *testing.T) {
	t.Helper()
	receipts, err := p.notifier.Notify(t.Context(), shared.NotifyRequest{Notifications: []shared.Notification{
		{Key: t.Name(), To: "ops@saved.example", Subject: "Seen through a proxy", Text: "x"},
	}})
	if err != nil || receipts[0].ID == "" {
		t.Fatal(receipts, err)
	}
	const query = "?search=proxy"
	_, text := p.ask(t, "GET", notificationsPage+query, "", "")
	if !strings.Contains(text, "Seen through a proxy") || !strings.Contains(text, "notification?id="+receipts[0].ID) {
		t.Errorf("the notification is not on the page:\n%.2000s", text)
	}
	form := url.Values{"id": {receipts[0].ID}, "query": {query[1:]}}.Encode()
	for _, origin := range []string{"https://evil.example", "null"} {
		if answer, _ := p.ask(t, "POST", notificationsPage+"cancel", form,
			origin); answer.StatusCode != http.StatusForbidden {
			t.Errorf("a notification is cancelled from %s: %s", origin, answer.Status)
		}
	}
	answer, text := p.ask(t, "POST", notificationsPage+"cancel", form, "")
	const back = notificationsPage + "?count=1&done=cancel&search=proxy"
	if answer.StatusCode != http.StatusSeeOther || !p.leadsTo(answer, back) {
		t.Errorf("cancelled: %s, to %s\n%.500s", answer.Status, answer.Header.Get("Location"), text)
	}
	// An attempt that is under way learns of it when it ends.
	for late := time.Now().Add(time.Minute); !strings.Contains(text,
		"Seen through a proxy"); time.Sleep(20 * time.Millisecond) {
		if _, text = p.ask(t, "GET", notificationsPage+"?state=cancelled", "", ""); time.Now().After(late) {
			t.Fatalf("it is not among the cancelled ones:\n%.2000s", text)
		}
	}
	if answer, text := p.ask(t, "GET", notificationsPage+"state", "", ""); answer.StatusCode != http.StatusOK ||
		!strings.Contains(text, `"service"`) {
		t.Errorf("the state: %s %.200s", answer.Status, text)
	}
	p.checkEvents(t)
}

// checkEvents has the stream of events tell how the service is while it stays open.
func (p proxied) checkEvents(t *testing.T) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.public+notificationsPage+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), `"rows"`) {
			return
		}
	}
	t.Errorf("the stream of events has ended without one: %s, %v", answer.Status, lines.Err())
}

// checkStream sees the steps of a test arrive while a later one is under way, and cancels a test.
func (p proxied) checkStream(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	server, form := silentServer(t)
	awaitEvent(t, p.test(t, ctx, form), "finished")
	<-server.Stalled()
	cancel()
	server, form = silentServer(t)
	lines := p.test(t, t.Context(), form)
	awaitEvent(t, lines, "finished")
	<-server.Stalled()
	server.Close() // What was held back would come when the test has given the server up, with another verdict.
	verdict := awaitEvent(t, lines, "completed")
	if html, _ := verdict["html"].(string); !strings.Contains(html, `data-code="hello_closed"`) {
		t.Errorf("the verdict is %s", html)
	}
}

// test begins a test, as soon as the one before it has ended, and returns its events.
func (p proxied) test(t *testing.T, ctx context.Context, form string) *bufio.Reader {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		answer := p.request(t, ctx, "POST", "/settings/smtp/test", form, "application/x-ndjson", "")
		if answer.StatusCode == http.StatusOK {
			return bufio.NewReader(answer.Body)
		}
		if answer.StatusCode != http.StatusTooManyRequests || time.Now().After(late) {
			t.Fatalf("the test: %s", answer.Status)
		}
	}
}

// silentServer greets and then says nothing more. It comes with the form for it.
func silentServer(t *testing.T) (*mailserver.Running, string) {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("hello-silent")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, settingsForm(map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(server.Port()),
		"login": "me@practice.example"}, map[string]string{"password": "x"}).Encode()
}

// awaitEvent reads a stream up to an event.
func awaitEvent(t *testing.T, lines *bufio.Reader, name string) map[string]any {
	t.Helper()
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			event := map[string]any{}
			if err := json.Unmarshal([]byte(line), &event); err != nil {
				t.Fatalf("%v in %q", err, line)
			}
			if event["event"] == name {
				return event
			}
		}
		if err != nil {
			t.Fatalf("the stream ended before %s: %v", name, err)
		}
	}
}

// checkForeignOrigins posts as pages of other sites do.
func (p proxied) checkForeignOrigins(t *testing.T) {
	t.Helper()
	for _, route := range []string{"save", "test", "validate", "restart"} {
		for _, origin := range []string{"https://evil.example", "null", "http://127.0.0.1:1", "https://console.example"} {
			answer, text := p.ask(t, "POST", "/settings/smtp/"+route, "", origin)
			if answer.StatusCode != http.StatusForbidden || !strings.Contains(text, "another site") {
				t.Errorf("%s from %s: %s %.200s", route, origin, answer.Status, text)
			}
		}
	}
}
