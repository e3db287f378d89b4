package shared

import (
	"context"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// grpcPlugin joins the contract to go-plugin: in the plugin's process page is set, in the host's it is nil.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	page SettingsPage
}

var _ goplugin.GRPCPlugin = (*grpcPlugin)(nil)

func (p *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, server *grpc.Server) error {
	settingsv1.RegisterSettingsPageServiceServer(server, &server1{page: p.page})
	return nil
}

// GRPCClient is called by go-plugin with a context that ends when the plugin's process does.
func (p *grpcPlugin) GRPCClient(alive context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return newClient(alive, conn), nil
}
