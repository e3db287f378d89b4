package host

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestDeliveriesFlood has a plugin tell of attempts without end: what becomes spans has a bound, and what is left out is told.
func TestDeliveriesFlood(t *testing.T) {
	_, v, _ := newVictim(t)
	var log bytes.Buffer
	v.supervisor.options.logger = hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Debug})
	flow := newThrottle(1, 10*deliveryCost) // No more comes in while the test runs.
	const told = 1000
	for range told {
		v.supervisor.traceBounded(context.Background(), &flow, shared.Delivery{ID: "7", Attempt: 1, Steps: make([]shared.DeliveryStep, 1)})
	}
	if spans := len(v.spans.GetSpans()); spans == 0 || spans > 20 {
		t.Errorf("%d attempts became %d spans", told, spans)
	}
	if n := strings.Count(log.String(), "some are left out"); n != 1 {
		t.Errorf("the flood is told %d times:\n%s", n, log.String())
	}
	flow = newThrottle(1, 10*deliveryCost)
	flow.leftOut = 990
	v.supervisor.traceBounded(context.Background(), &flow, shared.Delivery{ID: "7", Attempt: 1})
	if !strings.Contains(log.String(), "count=990") {
		t.Errorf("what was left out is not counted:\n%s", log.String())
	}
}
