package transport

import (
	"context"
	"net"
	"testing"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
)

// TestHealthy holds that every answer is a sign of life, from plugins of other languages too, whose authors were never
// told of a health service, and that only silence is none.
func TestHealthy(t *testing.T) {
	named := func(name string) func(*grpc.Server) {
		return func(server *grpc.Server) {
			service := health.NewServer()
			service.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
			grpc_health_v1.RegisterHealthServer(server, service)
		}
	}
	nothing := func(*grpc.Server) {}
	refusing := func(code codes.Code) []grpc.ServerOption {
		return []grpc.ServerOption{grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
			return status.Error(code, "not for you")
		})}
	}
	for _, c := range []struct {
		name     string
		register func(*grpc.Server)
		options  []grpc.ServerOption
		silent   bool
		healthy  bool
	}{
		{name: "permission denied", register: nothing, options: refusing(codes.PermissionDenied), healthy: true},
		{name: "unavailable", register: nothing, options: refusing(codes.Unavailable), healthy: true},
		{name: "internal", register: nothing, options: refusing(codes.Internal), healthy: true},
		{name: "as go-plugin serves it", register: named(goplugin.GRPCServiceName), healthy: true},
		{name: "under another name", register: named("settings.v1.SettingsPageService"), healthy: true},
		{name: "no health service", register: nothing, healthy: true},
		{name: "nothing answers", register: named(goplugin.GRPCServiceName), silent: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			listener := bufconn.Listen(1 << 16)
			server := grpc.NewServer(c.options...)
			c.register(server)
			if !c.silent {
				go server.Serve(listener)
				defer server.Stop()
			}
			options := append(ClientDialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()),
				grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
					return listener.DialContext(ctx)
				}))
			conn, err := grpc.NewClient("passthrough:plugin", options...)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			limit := time.Minute
			if c.silent {
				limit = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			connection := &Connection{health: grpc_health_v1.NewHealthClient(conn)}
			if err := connection.Healthy(ctx); (err == nil) != c.healthy {
				t.Errorf("healthy %t, want %t: %v", err == nil, c.healthy, err)
			}
		})
	}
}
