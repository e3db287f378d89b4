// Package minimal is the smallest go-plugin plugin there is: gRPC, AutoMTLS, one call that returns what it was sent.
// The benchmarks measure ours beside it.
package minimal

import (
	"context"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Handshake is what host and plugin agree on.
var Handshake = goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "MINIMAL_PLUGIN", MagicCookieValue: "1"}

// Name is the name under which the plugin is dispensed.
const Name = "echo"

// Plugin joins the call to go-plugin. Dispensing it returns an Echo.
type Plugin struct {
	goplugin.NetRPCUnsupportedPlugin
}

// Echo makes the call.
type Echo func(context.Context, string) (string, error)

const method = "/minimal.Echo/Echo"

// GRPCServer registers the call.
func (Plugin) GRPCServer(_ *goplugin.GRPCBroker, server *grpc.Server) error {
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "minimal.Echo", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Echo",
			Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				request := &wrapperspb.StringValue{}
				return request, decode(request)
			},
		}}}, struct{}{})
	return nil
}

// GRPCClient returns an Echo.
func (Plugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return Echo(func(ctx context.Context, text string) (string, error) {
		reply := &wrapperspb.StringValue{}
		err := conn.Invoke(ctx, method, wrapperspb.String(text), reply)
		return reply.GetValue(), err
	}), nil
}
