package shared

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// drainBeat is how often a draining plugin tells that it lives.
const drainBeat = time.Second

// drainServer translates the call to drain to the page.
type drainServer struct {
	settingsv1.UnimplementedDrainServiceServer
	drainer Drainer
}

func (s *drainServer) Drain(_ *settingsv1.DrainRequest, stream grpc.ServerStreamingServer[settingsv1.DrainResponse]) error {
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
