package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// WithAttached has the host use a plugin that runs already, such as one in a debugger, instead of starting the binary of
// plugin.hcl. address is where the plugin listens, as its handshake says it: unix:/path. The host does not end the plugin, does not
// ask whether it still answers, and gives its calls an hour, for it may stand at a breakpoint. The connection is not encrypted. It works
// on Linux only.
func WithAttached(address string) Option {
	return func(o *options) {
		o.attached = address
		o.health = HealthCheck{Every: debugPatience, Patience: debugPatience}
	}
}

// debugPatience is how long a call to a plugin in a debugger may take.
const debugPatience = time.Hour

// attachProcess connects to a plugin that runs already.
func attachProcess(ctx context.Context, o options, log *logTail) (*process, error) {
	network, path, _ := strings.Cut(o.attached, ":")
	if network != "unix" || path == "" {
		return nil, fmt.Errorf("%q is not the address of a plugin, such as unix:/tmp/plugin123", o.attached)
	}
	address := &net.UnixAddr{Net: "unix", Name: path}
	pid, err := processBehind(address)
	if err != nil {
		return nil, fmt.Errorf("nothing answers at %s: %w", o.attached, err)
	}
	p := &process{exited: make(chan struct{}), kill: func() {}}
	config := clientConfig(o, log, "attached")
	config.Plugins = transport.ClientPlugins()[transport.ProtocolVersion] // There is no handshake that could choose.
	config.Reattach = &goplugin.ReattachConfig{
		Protocol: goplugin.ProtocolGRPC, ProtocolVersion: transport.ProtocolVersion, Addr: address, Pid: pid,
		Test: true, // whoever started the plugin ends it
	}
	p.client = goplugin.NewClient(config)
	protocol, err := p.client.Client()
	if err == nil {
		err = p.admit(ctx, protocol, debugPatience)
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// processBehind returns the id of the process that listens at a socket.
func processBehind(address *net.UnixAddr) (int, error) {
	conn, err := net.DialUnix("unix", nil, address)
	if err != nil {
		return 0, errors.Unwrap(err)
	}
	defer conn.Close() //nolint:errcheck // nothing was written
	return peerProcess(conn)
}
