package smtpconn

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Dialer connects as [Open] does, by the same policy and through the same proxy. It is for what has to be asked beside
// the mail server. It may be used concurrently.
type Dialer struct {
	// Proxy and Permit are those of a [Target].
	Proxy  *url.URL
	Permit func(netip.AddrPort) error
	// Limits bounds the time of each step; the zero value means the defaults.
	Limits Limits
}

// DialContext connects to host:port over TCP, whatever the network. The error is an *Error.
func (d Dialer) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	host, digits, err := net.SplitHostPort(address)
	port, notANumber := strconv.ParseUint(digits, 10, 16)
	if err != nil || notANumber != nil || port == 0 {
		return nil, &Error{Step: StepResolve, Kind: KindNameInvalid, Err: err}
	}
	target := Target{Host: host, Port: int(port), Proxy: d.Proxy, Permit: d.Permit}
	o := &opening{
		ctx: ctx, target: target,
		conn: &Conn{session: &Session{}, limits: d.Limits.withDefaults(), way: target.route()},
	}
	if err := o.resolve(); err != nil {
		return nil, err
	}
	tcp, _, err := o.dialPermitted()
	if err != nil {
		failure := asError(err)
		failure.Step = StepConnect
		return nil, failure
	}
	return tcp, nil
}

// Hiding returns a function that makes the text of a server safe to show which knows the secrets: without them, or what
// they can be recognised by, and without control characters. Its length is up to the caller. It may be used
// concurrently.
func Hiding(secrets ...shared.SecretText) func(text string) string {
	hidden := redactionOf(Target{})
	for _, one := range secrets {
		hidden.learn("", one.Reveal())
	}
	return func(text string) string { return hidden.hide(printable(text)) }
}
