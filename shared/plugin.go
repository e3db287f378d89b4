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
	if history, ok := p.page.(SettingsHistory); ok {
		settingsv1.RegisterSettingsHistoryServiceServer(server, &historyServer{history: history})
	}
	if key, ok := p.page.(SecretKey); ok {
		settingsv1.RegisterSecretKeyServiceServer(server, &secretKeyServer{key: key})
	}
	if storage, ok := p.page.(Storage); ok {
		settingsv1.RegisterStorageServiceServer(server, &storageServer{storage: storage})
	}
	if suggester, ok := p.page.(Suggester); ok {
		settingsv1.RegisterSuggestionServiceServer(server, &suggestionServer{suggester: suggester})
	}
	if drainer, ok := p.page.(Drainer); ok {
		settingsv1.RegisterDrainServiceServer(server, &drainServer{drainer: drainer})
	}
	if notifier, ok := p.page.(interface{ Notifier() Notifier }); ok {
		settingsv1.RegisterNotifierServiceServer(server, &notifierServer{notifier: notifier.Notifier()})
	}
	return nil
}

// capabilities names the optional interfaces that the page implements.
func capabilities(page SettingsPage) []string {
	var names []string
	if _, ok := page.(SettingsHistory); ok {
		names = append(names, CapabilityHistory)
	}
	if _, ok := page.(SecretKey); ok {
		names = append(names, CapabilitySecretKey)
	}
	if _, ok := page.(Suggester); ok {
		names = append(names, CapabilitySuggestions)
	}
	if _, ok := page.(Storage); ok {
		names = append(names, CapabilityStorage)
	}
	if _, ok := page.(Drainer); ok {
		names = append(names, CapabilityDrain)
	}
	if _, ok := page.(interface{ Notifier() Notifier }); ok {
		names = append(names, CapabilityNotifier)
	}
	return names
}

// GRPCClient is called by go-plugin with a context that ends when the plugin's process does.
func (p *grpcPlugin) GRPCClient(alive context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return newClient(alive, conn), nil
}
