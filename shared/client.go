package shared

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// ErrPluginUnavailable means that the plugin's process is not there to answer: it was not started, it died, or it was
// stopped. Whatever a living plugin answers, the gRPC codes Unavailable and Canceled too, is an error of that call. Test for
// it with errors.Is.
var ErrPluginUnavailable = errors.New("the plugin is unavailable")

// ErrUnsupported means that the plugin does not offer what was asked for; see [Info.Capabilities].
var ErrUnsupported = errors.New("the plugin does not offer this")

// ClientPlugins is what a host puts into go-plugin's ClientConfig.VersionedPlugins.
func ClientPlugins() map[int]goplugin.PluginSet {
	return map[int]goplugin.PluginSet{ProtocolVersion: {pageName: &grpcPlugin{}}}
}

// Connection is a page in another process. Its page is reached until the process ends.
type Connection struct {
	SettingsPage
	SettingsHistory
	SecretKey
	Storage
	Suggester
	Notifier Notifier
	client   *client
	health   grpc_health_v1.HealthClient
}

// Dispense returns the page that a started go-plugin client serves.
func Dispense(protocol goplugin.ClientProtocol) (*Connection, error) {
	dispensed, err := protocol.Dispense(pageName)
	if err != nil {
		return nil, err
	}
	client, ok := dispensed.(*client)
	if !ok {
		return nil, fmt.Errorf("dispensed %T instead of a settings page", dispensed)
	}
	return &Connection{
		SettingsPage: client, SettingsHistory: client, SecretKey: client, Storage: client, Suggester: client, Notifier: notifierClient{client},
		client: client, health: grpc_health_v1.NewHealthClient(client.conn),
	}, nil
}

// Gone is closed when the plugin's process has ended.
func (c *Connection) Gone() <-chan struct{} { return c.client.alive.Done() }

// Disconnect closes the connection and leaves the plugin running. Calls that follow fail.
func (c *Connection) Disconnect() error { return c.client.conn.Close() }

// Healthy asks the plugin whether it still answers; ctx must have a deadline, for a stopped process never does.
func (c *Connection) Healthy(ctx context.Context) error {
	_, err := c.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	return err
}

// client asks a plugin, and looks at every answer before anybody uses it; see [inspection].
type client struct {
	alive context.Context
	conn  *grpc.ClientConn
	rpc   settingsv1.SettingsPageServiceClient
	form  atomic.Pointer[declaredForm] // nil before the first call of Schema
}

var _ SettingsPage = (*client)(nil)

func newClient(alive context.Context, conn *grpc.ClientConn) *client {
	return &client{alive: alive, conn: conn, rpc: settingsv1.NewSettingsPageServiceClient(conn)}
}

// inspect begins to look at an answer.
func (c *client) inspect() *inspection { return &inspection{form: c.form.Load()} }

func (c *client) Info(ctx context.Context) (Info, error) {
	reply, err := c.rpc.Info(ctx, &settingsv1.InfoRequest{})
	if err != nil {
		return Info{}, c.fromStatus(ctx, err)
	}
	info, look := infoFromProto(reply), c.inspect()
	look.info(&info)
	return checked(look, info)
}

func (c *client) Schema(ctx context.Context, request SchemaRequest) (Schema, error) {
	reply, err := c.rpc.Schema(ctx, &settingsv1.SchemaRequest{Locale: validUTF8(request.Locale)})
	if err != nil {
		return Schema{}, c.fromStatus(ctx, err)
	}
	schema, look := schemaFromProto(reply.GetSchema()), c.inspect()
	if err := schema.Check(); err != nil {
		return Schema{}, contractError{err}
	}
	look.schema(&schema)
	c.form.Store(newDeclaredForm(schema))
	return checked(look, schema)
}

func (c *client) Load(ctx context.Context, request LoadRequest) (Snapshot, error) {
	reply, err := c.rpc.Load(ctx, &settingsv1.LoadRequest{Locale: validUTF8(request.Locale)})
	if err != nil {
		return Snapshot{}, c.fromStatus(ctx, err)
	}
	snapshot, look := snapshotFromProto(reply.GetSnapshot()), c.inspect()
	if reply.GetSnapshot() == nil {
		look.refuse("nothing is in force")
	}
	look.snapshot(&snapshot)
	return checked(look, snapshot)
}

func (c *client) Validate(ctx context.Context, request ValidateRequest) (Validation, error) {
	reply, err := c.rpc.Validate(ctx, validateRequestToProto(request))
	if err != nil {
		return Validation{}, c.fromStatus(ctx, err)
	}
	validation, look := validationFromProto(reply), c.inspect()
	look.validation(&validation)
	return checked(look, validation)
}

func (c *client) Save(ctx context.Context, request SaveRequest) (SaveResult, error) {
	reply, err := c.rpc.Save(ctx, saveRequestToProto(request))
	if err != nil {
		return SaveResult{}, c.fromStatus(ctx, err)
	}
	return c.saveResult(reply)
}

func (c *client) saveResult(reply *settingsv1.SaveResponse) (SaveResult, error) {
	result, look := saveResultFromProto(reply), c.inspect()
	if reply.GetSnapshot() == nil {
		look.refuse("a save does not say what is in force")
	}
	look.saveResult(&result)
	return checked(look, result)
}

func (c *client) Test(ctx context.Context, request TestRequest, send func(TestEvent) error) error {
	// The stream is cancelled on every way out: an abandoned one would block the plugin's next Send for ever.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.rpc.Test(ctx, testRequestToProto(request))
	if err != nil {
		return c.fromStatus(ctx, err)
	}
	events := testStream{inspection: *c.inspect()}
	for {
		reply, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return events.end()
		case err != nil:
			return c.fromStatus(ctx, err)
		}
		event, err := events.take(testEventFromProto(reply))
		switch {
		case err != nil:
			return err
		case event == nil:
			continue // A later minor version may send events that this host does not know.
		}
		if err := send(event); err != nil {
			return err
		}
	}
}

// exitNotice is how long a call whose connection broke waits for the news that the process has ended, which arrives by
// another way.
const exitNotice = 2 * time.Second

// deadlineSlack is how much earlier than the caller the plugin may find that the caller's time is up.
const deadlineSlack = 100 * time.Millisecond

// fromStatus sorts a failed call: given up by the caller, answered with an error by the plugin, plugin gone, or a connection
// that broke although the plugin lives. The cause is kept.
func (c *client) fromStatus(ctx context.Context, err error) error {
	var answer *answeredError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case status.Code(err) == codes.Unimplemented:
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.As(err, &answer):
		return answer.status
	}
	if limit, limited := ctx.Deadline(); limited && status.Code(err) == codes.DeadlineExceeded && time.Until(limit) < deadlineSlack {
		<-ctx.Done() // The plugin keeps the same limit by a clock of its own, and was the first to notice.
		return ctx.Err()
	}
	// A connection that is closed because the process has ended cancels the calls that are under way.
	if code := status.Code(err); code != codes.Unavailable && code != codes.Canceled {
		return err
	}
	select {
	case <-c.alive.Done():
		return fmt.Errorf("%w: its process ended: %w", ErrPluginUnavailable, err)
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(exitNotice):
	}
	if c.conn.GetState() == connectivity.Shutdown {
		return fmt.Errorf("%w: the host has left it: %w", ErrPluginUnavailable, err)
	}
	return err
}
