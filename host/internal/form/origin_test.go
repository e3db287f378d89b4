package form_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// TestOrigins posts to the page as browsers do, from its own pages and from others, directly and through proxies, and
// looks where it sends them.
func TestOrigins(t *testing.T) {
	opened, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const backend = "127.0.0.1:8080"
	for name, test := range map[string]struct {
		public, host, origin, site string // of the request
		location                   string // empty when it is refused
	}{
		"no browser":                    {"", backend, "", "", "./"},
		"directly":                      {"", "console.example", "http://console.example", "", "./"},
		"directly, in a secure context": {"", "console.example", "https://console.example", "same-origin", "./"},
		"from elsewhere":                {"", "console.example", "https://evil.example", "cross-site", ""},
		"the proxy rewrites Host":       {"", backend, "http://console.example", "", ""},
		"its address is known": {"http://console.example", backend, "http://console.example", "",
			"http://console.example/settings/smtp/"},
		"with a port and a path": {"https://console.example:8443/admin/", backend, "https://console.example:8443",
			"same-origin", "https://console.example:8443/admin/settings/smtp/"},
		"another port is another origin":    {"https://console.example:8443", backend, "https://console.example", "", ""},
		"another scheme is another origin":  {"https://console.example", backend, "http://console.example", "", ""},
		"by another name":                   {"https://console.example", backend, "http://" + backend, "same-origin", "./"},
		"known, from elsewhere":             {"https://console.example", backend, "https://evil.example", "cross-site", ""},
		"known, from a neighbour":           {"https://console.example", backend, "https://other.example", "same-site", ""},
		"known, elsewhere in an old one":    {"https://console.example", backend, "https://evil.example", "", ""},
		"known, from a page without origin": {"https://console.example", backend, "null", "", ""},
		"from an origin that is trusted": {"https://console.example", backend, "https://portal.example", "cross-site",
			"./"},
	} {
		t.Run(name, func(t *testing.T) {
			options := form.Options{
				Authorize:   func(*http.Request) (string, error) { return "anna", nil },
				PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
				Logger: hclog.NewNullLogger(), TrustedOrigins: []string{"https://portal.example"},
			}
			if test.public != "" {
				if options.PublicURL, err = url.Parse(test.public); err != nil {
					t.Fatal(err)
				}
				origin := options.PublicURL.Scheme + "://" + options.PublicURL.Host
				options.TrustedOrigins = append(options.TrustedOrigins, origin)
			}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/settings/smtp/restart",
				strings.NewReader(""))
			request.Host = test.host
			for name, value := range map[string]string{"Origin": test.origin, "Sec-Fetch-Site": test.site} {
				if value != "" {
					request.Header.Set(name, value)
				}
			}
			answer := httptest.NewRecorder()
			http.StripPrefix("/settings/smtp", form.New(opened, options)).ServeHTTP(answer, request)
			location := answer.Header().Get("Location")
			if refused := answer.Code == http.StatusForbidden; refused != (test.location == "") || location != test.location {
				t.Errorf("status %d, sent to %q instead of %q", answer.Code, location, test.location)
			}
			if test.location == "" && !strings.Contains(answer.Body.String(), "public address") {
				t.Errorf("the refusal does not say what to do: %s", answer.Body)
			}
		})
	}
}

// TestThemeFollowsTheStyles asks for the style sheet of a page with colours of the Console, and of one without.
func TestThemeFollowsTheStyles(t *testing.T) {
	const theme = "@media (prefers-color-scheme: light) { :root { --accent: #123456; } }\n"
	styles := func(theme string) string {
		answer := httptest.NewRecorder()
		handler := form.New(nil, form.Options{Theme: theme, Logger: hclog.NewNullLogger()})
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/assets/base.css", nil))
		if kind := answer.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/css") {
			t.Errorf("the style sheet is %s", kind)
		}
		return answer.Body.String()
	}
	if own := styles(""); !strings.Contains(own, "--accent") || styles(theme) != own+theme {
		t.Errorf("the theme does not stand behind the styles:\n%s", styles(theme))
	}
}
