package host

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// WithPublicURL says under which address browsers reach what the Console serves at /, such as https://console.example
// or https://intranet.example/console. It is for a Console behind a reverse proxy that hands requests over with another
// Host, with another scheme or below another path. Requests that come from pages of its origin are not taken for those
// of another site, and after a form is posted from there the browser is sent to the page below it. The address is
// http or https with a host, without user, query and fragment; with another one Open fails. Without it, and for those
// who come by another address, redirects are relative, and the origin of a request has to be its Host.
func WithPublicURL(address string) Option {
	return func(o *options) {
		public, err := webAddress(address)
		if err != nil {
			o.invalid = fmt.Errorf("WithPublicURL: %w", err)
			return
		}
		o.publicURL = public
		o.trustedOrigins = append(o.trustedOrigins, public.Scheme+"://"+public.Host)
	}
}

// WithTrustedOrigins lets pages of these origins, such as https://portal.example:8443, post to the page, although
// browsers say that they are another site. Each is scheme and host, with the port where it is not that of the scheme;
// with another text Open fails. Whatever runs there can save, test and restart in the name of the actor who looks at
// it. Without it only pages of the same origin and of the public URL can.
func WithTrustedOrigins(origins ...string) Option {
	return func(o *options) {
		for _, origin := range origins {
			address, err := webAddress(origin)
			if err == nil && address.Path != "" {
				err = fmt.Errorf("%q has a path, which an origin has not", origin)
			}
			if err != nil {
				o.invalid = fmt.Errorf("WithTrustedOrigins: %w", err)
				return
			}
			o.trustedOrigins = append(o.trustedOrigins, address.Scheme+"://"+address.Host)
		}
	}
}

// webAddress reads an address as browsers write its origin: in lower case, without the port of its scheme.
func webAddress(address string) (*url.URL, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address cannot be read") // What is wrong with it would repeat a password.
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" {
		return nil, fmt.Errorf("%q does not begin with http:// or https:// and a host", parsed.Redacted())
	}
	if parsed.User != nil || parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "" {
		return nil, fmt.Errorf("%q has a user, a query or a fragment", parsed.Redacted())
	}
	standard := map[string]string{"http": ":80", "https": ":443"}[parsed.Scheme]
	parsed.Host = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(parsed.Host), standard), ":")
	return parsed, nil
}

// WithPaths says where a reader finds the page of the settings and that of the notifications: paths with a slash at
// their end, such as /settings/smtp/. Then each page leads to the other. An empty one leads nowhere, as without the
// function. It is called concurrently.
func WithPaths(paths func(*http.Request) (settings, notifications string)) Option {
	return func(o *options) { o.paths = paths }
}
