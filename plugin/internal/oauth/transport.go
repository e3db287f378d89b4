package oauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// NewTransport makes a transport that connects as the dialer does, and trusts the certificates beside those of the
// operating system. It follows no redirect and keeps no connection: there is one request in an hour.
func NewTransport(dialer smtpconn.Dialer, additionalCA []*x509.Certificate) http.RoundTripper {
	return &transport{dialer: dialer, roots: sync.OnceValue(func() *x509.CertPool {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		for _, one := range additionalCA {
			roots.AddCert(one)
		}
		return roots
	})}
}

type transport struct {
	dialer smtpconn.Dialer
	roots  func() *x509.CertPool
}

// RoundTrip carries one request over a connection of its own.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := CheckURL(request.URL.String()); err != nil {
		return nil, err
	}
	dialer := t.dialer
	if request.URL.Scheme == "http" {
		dialer = onlyLoopback(dialer)
	}
	once := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: t.roots(), MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		DisableCompression:     true, // A small answer must not become a large one.
		MaxResponseHeaderBytes: maxHeader,
	}
	return once.RoundTrip(request)
}

// onlyLoopback keeps what is not encrypted on this machine, whatever a name leads to.
func onlyLoopback(dialer smtpconn.Dialer) smtpconn.Dialer {
	permit := dialer.Permit
	dialer.Proxy = nil
	dialer.Permit = func(address netip.AddrPort) error {
		if !address.Addr().Unmap().IsLoopback() {
			return errors.New("http:// is taken for this machine alone")
		}
		if permit == nil {
			return nil
		}
		return permit(address)
	}
	return dialer
}

// carry is a transport by a function.
type carry func(*http.Request) (*http.Response, error)

func (c carry) RoundTrip(request *http.Request) (*http.Response, error) { return c(request) }

// Why an address of an endpoint is none; see [CheckURL].
var (
	ErrNotAURL     = errors.New("it is not an absolute web address")
	ErrNotHTTPS    = errors.New("it must begin with https://; http:// is taken for this machine alone")
	ErrURLLogin    = errors.New("a user name or a password cannot be given")
	ErrURLFragment = errors.New("nothing may stand behind #")
)

// CheckURL says what is wrong with the address of an endpoint (RFC 6749 section 3.2). It does not repeat it.
func CheckURL(address string) error {
	parsed, err := url.Parse(address)
	switch {
	case err != nil || parsed.Host == "" || parsed.Hostname() == "":
		return ErrNotAURL
	case parsed.User != nil:
		return ErrURLLogin
	case parsed.Fragment != "":
		return ErrURLFragment
	case parsed.Scheme == "https", parsed.Scheme == "http" && isLoopback(parsed.Hostname()):
		return nil
	}
	return ErrNotHTTPS
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return slices.Contains([]string{"localhost", "localhost."}, host) || err == nil && address.Unmap().IsLoopback()
}

// hostOf is the host of an address, with its port where one is given.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Host
}

var _ interface {
	DialContext(context.Context, string, string) (net.Conn, error)
} = smtpconn.Dialer{}
