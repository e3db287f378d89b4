package transport

import (
	"context"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// grpcPlugin joins the contract to go-plugin.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	page         func() shared.SettingsPage // nil in the host's process
	capabilities []capability
}

var _ goplugin.GRPCPlugin = (*grpcPlugin)(nil)

// GRPCServer registers the page, and what else it offers.
func (p *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, server *grpc.Server) error {
	page := p.page()
	served := &pageServer{page: page}
	settingsv1.RegisterSettingsPageServiceServer(server, served)
	for _, row := range p.capabilities {
		if row.register(server, page) {
			served.offered = append(served.offered, row.name)
		}
	}
	return nil
}

// GRPCClient is called by go-plugin with a context that ends when the plugin's process does.
func (p *grpcPlugin) GRPCClient(alive context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return newConnection(&client{alive: alive, conn: conn}, p.capabilities), nil
}
