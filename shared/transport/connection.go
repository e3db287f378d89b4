package transport

import (
	"context"
	"errors"
	"fmt"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/smtp-settings/smtp-settings/shared"
)

// ClientPlugins is what a host puts into go-plugin's ClientConfig.VersionedPlugins.
func ClientPlugins() map[int]goplugin.PluginSet {
	return map[int]goplugin.PluginSet{ProtocolVersion: {pageName: &grpcPlugin{capabilities: capabilities}}}
}

// Connection is a plugin in another process, from its start until that process ends: its page, and by [Companion] what
// else it offers. It may be used concurrently.
type Connection struct {
	shared.SettingsPage

	companions []any // one of each row of the table
	client     *client
	health     grpc_health_v1.HealthClient
}

// Dispense returns the plugin that a started go-plugin client is connected to.
func Dispense(protocol goplugin.ClientProtocol) (*Connection, error) {
	dispensed, err := protocol.Dispense(pageName)
	if err != nil {
		return nil, err
	}
	connection, ok := dispensed.(*Connection)
	if !ok {
		return nil, fmt.Errorf("dispensed %T instead of a settings page", dispensed)
	}
	return connection, nil
}

func newConnection(c *client, table []capability) *Connection {
	connection := &Connection{SettingsPage: connectPage(c), client: c, health: grpc_health_v1.NewHealthClient(c.conn)}
	for _, row := range table {
		connection.companions = append(connection.companions, row.connect(c))
	}
	return connection
}

// Companion returns the plugin's side of an interface of the contract, such as [shared.SettingsHistory] or
// [shared.SettingsPage] itself. It makes no call: those of the companion fail with [shared.ErrUnsupported] when the
// plugin does not offer it, see [shared.Info.Capabilities]. The error is ErrUnsupported as well for an interface that
// no version of the contract has.
func Companion[I any](c *Connection) (I, error) {
	if page, ok := c.SettingsPage.(I); ok {
		return page, nil
	}
	for _, one := range c.companions {
		if companion, ok := one.(I); ok {
			return companion, nil
		}
	}
	var none I
	return none, fmt.Errorf("%w: %T is no interface of the contract", shared.ErrUnsupported, &none)
}

// Gone is closed when the plugin's process has ended.
func (c *Connection) Gone() <-chan struct{} { return c.client.alive.Done() }

// Disconnect closes the connection and leaves the plugin running. Calls that follow fail.
func (c *Connection) Disconnect() error { return c.client.conn.Close() }

// Healthy asks the plugin whether it still answers; ctx must have a deadline, for a stopped process never does. Every
// status that it sends is an answer, such as that it does not offer the health service.
func (c *Connection) Healthy(ctx context.Context) error {
	_, err := c.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	var answer *answeredError
	if errors.As(err, &answer) {
		return nil
	}
	return err
}
