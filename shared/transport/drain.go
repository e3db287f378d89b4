package transport

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

const (
	// drainBeat is how often a draining plugin tells that it lives.
	drainBeat = time.Second
	// drainNews is how often the news of a draining plugin is passed on in the long run.
	drainNews = 250 * time.Millisecond
)

// drainClient has a plugin drain.
type drainClient struct {
	*client
	rpc settingsv1.DrainServiceClient
}

func connectDrainer(c *client) shared.Drainer {
	return &drainClient{c, settingsv1.NewDrainServiceClient(c.conn)}
}

// Drain calls waiting at least every other second; a plugin that is silent for longer does not answer any more.
func (c *drainClient) Drain(ctx context.Context, waiting func(what string)) error {
	often := rate.NewLimiter(rate.Every(drainNews), 10) // Whatever the plugin says in between changes nothing.
	return listen(ctx, c.client, c.rpc.Drain, &settingsv1.DrainRequest{}, func(reply *settingsv1.DrainResponse) error {
		if often.Allow() {
			what := reply.GetWaitingFor()
			c.inspect().line(&what)
			waiting(what)
		}
		return nil
	})
}

// drainServer translates the call to drain to the page.
type drainServer struct {
	settingsv1.UnimplementedDrainServiceServer
	drainer shared.Drainer
}

func serveDrainer(drainer shared.Drainer) settingsv1.DrainServiceServer {
	return &drainServer{drainer: drainer}
}

func (s *drainServer) Drain(
	_ *settingsv1.DrainRequest, stream grpc.ServerStreamingServer[settingsv1.DrainResponse],
) error {
	ctx, cancel := context.WithCancel(stream.Context())
	tell := &drainTeller{stream: stream, gone: cancel}
	var beating sync.WaitGroup
	beating.Go(func() {
		beat := time.NewTicker(drainBeat)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				tell.again()
			}
		}
	})
	defer beating.Wait() // Nothing may be sent after the call.
	defer cancel()
	return toStatus(s.drainer.Drain(ctx, tell.waiting))
}

// drainTeller tells the host what the page waits for.
type drainTeller struct {
	stream grpc.ServerStreamingServer[settingsv1.DrainResponse]
	gone   context.CancelFunc // when the host does not listen any more

	mu   sync.Mutex
	what string
}

func (t *drainTeller) waiting(what string) {
	t.mu.Lock()
	t.what = validUTF8(what)
	t.mu.Unlock()
	t.again()
}

func (t *drainTeller) again() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.stream.Send(&settingsv1.DrainResponse{WaitingFor: t.what}); err != nil {
		t.gone()
	}
}
