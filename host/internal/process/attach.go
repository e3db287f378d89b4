package process

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

// AttachedLimit is how long a call to a plugin in a debugger may take.
const AttachedLimit = time.Hour

// Attach connects to a plugin that runs already and listens at the address, such as unix:/tmp/plugin123. Of the
// configuration only the arguments and the limit of the start are of no use. Errors are as those of Start.
func Attach(ctx context.Context, address string, c Config) (*Process, error) {
	p, err := attach(ctx, address, c)
	if err != nil {
		return nil, notStarted(c.Manifest, err)
	}
	return p, nil
}

func attach(ctx context.Context, where string, c Config) (*Process, error) {
	network, path, _ := strings.Cut(where, ":")
	if network != "unix" || path == "" {
		return nil, fmt.Errorf("%q is not the address of a plugin, such as unix:/tmp/plugin123", where)
	}
	address := &net.UnixAddr{Net: "unix", Name: path}
	pid, err := processBehind(address)
	if err != nil {
		return nil, fmt.Errorf("nothing answers at %s: %w", where, err)
	}
	p := &Process{exited: make(chan struct{}), kill: func() {}}
	config := clientConfig(c, "attached")
	config.Plugins = transport.ClientPlugins()[transport.ProtocolVersion] // There is no handshake that could choose.
	config.Reattach = &goplugin.ReattachConfig{
		Protocol: goplugin.ProtocolGRPC, ProtocolVersion: transport.ProtocolVersion, Addr: address, Pid: pid,
		Test: true, // The plugin is not ours to end.
	}
	p.client = goplugin.NewClient(config)
	protocol, err := p.client.Client()
	if err == nil {
		err = p.admit(ctx, protocol, AttachedLimit)
	}
	if err != nil {
		p.Stop()
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
