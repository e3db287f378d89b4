package shared

import (
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// drainNews is how often the news of a draining plugin is passed on in the long run.
const drainNews = 250 * time.Millisecond

// Drain has the plugin end what is under way and returns when it has. alive is called at least every other second with what the plugin
// waits for; a plugin that is silent for longer does not answer any more.
func (c *Connection) Drain(ctx context.Context, alive func(waitingFor string)) error {
	ctx, cancel := context.WithCancel(ctx) // Whatever way leads out of here, the stream ends.
	defer cancel()
	stream, err := settingsv1.NewDrainServiceClient(c.client.conn).Drain(ctx, &settingsv1.DrainRequest{})
	if err != nil {
		return c.client.fromStatus(ctx, err)
	}
	often := rate.NewLimiter(rate.Every(drainNews), 10) // Whatever the plugin says in between changes nothing.
	for {
		reply, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return c.client.fromStatus(ctx, err)
		}
		if often.Allow() {
			waitingFor := reply.GetWaitingFor()
			c.client.inspect().line(&waitingFor)
			alive(waitingFor)
		}
	}
}
